/**
 * Purpose: text tables (CSV, TSV, spaces; gzipped or not), streamed: memory is that of the numbers and the kept texts.
 * Cost: one reading; another where all cells must decide how numbers are written.
 * Fails: as layout.ts, cells.ts and table.ts do.
 * Types: `Input`, of a reader: name (without a compression suffix). `Settings`, options with defaults: purpose
 *   (`features`, `map` or `labels`), delimiter (between fields), maxFeatures (of largest variance), chooser (picks
 *   features while they are read). `Cells`, of a text table: rows (how many), blockRows (rows of a block), blocks
 *   (float32, blockRows rows each), numbers (positions of columns in blocks), offsets (of those columns, or null).
 *   `RawTable`, as in the file: labels (one a row, or null), ids (one a row, or null), metadata (typed columns, or
 *   absent). `CategoricalColumn`, groups of the samples: kind (`categorical`), codes (one a sample, index into
 *   levels, -1 where missing), levels (distinct values), name (of the column). `OpenCsv`, an open file: sample (first
 *   records, at most 100), style (signs of numbers), columns (how many), names (or null without a header).
 *   `CsvRecord`, one line: fields (its cells as texts). `Matrix`, row-major float32: data (element (r, c) at `r *
 *   columns + c`).
 */

import { gatherColumns } from '../../core/matrix.js';
import { OptionError } from '../../errors.js';
import type { Matrix } from '../../model.js';
import type { Contents, FormatReader, Input, RawTable, RawTexts, Settings } from '../options.js';
import { isTooLarge } from '../source/bytes.js';
import { someOffsets, withOffsets } from '../table/units.js';
import { isMissing } from '../text/numbers.js';
import { type Cells, collect, OtherWriting } from './cells.js';
import { checkDelimiter, openCsv } from './layout.js';
import { parseStyled } from './number-style.js';
import { planTable, requestedColumns } from './table.js';

/**
 * Reads a text table. Where the numbers do not fit in memory and only some features are wanted, those are chosen by
 * reading more than once. Errors as in the header.
 * @returns features of the columns that the plan takes, ids, labels, metadata, and how roles were given.
 */
async function readCsvTable(input: Input, settings: Settings): Promise<RawTable> {
  checkDelimiter(settings.delimiter);
  try {
    return await restyled((survey) => readWhole(input, settings, survey));
  } catch (cause) {
    if (!isTooLarge(cause) || (settings.maxFeatures ?? settings.chooser) === undefined) throw cause;
    const { readCsvInPasses } = await import('./passes.js');
    return restyled((survey) => readCsvInPasses(input, settings, cause, survey));
  }
}

/**
 * Calls `read` with false and, where it finds a number in another writing than the first records, again with true:
 * then all cells decide how numbers are written. Other errors pass.
 */
export async function restyled<T>(read: (survey: boolean) => Promise<T>): Promise<T> {
  try {
    return await read(false);
  } catch (error) {
    if (!(error instanceof OtherWriting)) throw error;
    return read(true);
  }
}

/**
 * The whole table in one pass over the text.
 * @param survey whether all cells decide first how numbers are written.
 */
async function readWhole(input: Input, settings: Settings, survey: boolean): Promise<RawTable> {
  const open = await openCsv(input, settings, survey);
  const requested = requestedColumns(open, settings, input.name);
  const cells = await collect(open, {
    name: input.name,
    settings,
    hold: settings.purpose !== 'labels',
    requested,
  });
  const { kept, ...found } = planTable(open, cells, settings, input.name);
  return { ...found, features: pick(cells, kept) };
}

/**
 * One matrix (samples x kept columns) from the blocks of numbers; each block is let go when it has been copied.
 * Empties `blocks`. Without kept columns the matrix has no columns.
 * @param kept positions of columns of the file.
 */
function pick({ rows, blockRows, blocks, numbers, offsets }: Cells, kept: readonly number[]): Matrix {
  const positions = new Map(numbers.map((c, i) => [c, i]));
  const indices = kept.map((c) => positions.get(c) ?? 0);
  const whole = kept.length === numbers.length && indices.every((index, i) => index === i);
  const data = new Float32Array(rows * kept.length);
  for (let first = 0; kept.length > 0 && first < rows; first += blockRows) {
    const block = blocks.shift() ?? new Float32Array(0);
    const count = Math.min(blockRows, rows - first);
    const part = { rows: count, columns: numbers.length, data: block.subarray(0, count * numbers.length) };
    data.set(whole ? part.data : gatherColumns(part, indices).data, first * kept.length);
  }
  const moved = offsets && someOffsets(Float64Array.from(indices, (index) => offsets[index]));
  return { rows, columns: kept.length, data, ...withOffsets(moved) };
}

/**
 * One column as texts: the one that `key` or `label` names, or the only one besides the ids. OptionError where
 * several columns may be meant.
 * @returns one text a row, ids or null.
 */
async function readCsvTexts(input: Input, settings: Settings): Promise<RawTexts> {
  const label = settings.key ?? settings.label;
  const raw = await readCsvTable(input, { ...settings, label, key: undefined, purpose: 'labels' });
  const column = raw.labels ?? onlyColumn(raw, input.name);
  return { values: column, ids: raw.ids };
}

/**
 * The only metadata column, as texts, one a row; OptionError where there are several and no option names one.
 * @param name of the file.
 */
function onlyColumn(raw: RawTable, name: string): readonly string[] {
  const columns = raw.metadata ?? [];
  const [only] = columns;
  if (columns.length === 1) {
    return only.kind === 'categorical'
      ? Array.from(only.codes, (code) => only.levels[code] ?? '')
      : Array.from(only.values, (value) => (Number.isNaN(value) ? '' : String(value)));
  }
  throw new OptionError({
    got: `${columns.length} columns in ${name}`,
    expected: 'one column besides the ids',
    remedy: `name the column to use: ${columns
      .slice(0, 8)
      .map((column) => column.name)
      .join(', ')}`,
  });
}

/**
 * What a text table holds, for a list of contents: its columns by name, and by the first records as text (where no
 * cell is a number) or numbers. Reads no more than the first records.
 */
async function readCsvContents(input: Input, settings: Settings): Promise<Contents> {
  const open = await openCsv(input, settings);
  const isText = (c: number) =>
    open.sample.some(({ fields }) => !isMissing(fields[c] ?? '')) &&
    open.sample.every(({ fields }) => Number.isNaN(parseStyled(fields[c] ?? '', open.style)));
  const columns = Array.from({ length: open.columns }, (_, c) => ({
    name: open.names?.[c] ?? `f${c}`,
    kind: isText(c) ? ('text' as const) : ('number' as const),
  }));
  return { columns, arrays: [], layers: [] };
}

export const csvReader: FormatReader = {
  table: readCsvTable,
  texts: readCsvTexts,
  contents: readCsvContents,
};
