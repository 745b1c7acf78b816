// Which values travel with a report, and that it tells nothing of the machine.
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import {
  bytesFromBase64,
  EXPLANATION_ELEMENT,
  type FeatureValuesOptions,
  renderReport,
  withFeatureValues,
} from 'whymap/viewer';
import { createRandom } from '#whymap/core/random.js';
import { decodeExplanation } from '#whymap/io/explanation-file.js';
import type { Explanation, Table } from '#whymap/model.js';
import { reportPieces } from '#whymap/report/report.js';
import { shownExplanation } from '#whymap/run/explain.js';
import { madeMap } from '../../bench/made-map.mjs';

const ROWS = 2000;
const made = madeMap(ROWS) as Explanation;
const columns = made.featureNames.length;

/** A table of the made explanation's features by a formula. */
function tableOf(value: (row: number, column: number) => number): Table {
  const data = Float32Array.from({ length: ROWS * columns }, (_, at) =>
    value(Math.floor(at / columns), at % columns),
  );
  return {
    features: { rows: ROWS, columns, data },
    featureNames: made.featureNames,
    ids: null,
    labels: null,
    source: { name: '/home/somebody/secret/cells.h5ad', sha256: null },
    dropped: { rows: 0, features: [] },
    warnings: [],
  };
}
const random = createRandom(3).stream('values');
const dense = tableOf(() => random.normal());

function valuesOf(table: Table, options: FeatureValuesOptions) {
  const { values } = withFeatureValues(made, table, options);
  if (!values) throw new Error('no values');
  return values;
}

test('what fits is taken whole; a budget of compressed bytes is kept and used, by the compressor itself', () => {
  const all = valuesOf(dense, {});
  expect([...all.features]).toEqual(Array.from({ length: columns }, (_, c) => c));
  const maxPacked = 60_000;
  const some = valuesOf(dense, { maxPacked });
  const packed = gzipSync(some.data).length;
  expect(packed).toBeLessThan(1.02 * maxPacked);
  // one more feature of about 7 kB would not have fitted
  expect(packed).toBeGreaterThan(maxPacked - 2 * (packed / some.features.length));
  expect(some.data.length).toBe(some.features.length * ROWS);
});

test('values that are kept are exact, and those of the features that lead the modules come first', () => {
  const { features, data } = valuesOf(dense, { maxPacked: 130_000 });
  expect(features.length).toBeLessThan(columns);
  const table = dense.features as { data: Float32Array };
  features.forEach((feature, at) => {
    for (let row = 0; row < ROWS; row += 37) {
      expect(data[at * ROWS + row]).toBe(table.data[row * columns + feature]);
    }
  });
  const leading = new Set(made.descriptions.map(({ topFeatures }) => topFeatures[0].feature));
  expect([...leading].filter((feature) => !features.includes(feature))).toEqual([]);
  expect([...features]).toEqual([...features].sort((a, b) => a - b));
});

test('values belong to the features that were explained where a table has more columns, in any order', () => {
  const { data } = dense.features as { data: Float32Array };
  // the explained columns in reverse order behind one that was left out
  const wide = Float32Array.from({ length: ROWS * (columns + 1) }, (_, at) => {
    const [row, column] = [Math.floor(at / (columns + 1)), at % (columns + 1)];
    return column === 0 ? -1 : data[row * columns + columns - column];
  });
  const table: Table = {
    ...dense,
    features: { rows: ROWS, columns: columns + 1, data: wide },
    featureNames: ['left out', ...[...made.featureNames].reverse()],
  };
  const found = shownExplanation(made, table).values;
  const expected = valuesOf(dense, {});
  if (!found) throw new Error('no values');
  expect([...found.features]).toEqual([...expected.features]);
  // a boolean, since the difference of two such arrays takes minutes to print
  expect(found.data.every((value, at) => value === expected.data[at])).toBe(true);
});

test('sparse counts and constants cost what they compress to', () => {
  const sparse = tableOf((row, column) => ((row * 7 + column) % 10 === 0 ? (row % 5) + 1 : 0));
  expect(valuesOf(sparse, { maxPacked: 60_000 }).features.length).toBe(columns);
  expect(
    valuesOf(
      tableOf(() => 0.1),
      { maxPacked: 1 },
    ).features.length,
  ).toBe(0);
  expect(
    valuesOf(
      tableOf(() => 0),
      { maxPacked: 1 },
    ).features.length,
  ).toBe(columns);
});

test('a report names files and no folder of the machine; the file of the explanation keeps paths in its options only', () => {
  const source = { name: '/home/somebody/secret/cells.h5ad', sha256: null };
  const explanation: Explanation = {
    ...made,
    embedding: { ...made.embedding, source },
    options: {
      seed: 0,
      embedding: 'X_umap',
      labels: 'C:\\secret\\labels.csv',
      featureNames: '../secret/n.txt',
    },
    warnings: [{ code: 'joined-by-id', message: `Table and map are in ${source.name}: 2000 rows.` }],
  };
  const shown = shownExplanation(explanation, dense);
  expect(shown.embedding.source.name).toBe('cells.h5ad');
  expect(shown.warnings[0].message).toBe('Table and map are in cells.h5ad: 2000 rows.');
  expect(shown.options.labels).toBe('C:\\secret\\labels.csv');
  const html = renderReport(shown);
  const marked = html.slice(html.indexOf(`id="${EXPLANATION_ELEMENT}"`));
  const base64 = marked.slice(marked.indexOf('>') + 1, marked.indexOf('</script>'));
  const held = decodeExplanation(new Uint8Array(gunzipSync(bytesFromBase64(base64))));
  expect(held.options).toEqual({ seed: 0, embedding: 'X_umap', labels: 'labels.csv', featureNames: 'n.txt' });
  expect(html + JSON.stringify({ ...held, samplePresence: 0, localities: 0, values: 0 })).not.toContain(
    'secret',
  );
});

test('a page is the same whether its explanation is compressed at once or while it is written', async () => {
  const textOf = async (atOnce: number): Promise<string> => {
    let text = '';
    for await (const piece of reportPieces(made, { title: 'one', atOnce })) text += piece;
    return text;
  };
  // a boolean, since the difference of two such texts takes minutes to print
  expect((await textOf(0)) === (await textOf(2 ** 30))).toBe(true);
});
