/**
 * The runtime of the wasm engine: one memory, its allocator, the kernels on this thread, and a pool of threads
 * that run items of a kernel over the same memory.
 *
 * Where shared memory is not allowed (a page without cross-origin isolation) everything runs on this thread,
 * with the same kernels and the same results. Small work stays on this thread too: waking the pool takes
 * longer. Work is one job at a time; jobs that are asked for meanwhile wait in line.
 */

import { CancelledError, MachineError, UnsupportedError } from '../../../errors.js';
import type { Watch } from '../../engine.js';
import { createPool, type Pool } from '../../pool.js';
import {
  COUNTER_ADDRESS,
  HEAP_START,
  type KernelArguments,
  type KernelName,
  kernelArguments,
  type SizeFunction,
  STOP_ADDRESS,
} from './layouts.js';
import { type Arena, createArena, createScope, type Scope } from './memory.js';
import type { Kernel } from './worker.js';

/** All items of one kernel, with its arguments by name. */
export interface JobOf<K extends KernelName> {
  readonly kernel: K;
  /** Number of items; threads take them in ascending order. */
  readonly items: number;
  readonly call: KernelArguments<K>;
  /** Bytes of scratch that one thread needs. */
  readonly scratch?: number;
  /** Rough number of arithmetic operations of all items. */
  readonly work: number;
}

export type Job = { [K in KernelName]: JobOf<K> }[KernelName];

export interface Runtime {
  readonly arena: Arena;
  readonly threads: number;
  /** Whether other threads see the memory, so that views of it stay valid when it grows. */
  readonly shared: boolean;
  /** Runs all items of a job. Stops early with CancelledError when the watch says so. */
  run(job: Job, watch: Watch): Promise<void>;
  /** Bytes that a kernel needs: calls a function of kernels/index.ts that only computes a number. */
  size(name: SizeFunction, ...parameters: readonly number[]): number;
  close(): Promise<void>;
}

export interface RuntimeOptions {
  readonly threads: number;
  /** Bytes that the engine's memory may grow to. */
  readonly memory: number;
  readonly shared: boolean;
  /** Frees something that can be made again, or returns false. */
  readonly reclaim: () => boolean;
}

/** Indices of the shared words in an Int32Array over the memory. */
const COUNTER_WORD = COUNTER_ADDRESS / 4;
const STOP_WORD = STOP_ADDRESS / 4;
const PAGE = 65536;
/** Below this many operations (about a millisecond) the pool is not woken. */
const SMALL_WORK = 2e7;
/** How often progress is passed on and the caller's signal looked at, in milliseconds. */
const WATCH_MS = 20;
/** How long this thread works before it looks at the caller's signal, in milliseconds. */
const SLICE_MS = 12;

/** Whether memory can be shared between threads here. */
export function sharingAllowed(): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false;
  return (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated ?? true;
}

