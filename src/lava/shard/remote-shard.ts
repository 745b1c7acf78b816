/**
 * One range of localities on a shard, however often its process is lost.
 *
 * Fails: CancelledError when the watch ends; MachineError after TRIES losses in a row; errors of the shard.
 */

import { unwatched, type Watch } from '../../engine/watch.js';
import { MachineError, option, type WhymapError, words } from '../../errors.js';
import {
  LostError,
  type ShardLine,
  type ShardReply,
  type ShardRequest,
  UnknownKeyError,
} from './messages.js';

/** Losses in a row after which a request is given up: data that a process never survives. */
const TRIES = 5;
/** Milliseconds between looks at whether the caller has cancelled. */
const LOOK_MS = 50;

export interface RemoteShard {
  /** Asks for a step, and sends the specification where it is asked for. */
  ask(
    request: Omit<ShardRequest, 'key'>,
    watch?: Watch,
    onProgress?: (done: number) => void,
  ): Promise<ShardReply>;
  /** Frees what the shard holds. A shard that is lost holds nothing, so a failure is none. */
  forget(): Promise<void>;
}

/** @param key names the specification. @param specification makes its message, whenever it is asked for. */
export function createRemoteShard(
  line: ShardLine,
  key: string,
  specification: () => Pick<ShardReply, 'fields' | 'arrays'>,
): RemoteShard {
  const askOnce = async (
    request: Omit<ShardRequest, 'key'>,
    call: Parameters<ShardLine['request']>[1],
  ): Promise<ShardReply> => {
    try {
      return await line.request({ ...request, key }, call);
    } catch (error) {
      if (!(error instanceof UnknownKeyError)) throw error;
      await line.request({ step: 'specify', key, ...specification() }, call);
      return line.request({ ...request, key }, call);
    }
  };
  return {
    ask: (request, watch = unwatched, onProgress) =>
      untilStopped(watch, async (signal) => {
        let last: LostError | null = null;
        for (let lost = 0; ; lost++) {
          try {
            return await askOnce(request, { signal, onProgress });
          } catch (error) {
            const again = error instanceof LostError || error instanceof UnknownKeyError;
            if (!again) throw error;
            if (error instanceof LostError) last = error;
            if (lost === TRIES) throw lostAgain(last ?? error);
            // Ctrl-C in a terminal ends the processes too
            await watch.checkpoint();
          }
        }
      }),
    async forget() {
      await line.request({ step: 'forget', key }).catch(() => {});
    },
  };
}

/** Runs work under a signal that is aborted once the watch ends; then it fails as the watch does. */
async function untilStopped<T>(watch: Watch, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const timer = setInterval(() => {
    watch.checkpoint().catch((error: unknown) => stop.abort(error));
  }, LOOK_MS);
  try {
    await watch.checkpoint();
    return await work(stop.signal);
  } finally {
    clearInterval(timer);
  }
}

/** The error for a request that no process has lived through. @param last how the last one was lost. */
function lostAgain(last: WhymapError): MachineError {
  return new MachineError(
    {
      got: words`${last.got}, like the ${TRIES} before it that were given the same step`,
      expected: 'processes that live through their part of the localities',
      remedy: words`if memory was short: on one machine fewer processes or less ${option('memory')}; elsewhere more workers, or workers with more memory`,
    },
    { cause: last },
  );
}
