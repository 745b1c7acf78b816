// Rows of bytes whose products another engine makes: the reference's neighbors and ranks to the last bit, with a multiplier of
// this test, so that it needs no package that multiplies bytes fast.
import { expect, test } from 'vitest';
import type { Engine } from '#whymap/engine/engine.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import { createWasmEngine } from '#whymap/engine/wasm/engine.js';
import type { MultiplyBytes } from '#whymap/engine/wasm/knn-exact/blocks.js';
import { CancelledError } from '#whymap/errors.js';
import { rowsComparedBy } from './cases.js';

const data = rowsComparedBy('bytes');
const targets = Int32Array.from({ length: data.rows * 3 }, (_, i) => (i * 31 + (i % 3)) % data.rows);

const js = createJsEngine();
const near = await js.nearest(data, data, { k: 6, metric: 'euclidean', excludeSelf: true });
const ranks = await js.ranks(data, targets, { k: 3, metric: 'euclidean' });

const multiplyBytes: MultiplyBytes = async (a, b, c, { rows, depth, columns }) => {
  c.fill(0);
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < depth; k++) {
      const left = a[r * depth + k];
      for (let j = 0; j < columns; j++) c[r * columns + j] += left * b[k * columns + j];
    }
  }
};

async function withTables(
  multiplier: MultiplyBytes,
  options: object,
  work: (engine: Engine) => Promise<void>,
) {
  const engine = await createWasmEngine(options, multiplier);
  try {
    await work(engine);
  } finally {
    await engine.close();
  }
}

const sought = { k: 6, metric: 'euclidean' } as const;
/** Five segments of 1,024 rows, the last with two blocks of 4,096. */
const TABLES = 6;

test('neighbors and ranks by products of another engine equal those of js', async () => {
  let tables = 0;
  const counted: MultiplyBytes = (...input) => {
    tables++;
    return multiplyBytes(...input);
  };
  await withTables(counted, { threads: 2 }, async (engine) => {
    expect(await engine.nearest(data, data, { ...sought, excludeSelf: true })).toEqual(near);
    expect(await engine.ranks(data, targets, { ...sought, k: 3 })).toEqual(ranks);
    expect(tables).toBe(2 * TABLES);
    // queries other than the data, and angles, are compared in the engine
    await engine.nearest(data, data, { ...sought, excludeSelf: false });
    await engine.nearest(data, data, { k: 6, metric: 'cosine', excludeSelf: true });
    expect(tables).toBe(2 * TABLES);
  });
});

test('both at once, without shared memory, equal those of js', async () => {
  await withTables(multiplyBytes, { shared: false }, async (engine) => {
    expect(await engine.nearestAndRanks(data, targets, { ...sought, targetCount: 3 })).toEqual({
      nearest: near,
      ranks,
    });
  });
});

test('a product that fails fails the routine, and the engine goes on', async () => {
  let calls = 0;
  const failing: MultiplyBytes = (...input) =>
    ++calls === 2 ? Promise.reject(new Error('no product')) : multiplyBytes(...input);
  await withTables(failing, { threads: 2 }, async (engine) => {
    await expect(engine.ranks(data, targets, { k: 3, metric: 'euclidean' })).rejects.toThrow('no product');
    expect((await engine.ranks(data, targets, { k: 3, metric: 'euclidean' })).length).toBe(targets.length);
  });
});

test('a stop waits for the product under way, and the engine goes on', async () => {
  let [begun, ended] = [0, 0];
  const slow: MultiplyBytes = async (...input) => {
    begun++;
    await new Promise((resolve) => setTimeout(resolve, 20));
    await multiplyBytes(...input);
    ended++;
  };
  await withTables(slow, { threads: 2 }, async (engine) => {
    const stopped = new CancelledError();
    const watch = {
      progress: () => {},
      checkpoint: async () => {
        if (begun === 2) throw stopped;
      },
    };
    await expect(engine.ranks(data, targets, { k: 3, metric: 'euclidean' }, watch)).rejects.toBe(stopped);
    expect(begun).toBeGreaterThan(1);
    expect(ended).toBe(begun);
    expect((await engine.ranks(data, targets, { k: 3, metric: 'euclidean' })).length).toBe(targets.length);
  });
});
