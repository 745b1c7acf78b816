/**
 * Results written into an `.h5ad` file by a thread that ends at once when the work is stopped. Node only.
 * Types: `WriteReply`, of the thread: error (what went wrong, or null). `WrittenResults`, of an explanation: name (of
 *   the file, for messages).
 */

import { Worker } from 'node:worker_threads';
import { CancelledError, MachineError } from '../../../errors.js';
import { receivedError } from '../hdf5/messages.js';
import type { WriteReply, WrittenResults } from './h5ad-arrays.js';

/** Writes results in a thread of their own, which `signal` ends at once; CancelledError then. */
export async function writeInThread(results: WrittenResults, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) throw new CancelledError();
  // no flags of this process for the thread; what the library writes to stderr is not shown
  const worker = new Worker(new URL('./h5ad-write-worker.js', import.meta.url), {
    ...{ execArgv: [], workerData: results, stderr: true },
  });
  const end = () => void worker.terminate();
  signal?.addEventListener('abort', end, { once: true });
  try {
    const reply = await new Promise<WriteReply>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(signal?.aborted ? new CancelledError() : unwritten(results.name)));
    });
    if (reply.error !== null) throw receivedError(reply.error);
  } finally {
    signal?.removeEventListener('abort', end);
    await worker.terminate();
  }
}

/**
 * The error for a thread that ended before it had written.
 * @param name of the file.
 */
function unwritten(name: string): MachineError {
  return new MachineError({
    got: `a thread that ended while it wrote into a copy of ${name}`,
    expected: 'it to write all results',
    remedy: 'try again; the file is as it was',
  });
}
