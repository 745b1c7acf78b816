// embed as its users meet it: quality, determinism, runs that are watched, changed and stopped, odd inputs.
import { expect, test } from 'vitest';
import {
  advanceEmbedding,
  bestSnapshot,
  change,
  type EmbedOptions,
  embed,
  finishEmbedding,
  methodNames,
  snapshot,
  startEmbedding,
  tableOf,
  transform,
} from '#whymap/dr/index.js';
import { resolveContext } from '#whymap/engine/context.js';
import { CancelledError, OptionError, ShapeError, WhymapError } from '#whymap/errors.js';
import type { Matrix } from '../../src/model.js';
import { clusters, context, gaussianData, matrixOf, table } from './data.js';

/** Share of samples whose nearest other sample in the embedding has their label. */
function nearestAgrees(values: Float64Array, dimensions: number, labels: Int32Array): number {
  let agree = 0;
  for (let i = 0; i < labels.length; i++) {
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let j = 0; j < labels.length; j++) {
      let squared = 0;
      for (let k = 0; k < dimensions; k++)
        squared += (values[i * dimensions + k] - values[j * dimensions + k]) ** 2;
      if (j !== i && squared < least) [best, least] = [j, squared];
    }
    if (labels[best] === labels[i]) agree++;
  }
  return agree / labels.length;
}

const { features, labels } = clusters(240, 12, 4, 5);
const short: Partial<Record<string, EmbedOptions>> = {
  umap: { steps: 150 },
  tsne: { steps: 300, earlyExaggerationSteps: 100, perplexity: 15 },
  isomap: { nNeighbors: 80 },
  lle: { nNeighbors: 80 },
  'dk-lle': { steps: 150 },
};
const optionsOf = (method: (typeof methodNames)[number]): EmbedOptions => ({ method, ...short[method] });

for (const method of methodNames) {
  test(`${method} keeps clusters together, in one to three dimensions, the same for the same seed`, async () => {
    for (const dimensions of method === 'umap' || method === 'tsne' ? [1, 2, 3] : [2, 3]) {
      const options = { ...optionsOf(method), dimensions };
      const first = await embed(table(features), options, context(1));
      expect(first.embedding.coordinates).toMatchObject({ rows: 240, columns: dimensions });
      expect(first.values.every(Number.isFinite)).toBe(true);
      if (dimensions > 1 && method !== 'lle')
        expect(nearestAgrees(first.values, dimensions, labels)).toBeGreaterThan(0.95);
      const again = await embed(table(features), options, context(1));
      expect(again.values).toEqual(first.values);
    }
  });
}

for (const method of ['umap', 'tsne'] as const) {
  test(`${method} takes neighbors computed before, and gives the same with them`, async () => {
    const c = context(2);
    const neighbors = await c.engine.nearest(features, features, {
      k: 60,
      metric: 'cosine',
      excludeSelf: true,
    });
    const options = { ...optionsOf(method), steps: 30 };
    const withoutNeighbors = await embed(table(features), { ...options, metric: 'cosine' }, context(2));
    const passed = await embed(table(features), { ...options, metric: 'cosine', neighbors }, context(2));
    expect(passed.values).toEqual(withoutNeighbors.values);
    const few = {
      ...neighbors,
      k: 2,
      indices: neighbors.indices.slice(0, 480),
      distances: neighbors.distances.slice(0, 480),
    };
    await expect(embed(table(features), { ...options, neighbors: few }, c)).rejects.toThrow(ShapeError);
  });
}

test('a run can be stepped, watched and changed; snapshots stay as they were', async () => {
  const c = context(3);
  const run = await startEmbedding(table(features), { method: 'umap', steps: 60 }, c);
  await advanceEmbedding(run, c, 20);
  const early = snapshot(run.run!);
  const kept = early.y.slice();
  expect(early.step).toBe(20);
  change(run.run!, { repulsionStrength: 3 });
  await advanceEmbedding(run, c);
  expect(run.run!.step).toBe(60);
  expect(early.y).toEqual(kept);
  const changed = finishEmbedding(run);
  const plain = await embed(table(features), { method: 'umap', steps: 60 }, context(3));
  expect(changed.values).not.toEqual(plain.values);
  expect(() => change(run.run!, { perplexity: 4 })).toThrow(OptionError);
  expect(() => change(run.run!, { learningRate: Number.NaN })).toThrow(OptionError);
});

