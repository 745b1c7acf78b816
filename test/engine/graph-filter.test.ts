// Recurrences over a sparse graph: every engine against a definition written out here, to the last bit.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine, FilterStep } from '#whymap/engine/engine.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import type { Csr } from '#whymap/model.js';
import { makeMatrix, toCsr } from './cases.js';
import { ENGINES } from './engines.js';

/** The same by dense loops: sums in the order of columns, in double, and float32 between steps. */
function defined(graph: Csr, block: Float32Array, steps: readonly FilterStep[]): Float32Array {
  const all = [block];
  for (const [s, { image, itself, before }] of steps.entries()) {
    const [now, last] = [all[s], all[Math.max(0, s - 1)]];
    all.push(
      now.map((value, at) => {
        const [row, k] = [at >> 2, at & 3];
        let sum = 0;
        for (let p = graph.offsets[row]; p < graph.offsets[row + 1]; p++) {
          sum += graph.values[p] * now[4 * graph.indices[p] + k];
        }
        return image * sum + itself * value + before * last[at];
      }),
    );
  }
  return all[steps.length];
}

for (const [name, create] of [['js', async () => createJsEngine()] as const, ...Object.entries(ENGINES)]) {
  describe(name, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await create();
    });
    afterAll(() => engine.close());

    test.each([1, 2, 5, 255, 257, 700])(
      'of %i rows are those of the definition, to the last bit',
      async (rows) => {
        const graph = toCsr(makeMatrix(rows, rows, 'sparse', 3));
        const block = makeMatrix(rows, 4, 'plain', 4).data;
        const before = block.slice();
        for (const count of [0, 1, 2, 3, 20]) {
          const steps = Array.from({ length: count }, (_, s) => ({
            image: 0.1 + s / 70,
            itself: 1 / (3 + s),
            before: -1 / (7 + s),
          }));
          const found = await engine.graphFilter(graph, block, steps);
          expect(found).toEqual(defined(graph, block, steps));
          expect(found).not.toBe(block);
        }
        expect(block).toEqual(before);
      },
    );

    test('rows without entries keep their share of themselves, and infinite values stay where they lead', async () => {
      const offsets = Float64Array.of(0, 0, 1, 1);
      const graph = { rows: 3, columns: 3, offsets, indices: Int32Array.of(2), values: Float32Array.of(2) };
      const block = Float32Array.of(1, 2, 3, 4, 0, 0, 0, 0, 1e38, -1e38, Number.POSITIVE_INFINITY, -0);
      const found = await engine.graphFilter(graph, block, [{ image: 10, itself: 0.5, before: 0 }]);
      const infinite = Number.POSITIVE_INFINITY;
      expect([...found.subarray(0, 8)]).toEqual([0.5, 1, 1.5, 2, infinite, -infinite, infinite, 0]);
    });

    test('a call whose signal is aborted throws CancelledError', async () => {
      const graph = toCsr(makeMatrix(300, 300, 'sparse', 3));
      const cancelled = Object.assign(new Error('stop'), { name: 'CancelledError' });
      const watch = { checkpoint: () => Promise.reject(cancelled), progress: () => {} };
      const block = makeMatrix(300, 4, 'plain', 4).data;
      const steps = [{ image: 1, itself: 0, before: 0 }];
      await expect(engine.graphFilter(graph, block, steps, watch)).rejects.toBe(cancelled);
    });
  });
}
