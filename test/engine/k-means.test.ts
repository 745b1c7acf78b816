// Weighted k-means: every engine, and by comparing every sample with every center.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildKdTree } from '#whymap/core/kd-tree.js';
import { createRandom } from '#whymap/core/random.js';
import type { Engine } from '#whymap/engine/engine.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import type { Matrix } from '#whymap/model.js';
import { ENGINES } from './engines.js';

type Kind = 'blobs' | 'lattice' | 'same' | 'far' | 'tiny';

/** Points with what upsets searches: ties on a lattice, duplicates, two groups very far apart, and squares that float32 cannot hold. */
function points(kind: Kind, rows: number, columns: number, seed = 1): Matrix {
  const random = createRandom(seed);
  const one = (r: number) => {
    if (kind === 'same') return 2;
    if (kind === 'lattice') return random.below(9);
    if (kind === 'tiny') return 1e-22 * random.normal();
    return (kind === 'far' ? 1e6 * (r % 2) : 4 * (r % 5)) + random.normal();
  };
  const data = Float32Array.from({ length: rows * columns }, (_, i) => one(Math.floor(i / columns)));
  return { rows, columns, data };
}

/** By definition: each sample is of the first of the nearest centers, and these move to the weighted means. */
function byComparing(
  samples: Float32Array,
  weights: Float64Array,
  start: Matrix,
  { iterations, tolerance }: { iterations: number; tolerance: number },
): Matrix {
  const d = start.columns;
  const centers = start.data.slice();
  const squared = (p: number, c: number) => {
    let sum = 0;
    for (let i = 0; i < d; i++) sum += (samples[p * d + i] - centers[c * d + i]) ** 2;
    return sum;
  };
  for (let iteration = 0; iteration < iterations; iteration++) {
    const sums = new Float64Array(centers.length);
    const mass = new Float64Array(start.rows);
    const of = Int32Array.from(weights, (weight, p) => {
      let best = 0;
      for (let c = 1; c < start.rows; c++) if (squared(p, c) < squared(p, best)) best = c;
      mass[best] += weight;
      for (let i = 0; i < d; i++) sums[best * d + i] += weight * samples[p * d + i];
      return best;
    });
    let moved = 0;
    sums.forEach((sum, at) => {
      const total = mass[Math.floor(at / d)];
      if (!(total > 0)) return;
      const value = Math.fround(sum / total);
      moved += (value - centers[at]) ** 2;
      centers[at] = value;
    });
    const spread = of.reduce((sum, c, p) => sum + squared(p, c), 0) / of.length;
    if (spread === 0 || Math.sqrt(moved / start.rows / spread) < tolerance) break;
  }
  return { ...start, data: centers };
}

for (const [name, create] of Object.entries({ js: async () => createJsEngine(), ...ENGINES })) {
  describe(name, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await create();
    });
    afterAll(() => engine.close());

    const weightsOf = (rows: number) => {
      const random = createRandom(5);
      return Float64Array.from({ length: rows }, () => (random.below(9) === 0 ? 0 : random.uniform()));
    };

    test.each(['blobs', 'lattice', 'same', 'far', 'tiny'] as const)(
      'moves centers among %s',
      async (kind) => {
        const weights = weightsOf(700);
        for (const columns of [1, 2, 3]) {
          const tree = buildKdTree(points(kind, 700, columns));
          for (const count of [1, 2, 15, 90]) {
            // the second start has all centers in one place, from which they travel far
            const beside = points(kind, count, columns, 2).data.map(
              (x, i) => tree.coordinates[i % columns] + 1e-3 * x,
            );
            for (const data of [points(kind, count, columns, 2).data, beside]) {
              const start = { rows: count, columns, data };
              for (const iterations of [1, 2, 7]) {
                const options = { iterations, tolerance: 0 };
                const moved = await engine.kMeans(tree, weights, start, options);
                expect(moved.data, `${columns} columns, ${count} centers, ${iterations} iterations`).toEqual(
                  byComparing(tree.coordinates, weights, start, options).data,
                );
              }
            }
          }
        }
      },
    );

    test('has centers in several leaves and groups of leaves, and ends once they have settled', async () => {
      const tree = buildKdTree(points('blobs', 3000, 2));
      const weights = weightsOf(3000);
      const start = points('blobs', 400, 2, 2);
      for (const options of [
        { iterations: 9, tolerance: 0 },
        { iterations: 9, tolerance: 0.2 },
      ]) {
        const moved = await engine.kMeans(tree, weights, start, options);
        expect(moved.data).toEqual(byComparing(tree.coordinates, weights, start, options).data);
        expect(start.data).toEqual(points('blobs', 400, 2, 2).data);
      }
    });
  });
}