test('stepping one by one gives the bytes of a run in one go', async () => {
  for (const method of ['umap', 'tsne', 'pca'] as const) {
    const options: EmbedOptions = { method, solve: 'forces', steps: 40 };
    const whole = await embed(table(features), options, context(4));
    const c = context(4);
    const run = await startEmbedding(table(features), options, c);
    for (let step = 0; step < 40; step++) await advanceEmbedding(run, c, 1);
    expect(finishEmbedding(run).values).toEqual(whole.values);
  }
});

test('cancelling stops at once and keeps what there is', async () => {
  const controller = new AbortController();
  const c = await resolveContext({
    signal: controller.signal,
    onProgress: ({ stage, done }) => {
      if (stage === 'embedding' && done >= 0.02) controller.abort();
    },
  });
  const run = await startEmbedding(table(features), { method: 'tsne', perplexity: 10, steps: 5000 }, c);
  await expect(advanceEmbedding(run, c)).rejects.toThrow(CancelledError);
  expect(run.run!.step).toBeGreaterThan(50);
  expect(run.run!.step).toBeLessThan(1000);
  expect(bestSnapshot(run.run!).y.every(Number.isFinite)).toBe(true);
  expect(finishEmbedding(run).steps).toBe(run.run!.step);
});

test('reports a diverging run as a step that is too long', async () => {
  const options = { method: 'pca', solve: 'forces', learningRate: 5 } as const;
  await expect(embed(table(features), options, context())).rejects.toThrow(/learningRate 5/);
});

test('transform returns embedded samples to their coordinates (PCA) and places new ones beside similar samples (UMAP)', async () => {
  const pca = await embed(table(features), { method: 'pca' }, context());
  const same = await transform(pca.model!, table(features), context());
  same.coordinates.data.forEach((value, at) => {
    expect(value).toBeCloseTo(pca.values[at], 3);
  });
  const umap = await embed(table(features), optionsOf('umap'), context(1));
  const before = umap.values.slice();
  const moved = matrixOf(240, 12, (r, c) => features.data[r * 12 + c] + 0.01);
  const transformed = await transform(umap.model!, table(moved), context(1));
  expect(umap.values).toEqual(before);
  const both = Float64Array.from([...umap.values, ...transformed.coordinates.data]);
  expect(nearestAgrees(both, 2, Int32Array.from([...labels, ...labels]))).toBeGreaterThan(0.95);
  const narrow = tableOf({ rows: 1, columns: 3, data: new Float32Array(3) });
  await expect(transform(pca.model!, narrow, context())).rejects.toThrow(ShapeError);
});

test('sparse features give the PCA of the same dense ones', async () => {
  const dense = matrixOf(60, 9, (r, c) => ((r * c) % 4 === 1 ? r + c : 0));
  const at = [...dense.data.keys()].filter((i) => dense.data[i] !== 0);
  const offsets = Float64Array.from({ length: 61 }, (_, r) => at.filter((i) => i < r * 9).length);
  const indices = Int32Array.from(at, (i) => i % 9);
  const sparse = {
    rows: 60,
    columns: 9,
    offsets,
    indices,
    values: Float32Array.from(at, (i) => dense.data[i]),
  };
  for (const solve of ['spectral', 'forces'] as const) {
    const a = await embed(table(dense), { method: 'pca', solve }, context());
    const b = await embed(tableOf(sparse), { method: 'pca', solve }, context());
    b.values.forEach((value, i) => {
      expect(value).toBeCloseTo(a.values[i], 6);
    });
  }
});

const odd: [string, Matrix][] = [
  ['2 samples', gaussianData(2, 4, 1)],
  ['3 samples', gaussianData(3, 4, 1)],
  ['1 feature', gaussianData(30, 1, 1)],
  ['constant data', matrixOf(20, 3, () => 2)],
  ['duplicates', matrixOf(40, 3, (r, c) => Math.sin((r % 8) * 3 + c))],
  ['two groups far apart', matrixOf(40, 3, (r, c) => (r % 2) * 1e3 + Math.sin(r * 3 + c))],
  ['huge values', matrixOf(30, 3, (r, c) => 1e15 * Math.sin(r * 3 + c))],
  ['tiny values', matrixOf(30, 3, (r, c) => 1e-15 * Math.sin(r * 3 + c))],
];

