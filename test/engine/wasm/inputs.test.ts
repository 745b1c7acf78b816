// What a call uses stays in the engine's memory, although its owner has let it go; afterwards it is freed.
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createInputs } from '#whymap/engine/wasm/runtime/inputs.js';
import { createArena, createScope, type Scope } from '#whymap/engine/wasm/runtime/memory.js';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

const arena = createArena(new WebAssembly.Memory({ initial: 8, maximum: 64 }), () => false);
const inputs = createInputs(() => arena);

/** In functions of their own, so that nothing here holds the arrays. */
const pass = {
  table: (scope: Scope) =>
    void inputs.features({ rows: 10, columns: 10, data: new Float32Array(100) }, scope),
  block: (scope: Scope) => {
    const [offsets, columns, values] = [12, 20, 40].map((bytes) => arena.allocate(bytes));
    const block = {
      ...{ first: 0, count: 1, features: 2, offsets: new Uint32Array(3), columns: new Uint16Array(10) },
      values: new Float32Array(10),
    };
    inputs.registerBlock(block, { offsets, columns, values });
    inputs.block(block, scope);
  },
};

/** Whether the garbage collector gets the memory in use down to `bytes`, in at most a few hundred rounds. */
async function falls(bytes: number, rounds: number): Promise<boolean> {
  for (let round = 0; round < rounds && arena.used() > bytes; round++) {
    collect();
    await setTimeout(1);
  }
  return arena.used() <= bytes;
}

test.each(['table', 'block'] as const)('a %s that a call uses is not freed before its end', async (kind) => {
  const before = arena.used();
  const scope = createScope(arena);
  pass[kind](scope);
  expect(await falls(before, 20)).toBe(false);
  scope.free();
  expect(await falls(before, 500)).toBe(true);
});
