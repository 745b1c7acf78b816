/**
 * Random tables and maps of the same samples, as people save them: shuffled, with ids, counters, labels and clusters in
 * random columns, with repeated or missing ids, in random layouts and formats. The truth travels in the values: feature `f0` of a
 * sample is its number, and the map's first coordinate is that number too, so that any wrong pair is seen.
 */

import fc from 'fast-check';
import { WhymapError } from 'whymap';
import { joinEmbedding, readEmbedding, readTable } from 'whymap/io';
import { toDense } from '#whymap/core/csr.js';
import { type Column, type Format, fileOf, removeFile } from './random-files.js';

/** Numbers: in steps of 3, one after another, or any. */
type IdKind = 'text' | 'steps' | 'consecutive' | 'random' | 'none';
type Flaw = 'none' | 'repeated' | 'missing';

/** One of the two files. */
interface Layout {
  readonly format: Format;
  readonly counter: boolean;
  readonly cluster: boolean;
  readonly label: boolean;
  readonly idPosition: 'first' | 'last' | 'middle';
  readonly idName: string;
  readonly flaw: Flaw;
  readonly shuffled: boolean;
  readonly delimiter: ',' | ';' | '\t';
  readonly dropped: number;
}

export interface Case {
  readonly rows: number;
  readonly ids: IdKind;
  readonly table: Layout;
  readonly map: Layout & { readonly hasIds: boolean };
  readonly seed: number;
}

const FORMATS: readonly Format[] = ['csv', 'jsonl', 'arrow', 'parquet', 'sqlite', 'npy', 'h5ad'];

const layout = fc.record<Layout>({
  format: fc.oneof(
    { weight: 7, arbitrary: fc.constant<Format>('csv') },
    { weight: 6, arbitrary: fc.constantFrom(...FORMATS) },
  ),
  counter: fc.boolean(),
  cluster: fc.boolean(),
  label: fc.boolean(),
  idPosition: fc.constantFrom('first', 'last', 'middle'),
  idName: fc.constantFrom(
    '',
    'id',
    'cell_id',
    'barcode',
    'sample',
    'key',
    'pid',
    'serial',
    'n',
    'ref',
    'Nummer',
    'code',
    'cells',
    'a',
  ),
  flaw: fc.oneof(
    { weight: 6, arbitrary: fc.constant<Flaw>('none') },
    fc.constantFrom<Flaw>('repeated', 'missing'),
  ),
  shuffled: fc.boolean(),
  delimiter: fc.constantFrom(',', ';', '\t'),
  dropped: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 6 })),
});

export const cases: fc.Arbitrary<Case> = fc.record({
  rows: fc.integer({ min: 18, max: 60 }),
  ids: fc.constantFrom<IdKind>('text', 'steps', 'consecutive', 'random', 'none'),
  table: layout,
  map: fc.tuple(layout, fc.boolean()).map(([made, hasIds]) => ({ ...made, hasIds })),
  seed: fc.integer({ min: 1, max: 2 ** 30 }),
});

/** A generator of numbers in [0, 1) from a seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffle<T>(list: readonly T[], random: () => number): T[] {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}

/** Ids of all samples; numbers are no count of the rows. */
function idsOf({ ids, rows }: Case, random: () => number): string[] {
  const numberAt = {
    text: (i: number) => 1000 + i,
    steps: (i: number) => 1000 + 3 * i,
    consecutive: (i: number) => 201 + i,
    random: (i: number) => 10_000 + 1500 * i + Math.floor(1500 * random()),
    none: (i: number) => i,
  }[ids];
  const numbers = shuffle(
    Array.from({ length: rows }, (_, i) => numberAt(i)),
    random,
  );
  return numbers.map((number) => (ids === 'text' ? `S${number}x` : String(number)));
}

/** The samples of a file in its order. */
function samplesOf({ rows }: Case, { shuffled, dropped }: Layout, random: () => number): number[] {
  const all = Array.from({ length: rows }, (_, s) => s);
  const kept =
    dropped > 0
      ? shuffle(all, random)
          .slice(dropped)
          .sort((a, b) => a - b)
      : all;
  return shuffled ? shuffle(kept, random) : kept;
}

