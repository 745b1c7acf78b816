/**
 * The runtime of the wasm engine: one memory, its allocator, the kernels on this thread, and a pool of threads
 * that run items of a kernel over the same memory.
 *
 * Purpose: where shared memory is not allowed (a page without cross-origin isolation), everything runs on this
 *   thread with the same kernels and the same results. Small jobs run on this thread too, since waking the pool
 *   takes longer.
 * Contract: one job runs at a time; further jobs wait in line.
 * Types: `Watch`, of a stage: checkpoint (throws CancelledError once the signal is aborted), progress (takes the
 *   fraction done, 0 to 1). `Pool`, threads: ended (one has failed, or it was closed), close (ends them), run (one
 *   message to each of the first threads). `Scope`, allocations that end together: allocate (an address for so many
 *   bytes; MachineError when there is no room), free (ends it), copyStructure (writes a structure, gives its address).
 *   `Arena`, the allocator: memory (of WebAssembly).
 * Fails: MachineError for a thread that fails or after `close`; CancelledError when the watch ends.
 */

import { CancelledError, MachineError, UnsupportedError } from '../../../errors.js';
import type { Watch } from '../../engine.js';
import { createPool, hasEnded, type Pool } from '../../pool.js';
import {
  HEAP_START,
  type KernelArguments,
  type KernelName,
  kernelArguments,
  type SizeFunction,
} from './layouts.js';
import { type Arena, createArena, createScope, type Scope } from './memory.js';
import { kernelImports } from './sleep.js';
import { COUNTER_WORD, STOP_WORD, waitWatching } from './watched-wait.js';
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

/** A job of any kernel. */
export type Job = { [K in KernelName]: JobOf<K> }[KernelName];

/** What the routines of the engine work with. */
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

/** Options of `createRuntime`. */
export interface RuntimeOptions {
  readonly threads: number;
  /** Bytes that the engine's memory may grow to. */
  readonly memory: number;
  readonly shared: boolean;
  /** Frees something that can be made again, or returns false. */
  readonly reclaim: () => boolean;
}

const PAGE = 65536;
/** Below this many operations (about a millisecond) the pool is not woken. */
const SMALL_WORK = 2e7;
/** How long this thread works before it looks at the caller's signal, in milliseconds. */
const SLICE_MS = 12;

/**
 * Whether memory can be shared between threads here: in Node always, in browsers on pages that are cross-origin
 * isolated.
 */
export function sharingAllowed(): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false;
  return (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated ?? true;
}

/**
 * Creates the engine's memory, instantiates the kernels on this thread and prepares a pool of threads, which the
 * first large job starts. Called once for an engine.
 */
export async function createRuntime(options: RuntimeOptions): Promise<Runtime> {
  const module = await compile(options.shared);
  const memory = createMemory(options);
  const instance = await WebAssembly.instantiate(module, kernelImports(memory));
  const machine: Machine = {
    kernels: instance.exports as Record<string, Kernel>,
    arena: createArena(memory, options.reclaim),
    threads: options.shared ? options.threads : 1,
    closed: false,
  };
  let pool: Promise<Pool> | null = null;
  let line: Promise<unknown> = Promise.resolve();

  const startedPool = async (): Promise<Pool> => {
    if (pool && (await hasEnded(pool))) pool = null;
    pool ??= createPool(machine.threads, THREAD_SOURCE, { module, memory });
    return pool;
  };
  const runOne = async (job: Job, watch: Watch): Promise<void> => {
    if (machine.closed) throw alreadyClosed();
    await watch.checkpoint();
    if (job.items === 0) return;
    Atomics.store(sharedWords(memory), COUNTER_WORD, 0);
    Atomics.store(sharedWords(memory), STOP_WORD, machine.closed ? 1 : 0);
    if (options.shared && job.work > SMALL_WORK) await runInPool(machine, await startedPool(), job, watch);
    else await runHere(machine, job, watch);
  };

  return {
    arena: machine.arena,
    threads: machine.threads,
    shared: options.shared,
    size: (name, ...parameters) =>
      (machine.kernels[name] as unknown as (...p: number[]) => number)(...parameters) >>> 0,
    run(job, watch) {
      const turn = line.then(() => runOne(job, watch));
      line = turn.catch(() => {});
      return turn;
    },
    async close() {
      machine.closed = true;
      Atomics.store(sharedWords(memory), STOP_WORD, 1);
      await line;
      const started = pool;
      pool = null;
      await started?.then((p) => p.close()).catch(() => {});
    },
  };
}

/** What running a job needs. */
interface Machine {
  readonly kernels: Record<string, Kernel>;
  readonly arena: Arena;
  readonly threads: number;
  closed: boolean;
}

/**
 * The words at the start of the memory that all threads share, among them the counter of items and the request to
 * stop, as an Int32Array.
 */
const sharedWords = (memory: WebAssembly.Memory): Int32Array =>
  new Int32Array(memory.buffer, 0, STOP_WORD + 1);

/**
 * Runs all items of a job on this thread, reports progress, and looks at the caller's signal every SLICE_MS.
 * CancelledError when the engine is closed meanwhile.
 */
async function runHere(machine: Machine, job: Job, watch: Watch): Promise<void> {
  const scope = createScope(machine.arena);
  try {
    const scratch = scope.allocate(job.scratch ?? 0);
    const call = copyArguments(scope, job);
    let since = performance.now();
    for (let item = 0; item < job.items; item++) {
      machine.kernels[job.kernel](item, scratch, call);
      if (machine.closed) throw new CancelledError();
      if (performance.now() - since < SLICE_MS) continue;
      watch.progress((item + 1) / job.items);
      await watch.checkpoint();
      since = performance.now();
    }
  } finally {
    scope.free();
  }
}

/**
 * Runs all items of a job on the pool's threads, which take them from a shared counter; each thread has scratch
 * memory of its own. MachineError where a thread fails.
 */
async function runInPool(machine: Machine, pool: Pool, job: Job, watch: Watch): Promise<void> {
  const scope = createScope(machine.arena);
  try {
    const { kernel, items } = job;
    const call = copyArguments(scope, job);
    const messages = Array.from({ length: Math.min(machine.threads, items) }, () => ({
      kernel,
      items,
      call,
      scratch: scope.allocate(job.scratch ?? 0),
    }));
    const words = sharedWords(machine.arena.memory);
    await waitWatching(pool, { running: pool.run(messages), items, words }, watch);
  } finally {
    scope.free();
  }
  if (machine.closed) throw new CancelledError();
}

/**
 * Writes the structure of a job's arguments into the engine's memory; returns its address. It is freed with the
 * scope.
 */
const copyArguments = (scope: Scope, job: Job): number =>
  scope.copyStructure(kernelArguments[job.kernel], job.call);

const THREAD_SOURCE = {
  url: new URL('./worker.js', import.meta.url),
  web: () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }),
};

/**
 * Compiles the kernels, for memory that is shared or not. UnsupportedError where the JavaScript engine lacks
 * WebAssembly SIMD.
 */
async function compile(shared: boolean): Promise<WebAssembly.Module> {
  const { kernels } = await (shared ? import('./shared-kernels.js') : import('./single-kernels.js'));
  const bytes = Uint8Array.from(atob(kernels), (character) => character.charCodeAt(0));
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

/**
 * Reserves address space for the engine's memory, at most `memory` bytes and 4 GiB. MachineError where it cannot be
 * had.
 */
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

/** The error for work after `close`. */
function alreadyClosed(): MachineError {
  return new MachineError({
    got: 'work for an engine that has been closed',
    expected: 'an open engine',
    remedy: 'create a new engine',
  });
}
