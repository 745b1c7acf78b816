/**
 * A samples x features matrix of a store, dense or compressed, read in blocks: only what is kept enters
 * memory. One pass finds what the values are and which features vary most, a second fills the result; counts
 * stored by column take one more for the totals of the cells.
 *
 * Cost: 2 readings of the stored values, 3 where they are stored by column, 4 where those are normalized; one more for each pass
 * beyond the first that a chooser of features asks for. Memory: a block (16 MiB) or the chunks of chunks.ts, and the result.
 * Fails: FormatError where it does not fit the memory or is damaged; OptionError for counts that no option says how to treat, and
 *   for values that are no counts where they are normalized; CancelledError once the signal is aborted.
 * Types: `Block`, complete lines of a matrix: indices (of entries in their line, or null for all in order), first
 *   (number of the first line). `FeatureChooser`, picks features while values come by: begin (gives the number of
 *   passes, 0 to keep all), choose (columns kept or null for all, and warnings), pass (before each pass, counted from 0), add
 *   (takes a value with sample and feature). `FeatureSums`, one entry a feature: whole (all values are whole and not negative), largest (value),
 *   moved (offsets of the columns, or null), origin (subtracted before sums), add (takes a value and its column), low
 *   (smallest value), high (largest value). `Settings`, options with defaults: chooser (picks features while they are
 *   read), maxFeatures (of largest variance), normalize (`none` or `log1p-cp10k`). `Stored`, a matrix in a file:
 *   layout (dense, or sparse by rows or columns), name (for messages), rows (samples), columns (features).
 */

import { type FormatError, option, words } from '../../errors.js';
import type { Csr, Matrix, Warning } from '../../model.js';
import type { Settings } from '../options.js';
import { tooLarge } from '../source/bytes.js';
import { askNormalize } from '../table/normalize.js';
import { chooseFeatures, type FeatureSums, newSums } from '../table/select-features.js';
import { sortRows } from '../table/sparse.js';
import { chooseOffsets, offsetFor, packed, someOffsets, withOffsets } from '../table/units.js';
import { type Block, blocksOf, forEachEntry, readBlock, type Stored } from './blocks.js';
import { chunkByChunk } from './chunks.js';

/** Bytes of the sums of one feature, at least. */
const SUMS_BYTES = 24;

/**
 * Reads a matrix under the settings `normalize`, `maxFeatures` and `memory`, as samples x features. Errors as in the header.
 * @param onDisk the matrix as it is stored.
 * @param named ids of the samples (null where there are none) and names of the features, for the chooser and messages.
 * @param settings options with defaults.
 * @param detectCounts whether values are looked at for counts: not in obsm, in plain Zarr arrays and in text tables.
 * @returns the features, the positions of the columns that were kept (null for all), and warnings.
 */
export async function readStoredMatrix(
  onDisk: Stored,
  {
    ids,
    featureNames: names,
  }: { readonly ids: readonly string[] | null; readonly featureNames: readonly string[] },
  settings: Settings,
  detectCounts: boolean,
): Promise<{ features: Matrix | Csr; kept: readonly number[] | null; warnings: Warning[] }> {
  checkPromise(onDisk, settings);
  const stored = chunkByChunk(onDisk, settings.memory);
  const wanted = settings.normalize;
  let totals =
    wanted === 'log1p-cp10k' && stored.layout === 'columns' ? await cellTotals(stored, settings) : null;
  const { name, rows: samples, layout } = stored;
  const { chooser } = settings;
  const mayAsk = detectCounts && wanted === undefined;
  // what a chooser does first takes long: a file that begins as counts is asked about before that
  if (mayAsk && chooser && (await beginsWhole(stored))) ask(await sumFeatures(stored, totals, settings, 0));
  const passes = await chooser?.begin({
    name,
    samples,
    sparse: layout !== 'dense',
    ids,
    featureNames: names,
  });
  const sums = await sumFeatures(stored, totals, settings, passes ?? 0);
  if (mayAsk) ask(sums);
  const choice = chooser?.choose() ?? chooseFeatures(sums, samples, names, settings.maxFeatures, name);
  const warnings = [...choice.warnings];
  if (wanted === 'log1p-cp10k') {
    const message = `Counts of ${stored.name} were normalized to 10,000 a cell, then log1p.`;
    warnings.push({ code: 'normalized', message });
  }
  const features = await fill(stored, totals, choice.kept, sums, settings);
  totals = null;
  return { features, kept: choice.kept, warnings };

  function ask({ whole, largest }: FeatureSums): void {
    if (whole && largest > 1) throw askNormalize(largest, name);
  }
}

