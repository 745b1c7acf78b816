/**
 * The thread that writes results into an `.h5ad` file. The library works without a pause; in a thread of its own it can be ended
 * by whoever waits (h5ad-write.ts).
 * Types: `OpenH5`, an open HDF5 file: close (closes it). `WrittenResults`, of an explanation: path (of the file),
 *   name (of the file, for messages).
 */

import { parentPort, workerData } from 'node:worker_threads';
import { pathSource } from '../../source/path-source.js';
import { sentError } from '../hdf5/messages.js';
import { openH5 } from '../hdf5/runtime.js';
import { type WriteReply, type WrittenResults, writeArrays } from './h5ad-arrays.js';

/** Opens the file, writes and closes it. */
async function write(results: WrittenResults): Promise<void> {
  const open = await openH5({ ...pathSource(results.path), name: results.name }, 'a');
  try {
    writeArrays(open, results);
  } finally {
    open.close();
  }
}

/** What to answer once `work` has ended, one way or the other. */
const replyOf = (work: Promise<void>): Promise<WriteReply> =>
  work.then(
    () => ({ error: null }),
    (error: unknown) => ({ error: sentError(error) }),
  );

parentPort!.postMessage(await replyOf(write(workerData as WrittenResults)));
