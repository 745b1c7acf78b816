/**
 * HDF5 files read in a thread of their own, which is ended when the library goes round and round in a damaged file. Node only.
 *
 * Limit: of progress, not of time. The thread is ended when it has used SPIN_SECONDS of processor time, and more for a reading that
 *   may unpack much, without beginning a work or reading bytes that the work had not read (activity.ts). Waiting for a slow
 *   disk takes no processor time, and a busy machine gives none, so neither counts.
 * Fails: FormatError that names the object that was being read; a file open in the same thread fails with MachineError.
 * Lifetime: one thread a process, started with the first file; it does not keep the process alive while nothing is asked of it.
 */

import type { Worker } from 'node:worker_threads';
import { FormatError, MachineError } from '../../../errors.js';
import type { Source } from '../../source/source.js';
import type { Store } from '../store.js';
import { ACTIVITY_BYTES, PROGRESS, ROOM_MIB } from './activity.js';
import { type ArrayFacts, type Calls, type H5Place, type Reply, receivedError } from './messages.js';
import { checkCopy } from './runtime.js';

/** Processor time without progress after which the thread is ended. */
const SPIN_SECONDS = 3;
/** Unpacking takes no less than this: deflate of one core is at 100 MiB or more. */
const MIB_A_SECOND = 10;
const LOOK_MS = 100;

interface Waiting {
  readonly what: string;
  readonly name: string;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A running thread. */
interface H5Thread {
  ask<K extends keyof Calls>(
    file: { readonly number: number; readonly name: string },
    call: K,
    given: Parameters<Calls[K]>,
  ): Promise<ReturnType<Calls[K]>>;
  /** Whether the thread is no more, and its files with it. */
  ended(): boolean;
}

let running: Promise<H5Thread> | null = null;
let opened = 0;

/** Opens a file in the thread; close the store when done. */
export async function threadStore(source: Source): Promise<Store> {
  const { origin, name } = source;
  const { size } = await source.stat();
  if (origin.kind !== 'path') checkCopy(name, size);
  const place: H5Place =
    origin.kind === 'path' ? { path: origin.path } : { name, bytes: await source.read() };
  running ??= startThread();
  const thread = await running;
  const file = { number: opened++, name };
  await thread.ask(file, 'open', [place]);
  return {
    name,
    kind: (path) => thread.ask(file, 'kind', [path]),
    keys: (path) => thread.ask(file, 'keys', [path]),
    attributes: (path) => thread.ask(file, 'attributes', [path]),
    async array(path) {
      const facts: ArrayFacts = await thread.ask(file, 'array', [path]);
      return {
        ...facts,
        numbers: (start, end) => thread.ask(file, 'numbers', [path, start, end]),
        texts: (start, end) => thread.ask(file, 'texts', [path, start, end]),
        field: (field, start, end) => thread.ask(file, 'field', [path, field, start, end]),
      };
    },
    async close() {
      if (!thread.ended()) await thread.ask(file, 'close', []);
    },
  };
}

/** Starts the thread. */
async function startThread(): Promise<H5Thread> {
  const { Worker } = await import('node:worker_threads');
  const memory = new SharedArrayBuffer(ACTIVITY_BYTES);
  // the flags of this process are not for the thread, and the library's complaints are no messages of ours
  const worker = new Worker(new URL('./h5-worker.js', import.meta.url), {
    ...{ execArgv: [], workerData: memory, stderr: true },
  });
  worker.unref();
  const waiting = new Map<number, Waiting>();
  let isOver = false;
  const over = (error: (one: Waiting, isFirst: boolean) => Error) => {
    if (!isOver) running = null;
    isOver = true;
    [...waiting.values()].forEach((one, i) => {
      one.reject(error(one, i === 0));
    });
    waiting.clear();
  };
  worker.on('error', (cause) => over(({ name }) => ended(name, cause.message, cause)));
  worker.on('exit', (code) => over(({ name }) => ended(name, `exit code ${code}`)));
  worker.on('message', (reply: Reply) => {
    const one = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (waiting.size === 0) worker.unref();
    if ('error' in reply) one?.reject(receivedError(reply.error));
    else one?.resolve(reply.value);
  });
  const look = watchProgress(worker, new Int32Array(memory), waiting, () =>
    over((one, isFirst) => (isFirst ? endless(one) : ended(one.name, 'another file kept it from reading'))),
  );
  let asked = 0;
  return {
    ended: () => isOver,
    ask: (file, call, given) =>
      new Promise((resolve, reject) => {
        if (isOver) return reject(ended(file.name, 'it was ended'));
        const id = asked++;
        const what = objectOf(call, given);
        waiting.set(id, { what, name: file.name, resolve: resolve as Waiting['resolve'], reject });
        worker.ref();
        look();
        worker.postMessage({ id, file: file.number, call, given });
      }),
  };
}

/**
 * Looks, while something is waited for, whether the thread comes on; ends it where it does not.
 * @returns starts looking, where nobody looks yet.
 */
function watchProgress(
  worker: Worker,
  activity: Int32Array,
  waiting: ReadonlyMap<number, Waiting>,
  onEndless: () => void,
): () => void {
  let timer: NodeJS.Timeout | null = null;
  let seen = -1;
  let since = process.cpuUsage();
  const look = () => {
    const now = Atomics.load(activity, PROGRESS);
    if (now !== seen || waiting.size === 0) {
      seen = now;
      since = process.cpuUsage();
    }
    const { user, system } = process.cpuUsage(since);
    const allowed = SPIN_SECONDS + Atomics.load(activity, ROOM_MIB) / MIB_A_SECOND;
    const isEndless = (user + system) / 1e6 > allowed;
    if (waiting.size > 0 && !isEndless) return;
    if (timer !== null) clearInterval(timer);
    timer = null;
    if (!isEndless) return;
    void worker.terminate();
    onEndless();
  };
  return () => {
    if (timer !== null) return;
    since = process.cpuUsage();
    timer = setInterval(look, LOOK_MS);
    timer.unref();
  };
}

/** What a request reads, in words. */
function objectOf(call: keyof Calls, given: readonly unknown[]): string {
  const path = typeof given[0] === 'string' ? `/${given[0]}` : '';
  const words: Partial<Record<keyof Calls, string>> = {
    open: 'its header',
    keys: `the names in ${path}`,
    attributes: `the attributes of ${path}`,
    close: 'its end',
  };
  return words[call] ?? path;
}

function endless({ name, what }: Waiting): FormatError {
  return new FormatError({
    got: `a damaged HDF5 file, ${name} (reading ${what} never comes to an end)`,
    expected: 'a complete HDF5 file',
    remedy: 'copy or write the file again',
  });
}

function ended(name: string, reason: string, cause?: unknown): MachineError {
  return new MachineError(
    {
      got: `${name}, whose reader ended (${reason})`,
      expected: 'it to be read to its end',
      remedy: 'try again, with more memory if it happens again',
    },
    { cause },
  );
}