for (const [name, matrix] of odd) {
  for (const method of methodNames) {
    test(`${name} under ${method}: finite coordinates, or an error that says what to do`, async () => {
      const options: EmbedOptions = {
        method,
        ...(method === 'tsne' || method === 'umap' ? { steps: 60 } : {}),
      };
      const result = await embed(table(matrix), options, context()).catch((error: unknown) => error);
      if (result instanceof WhymapError) {
        expect(result.remedy.length).toBeGreaterThan(10);
        return;
      }
      expect(result).not.toBeInstanceOf(Error);
      const { values, warnings } = result as Awaited<ReturnType<typeof embed>>;
      expect(values.every(Number.isFinite)).toBe(true);
      if (name === 'constant data') expect(warnings.map((w) => w.code)).toContain('constant-data');
      expect(['two groups far apart isomap', 'two groups far apart lle']).not.toContain(`${name} ${method}`);
      if (name === '3 samples' && method !== 'pca' && method !== 'mds') {
        expect(warnings.map((w) => w.code).some((code) => code.endsWith('-reduced'))).toBe(true);
      }
    });
  }
}

test('more neighbors than there are samples: an error that says how many there may be, for every graph method', async () => {
  const few = gaussianData(8, 4, 1);
  for (const method of ['isomap', 'lle', 'dk-lle', 'umap'] as const) {
    const failure = embed(table(few), { method, nNeighbors: 9 }, context());
    await expect(failure).rejects.toThrow(/nNeighbors 9 for 8 samples/);
    const most = method === 'umap' ? 8 : 7;
    const result = await embed(table(few), { method, nNeighbors: most }, context());
    expect(result.values.every(Number.isFinite)).toBe(true);
  }
});

test('a run ends with its best coordinates after a harmful change of parameters', async () => {
  const c = context(5);
  const run = await startEmbedding(table(features), { method: 'pca', solve: 'forces', steps: 400 }, c);
  await advanceEmbedding(run, c, 200);
  change(run.run!, { learningRate: 1.4 });
  await advanceEmbedding(run, c, 60);
  const { losses } = run.run!;
  const best = bestSnapshot(run.run!);
  expect(losses.at(-1)).toBeGreaterThan(best.loss * (1 + 1e-6));
  expect(best.loss / Math.min(...losses)).toBeCloseTo(1, 11);
  expect(best.step).toBeLessThanOrEqual(200);
  expect(finishEmbedding(run).values).toEqual(best.y);
});

test('throws a typed error for input that cannot be embedded', async () => {
  const cases: [Matrix, EmbedOptions, typeof OptionError | typeof ShapeError, RegExp][] = [
    [gaussianData(1, 3, 1), {}, ShapeError, /1 samples/],
    [features, { method: 'isomap', nNeighbors: 2 }, OptionError, /pieces/],
    [features, { method: 'umap', nNeighbors: 241 }, OptionError, /nNeighbors 241/],
    [features, { method: 'tsne', perplexity: 240 }, OptionError, /perplexity 240/],
    [features, { method: 'tsne', nNeighbors: 4 }, OptionError, /nNeighbors with method tsne/],
    [features, { method: 'pca', dimensions: 0 }, OptionError, /dimensions 0/],
    [features, { method: 'umap', solve: 'spectral' }, OptionError, /solve spectral/],
    [features, { method: 'umap', init: matrixOf(3, 2, () => 0) }, ShapeError, /3 x 2/],
    [features, { method: 'wrong' as 'pca' }, OptionError, /wrong/],
  ];
  for (const [matrix, options, kind, message] of cases) {
    const failure = embed(table(matrix), options, context());
    await expect(failure).rejects.toThrow(kind);
    await expect(failure).rejects.toThrow(message);
  }
  const hole = matrixOf(5, 2, (r, c) => (r === 3 && c === 1 ? Number.NaN : r));
  await expect(embed(table(hole), { method: 'pca' }, context())).rejects.toThrow('row 3, feature f1');
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    for (const at of [0, 5, 14]) {
      const one = matrixOf(5, 3, (r, c) => (3 * r + c === at ? value : 1e38));
      await expect(embed(table(one), { method: 'pca' }, context())).rejects.toThrow(
        `${value} at row ${Math.floor(at / 3)}, feature f${at % 3}`,
      );
    }
  }
});
