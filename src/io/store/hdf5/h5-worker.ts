/** The thread that reads HDF5 files, one request after the other, so that it can be ended when it does not come back. */

import { parentPort, workerData } from 'node:worker_threads';
import { pathSource } from '../../source/path-source.js';
import { bytesSource } from '../../source/source.js';
import type { Store, StoredArray } from '../store.js';
import { tellActivity } from './activity.js';
import { directStore } from './hdf5-store.js';
import { type Calls, type H5Place, type Reply, type Request, sentError } from './messages.js';

/** An open file, and its arrays by path. */
interface OpenFile {
  readonly store: Store;
  readonly arrays: Map<string, Promise<StoredArray>>;
}

const files = new Map<number, OpenFile>();
let last: Promise<void> = Promise.resolve();

type Answers = {
  readonly [K in keyof Calls]: (file: number, ...given: Parameters<Calls[K]>) => Promise<unknown>;
};

const arrayOf = (file: number, path: string): Promise<StoredArray> => {
  const { store, arrays } = files.get(file)!;
  const known = arrays.get(path) ?? store.array(path);
  arrays.set(path, known);
  return known;
};

const answers: Answers = {
  async open(file, place) {
    files.set(file, { store: await directStore(sourceOf(place)), arrays: new Map() });
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

const sourceOf = (place: H5Place) =>
  'path' in place ? pathSource(place.path) : bytesSource(place.name, place.bytes);

/** Answers a request, and hands over the memory of numbers rather than copying it. */
async function answer({ id, file, call, given }: Request): Promise<void> {
  let reply: Reply;
  try {
    const run = answers[call] as (file: number, ...given: unknown[]) => Promise<unknown>;
    reply = { id, value: await run(file, ...given) };
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