/** FormatError for a shape that does not fit the memory (of a dense matrix: what is kept of it), before anything is read. */
function checkPromise(stored: Stored, settings: Settings): void {
  const { rows, columns, layout } = stored;
  const sums = columns * SUMS_BYTES;
  if (sums > settings.memory) throw tooLarge(stored.name, `${rows} x ${columns} values`, settings.memory);
  if (layout !== 'dense' || settings.chooser) return;
  const bytes = rows * Math.min(columns, settings.maxFeatures ?? columns) * 4;
  if (bytes > settings.memory) throw needsMemory(stored, bytes, settings);
}

/** Whether the first block holds whole numbers only, so that all may be counts. True for an empty block. */
async function beginsWhole(stored: Stored): Promise<boolean> {
  const { values } = await readBlock(stored, 0, stored.layout === 'columns' ? stored.columns : stored.rows);
  return Array.prototype.every.call(values, (value: number) => value >= 0 && value === Math.floor(value));
}

/** Sum of the counts of each cell, from a pass over a matrix stored by columns. One entry a sample. */
async function cellTotals(stored: Stored, settings: Settings): Promise<Float64Array> {
  const totals = new Float64Array(stored.rows);
  for await (const block of blocksOf(stored, null, { ...settings, normalize: 'none' })) {
    for (let p = 0; p < block.values.length; p++) totals[block.indices![p]] += block.values[p];
  }
  return totals;
}

/**
 * Sums of every feature (count, range, variance) from a pass over the values; a chooser of features gets the values
 * `passes` times.
 * @param totals of the cells, or null.
 */
async function sumFeatures(
  stored: Stored,
  totals: Float64Array | null,
  settings: Settings,
  passes: number,
): Promise<FeatureSums> {
  const { chooser } = settings;
  const sums = newSums(stored.columns);
  // normalized counts begin at 0
  const isPlain = settings.normalize !== 'log1p-cp10k';
  for (let pass = 0; pass < Math.max(1, passes); pass++) {
    if (passes > 0) chooser?.pass(pass);
    for await (const block of blocksOf(stored, totals, settings)) {
      if (pass === 0) addToSums(sums, block, stored);
      if (pass === 0 && block.first === 0 && stored.layout === 'dense' && isPlain) {
        sums.moved = chooseOffsets(block.values, stored.columns);
      }
      if (chooser && passes > 0) {
        forEachEntry(block, stored.layout, (value, row, column) =>
          chooser.add(sums.moved === null ? value : value - sums.moved[column], row, column),
        );
      }
    }
  }
  return sums;
}

/** Adds the entries of a block to the sums of their features. */
function addToSums(sums: FeatureSums, block: Block, stored: Stored): void {
  // The first sample is the origin of a dense matrix's sums, so that large means do not swamp variances.
  if (block.first === 0 && stored.layout === 'dense') {
    for (let c = 0; c < stored.columns; c++) {
      sums.origin[c] = Number.isFinite(block.values[c]) ? block.values[c] : 0;
    }
  }
  forEachEntry(block, stored.layout, (value, _row, column) => sums.add(value, column));
}

/**
 * The matrix of the kept columns, from one more pass (two by column).
 * @param totals of the cells, or null.
 * @param kept positions of columns, null for all.
 */
