// neighbors(): the three methods against one another and a naive oracle.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import type { Engine, Metric } from '#whymap/engine/engine.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import { createWasmEngine } from '#whymap/engine/wasm/engine.js';
import type { Matrix } from '#whymap/model.js';
import { neighbors } from '#whymap/neighbors/index.js';

/** Points around a few centers, in few effective dimensions. */
function clustered(rows: number, columns: number, seed = 1): Matrix {
  const random = createRandom(seed);
  const data = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    const [a, b, c] = [random.normal(), random.normal(), random.normal()];
    for (let j = 0; j < columns; j++) {
      data[r * columns + j] =
        4 * ((r % 5) - 2) * Math.sin(j) + a * Math.sin(2 * j) + b * Math.cos(j) + c * Math.cos(3 * j);
    }
  }
  return { rows, columns, data };
}

let wasm: Engine;
beforeAll(async () => {
  wasm = await createWasmEngine({ threads: 2 });
});
afterAll(() => wasm.close());

test('the kd-tree and the engine give the same, duplicates and ties included', async () => {
  const data = clustered(300, 3);
  for (let i = 0; i < 300 * 3; i++) data.data[i] = Math.round(data.data[i]);
  data.data.fill(1, 0, 90);
  const tree = await neighbors(data, { k: 7 });
  const blocked = await wasm.nearest(data, data, { k: 7, metric: 'euclidean', excludeSelf: true });
  expect([tree.method, tree.recall]).toEqual(['kd-tree', 1]);
  expect(tree.indices).toEqual(blocked.indices);
  expect(tree.distances).toEqual(blocked.distances);
});

test('auto is exact for few rows in many dimensions', async () => {
  const data = clustered(200, 20);
  const found = await neighbors(data, { k: 5, metric: 'cosine' }, { engine: wasm });
  const wanted = await createJsEngine().nearest(data, data, { k: 5, metric: 'cosine', excludeSelf: true });
  expect(found.method).toBe('exact');
  expect(found.indices).toEqual(wanted.indices);
});

describe.each([
  ['js', () => createJsEngine()],
  ['wasm', () => wasm],
])('approximate, %s engine', (_, engineOf) => {
  test.each(['euclidean', 'cosine', 'correlation', 'manhattan'] as const)('%s', async (metric) => {
    const engine = engineOf();
    const data = clustered(1500, 20);
    const options = { k: 10, metric, method: 'approximate' } as const;
    const found = await neighbors(data, options, { engine, seed: 3 });
    const wanted = await wasm.nearest(data, data, { k: 10, metric, excludeSelf: true });
    let shared = 0;
    for (let i = 0; i < 1500; i++) {
      const trueNeighbors = new Set(wanted.indices.subarray(i * 10, i * 10 + 10));
      const listed = [...found.indices.subarray(i * 10, i * 10 + 10)];
      expect(new Set(listed).size).toBe(10);
      shared += listed.filter((j) => trueNeighbors.has(j)).length;
    }
    expect(shared / 15000).toBeGreaterThan(0.97);
    // what is reported is what is so, within the error of a sample
    expect(Math.abs(found.recall - shared / 15000)).toBeLessThan(0.02);
    const again = await neighbors(data, options, { engine, seed: 3 });
    expect(again.indices).toEqual(found.indices);
  });

  test('distances are exact and ascending', async () => {
    const data = clustered(800, 12, 5);
    const found = await neighbors(data, { k: 6, method: 'approximate' }, { engine: engineOf() });
    for (let n = 0; n < 800 * 6; n++) {
      const [i, j] = [Math.floor(n / 6), found.indices[n]];
      let sum = 0;
      for (let c = 0; c < 12; c++) sum += (data.data[i * 12 + c] - data.data[j * 12 + c]) ** 2;
      expect(found.distances[n]).toBe(Math.fround(Math.sqrt(sum)));
      if (n % 6 > 0) expect(found.distances[n]).toBeGreaterThanOrEqual(found.distances[n - 1]);
    }
  });

  test('finds neighbors among equal rows, and among hardly more rows than neighbors', async () => {
    const equal = { rows: 300, columns: 4, data: new Float32Array(1200).fill(2) };
    const found = await neighbors(equal, { k: 5, method: 'approximate' }, { engine: engineOf() });
    expect(Math.max(...found.distances)).toBe(0);
    expect(found.recall).toBe(1);
    const few = clustered(6, 3);
    const all = await neighbors(few, { k: 5, method: 'approximate' }, { engine: engineOf() });
    expect([...all.indices.subarray(0, 5)].sort()).toEqual([1, 2, 3, 4, 5]);
  });
});

