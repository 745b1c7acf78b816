/**
 * Requests to shards and their replies, however they travel: as values in this process, or as frames (frames.ts).
 *
 * Types: `FrameArray`: name, shape and data of an array.
 */

import { CancelledError, MachineError, OptionError, ShapeError, WhymapError } from '../../errors.js';
import type { FrameArray, FrameData } from './frames.js';

/** What a shard is asked to do: a step, on the localities that `key` names. */
export interface ShardRequest {
  readonly step: string;
  /** Names a specification, and no other for ever. */
  readonly key: string;
  /** Further fields of the header. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly arrays?: readonly FrameArray[];
}

export interface ShardReply {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly arrays: readonly FrameArray[];
}

/** What a caller can do while a shard works. */
export interface ShardCall {
  /** Ends the step: the request is rejected with CancelledError. */
  readonly signal?: AbortSignal | undefined;
  /** Told the fraction done. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** A way to one shard. Requests are worked on in order. */
export interface ShardLine {
  request(request: ShardRequest, call?: ShardCall): Promise<ShardReply>;
}

/** A specification that a shard does not know: it is new, or was lost with a process. */
export class UnknownKeyError extends WhymapError {
  constructor(key: string) {
    super('unknown-key', {
      got: `the key ${key}, which this shard does not know`,
      expected: 'the key of a specification that it was sent',
      remedy: 'send the specification, then the request again',
    });
  }
}

/** A shard whose process ended before it answered. */
export class LostError extends WhymapError {
  constructor(got: string) {
    super('lost', {
      got,
      expected: 'a process that answers every request',
      remedy:
        'see whether the system ended it for want of memory; give the shards less data each, or more memory',
    });
  }
}

/** The array of that name. ShapeError where there is none of this type. */
export function arrayOf<T extends FrameData>(
  arrays: readonly FrameArray[],
  name: string,
  type: new (length: number) => T,
): T {
  const data = arrays.find((array) => array.name === name)?.data;
  if (data instanceof type) return data;
  throw new ShapeError({
    got: data ? `an array ${name} of another type` : `no array ${name}`,
    expected: `${name} as ${type.name}`,
    remedy: 'run the same whymap on both sides',
  });
}

/** Parts of an error, as they travel. */
export interface WireError {
  readonly kind: string;
  readonly got: string;
  readonly expected: string;
  readonly remedy: string;
}

/** An error as it travels. */
export function toWire(error: unknown): WireError {
  if (error instanceof WhymapError) {
    const { code, got, expected, remedy } = error;
    return { kind: code, got, expected, remedy };
  }
  const text = error instanceof Error ? error.message : String(error);
  return { kind: 'bug', got: text, expected: 'no defect', remedy: 'please report it' };
}

/** The error that travelled. @param key of the request. */
export function fromWire({ kind, ...parts }: WireError, key: string): Error {
  if (kind === 'unknown-key') return new UnknownKeyError(key);
  if (kind === 'lost') return new LostError(parts.got);
  if (kind === 'cancelled') return new CancelledError();
  if (kind === 'machine') return new MachineError(parts);
  if (kind === 'option') return new OptionError(parts);
  if (kind === 'bug') return new Error(`a shard failed: ${parts.got}`);
  return new WhymapError(kind, parts);
}
