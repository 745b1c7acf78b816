// The nearest center of every sample while centers move: every engine, and by comparing all centers.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildKdTree } from '#whymap/core/kd-tree.js';
import { createRandom } from '#whymap/core/random.js';
import type { Engine } from '#whymap/engine/engine.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import type { Matrix } from '#whymap/model.js';
import { ENGINES } from './engines.js';

type Kind = 'blobs' | 'lattice' | 'same' | 'far';

/** Points with what upsets searches: ties on a lattice, duplicates, and two groups very far apart. */
function points(kind: Kind, rows: number, columns: number, seed = 1): Matrix {
  const random = createRandom(seed);
  const one = (r: number) => {
    if (kind === 'same') return 2;
    if (kind === 'lattice') return random.below(9);
    return (kind === 'far' ? 1e6 * (r % 2) : 4 * (r % 5)) + random.normal();
  };
  const data = Float32Array.from({ length: rows * columns }, (_, i) => one(Math.floor(i / columns)));
  return { rows, columns, data };
}

/** Nothing found yet. */
const unknown = (rows: number) => ({
  center: new Int32Array(rows).fill(-1),
  upper: new Float64Array(rows),
  lower: new Float64Array(rows),
});

/** By definition: the first of the nearest. */
function nearestByComparing(samples: Float32Array, centers: Matrix): Int32Array {
  const d = centers.columns;
  return Int32Array.from({ length: samples.length / d }, (_, p) => {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let c = 0; c < centers.rows; c++) {
      let sum = 0;
      for (let i = 0; i < d; i++) sum += (samples[p * d + i] - centers.data[c * d + i]) ** 2;
      if (sum < least) [best, least] = [c, sum];
    }
    return best;
  });
}

/** Moves the centers in place, most a little, one far, some not at all; returns how far each. */
function moveCenters(centers: Matrix, round: number, random: ReturnType<typeof createRandom>): Float64Array {
  return Float64Array.from({ length: centers.rows }, (_, c) => {
    const by = c === 7 * round ? 5 : c % 3 === 0 ? 0 : 0.1;
    let squared = 0;
    for (let i = c * centers.columns; i < (c + 1) * centers.columns; i++) {
      const before = centers.data[i];
      centers.data[i] += by * random.normal();
      squared += (centers.data[i] - before) ** 2;
    }
    return Math.sqrt(squared);
  });
}

for (const [name, create] of Object.entries({ js: async () => createJsEngine(), ...ENGINES })) {
  describe(name, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await create();
    });
    afterAll(() => engine.close());

    test.each(['blobs', 'lattice', 'same', 'far'] as const)('finds them among %s', async (kind) => {
      for (const columns of [1, 2, 3]) {
        for (const count of [1, 2, 90]) {
          const tree = buildKdTree(points(kind, 700, columns));
          const centers = points(kind, count, columns, 2);
          const random = createRandom(3);
          const found = unknown(700);
          let moves: Float64Array | null = null;
          for (let round = 0; round < 12; round++) {
            await engine.nearestCenters(tree, centers, found, moves);
            expect(found.center, `${columns} columns, round ${round}`).toEqual(
              nearestByComparing(tree.coordinates, centers),
            );
            moves = moveCenters(centers, round, random);
          }
        }
      }
    });

    test('notices a center that comes from beyond the neighbors of the own center', async () => {
      // the own center, at 1, has its 20 nearest on one side; the last center jumps to the other side of the sample
      const tree = buildKdTree({ rows: 2, columns: 1, data: Float32Array.of(0, 100) });
      const values = [1, ...Array.from({ length: 20 }, (_, i) => 1.01 + i / 100), 100];
      const centers = { rows: 22, columns: 1, data: Float32Array.from(values) };
      const found = unknown(2);
      await engine.nearestCenters(tree, centers, found, null);
      expect([...found.center]).toEqual([0, 21]);
      centers.data[21] = -0.9;
      const moves = Float64Array.from(values, (_, c) => (c === 21 ? 100.9 : 0));
      await engine.nearestCenters(tree, centers, found, moves);
      expect(found.center[0]).toBe(21);
    });
  });
}
