// Contexts: the fastest engine by default, whole or in part, and closed by the one who made it.
import { expect, test } from 'vitest';
import { createContext } from 'whymap';
import { neighbors } from 'whymap/neighbors';
import { resolveContext } from '#whymap/engine/context.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import { makeMatrix } from './cases.js';

test('createContext takes the fastest engine that loads, and says why', async () => {
  const context = await createContext();
  expect(context.engine.name).not.toBe('js');
  expect(context.reason).toMatch(/WebAssembly|onnxruntime/);
  expect(context.memory).toBe(4 * 2 ** 30);
  await context.close();
  await context.close();
  const a = makeMatrix(300, 300);
  await expect(context.engine.multiply(a, a)).rejects.toMatchObject({ code: 'machine' });
});

test('an engine can be named or given; one that was given stays open', async () => {
  const named = await createContext({ engine: 'js' });
  expect(named.engine.name).toBe('js');
  let closed = 0;
  const engine = { ...createJsEngine(), close: async () => void closed++ };
  const fromEngine = await createContext({ engine });
  await fromEngine.close();
  expect(closed).toBe(0);
  await expect(createContext({ threads: 0 })).rejects.toMatchObject({ code: 'option' });
});

test('a whole context is taken as it is; parts are filled in, on one engine of the process', async () => {
  const context = await createContext({ engine: 'js', seed: 3 });
  expect(await resolveContext(context)).toBe(context);
  const [first, second] = [await resolveContext({ seed: 3 }), await resolveContext()];
  expect(first.engine).toBe(second.engine);
  expect(first.random.stream('a').uniform()).toBe(context.random.stream('a').uniform());
  expect(second.random.stream('a').uniform()).not.toBe(context.random.stream('a').uniform());
  const engine = createJsEngine();
  expect((await resolveContext({ engine })).engine).toBe(engine);
});

test('calls at the same time share that engine and give what each gives alone', async () => {
  const tables = [makeMatrix(200, 12), makeMatrix(150, 30)];
  const alone = [];
  for (const table of tables) alone.push(await neighbors(table, { k: 5 }));
  expect(await Promise.all(tables.map((table) => neighbors(table, { k: 5 })))).toEqual(alone);
});