/** The file of some samples. `values` gives the numbers of a sample. */
function fileOfSamples(
  stem: string,
  samples: readonly number[],
  { ids, idType }: { readonly ids: readonly string[] | null; readonly idType: Column['type'] },
  made: Layout,
  values: (sample: number) => readonly string[],
  random: () => number,
) {
  const columns: Column[] = Array.from({ length: values(0).length }, (_, c) => ({
    name: `v${c}`,
    type: 'number',
    cells: samples.map((s) => values(s)[c]),
  }));
  if (made.cluster) columns.push({ name: 'leiden', type: 'whole', cells: samples.map((s) => String(s % 3)) });
  if (made.label) columns.push({ name: 'kind', type: 'text', cells: samples.map((s) => `k${s % 4}`) });
  const cells: (string | null)[] = samples.map((s) => ids?.[s] ?? null);
  if (made.flaw === 'repeated') cells[cells.length - 1] = cells[0];
  if (made.flaw === 'missing') cells[Math.floor(random() * cells.length)] = null;
  if (ids !== null) {
    const position = made.idPosition === 'first' ? 0 : made.idPosition === 'last' ? columns.length : 1;
    // only a first column is written without a name
    const name = made.idName === '' && (position !== 0 || made.counter) ? 'barcode' : made.idName;
    columns.splice(position, 0, { name, type: idType, cells });
  }
  if (made.counter) columns.unshift({ name: '', type: 'whole', cells: samples.map((_, i) => String(i)) });
  const names = ids === null ? null : cells.map((cell) => cell ?? '');
  return fileOf(made.format, stem, columns, { delimiter: made.delimiter, ids: names });
}

/** What came of a case. */
export type Outcome = 'right' | 'stopped' | 'by order' | 'wrong';

/**
 * Reads and pairs the two files of a case. `by order`: one file has nothing to pair by and the rows of both are as many, so
 * that a person is told which file has no ids; then a wrong pair is no guess against a fact.
 */
export async function outcomeOf(made: Case): Promise<{ outcome: Outcome; text: string }> {
  const random = generator(made.seed);
  const ids = made.ids === 'none' ? null : idsOf(made, random);
  const tableSamples = samplesOf(made, made.table, random);
  const mapSamples = samplesOf(made, made.map, random);
  const noise = Array.from({ length: made.rows }, () => Array.from({ length: 3 }, () => random().toFixed(5)));
  const number = (s: number) => (s + 0.5).toFixed(2);
  const idType = made.ids === 'text' ? 'text' : 'whole';
  // an array has no ids, and an embedding in an AnnData file is not what is tried here
  const isArray = ({ format }: Layout) => format === 'npy';
  const map = made.map.format === 'h5ad' ? { ...made.map, format: 'csv' as const } : made.map;
  const tableIds = isArray(made.table) ? null : ids;
  const mapIds = made.map.hasIds && !isArray(map) ? ids : null;
  const tableFile = await fileOfSamples(
    'x',
    tableSamples,
    { ids: tableIds, idType },
    made.table,
    (s) => [number(s), ...noise[s]],
    random,
  );
  const mapFile = await fileOfSamples(
    'e',
    mapSamples,
    { ids: mapIds, idType },
    map,
    (s) => [number(s), noise[s][0]],
    random,
  );
  try {
    const read = await readTable(tableFile);
    const joined = joinEmbedding(read, await readEmbedding(mapFile));
    // numbers without a telling name stay features where no other file has them; in files that are not short a warning says so
    const isNoted = read.warnings.some(({ code }) => code === 'maybe-ids') || tableSamples.length < 20;
    const kept = mapIds === null && isNoted && joined.table.featureNames.length === 5;
    const { columns, data } = toDense(joined.table.features);
    const at = Math.max(0, joined.table.featureNames.indexOf('v0'));
    const { coordinates } = joined.embedding;
    const wrong = Array.from({ length: coordinates.rows }, (_, r) => r).filter(
      (r) => data[r * columns + at] !== coordinates.data[r * coordinates.columns],
    );
    const extra = columns !== (kept ? 5 : 4) || coordinates.columns !== 2;
    if (extra) return { outcome: 'wrong', text: `${columns} features, ${coordinates.columns} dimensions` };
    if (wrong.length === 0) return { outcome: 'right', text: joined.pairing.text };
    const said = joined.pairing.how === 'row' && (tableIds === null || mapIds === null);
    return { outcome: said ? 'by order' : 'wrong', text: joined.pairing.text };
  } catch (error) {
    if (!(error instanceof WhymapError)) throw error;
    return { outcome: 'stopped', text: error.message };
  } finally {
    removeFile(tableFile);
  }
}
