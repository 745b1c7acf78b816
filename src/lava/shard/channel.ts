/**
 * The coordinator's side of a stream of frames: sends requests, hands each reply to whoever waits for it.
 *
 * Types: `Frame`: header, arrays. `ShardRequest`: step, key, fields, arrays. `ShardCall`: signal, onProgress.
 * Fails: a request is rejected with the error that the other side sent, with CancelledError when its signal is aborted, and with
 *   what the channel was closed with.
 */

import { CancelledError } from '../../errors.js';
import type { Frame } from './frames.js';
import { fromWire, type ShardCall, type ShardReply, type ShardRequest, type WireError } from './messages.js';

export interface ShardChannel {
  /** @param shard which of the shards behind the stream. */
  request(shard: number, request: ShardRequest, call?: ShardCall): Promise<ShardReply>;
  /** Takes a frame of the other side. */
  take(frame: Frame): void;
  /** Rejects all requests, those that are open and those to come. */
  close(reason: Error): void;
}

/** A request without its reply. */
interface OpenRequest {
  readonly key: string;
  readonly onProgress: ShardCall['onProgress'];
  resolve(reply: ShardReply): void;
  reject(error: Error): void;
}

/** @param send writes a frame to the stream. */
export function createShardChannel(send: (frame: Frame) => void): ShardChannel {
  const open = new Map<number, OpenRequest>();
  let closed: Error | null = null;
  let next = 0;
  return {
    request(shard, { step, key, fields = {}, arrays = [] }, { signal, onProgress } = {}) {
      if (closed) return Promise.reject(closed);
      if (signal?.aborted) return Promise.reject(new CancelledError());
      const id = next++;
      return new Promise((resolve, reject) => {
        const cancel = (): void => {
          open.delete(id);
          send({ header: { id: next++, step: 'cancel', cancels: id, shard }, arrays: [] });
          reject(new CancelledError());
        };
        const settled = <T>(then: (value: T) => void) => {
          return (value: T): void => {
            signal?.removeEventListener('abort', cancel);
            then(value);
          };
        };
        open.set(id, { key, onProgress, resolve: settled(resolve), reject: settled(reject) });
        signal?.addEventListener('abort', cancel, { once: true });
        send({ header: { ...fields, id, step, shard, key }, arrays });
      });
    },
    take({ header, arrays }) {
      const { id, ok, progress, error, ...fields } = header;
      // an error without a number is about the stream: the process ends, and whoever closes the channel says so
      const request = open.get(Number(id));
      if (!request) return;
      if (typeof progress === 'number') return request.onProgress?.(progress);
      open.delete(Number(id));
      if (ok === true) request.resolve({ fields, arrays });
      else request.reject(fromWire(error as WireError, request.key));
    },
    close(reason) {
      closed ??= reason;
      for (const request of open.values()) request.reject(reason);
      open.clear();
    },
  };
}