async function fill(
  stored: Stored,
  totals: Float64Array | null,
  kept: readonly number[] | null,
  sums: FeatureSums,
  settings: Settings,
): Promise<Matrix | Csr> {
  const { rows } = stored;
  const columns = kept?.length ?? stored.columns;
  const newIndex = new Int32Array(stored.columns).fill(-1);
  for (let i = 0; i < columns; i++) newIndex[kept === null ? i : kept[i]] = i;
  const visit = async (put: (value: number, row: number, column: number) => void) => {
    for await (const block of blocksOf(stored, totals, settings)) {
      forEachEntry(block, stored.layout, (value, row, column) => {
        if (newIndex[column] >= 0) put(value, row, newIndex[column]);
      });
    }
  };
  if (stored.layout === 'dense') {
    if (rows * columns * 4 > settings.memory) throw needsMemory(stored, rows * columns * 4, settings);
    const data = new Float32Array(rows * columns);
    const moved = sums.moved;
    const offsets =
      moved &&
      someOffsets(Float64Array.from({ length: columns }, (_, i) => moved[kept === null ? i : kept[i]]));
    await visit((value, row, column) => {
      data[row * columns + column] = packed(value, offsets === null ? 0 : offsets[column]);
    });
    return { rows, columns, data, ...withOffsets(offsets) };
  }
  const entries = newIndex.reduce((sum, at, c) => sum + (at >= 0 ? sums.stored[c] : 0), 0);
  if (entries * 8 + rows * 16 > settings.memory) throw needsMemory(stored, entries * 8 + rows * 16, settings);
  return fillSparse(stored, { rows, columns, entries, offsets: offsetsOf(sums, stored, kept) }, visit);
}

/**
 * For each kept column of a sparse matrix, what is subtracted from its values before they become single precision: 0
 * unless every sample has an entry and all values are far from 0. Null where all are 0.
 */
function offsetsOf(sums: FeatureSums, stored: Stored, kept: readonly number[] | null): Float64Array | null {
  const columns = kept?.length ?? stored.columns;
  const offset = (c: number) => (sums.stored[c] === stored.rows ? offsetFor(sums.low[c], sums.high[c]) : 0);
  return someOffsets(Float64Array.from({ length: columns }, (_, i) => offset(kept === null ? i : kept[i])));
}

/**
 * The kept columns of a sparse matrix in compressed rows.
 * @param size shape, number of entries, and what is subtracted from each column.
 * @param visit calls back for each entry of the kept columns.
 */
async function fillSparse(
  stored: Stored,
  size: { rows: number; columns: number; entries: number; offsets: Float64Array | null },
  visit: (put: (value: number, row: number, column: number) => void) => Promise<void>,
): Promise<Csr> {
  const { rows, columns, entries } = size;
  const pack = (value: number, c: number) => packed(value, size.offsets === null ? 0 : size.offsets[c]);
  const offsets = new Float64Array(rows + 1);
  const result = {
    rows,
    columns,
    offsets,
    indices: new Int32Array(entries),
    values: new Float32Array(entries),
    ...withOffsets(size.offsets),
  };
  if (stored.layout === 'rows') {
    let at = 0;
    await visit((value, row, column) => {
      result.indices[at] = column;
      result.values[at++] = pack(value, column);
      offsets[row + 1] = at;
    });
    for (let r = 0; r < rows; r++) offsets[r + 1] = Math.max(offsets[r], offsets[r + 1]);
  } else {
    await visit((_value, row) => {
      offsets[row + 1]++;
    });
    for (let r = 0; r < rows; r++) offsets[r + 1] += offsets[r];
    const next = offsets.slice(0, rows);
    await visit((value, row, column) => {
      const at = next[row]++;
      result.indices[at] = column;
      result.values[at] = pack(value, column);
    });
  }
  sortRows(result, stored.name);
  return result;
}

/**
 * The error for a result that does not fit in memory.
 * @param bytes that it would take.
 */
function needsMemory(stored: Stored, bytes: number, settings: Settings): FormatError {
  const remedy = words`keep fewer features (${option('maxFeatures')}), or allow more with ${option('memory')} if this machine has it`;
  return tooLarge(
    stored.name,
    `a table of ${stored.rows} x ${stored.columns} that takes ${bytes} bytes`,
    settings.memory,
    remedy,
  );
}
