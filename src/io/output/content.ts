/**
 * What a file is to hold, whole or in pieces that come one after another.
 * Fails: CancelledError once the signal is aborted.
 */

import { CancelledError } from '../../errors.js';

/** A file's content, whole or in pieces. */
export type Content = string | Uint8Array | Iterable<string | Uint8Array> | AsyncIterable<string>;

/** Whether the content comes in pieces. */
export const isPieces = (content: Content): content is Exclude<Content, string | Uint8Array> =>
  typeof content !== 'string' && !(content instanceof Uint8Array);

/** The pieces, each after a turn of the event loop, in which an interrupt is heard; CancelledError once the signal is aborted. */
export async function* untilAborted(
  pieces: Exclude<Content, string | Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<string | Uint8Array> {
  const iterator =
    Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  for (;;) {
    // of each piece one of its own: a promise that many races wait for keeps what all of them gave
    const { aborted, end } = abortion(signal);
    // a piece may be waited for, as for another thread that compresses it
    const next = await Promise.race([iterator.next(), aborted]).finally(end);
    if (next.done) return;
    yield next.value;
    if (signal?.aborted) throw new CancelledError();
  }
}

/** A promise that the signal rejects with CancelledError. @returns it, and what to call when nobody waits for it any more. */
export function abortion(signal: AbortSignal | undefined) {
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new CancelledError());
  });
  aborted.catch(() => {});
  signal?.addEventListener('abort', stop, { once: true });
  return { aborted, end: () => signal?.removeEventListener('abort', stop) };
}
