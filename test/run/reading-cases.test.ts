// Files as pandas, polars, NumPy, scikit-learn, R and LibreOffice write them (fixtures/reading), read and paired as a run does. Feature v0
// of a sample and its first coordinate are the same number, so that a wrong pair is seen; a case is right or stops with its reason.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pathSource } from 'whymap/io';
import { toDense } from '#whymap/core/csr.js';
import { createContext } from '#whymap/engine/context.js';
import type { OptionValues } from '#whymap/options/index.js';
import { readFeatures, readJoinedEmbedding } from '#whymap/run/inputs.js';

const folder = join(import.meta.dirname, '../../fixtures/reading');
const work = {
  context: await createContext({ seed: 1 }),
  files: { open: (name: string) => pathSource(join(folder, name)), exists: async () => true },
};

interface Expected {
  readonly features?: number;
  readonly dimensions?: number;
  readonly how?: 'id' | 'row';
  readonly labels?: { levels: number; missing: number };
  readonly names?: string[];
  readonly leftOut?: string[];
  readonly error?: RegExp;
}
type Values = OptionValues<'explain'>;
type Case = readonly [string, string, Values, Expected];

const by = (how: 'id' | 'row', more: Expected = {}): Expected => ({
  how,
  features: 4,
  dimensions: 2,
  ...more,
});
const stops = (error: RegExp): Expected => ({ error });

