// Which engine is chosen, and what is said about it.

import { expect, test } from 'vitest';
import { chooseEngine } from '#whymap/engine/choose.js';
import { makeMatrix, makeMembers, RULES } from './cases.js';
import { hasNative } from './engines.js';

test('auto takes an engine that loads and says why', async () => {
  const { engine, reason } = await chooseEngine({ threads: 2 });
  const a = { rows: 1, columns: 2, data: Float32Array.of(2, 3) };
  expect((await engine.multiply(a, a, { transposeB: true })).data).toEqual(Float32Array.of(13));
  expect(engine.threads).toBe(2);
  expect(reason).toMatch(/2 threads/);
  await engine.close();
});

test.each(['js', 'wasm'] as const)('%s is created when requested', async (name) => {
  const { engine, reason } = await chooseEngine({ engine: name });
  expect([engine.name, reason]).toEqual([name, 'as requested']);
  await engine.close();
});

test('native is created where its package is installed, and elsewhere says what to install', async () => {
  const requested = chooseEngine({ engine: 'native', threads: 2 });
  if (hasNative) {
    const { engine } = await requested;
    const a = { rows: 2, columns: 1, data: Float32Array.of(1, 2) };
    expect((await engine.multiply(a, a, { transposeA: true })).data).toEqual(Float32Array.of(5));
    expect(engine.name).toBe('native');
    await engine.close();
  } else {
    await expect(requested).rejects.toMatchObject({
      code: 'unsupported',
      remedy: expect.stringContaining('npm install onnxruntime-node'),
    });
  }
});

test('a small memory plan leaves room to run', async () => {
  const { engine } = await chooseEngine({ engine: 'wasm', threads: 2, memory: 2 ** 24 });
  const features = makeMatrix(300, 400, 'sparse');
  const range = { first: 0, count: 60, size: 50 };
  const { block } = await engine.associate(features, makeMembers(300, 60, 50), range, RULES.default);
  expect(block.count).toBe(60);
  await engine.close();
});

test('bad options are refused with what is expected', async () => {
  const unknown = 'gpu' as unknown as 'js';
  await expect(chooseEngine({ engine: unknown })).rejects.toMatchObject({
    code: 'option',
    got: expect.stringContaining('gpu'),
  });
  await expect(chooseEngine({ threads: 0 })).rejects.toMatchObject({ code: 'option' });
  await expect(chooseEngine({ threads: 1.5 })).rejects.toMatchObject({ code: 'option' });
  await expect(chooseEngine({ memory: Number.NaN })).rejects.toMatchObject({ code: 'option' });
});
