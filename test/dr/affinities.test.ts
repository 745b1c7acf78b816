// Input affinities against umap-learn 0.5.3 and scikit-learn 1.2.1, and against what defines them.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { fitCurve } from '#whymap/dr/affinities/curve-parameters.js';
import { bandwidths, fuzzyUnion, memberships } from '#whymap/dr/affinities/fuzzy-simplicial-set.js';
import { geodesics, type WeightedGraph } from '#whymap/dr/affinities/geodesic.js';
import { conditionalProbabilities, jointProbabilities } from '#whymap/dr/affinities/perplexity.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import { unwatched } from '#whymap/engine/watch.js';
import type { Neighbors } from '../../src/model.js';
import { dataOf, references } from './references.js';

/** umap-learn's lists without the samples themselves, which are not always first among duplicates. */
function storedNeighbors(): Neighbors {
  const { nNeighbors, indices, distances } = references.fuzzy;
  const rows = indices.length / nNeighbors;
  const kept = Array.from({ length: rows }, (_, i) => {
    const all = Array.from({ length: nNeighbors }, (_, p) => i * nNeighbors + p);
    return all.filter((at) => indices[at] !== i);
  });
  return {
    rows,
    k: nNeighbors - 1,
    indices: Int32Array.from(kept.flatMap((list) => list.map((at) => indices[at]))),
    distances: Float32Array.from(kept.flatMap((list) => list.map((at) => distances[at]))),
  };
}

test('bandwidths equal umap-learn to 1e-4, also for a broken local connectivity', () => {
  const neighbors = storedNeighbors();
  for (const name of ['standard', 'connected']) {
    const { localConnectivity, sigmas, rhos } = references.fuzzy[name];
    const own = bandwidths(neighbors, localConnectivity);
    sigmas.forEach((sigma: number, i: number) => {
      expect(Math.abs(own.sigmas[i] - sigma)).toBeLessThan(1e-4 * sigma);
      expect(Math.abs(own.rhos[i] - rhos[i])).toBeLessThan(1e-5);
    });
  }
});

/** The bandwidth by bisection alone, with a sum at every step. */
function bisected(row: readonly number[], rho: number, target: number): number {
  let [low, high, sigma] = [0, Number.POSITIVE_INFINITY, 1];
  for (let iteration = 0; iteration < 64; iteration++) {
    const psum = row.reduce((sum, d) => sum + (d - rho > 0 ? Math.exp(-(d - rho) / sigma) : 1), 0);
    if (Math.abs(psum - target) < 1e-5) break;
    if (psum > target) high = sigma;
    else low = sigma;
    sigma = high < Number.POSITIVE_INFINITY ? (low + high) / 2 : 2 * sigma;
  }
  return sigma;
}

test('steps without a sum change no bit of a bandwidth: ties, zeros, tiny and huge distances', () => {
  const distance = fc.oneof(
    fc.constantFrom(0, 1, 1e-30, 1e30),
    fc.double({ min: 0, max: 4, noNaN: true }),
    fc.double({ min: 700, max: 2000, noNaN: true }),
  );
  const lists = fc
    .tuple(fc.integer({ min: 1, max: 20 }), fc.constantFrom(1e-9, 1, 1e6))
    .chain(([k, scale]) => {
      const row = fc.array(distance, { minLength: k, maxLength: k });
      return fc.array(
        row.map((d) =>
          Array.from(
            Float32Array.from(
              d.sort((a, b) => a - b),
              (x) => x * scale,
            ),
          ),
        ),
        { minLength: 1, maxLength: 8 },
      );
    });
  fc.assert(
    fc.property(lists, fc.constantFrom(0, 0.4, 1, 1.5, 3), (rows, localConnectivity) => {
      const k = rows[0].length;
      const distances = Float32Array.from(rows.flat());
      const neighbors = { rows: rows.length, k, indices: new Int32Array(distances.length), distances };
      const { sigmas, rhos } = bandwidths(neighbors, localConnectivity);
      const mean = distances.reduce((sum, d) => sum + d, 0) / (rows.length * (k + 1));
      for (const [i, row] of rows.entries()) {
        const floor = 1e-3 * (rhos[i] > 0 ? row.reduce((sum, d) => sum + d, 0) / (k + 1) : mean);
        expect(sigmas[i]).toBe(Math.max(floor, bisected(row, rhos[i], Math.log2(k + 1))));
        const apart = row.filter((d) => d > 0);
        const rho = [0, ...apart].at(Math.min(apart.length, Math.floor(localConnectivity)))!;
        if (Number.isInteger(localConnectivity)) expect(rhos[i]).toBe(rho);
      }
    }),
    { numRuns: 300 },
  );
});

