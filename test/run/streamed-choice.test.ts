// Features chosen while an .h5ad is read are those chosen from the whole table, and all that follows is the same.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { joinEmbedding, pathSource, readEmbedding, readTable } from 'whymap/io';
import { createRandom } from '#whymap/core/random.js';
import { resolveContext } from '#whymap/engine/context.js';
import { explain } from '#whymap/lava/explain.js';
import { explainFiles, explainOptions } from '#whymap/run/explain.js';
import { readRequestedEmbedding } from '#whymap/run/inputs.js';
import { temporaryFolder } from '../cli/run.js';
import { makeAnndata } from '../io/store/make-anndata.js';

const folder = temporaryFolder();
const [rows, columns] = [300, 40];
const random = createRandom(5);
const mapCoordinates = Float32Array.from(
  { length: rows * 2 },
  (_, i) => 5 * (Math.floor(i / 2) % 3) + random.normal(),
);
// features 0 to 9 vary in pairs, others hardly or not at all; a third of the cells is zero
const values = new Float32Array(rows * columns);
for (let r = 0; r < rows; r++) {
  const shared = Math.abs(random.normal());
  for (let c = 0; c < columns; c++) {
    const scale = 0.3 + Math.abs(random.normal());
    const value = c < 10 ? 2 * shared + scale : c === 39 ? 1 : 0.2 * scale;
    values[r * columns + c] = random.below(3) === 0 ? 0 : value;
  }
}
const ids = Array.from({ length: rows }, (_, r) => `cell-${r}`);
const featureNames = Array.from({ length: columns }, (_, c) => `gene-${c}`);
const requested = { maxFeatures: 12, localitySize: 30, modules: 3, draws: 0, trust: false };
const files = {
  open: pathSource,
  exists: async (name: string) => name.endsWith('.csv'),
};

async function fromFile(path: string, embedding: string, memory?: number) {
  const context = await resolveContext({ seed: 1, memory });
  const withEmbedding = { ...requested, embedding };
  return explainFiles(path, withEmbedding, { context, files, seed: 1 });
}

async function fromWhole(path: string, embedding: Parameters<typeof readEmbedding>) {
  const table = await readTable(pathSource(path));
  const { warnings: _, ...read } = await readEmbedding(...embedding);
  const input = joinEmbedding(table, read);
  return explain(input, explainOptions(requested), { seed: 1 });
}

const layouts = ['csr', 'csc', 'dense'] as const;
test.each(layouts)(
  '%s: chosen while reading, as from the whole table, in one pass or several',
  async (layout) => {
    const path = join(folder, `${layout}.h5ad`);
    await makeAnndata(path, {
      layout,
      rows,
      columns,
      values,
      ids,
      featureNames,
      obsm: { X_map: mapCoordinates },
    });
    const whole = await fromWhole(path, [pathSource(path), { key: 'X_map' }]);
    expect(whole.featureNames).toHaveLength(12);
    const passes: number[] = [];
    for (const memory of [undefined, 30_000]) {
      const { explanation, table } = await fromFile(path, 'X_map', memory);
      expect(explanation.featureNames).toEqual(whole.featureNames);
      expect(explanation.localities).toEqual(whole.localities);
      expect(explanation.modules.loadings).toEqual(whole.modules.loadings);
      expect(explanation.warnings.map(({ code }) => code)).toContain('features-left-out');
      expect(table.features.columns).toBe(12);
      passes.push(explanation.timings.localities);
    }
    expect(passes.every((seconds) => seconds > 0)).toBe(true);
  },
);

test('an embedding of some of the samples, in another order', async () => {
  const path = join(folder, 'csr.h5ad');
  const order = [...ids.keys()].filter((r) => r % 7 !== 2 && r > 0).reverse();
  const lines = order.map((r) => `${ids[r]},${mapCoordinates[2 * r]},${mapCoordinates[2 * r + 1]}`);
  const map = join(folder, 'map.csv');
  writeFileSync(map, `id,x,y\n${lines.join('\n')}\n`);
  const whole = await fromWhole(path, [pathSource(map), {}]);
  const { explanation } = await fromFile(path, map);
  expect(explanation.rows).toBe(order.length);
  expect(explanation.featureNames).toEqual(whole.featureNames);
  expect(explanation.localities).toEqual(whole.localities);
  expect(explanation.modules.loadings).toEqual(whole.modules.loadings);
});

test('counts are asked about before anything is computed', async () => {
  const path = join(folder, 'counts.h5ad');
  const counts = values.map((value) => Math.floor(4 * value));
  await makeAnndata(path, {
    layout: 'csr',
    rows,
    columns,
    values: counts,
    ids,
    featureNames,
    obsm: { X_map: mapCoordinates },
  });
  await expect(fromFile(path, 'X_map')).rejects.toThrow('log1p-cp10k');
});

test('a missing cell is an error, also where its feature would not be chosen', async () => {
  const path = join(folder, 'missing.h5ad');
  const broken = values.slice();
  broken[5 * columns + 30] = Number.NaN;
  await makeAnndata(path, {
    layout: 'csr',
    rows,
    columns,
    values: broken,
    ids,
    featureNames,
    obsm: { X_map: mapCoordinates },
  });
  await expect(fromFile(path, 'X_map')).rejects.toThrow('gene-30');
});

test('a key inside a Zarr folder whose name is given with a slash at its end', async () => {
  const store = join(import.meta.dirname, '../../fixtures/io/tables/anndata.zarr/');
  const work = { context: await resolveContext(), files: { open: pathSource, exists: async () => false } };
  const { coordinates } = await readRequestedEmbedding(store, { embedding: 'umap' }, work);
  expect(coordinates.columns).toBe(2);
});