const CASES: readonly Case[] = [
  ['A: shuffled map with an index', 'a1-x.csv', { embedding: 'a1-e.csv' }, by('id')],
  ['A: ids in the last column of Parquet', 'a2-x.parquet', { embedding: 'a1-e.csv' }, by('id')],
  ['A: one id twice', 'a1-x.csv', { embedding: 'a3-e.csv' }, stops(/more than once.*a3-e\.csv/)],
  [
    'A: one id twice, by request by row',
    'a1-x.csv',
    { embedding: 'a3-e.csv', pairByRow: true },
    { how: 'row', features: 4 },
  ],
  ['A: a missing id', 'a1-x.csv', { embedding: 'a4-e.csv' }, stops(/1 row without an id/)],
  [
    'A: a missing id in Parquet against CSV',
    'a2-x.parquet',
    { embedding: 'a4-e.csv' },
    stops(/without an id/),
  ],
  ['A: a suffix', 'a1-x.csv', { embedding: 'a5-e.csv' }, stops(/40 agree but for a number behind/)],
  ['A: a suffix, compared loosely', 'a1-x.csv', { embedding: 'a5-e.csv', looseIds: true }, by('id')],
  ['A: whole ids as floats', 'a6-x.csv', { embedding: 'a6-e.csv' }, stops(/decimal point/)],
  ['A: whole ids as floats, loosely', 'a6-x.csv', { embedding: 'a6-e.csv', looseIds: true }, by('id')],
  ['A: Feather, ids inside', 'a7-x.feather', { embedding: 'a7-e.feather' }, by('id')],
  ['A: case and a space', 'a1-x.csv', { embedding: 'a8-e.csv' }, stops(/agree but for upper and lower case/)],
  ['A: a prefix', 'a1-x.csv', { embedding: 'a9-e.csv' }, stops(/what stands before the first/)],
  ['A: R data frames', 'r1-x.csv', { embedding: 'r1-e.csv' }, by('id', { features: 3 })],
  ['B: an index saved twice', 'b1-x.csv', {}, { features: 4 }],
  ['B: Unnamed: 0 and no index', 'b1-x1.csv', {}, { features: 4 }],
  ['B: reset_index twice', 'b2-x.csv', { embedding: 'a1-e.csv' }, by('id')],
  ['B: a MultiIndex in Parquet', 'b3-x.parquet', {}, { features: 4 }],
  ['B: a MultiIndex in CSV', 'b3-x.csv', {}, { features: 4, leftOut: ['sample', 'cell_no'] }],
  [
    'B: clusters and counts beside the map',
    'b1-x.csv',
    { embedding: 'b4-e.csv', pairByRow: true },
    by('row'),
  ],
  ['B: clusters called k in Parquet', 'b1-x.csv', { embedding: 'b4-e.parquet', pairByRow: true }, by('row')],
  ['B: clusters and counts of Seurat', 'r1-x.csv', { embedding: 'r1-e.csv' }, { dimensions: 2 }],
  ['B: numeric ids with a name', 'b6-x.csv', { embedding: 'b6-e.csv' }, by('id')],
  ['B: louvain and batch among the features', 'b7-x.csv', {}, { features: 4, leftOut: ['louvain', 'batch'] }],
  ['B: two maps in a file', 'b1-x.csv', { embedding: 'b8-e.csv' }, stops(/2 maps in/)],
  [
    'B: two maps, one named',
    'b1-x.csv',
    { embedding: 'b8-e.csv', embeddingColumns: 'UMAP_1,UMAP_2', pairByRow: true },
    by('row'),
  ],
  ['B: features and what is dropped by pattern', 'b7-x.csv', { features: 'v*', drop: 'v3' }, { features: 3 }],
  ['C: split and reset', 'c1-x.csv', { embedding: 'c1-e.csv' }, stops(/only count the rows of/)],
  [
    'C: split and reset, by row on request',
    'c1-x.csv',
    { embedding: 'c1-e.csv', pairByRow: true },
    by('row'),
  ],
  ['C: rows dropped, then reset', 'c3-x.csv', { embedding: 'c3-e.csv' }, stops(/with gaps/)],
  ['C: the same count on both sides', 'c4-x.csv', { embedding: 'c4-e.csv' }, by('row')],
  ['C: a part with the numbers of the whole', 'c4-x.csv', { embedding: 'c5-e.csv' }, by('id')],
  ['C: a shuffled Parquet index', 'c6-x.parquet', { embedding: 'c4-e.csv' }, stops(/only count the rows of/)],
  [
    'C: rows from 1 in R, from 0 in pandas',
    'r5-x.csv',
    { embedding: 'c4-e.csv' },
    stops(/numbered from 1 .* from 0/),
  ],
  ['D: NaN in CSV', 'd1-x.csv', { label: 'kind' }, { features: 4, labels: { levels: 2, missing: 4 } }],
  [
    'D: NaN in a category of Parquet',
    'd2-x.parquet',
    { label: 'kind' },
    { labels: { levels: 2, missing: 4 } },
  ],
  ['D: null of polars', 'd3-x.csv', { label: 'kind' }, { labels: { levels: 2, missing: 4 } }],
  [
    'D: -1 of HDBSCAN',
    'd4-x.csv',
    { label: 'cluster', missingLabels: '-1' },
    { labels: { levels: 2, missing: 4 } },
  ],
  ['E: the header of savetxt', 'e4-x.txt', {}, { features: 4, names: ['v0', 'v1', 'v2', 'v3'] }],
  [
    'E: levels of column names',
    'e5-x.csv',
    { embedding: 'a1-e.csv' },
    by('id', { names: ['v0', 'v1', 'v2', 'v3'] }),
  ],
  ['E: a delimiter at the end of rows', 'e6-x.csv', {}, { features: 4, names: ['v0', 'v1', 'v2', 'v3'] }],
  ['E: fixed width', 'e7-x.txt', {}, { features: 4, names: ['v0', 'v1', 'v2', 'v3'] }],
  ['E: sep=;', 'e8-x.csv', { embedding: 'a1-e.csv' }, by('id')],
  ['E: comments', 'e9-x.csv', { embedding: 'a1-e.csv' }, by('id')],
  ['E: one name too many', 'e10-x.csv', {}, stops(/a header of 6 names over rows of 5 fields/)],
  [
    'E: write.table',
    'r2-x.txt',
    { embedding: 'r1-e.csv' },
    by('id', { features: 3, names: ['v0', 'v1', 'v2'] }),
  ],
  [
    'E: write.table with tabs',
    'r3-x.tsv',
    { embedding: 'r1-e.csv' },
    by('id', { features: 3, names: ['v0', 'v1', 'v2'] }),
  ],
  ['E: write.table without names', 'r9-x.txt', {}, { features: 3 }],
  [
    'G: several columns, none named',
    'a1-x.csv',
    { labels: 'g1-labels.csv' },
    stops(/2 columns besides the ids/),
  ],
  [
    'G: several columns, one named',
    'a1-x.csv',
    { labels: 'g1-labels.csv', label: 'kind' },
    { labels: { levels: 2, missing: 4 } },
  ],
  [
    'G: one column without a header',
    'b1-x1.csv',
    { labels: 'g2-labels.tsv' },
    { labels: { levels: 40, missing: 0 } },
  ],
  ['G: names of 10x', 'a1-x.csv', { featureNames: 'g3-features.tsv' }, { names: ['G0', 'G1', 'G2', 'G3'] }],
  ['G: blank labels', 'b1-x1.csv', { labels: 'g4-labels.csv' }, { labels: { levels: 2, missing: 19 } }],
  ['G: a factor of R', 'r1-x.csv', { labels: 'r6-labels.csv' }, { labels: { levels: 2, missing: 4 } }],
  ['G: a data frame of R', 'r1-x.csv', { labels: 'r7-labels.csv' }, { labels: { levels: 2, missing: 4 } }],
  ['H: decimal commas', 'h1-x.csv', { embedding: 'a1-e.csv' }, by('id')],
  ['H: write.csv2', 'r4-x.csv', { embedding: 'r1-e.csv' }, by('id', { features: 3 })],
  ['H: points between thousands', 'h2-x.csv', {}, { features: 3 }],
  ['H: percent', 'h3-x.csv', {}, stops(/the number ".*%"/)],
  ['H: commas that may be either', 'h4-x.csv', {}, stops(/which may be 1000 or 1\.000/)],
  ['H: commas that are thousands by request', 'h4-x.csv', { thousands: ',' }, { features: 2 }],
  ['H: commas between thousands', 'h5-x.tsv', {}, { features: 3 }],
  ['H: dollars', 'h6-x.csv', {}, stops(/the number "\$/)],
  ['H: big.mark of R', 'r8-x.csv', {}, { features: 3 }],
  ['H: a German sheet', 'l1-x.csv', { embedding: 'l1-e.csv' }, by('id', { leftOut: ['Art'] })],
  ['E: a German sheet in UTF-16 with tabs', 'l1-x.txt', { embedding: 'l1-e.csv' }, by('id')],
  [
    'E: a sheet with a title',
    'l2-x.csv',
    { embedding: 'l1-e.csv' },
    by('id', { names: ['v0', 'v1', 'v2', 'v3'] }),
  ],
  ['H: percent of a sheet', 'l3-x.csv', {}, stops(/the number "36,9955166548079%" in column Anteil/)],
  ['M: a workbook', 'l1-x.xlsx', {}, stops(/a workbook of Excel or LibreOffice.*save the sheet as CSV/)],
  ['I: logarithms normalized', 'i1-x.npy', { normalize: 'log1p-cp10k' }, stops(/expected counts/)],
  ['I: fractions normalized', 'i2-x.csv', { normalize: 'log1p-cp10k' }, stops(/expected counts/)],
  ['I: centered values normalized', 'i3-x.csv', { normalize: 'log1p-cp10k' }, stops(/expected counts/)],
];

test.each(CASES)('%s', async (_name, path, values, expected) => {
  const read = async () => {
    const table = await readFeatures(path, values, work);
    return values.embedding === undefined
      ? { table, read: table }
      : { ...(await readJoinedEmbedding(table, path, values, work)), read: table };
  };
  if (expected.error) {
    await expect(read()).rejects.toThrow(expected.error);
    return;
  }
  const found = await read();
  const { table } = found;
  if (expected.features !== undefined) expect(table.featureNames).toHaveLength(expected.features);
  if (expected.names) expect(table.featureNames).toEqual(expected.names);
  if (expected.labels) {
    const reading = found.read.labelsReading ?? found.read.reading;
    expect(reading.label).toMatchObject(expected.labels);
  }
  if (expected.leftOut) expect(found.read.reading.leftOut.map(({ name }) => name)).toEqual(expected.leftOut);
  if (!('embedding' in found)) return;
  if (expected.dimensions) expect(found.embedding.coordinates.columns).toBe(expected.dimensions);
  if (expected.how) expect(found.plan.pairing.map?.how).toBe(expected.how);
  if (path.startsWith('b7') || values.embedding === 'a3-e.csv') return;
  const { columns, data } = toDense(table.features);
  const truth = Array.from(table.featureNames.keys(), () => 0);
  expect(truth.length).toBe(columns);
  const at = table.featureNames.indexOf('v0');
  const { coordinates } = found.embedding;
  for (let r = 0; r < coordinates.rows; r++) {
    expect(coordinates.data[r * coordinates.columns]).toBe(data[r * columns + at]);
  }
});
