// Slots of the association stage end where the last pair does: a locality that keeps every pair must fit.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '#whymap/engine/engine.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import { createWasmEngine } from '#whymap/engine/wasm/engine.js';

let engine: Engine;
beforeAll(async () => {
  engine = await createWasmEngine({ threads: 1 });
});
afterAll(() => engine.close());

test.each([2, 3, 4, 9, 17])('%i features that all correlate keep every pair', async (columns) => {
  const rows = 30;
  const data = Float32Array.from(
    { length: rows * columns },
    (_, at) => Math.sin(Math.floor(at / columns)) + (at % columns),
  );
  const members = Int32Array.from({ length: rows }, (_, row) => row);
  const rules = { measure: 'pearson', form: 'absolute', support: 0, gate: 0 } as const;
  const range = { first: 0, count: 1, size: rows };
  const table = { rows, columns, data };
  const { block } = await engine.associate(table, members, range, rules);
  const wanted = (await createJsEngine().associate(table, members, range, rules)).block;
  expect(block.values.length).toBe((columns * (columns - 1)) / 2);
  expect([...block.columns]).toEqual([...wanted.columns]);
});
