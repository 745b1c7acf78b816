// The graph of n-neighborhoods: the definition, sample by sample, and every engine to the last bit.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildKdTree } from '#whymap/core/kd-tree.js';
import { createRandom } from '#whymap/core/random.js';
import type { Engine } from '#whymap/engine/engine.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import { createNeighborhoodGraph } from '#whymap/engine/wasm/neighborhoods/graph.js';
import { createRuntime } from '#whymap/engine/wasm/runtime/runtime.js';
import type { Matrix } from '#whymap/model.js';
import { ENGINES } from './engines.js';

const js = createJsEngine();

/** Maps of every awkward kind: plain, groups far apart, on a grid (ties), all in one point, on a line, in three dimensions. */
function mapsOf(rows: number): Record<string, Matrix> {
  const random = createRandom(rows, 'maps');
  const made = (columns: number, at: (i: number, c: number) => number): Matrix => ({
    ...{ rows, columns },
    data: Float32Array.from({ length: rows * columns }, (_, p) => at(Math.floor(p / columns), p % columns)),
  });
  return {
    plain: made(2, () => random.normal()),
    groups: made(2, (i) => 1000 * (i % 5) + random.normal()),
    grid: made(2, (i, c) => (c === 0 ? i % 7 : Math.floor(i / 7) % 9)),
    point: made(2, () => 0.5),
    line: made(1, () => random.uniform() ** 3),
    space: made(3, () => random.normal()),
  };
}

/** By definition: all distances, the n smallest, ties by row. */
function byDefinition({ rows, columns, data }: Matrix, n: number) {
  const indegree = new Float64Array(rows);
  const meanDistance = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const squared = Float64Array.from({ length: rows }, (_, j) => {
      let sum = 0;
      for (let c = 0; c < columns; c++) sum += (data[j * columns + c] - data[i * columns + c]) ** 2;
      return sum;
    });
    const nearest = [...squared.keys()].sort((a, b) => squared[a] - squared[b] || a - b).slice(0, n);
    for (const j of nearest) indegree[j]++;
    meanDistance[i] = nearest.reduce((sum, j) => sum + Math.sqrt(squared[j]), 0) / n;
  }
  return { indegree, meanDistance };
}

test('js equals the definition', async () => {
  for (const [kind, map] of Object.entries(mapsOf(150))) {
    for (const n of [1, 7, 40, 150]) {
      const found = await js.neighborhoodGraph(buildKdTree(map), n);
      const wanted = byDefinition(map, n);
      expect(found.indegree, kind).toEqual(wanted.indegree);
      found.meanDistance.forEach((value, i) => {
        expect(value).toBeCloseTo(wanted.meanDistance[i], 9);
      });
    }
  }
});

for (const [name, create] of Object.entries(ENGINES)) {
  describe(name, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await create();
    });
    afterAll(() => engine.close());

    test('gives the bytes of js', async () => {
      for (const rows of [1, 2, 16, 17, 150, 600]) {
        for (const [kind, map] of Object.entries(mapsOf(rows))) {
          for (const n of [1, 7, 40, 150].filter((size) => size <= rows)) {
            const tree = buildKdTree(map);
            const found = await engine.neighborhoodGraph(tree, n);
            expect(found, `${kind}, ${rows} samples, n ${n}`).toEqual(await js.neighborhoodGraph(tree, n));
            const queries = { ...map, rows: Math.min(9, rows), data: map.data.subarray(0, 9 * map.columns) };
            const moved = { ...queries, data: queries.data.map((value, i) => value + (i % 3) * 0.3) };
            for (const points of [queries, moved]) {
              const nearest = await engine.nearestInTree(tree, points, n);
              expect(nearest, kind).toEqual(await js.nearestInTree(tree, points, n));
              const times = await engine.countNearest(tree, points, n);
              expect(times, kind).toEqual(await js.countNearest(tree, points, n));
            }
          }
        }
      }
    });
  });
}

test('gives the bytes of js where few ranges are in work at once', async () => {
  const runtime = await createRuntime({ threads: 3, memory: 2 ** 28, shared: true, reclaim: () => false });
  try {
    for (const bytes of [0, 5 * 4 * 600]) {
      const graphOf = createNeighborhoodGraph(runtime, bytes);
      const told: number[] = [];
      const watch = { checkpoint: async () => {}, progress: (done: number) => void told.push(done) };
      const tree = buildKdTree(mapsOf(600).groups);
      expect(await graphOf(tree, 40, watch)).toEqual(await js.neighborhoodGraph(tree, 40));
      expect(told).toEqual([...told].sort((a, b) => a - b));
    }
  } finally {
    await runtime.close();
  }
});