/** Share of the k exact neighbors that an approximate search by the wasm engine finds. */
async function recallOf(
  data: Matrix,
  options: { k: number; metric?: Metric; trees?: number; rounds?: number },
) {
  const { k, metric = 'euclidean' } = options;
  const wanted = await wasm.nearest(data, data, { k, metric, excludeSelf: true });
  const found = await wasm.nearestApproximate(data, { ...options, metric, random: createRandom(4) });
  let shared = 0;
  for (let i = 0; i < data.rows; i++) {
    const farthest = wanted.distances[i * k + k - 1];
    for (let n = i * k; n < i * k + k; n++) if (found.distances[n] <= farthest) shared++;
  }
  return shared / (data.rows * k);
}

test('rounds of descent find the neighbors that two random trees miss, by edges in both directions', async () => {
  const data = clustered(6000, 30);
  const recall = (rounds: number) => recallOf(data, { k: 10, trees: 2, rounds });
  expect(await recall(0)).toBeLessThan(0.95);
  expect(await recall(1)).toBeGreaterThan(0.95);
  expect(await recall(6)).toBeGreaterThan(0.999);
});

test('rows far out, tight groups and large offsets do not confuse near rows', async () => {
  const { rows, columns, data } = clustered(2000, 12);
  const recall = (change: (value: number, row: number, column: number) => number) => {
    const changed = data.map((value, at) => change(value, Math.floor(at / columns), at % columns));
    return recallOf({ rows, columns, data: changed }, { k: 8 });
  };
  // a few rows a million times farther out than others are wide: 16 bits cannot hold both
  expect(await recall((v, row) => (row % 200 === 0 ? 1e6 * v : v))).toBeGreaterThan(0.99);
  // one row in fifty in a group ten thousand times tighter
  expect(await recall((v, row) => (row % 50 === 0 ? 1e-4 * v : v))).toBeGreaterThan(0.99);
  expect(await recall((v, _, c) => v + (c === 3 ? 1e6 : 1e5))).toBeGreaterThan(0.99);
  // whole numbers of few values; every row four times
  expect(await recall((v) => Math.round(v / 4))).toBeGreaterThan(0.99);
  const repeated = { rows, columns, data: data.map((_, at) => data[at % (data.length / 4)]) };
  expect(await recallOf(repeated, { k: 8 })).toBeGreaterThan(0.99);
});

test('distances of rows that are projected first are those of all columns', async () => {
  const data = clustered(1500, 300);
  for (const metric of ['euclidean', 'correlation'] as const) {
    const exact = await wasm.nearest(data, data, { k: 6, metric, excludeSelf: true });
    const found = await wasm.nearestApproximate(data, { k: 6, metric, random: createRandom(2) });
    let same = 0;
    for (let n = 0; n < exact.indices.length; n++) {
      if (found.indices[n] !== exact.indices[n]) continue;
      expect(found.distances[n]).toBe(exact.distances[n]);
      same++;
    }
    expect(same / exact.indices.length).toBeGreaterThan(0.95);
  }
});

test('approximate neighbors are the same for any number of threads', async () => {
  const data = clustered(2500, 30);
  const wanted = await neighbors(data, { method: 'approximate' }, { engine: wasm });
  const other = await createWasmEngine({ threads: 3 });
  const found = await neighbors(data, { method: 'approximate' }, { engine: other });
  await other.close();
  expect(found.indices).toEqual(wanted.indices);
});

test('options that do not fit are refused', async () => {
  const data = clustered(10, 2);
  await expect(neighbors(data, { k: 10 })).rejects.toMatchObject({ code: 'shape' });
  await expect(neighbors(data, { k: 1.5 })).rejects.toMatchObject({ code: 'shape' });
  await expect(neighbors(data, { metric: 'hamming' as 'cosine' })).rejects.toMatchObject({ code: 'option' });
  await expect(neighbors(data, { method: 'hnsw' as 'exact' })).rejects.toMatchObject({ code: 'option' });
});
