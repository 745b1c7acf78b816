/**
 * HDF5 files read in a separate thread, which is ended when the library loops forever in a damaged file. Node only.
 *
 * Limit: of progress, not of time. The thread is ended when it has used SPIN_SECONDS of processor time, and more for a reading that
 *   may unpack much, without starting a call of the library or reading bytes that this call had not read (activity.ts). Waiting for a slow
 *   disk takes no processor time, and a busy machine gives none, so neither counts.
 * Fails: FormatError that names the object that was being read; a file open in the same thread fails with MachineError.
 * Lifetime: one thread a process, started with the first file; it does not keep the process alive while no call waits for a reply.
 * Types: `Source`, a file, folder or bytes: name (for people), stat (size in bytes and whether it is a folder;
 *   FormatError where nothing is), origin (path, URL, bytes or parts), read (bytes start to end (exclusive)).
 */

import type { Worker } from 'node:worker_threads';
import { FormatError, MachineError } from '../../../errors.js';
import type { Source } from '../../source/source.js';
import type { Store } from '../store.js';
import { ACTIVITY_BYTES, PROGRESS, ROOM_MIB } from './activity.js';
import { type ArrayFacts, type Calls, type H5Origin, type Reply, receivedError } from './messages.js';
import { checkCopy } from './runtime.js';

/** Seconds of processor time without progress after which the thread is ended. */
const SPIN_SECONDS = 3;
/** Unpacking takes no less than this: deflate of one core is at 100 MiB or more. */
const MIB_A_SECOND = 10;
/** Milliseconds between two looks at the thread's progress. */
const LOOK_MS = 100;

/** A call that waits for its reply. */
interface Waiting {
  /** The object that it reads, for messages. */
  readonly what: string;
  /** The file, for messages. */
  readonly name: string;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A running thread. */
interface H5Thread {
  /** Posts a call and resolves with its result; rejects with the error that it threw, or a MachineError when the thread ended. */
  request<K extends keyof Calls>(
    file: { readonly number: number; readonly name: string },
    call: K,
    parameters: Parameters<Calls[K]>,
  ): Promise<ReturnType<Calls[K]>>;
  /** Whether the thread has ended; its files are closed then. */
  ended(): boolean;
}

let running: Promise<H5Thread> | null = null;
let opened = 0;

/**
 * Opens an HDF5 file in the thread, starting the thread where none runs. A file on disk is read there piece by piece; any
 * other source is read whole first and copied to the thread
 * (FormatError where it is too large for that). The caller closes the store.
 */
export async function threadStore(source: Source): Promise<Store> {
  const { name } = source;
  const { size } = await source.stat();
  if (source.origin.kind !== 'path') checkCopy(name, size);
  const origin: H5Origin =
    source.origin.kind === 'path' ? { path: source.origin.path } : { name, bytes: await source.read() };
  running ??= startThread();
  const thread = await running;
  const file = { number: opened++, name };
  await thread.request(file, 'open', [origin]);
  return {
    name,
    kind: (path) => thread.request(file, 'kind', [path]),
    keys: (path) => thread.request(file, 'keys', [path]),
    attributes: (path) => thread.request(file, 'attributes', [path]),
    async array(path) {
      const facts: ArrayFacts = await thread.request(file, 'array', [path]);
      return {
        ...facts,
        numbers: (start, end) => thread.request(file, 'numbers', [path, start, end]),
        texts: (start, end) => thread.request(file, 'texts', [path, start, end]),
        field: (field, start, end) => thread.request(file, 'field', [path, field, start, end]),
      };
    },
    async close() {
      if (!thread.ended()) await thread.request(file, 'close', []);
    },
  };
}

/** Starts the thread and the watch over its progress. What goes wrong at its start rejects the calls that wait. */
async function startThread(): Promise<H5Thread> {
  const { Worker } = await import('node:worker_threads');
  const memory = new SharedArrayBuffer(ACTIVITY_BYTES);
  // no flags of this process for the thread; what the library writes to stderr is not shown
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
  let nextId = 0;
  return {
    ended: () => isOver,
    request: (file, call, parameters) =>
      new Promise((resolve, reject) => {
        if (isOver) return reject(ended(file.name, 'it was ended'));
        const id = nextId++;
        const what = objectOf(call, parameters);
        waiting.set(id, { what, name: file.name, resolve: resolve as Waiting['resolve'], reject });
        worker.ref();
        look();
        worker.postMessage({ id, file: file.number, call, parameters });
      }),
  };
}

/**
 * Ends the thread when it makes no progress while a call waits for its reply (SPIN_SECONDS).
 * @param activity shared with the thread (activity.ts).
 * @param onEndless called after the thread was ended.
 * @returns a function that starts the watch, unless it runs; the watch stops by itself when no call waits.
 * @param waiting calls by number.
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

/**
 * What a call reads, in words, for messages. Never throws.
 * @param parameters of the call.
 */
function objectOf(call: keyof Calls, parameters: readonly unknown[]): string {
  const path = typeof parameters[0] === 'string' ? `/${parameters[0]}` : '';
  const words: Partial<Record<keyof Calls, string>> = {
    open: 'its header',
    keys: `the names in ${path}`,
    attributes: `the attributes of ${path}`,
    close: 'its end',
  };
  return words[call] ?? path;
}

/** The error for a file in which a call never returns. */
function endless({ name, what }: Waiting): FormatError {
  return new FormatError({
    got: `a damaged HDF5 file, ${name} (reading ${what} never comes to an end)`,
    expected: 'a complete HDF5 file',
    remedy: 'copy or write the file again',
  });
}

/**
 * The error for a call whose thread ended for another reason.
 * @param name of the file.
 * @param cause what was thrown, if anything.
 */
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
