/**
 * The thread that reads HDF5 files, one request after the other. The thread that waits (h5-thread.ts) ends it when a call does
 * not return.
 * Types: `H5Origin`: a path, or name and bytes. `Store`, HDF5 or Zarr: array (FormatError where there is none), kind
 *   (group, array or null), keys (members of a group), attributes (of a group or array), close (ends it).
 *   `StoredArray`, an array in a file: shape (its sizes), packed (lines that lie in one chunk, 1 where none do), numbers
 *   (elements start to end of the first axis), texts (the same as texts), field (one field of records). `Request`, to
 *   the thread: id (repeated in the reply), parameters (of the call).
 * Fails: never; what goes wrong is posted as a reply.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { pathSource } from '../../source/path-source.js';
import { bytesSource } from '../../source/source.js';
import type { Store, StoredArray } from '../store.js';
import { tellActivity } from './activity.js';
import { directStore } from './hdf5-store.js';
import { type Calls, type H5Origin, type Reply, type Request, sentError } from './messages.js';

/** An open file, and its arrays by path. */
interface OpenFile {
  readonly store: Store;
  readonly arrays: Map<string, Promise<StoredArray>>;
}

const files = new Map<number, OpenFile>();
let last: Promise<void> = Promise.resolve();

/** For each call, the function that answers it, by the number of the open file and the call's parameters. */
type Answers = {
  readonly [K in keyof Calls]: (file: number, ...parameters: Parameters<Calls[K]>) => Promise<unknown>;
};

/** The array at `path` of an open file; it is opened once. Rejects as the store does. */
const arrayOf = (file: number, path: string): Promise<StoredArray> => {
  const { store, arrays } = files.get(file)!;
  const known = arrays.get(path) ?? store.array(path);
  arrays.set(path, known);
  return known;
};

const answers: Answers = {
  async open(file, origin) {
    files.set(file, { store: await directStore(sourceOf(origin)), arrays: new Map() });
    return null;
  },
  kind: (file, path) => files.get(file)!.store.kind(path),
  keys: (file, path) => files.get(file)!.store.keys(path),
  attributes: (file, path) => files.get(file)!.store.attributes(path),
  async array(file, path) {
    const { shape, packed, content, fields } = await arrayOf(file, path);
    return { path, shape, packed, content, fields };
  },
  numbers: async (file, path, start, end) => (await arrayOf(file, path)).numbers(start, end),
  texts: async (file, path, start, end) => (await arrayOf(file, path)).texts(start, end),
  field: async (file, path, name, start, end) => (await arrayOf(file, path)).field(name, start, end),
  async close(file) {
    const open = files.get(file);
    files.delete(file);
    await open?.store.close();
    return null;
  },
};

/** The source to read an origin from. */
const sourceOf = (origin: H5Origin) =>
  'path' in origin ? pathSource(origin.path) : bytesSource(origin.name, origin.bytes);

/** Carries out a request and posts its reply; the buffer of numbers is transferred, not copied. Never throws. */
async function answer({ id, file, call, parameters }: Request): Promise<void> {
  let reply: Reply;
  try {
    const run = answers[call] as (file: number, ...args: unknown[]) => Promise<unknown>;
    reply = { id, value: await run(file, ...parameters) };
  } catch (error) {
    reply = { id, error: sentError(error) };
  }
  const value = 'value' in reply ? reply.value : null;
  const moved = ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer ? [value.buffer] : [];
  parentPort!.postMessage(reply, moved);
}

tellActivity(workerData as SharedArrayBuffer);
parentPort!.on('message', (request: Request) => {
  last = last.then(() => answer(request));
});
