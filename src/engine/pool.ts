/**
 * A pool of threads: worker_threads in Node, web workers in browsers, behind one small interface.
 *
 * Lifetime: a thread keeps a Node process alive only while it works.
 * Fails: a thread that dies or reports a failure ends the pool: every thread is stopped and the running work is
 *   rejected with a MachineError.
 */

import { MachineError } from '../errors.js';

export interface Pool {
  readonly size: number;
  /** Sends a message to each of the first threads, and resolves when all of those have answered. */
  run(messages: readonly unknown[]): Promise<void>;
  /** True once a thread has failed or the pool was closed. */
  ended(): boolean;
  close(): Promise<void>;
}

/** What a thread answers to a message: null when it is done, or what went wrong. */
export type Answer = string | null;

interface Thread {
  post(message: unknown): void;
  onAnswer(listener: (answer: Answer) => void): void;
  onDeath(listener: (reason: string) => void): void;
  hold(): void;
  letGo(): void;
  end(): Promise<void>;
}

/** Whether this is Node rather than a browser. */
export const inNode = typeof process !== 'undefined' && process.versions?.node !== undefined;

/** How many threads the machine runs at once. */
export async function defaultThreads(): Promise<number> {
  if (inNode) return (await import('node:os')).availableParallelism();
  return navigator.hardwareConcurrency || 1;
}

/**
 * The module that a thread runs: its address for Node, and a function that starts a web worker (bundlers look
 * for that form).
 */
export interface ThreadSource {
  readonly url: URL;
  readonly web: () => globalThis.Worker;
}

/** Starts `size` threads and sends each the message `initial`; resolves when all have answered. */
export async function createPool(size: number, source: ThreadSource, initial: unknown): Promise<Pool> {
  const threads: Thread[] = [];
  for (let t = 0; t < size; t++)
    threads.push(inNode ? await nodeThread(source.url) : webThread(source.web()));
  const pool = poolOver(threads);
  await pool.run(threads.map(() => initial));
  return pool;
}

/** The pool over threads that have been started. */
function poolOver(threads: readonly Thread[]): Pool {
  let over = false;
  let pending: { open: Set<number>; resolve: () => void; reject: (error: Error) => void } | null = null;

  const close = async (): Promise<void> => {
    over = true;
    await Promise.all(threads.map((thread) => thread.end()));
  };
  const fail = async (reason: string): Promise<void> => {
    if (over) return;
    const waiting = pending;
    pending = null;
    await close();
    waiting?.reject(workerFailed(reason));
  };
  threads.forEach((thread, t) => {
    thread.onDeath(fail);
    thread.onAnswer((answer) => {
      if (answer !== null) return void fail(answer);
      thread.letGo();
      pending?.open.delete(t);
      if (pending?.open.size !== 0) return;
      pending.resolve();
      pending = null;
    });
  });

  return {
    size: threads.length,
    ended: () => over,
    close,
    run(messages) {
      if (over) return Promise.reject(workerFailed('the workers have ended'));
      return new Promise((resolve, reject) => {
        pending = { open: new Set(messages.keys()), resolve, reject };
        messages.forEach((message, t) => {
          threads[t].hold();
          threads[t].post(message);
        });
      });
    },
  };
}

/** Starts a worker thread of Node. */
async function nodeThread(url: URL): Promise<Thread> {
  const { Worker } = await import('node:worker_threads');
  // the flags of this process are not for the thread: --input-type, for one, stops it
  const worker = new Worker(url, { execArgv: [] });
  worker.unref();
  return {
    post: (message) => worker.postMessage(message),
    onAnswer: (listener) => worker.on('message', listener),
    onDeath: (listener) => {
      worker.on('error', (error) => listener(error.message));
      worker.on('exit', (code) => listener(`exit code ${code}`));
    },
    hold: () => worker.ref(),
    letGo: () => worker.unref(),
    end: async () => {
      await worker.terminate();
    },
  };
}

/** A web worker as a thread. */
function webThread(worker: globalThis.Worker): Thread {
  return {
    post: (message) => worker.postMessage(message),
    onAnswer: (listener) => worker.addEventListener('message', (event) => listener(event.data)),
    onDeath: (listener) =>
      worker.addEventListener('error', (event) => listener(event.message || 'the worker could not start')),
    hold: () => {},
    letGo: () => {},
    end: async () => worker.terminate(),
  };
}

/** The error for a thread that died or answered with a failure. */
function workerFailed(reason: string): MachineError {
  return new MachineError({
    got: `a worker that failed (${reason})`,
    expected: 'every worker to finish its part',
    remedy: 'try again, with fewer threads or less memory if it happens again',
  });
}

/** Whether the threads of a pool have ended, or could not be started: a new one is needed. */
export const hasEnded = (pool: Promise<Pool>): Promise<boolean> =>
  pool.then(
    (started) => started.ended(),
    () => true,
  );
