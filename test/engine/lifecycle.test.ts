// Threads: the same bytes for any number of them, none left behind, and typed errors when something goes wrong.

import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { resolveContext, watchStage } from '#whymap/engine/context.js';
import type { Engine, Watch } from '#whymap/engine/engine.js';
import { createWasmEngine } from '#whymap/engine/wasm/engine.js';
import { createRuntime, type RuntimeOptions } from '#whymap/engine/wasm/runtime/runtime.js';
import { unwatched } from '#whymap/engine/watch.js';
import { makeMatrix, RULES } from './cases.js';
import { allRoutines } from './routines.js';

/** Worker threads of this process, as the runtime itself counts them. */
function workerCount(): number {
  const report = process.report.getReport() as unknown as { workers: readonly unknown[] };
  return report.workers.length;
}

async function withEngine<T>(options: object, work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await createWasmEngine(options);
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

const runtimeOptions = (overrides: Partial<RuntimeOptions>): RuntimeOptions => ({
  threads: 2,
  memory: 2 ** 30,
  shared: true,
  reclaim: () => false,
  ...overrides,
});

test('gives the same bytes on 1, 2, 3 and 8 threads and without shared memory', async () => {
  const before = workerCount();
  const wanted = await withEngine({ threads: 1 }, allRoutines);
  for (const options of [{ threads: 2 }, { threads: 3 }, { threads: 8 }, { shared: false }]) {
    expect(await withEngine(options, allRoutines)).toEqual(wanted);
  }
  expect(workerCount()).toBe(before);
});

test('starts its threads with the first large job and ends them on close', async () => {
  const before = workerCount();
  const engine = await createWasmEngine({ threads: 3 });
  const a = makeMatrix(300, 300);
  await engine.multiply(a, a);
  expect(workerCount()).toBe(before + 3);
  await engine.close();
  expect(workerCount()).toBe(before);
  await engine.close();
  await expect(engine.multiply(a, a)).rejects.toMatchObject({ code: 'machine' });
});

test('a product that is cancelled half way throws CancelledError, and the next job gives the right bytes', async () => {
  const before = workerCount();
  const a = makeMatrix(1500, 1500);
  const other = makeMatrix(150, 900);
  const expected = await withEngine({ shared: false }, (engine) =>
    engine.multiply(other, other, { transposeB: true }),
  );
  for (const options of [{ threads: 2 }, { shared: false }]) {
    await withEngine(options, async (engine) => {
      const controller = new AbortController();
      const seen: number[] = [];
      const onProgress = ({ done }: { done: number }) => {
        seen.push(done);
        if (done > 0 && done < 1) controller.abort();
      };
      const watch = watchStage(await resolveContext({ signal: controller.signal, onProgress }), 'product');
      await expect(engine.multiply(a, a, {}, watch)).rejects.toMatchObject({ code: 'cancelled' });
      expect(Math.max(...seen)).toBeLessThan(1);
      // the next job must not meet threads of the one that was stopped
      const next = makeMatrix(150, 900);
      expect(await engine.multiply(next, next, { transposeB: true })).toEqual(expected);
    });
  }
  expect(workerCount()).toBe(before);
});

test('neighbors and ranks that are cancelled half way throw CancelledError, and the engine goes on', async () => {
  const before = workerCount();
  const rows = makeMatrix(6000, 40);
  const targets = Int32Array.from({ length: 6000 }, (_, i) => (i + 3) % 6000);
  await withEngine({ threads: 2 }, async (engine) => {
    const near = { k: 3, metric: 'manhattan', excludeSelf: true } as const;
    for (const work of [
      (watch: Watch) => engine.nearest(rows, rows, near, watch),
      (watch: Watch) => engine.ranks(rows, targets, { k: 1, metric: 'manhattan' }, watch),
    ]) {
      const controller = new AbortController();
      const onProgress = ({ done }: { done: number }) => {
        if (done > 0 && done < 1) controller.abort();
      };
      const watch = watchStage(await resolveContext({ signal: controller.signal, onProgress }), 'rows');
      await expect(work(watch)).rejects.toMatchObject({ code: 'cancelled' });
    }
    const few = makeMatrix(9, 4);
    expect((await engine.nearest(few, few, { ...near, k: 1 })).indices.length).toBe(9);
  });
  expect(workerCount()).toBe(before);
});

test('work that is cancelled before it begins throws CancelledError', async () => {
  const watch = watchStage(await resolveContext({ signal: AbortSignal.abort() }), 'product');
  const a = makeMatrix(3, 3);
  await withEngine({}, (engine) =>
    expect(engine.multiply(a, a, {}, watch)).rejects.toMatchObject({ code: 'cancelled' }),
  );
});

test('close during a job ends the job with CancelledError', async () => {
  const before = workerCount();
  const engine = await createWasmEngine({ threads: 2 });
  const a = makeMatrix(1500, 1500);
  const running = engine.multiply(a, a);
  const ended = expect(running).rejects.toMatchObject({ code: 'cancelled' });
  await new Promise((resolve) => setTimeout(resolve, 100));
  await engine.close();
  await ended;
  expect(workerCount()).toBe(before);
});

test('associations that outgrow their slots are computed again in larger slots, with the same entries', async () => {
  const features = makeMatrix(40, 90);
  for (let r = 0; r < 40; r++) features.data[90 * r + 3] = 7;
  const members = Int32Array.from({ length: 5 * 20 }, (_, i) => (7 * i) % 40);
  const range = { first: 0, count: 5, size: 20 };
  const rules = { measure: 'pearson', form: 'debiased', support: 0, gate: 1 } as const;
  const entries = async (slotEntries?: number) =>
    withEngine({ threads: 2, slotEntries }, async (engine) => {
      const { block, constant, squaredNorms } = await engine.associate(features, members, range, rules);
      expect(constant).toBe(5);
      return {
        ...block,
        squaredNorms,
        offsets: block.offsets.slice(),
        columns: block.columns.slice(),
        values: block.values.slice(),
      };
    });
  const wanted = await entries();
  expect(wanted.values.length).toBeGreaterThan(5 * 500);
  expect(await entries(150)).toEqual(wanted);
});

test('a failing thread throws MachineError and stops the others; the next job starts new threads', async () => {
  const before = workerCount();
  const runtime = await createRuntime(runtimeOptions({}));
  // an address beyond the memory traps inside the kernel
  const job = { kernel: 'packRows', items: 100, work: 1e9 } as const;
  const shape = { rows: 800, depth: 100, stride: 100 };
  const wild = { ...job, call: { ...shape, source: 2 ** 31, target: 2 ** 31 } };
  await expect(runtime.run(wild, unwatched)).rejects.toMatchObject({ code: 'machine' });
  expect(workerCount()).toBe(before);
  const source = runtime.arena.allocate(800 * 100 * 4);
  const target = runtime.arena.allocate(800 * 100 * 4);
  await runtime.run({ ...job, call: { ...shape, source, target } }, unwatched);
  expect(workerCount()).toBe(before + 2);
  await runtime.close();
  expect(workerCount()).toBe(before);
});

test('memory that cannot be had throws MachineError, and the engine goes on', async () => {
  const before = workerCount();
  for (const shared of [true, false]) {
    await withEngine({ threads: 2, memory: 2 ** 23, shared }, async (engine) => {
      const large = makeMatrix(1000, 1200);
      await expect(engine.multiply(large, large, { transposeB: true })).rejects.toMatchObject({
        code: 'machine',
        remedy: expect.stringContaining('memory'),
      });
      const range = { first: 0, count: 1, size: 3 };
      const rules = { measure: 'pearson', form: 'debiased', support: 0, gate: 0 } as const;
      const wide = makeMatrix(3, 70_000);
      await expect(engine.associate(wide, Int32Array.of(0, 1, 2), range, rules)).rejects.toMatchObject({
        code: 'machine',
      });
      const small = makeMatrix(20, 20);
      expect((await engine.multiply(small, small)).data.length).toBe(400);
    });
  }
  expect(workerCount()).toBe(before);
});

test('freed memory is reused', async () => {
  const runtime = await createRuntime(runtimeOptions({}));
  const [a, b, c] = [100, 5000, 64].map((bytes) => runtime.arena.allocate(bytes));
  runtime.arena.free(b);
  expect(runtime.arena.allocate(4000)).toBe(b);
  runtime.arena.free(b);
  runtime.arena.shrink(a, 10);
  for (const address of [a, c]) runtime.arena.free(address);
  expect(runtime.arena.used()).toBe(0);
  await runtime.close();
});

test('an engine that is not closed does not keep the process alive', async () => {
  const module = pathToFileURL(new URL('../../dist/engine/wasm/engine.js', import.meta.url).pathname).href;
  const script = `
    import { createWasmEngine } from '${module}';
    const engine = await createWasmEngine({ threads: 2 });
    const a = { rows: 300, columns: 300, data: new Float32Array(90000).fill(1) };
    console.log((await engine.multiply(a, a)).data[0]);`;
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  expect((await run).stdout.trim()).toBe('300');
});

test('a thread in the midst of a long item is ended, and the next job gives the right bytes with another', async () => {
  const before = workerCount();
  // one locality of so many features is one item of about half a second
  const wide = makeMatrix(400, 5000, 'plain', 3);
  const members = Int32Array.from({ length: 400 }, (_, i) => i);
  const range = { first: 0, count: 1, size: 400 };
  await withEngine({ threads: 2 }, async (engine) => {
    const controller = new AbortController();
    const watch = watchStage(await resolveContext({ signal: controller.signal }), 'associations');
    const running = engine.associate(wide, members, range, RULES.default, watch);
    const stopped = expect(running).rejects.toMatchObject({ code: 'cancelled' });
    setTimeout(() => controller.abort(), 100);
    await stopped;
    const next = makeMatrix(150, 900);
    const product = await engine.multiply(next, next, { transposeB: true });
    const alone = { threads: 1, shared: false };
    expect(product).toEqual(await withEngine(alone, (one) => one.multiply(next, next, { transposeB: true })));
  });
  expect(workerCount()).toBe(before);
});