export async function createRuntime(options: RuntimeOptions): Promise<Runtime> {
  const module = await compile(options.shared);
  const memory = createMemory(options);
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  const kernels = instance.exports as Record<string, Kernel>;
  const arena = createArena(memory, options.reclaim);
  const threads = options.shared ? options.threads : 1;
  let pool: Promise<Pool> | null = null;
  let line: Promise<unknown> = Promise.resolve();
  let closed = false;

  const words = () => new Int32Array(memory.buffer, 0, STOP_WORD + 1);
  const reset = () => {
    Atomics.store(words(), COUNTER_WORD, 0);
    Atomics.store(words(), STOP_WORD, closed ? 1 : 0);
  };
  const startedPool = async (): Promise<Pool> => {
    if (pool && (await pool).ended()) pool = null;
    pool ??= createPool(threads, THREAD_SOURCE, { module, memory });
    return pool;
  };

  const runHere = async (job: Job, watch: Watch): Promise<void> => {
    const scope = createScope(arena);
    try {
      const scratch = scope.allocate(job.scratch ?? 0);
      const call = copyArguments(scope, job);
      let since = performance.now();
      for (let item = 0; item < job.items; item++) {
        kernels[job.kernel](item, scratch, call);
        if (closed) throw new CancelledError();
        if (performance.now() - since < SLICE_MS) continue;
        watch.progress((item + 1) / job.items);
        await watch.checkpoint();
        since = performance.now();
      }
    } finally {
      scope.free();
    }
  };

  const runInPool = async (job: Job, watch: Watch): Promise<void> => {
    const scope = createScope(arena);
    try {
      const { kernel, items } = job;
      const call = copyArguments(scope, job);
      const active = await startedPool();
      const messages = Array.from({ length: Math.min(threads, items) }, () => ({
        kernel,
        items,
        call,
        scratch: scope.allocate(job.scratch ?? 0),
      }));
      await watched(active.run(messages), job, watch);
    } finally {
      scope.free();
    }
    if (closed) throw new CancelledError();
  };

  /** Waits for running work, passing progress on; on cancellation, tells the threads to stop and waits for that. */
  const watched = async (running: Promise<void>, job: Job, watch: Watch): Promise<void> => {
    let done = false;
    const finished = running.finally(() => {
      done = true;
    });
    try {
      for (;;) {
        await Promise.race([finished, pause(WATCH_MS)]);
        if (done) return await finished;
        watch.progress(Math.min(1, Atomics.load(words(), COUNTER_WORD) / job.items));
        await watch.checkpoint();
      }
    } catch (error) {
      Atomics.store(words(), STOP_WORD, 1);
      await finished.catch(() => {});
      throw error;
    }
  };

  const runOne = async (job: Job, watch: Watch): Promise<void> => {
    if (closed) throw alreadyClosed();
    await watch.checkpoint();
    if (job.items === 0) return;
    reset();
    if (options.shared && job.work > SMALL_WORK) await runInPool(job, watch);
    else await runHere(job, watch);
  };

  return {
    arena,
    threads,
    shared: options.shared,
    size: (name, ...parameters) =>
      (kernels[name] as unknown as (...p: number[]) => number)(...parameters) >>> 0,
    run(job, watch) {
      const turn = line.then(() => runOne(job, watch));
      line = turn.catch(() => {});
      return turn;
    },
    async close() {
      closed = true;
      Atomics.store(words(), STOP_WORD, 1);
      await line;
      const started = pool;
      pool = null;
      await started?.then((p) => p.close()).catch(() => {});
    },
  };
}

/** Writes the arguments of a job into the engine's memory; returns their address. */
const copyArguments = (scope: Scope, job: Job): number =>
  scope.copyStructure(kernelArguments[job.kernel], job.call);

const THREAD_SOURCE = {
  url: new URL('./worker.js', import.meta.url),
  web: () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }),
};

async function compile(shared: boolean): Promise<WebAssembly.Module> {
  const { sharedKernels, singleKernels } = await import('./bytes.js');
  const text = atob(shared ? sharedKernels : singleKernels);
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw new UnsupportedError(
      {
        got: 'a JavaScript engine that cannot load the WebAssembly kernels',
        expected: 'WebAssembly with 128-bit SIMD (Node 20, browsers since 2023)',
        remedy: 'use the js engine',
      },
      { cause },
    );
  }
}

function createMemory({ memory, shared }: RuntimeOptions): WebAssembly.Memory {
  const maximum = Math.max(2, Math.min(PAGE, Math.ceil(memory / PAGE)));
  try {
    return new WebAssembly.Memory({ initial: Math.ceil(HEAP_START / PAGE) + 1, maximum, shared });
  } catch (cause) {
    throw new MachineError(
      {
        got: `a machine that cannot reserve ${maximum * PAGE} bytes of address space`,
        expected: 'room for the memory of the wasm engine',
        remedy: 'give it less memory, or use the js engine',
      },
      { cause },
    );
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function alreadyClosed(): MachineError {
  return new MachineError({
    got: 'work for an engine that has been closed',
    expected: 'an open engine',
    remedy: 'create a new engine',
  });
}