test('memberships equal umap-learn to 1e-4, as union and mixed with intersection', () => {
  const neighbors = storedNeighbors();
  for (const name of ['union', 'mixed']) {
    const stored = references.fuzzy[name];
    const graph = fuzzyUnion(
      neighbors,
      memberships(neighbors, bandwidths(neighbors, 1)),
      stored.setOpMixRatio,
    );
    expect([...graph.offsets]).toEqual(stored.offsets);
    expect([...graph.indices]).toEqual(stored.indices);
    stored.values.forEach((value: number, at: number) => {
      expect(Math.abs(graph.values[at] - value)).toBeLessThan(1e-4);
    });
  }
});

test('a and b equal umap-learn to 1e-4', () => {
  for (const [spread, minDist, a, b] of references.curve) {
    const curve = fitCurve(spread, minDist);
    expect(Math.abs(curve.a - a) / a).toBeLessThan(1e-4);
    expect(Math.abs(curve.b - b)).toBeLessThan(1e-4);
  }
});

test('rows of P reach the requested perplexity to 1e-5 and equal scikit-learn to its 1e-4', async () => {
  const features = dataOf('blobs');
  const { k, row0, row128, ...stored } = references.perplexity;
  const options = { k, metric: 'euclidean', excludeSelf: true } as const;
  const neighbors = await createJsEngine().nearest(features, features, options);
  for (const perplexity of [2, stored.perplexity, 30, 44]) {
    const p = conditionalProbabilities(neighbors, perplexity);
    for (let i = 0; i < neighbors.rows; i++) {
      const row = p.subarray(i * k, (i + 1) * k);
      const entropy = -row.reduce((sum, value) => sum + (value > 0 ? value * Math.log2(value) : 0), 0);
      expect(Math.abs(2 ** entropy - perplexity)).toBeLessThan(1e-5);
      expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
    }
  }
  const p = conditionalProbabilities(neighbors, stored.perplexity);
  for (const [row, values] of [
    [0, row0],
    [128, row128],
  ]) {
    values.forEach((value: number, at: number) => {
      expect(Math.abs(p[row * k + at] - value)).toBeLessThan(1e-4);
    });
  }
  const joint = jointProbabilities(neighbors, p);
  expect(joint.values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
});

test('ends at equal probabilities where ties allow no bandwidth', () => {
  const neighbors = {
    rows: 2,
    k: 3,
    indices: Int32Array.from([1, 1, 1, 0, 0, 0]),
    distances: new Float32Array(6),
  };
  expect([...conditionalProbabilities(neighbors, 2)]).toEqual(new Array(6).fill(1 / 3));
});

test('geodesics equal Floyd-Warshall', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 25 }), fc.integer(), async (rows, seed) => {
      const random = createRandom(seed);
      const length = Array.from({ length: rows }, () =>
        new Array<number>(rows).fill(Number.POSITIVE_INFINITY),
      );
      const link = (i: number, j: number) => {
        length[i][j] = length[j][i] = Math.floor(10 * random.uniform());
      };
      for (let i = 1; i < rows; i++) link(i, random.below(i));
      for (let extra = 0; extra < rows; extra++) {
        const [i, j] = [random.below(rows), random.below(rows)];
        if (i !== j) link(i, j);
      }
      const found = await geodesics(graphOf(length), 1, unwatched);
      for (let i = 0; i < rows; i++) length[i][i] = 0;
      for (let k = 0; k < rows; k++) {
        for (let i = 0; i < rows; i++) {
          for (let j = 0; j < rows; j++) length[i][j] = Math.min(length[i][j], length[i][k] + length[k][j]);
        }
      }
      expect([...found]).toEqual(length.flat());
    }),
    { numRuns: 40, seed: 2 },
  );
});

function graphOf(length: number[][]): WeightedGraph {
  const lists = length.map((row) => row.map((w, j) => [j, w]).filter(([, w]) => Number.isFinite(w)));
  const offsets = [0];
  for (const list of lists) offsets.push(offsets[offsets.length - 1] + list.length);
  return {
    rows: length.length,
    offsets: Float64Array.from(offsets),
    indices: Int32Array.from(lists.flat().map(([j]) => j)),
    weights: Float64Array.from(lists.flat().map(([, w]) => w)),
  };
}
