/**
 * The messages between the thread that reads HDF5 files (h5-worker.ts) and the one that waits for it (h5-thread.ts).
 * Fails: never.
 */

import {
  type ErrorParts,
  FormatError,
  MachineError,
  OptionError,
  ShapeError,
  UnsupportedError,
  WhymapError,
} from '../../../errors.js';
import { isTooLarge, TOO_LARGE } from '../../source/bytes.js';
import type { StoredArray } from '../store.js';

/** What a file is read from: a path of this machine, or its bytes. */
export type H5Origin = { readonly path: string } | { readonly name: string; readonly bytes: Uint8Array };

/** What is known of an array before it is read. */
export type ArrayFacts = Pick<StoredArray, 'path' | 'shape' | 'packed' | 'content' | 'fields'>;

/** The calls that the thread answers for a file, with their arguments and results. Ranges of rows are from `start` to `end`, exclusive. */
export interface Calls {
  open(origin: H5Origin): null;
  kind(path: string): 'group' | 'array' | null;
  keys(path: string): readonly string[];
  attributes(path: string): Readonly<Record<string, unknown>>;
  array(path: string): ArrayFacts;
  numbers(path: string, start: number, end: number): ArrayLike<number>;
  texts(path: string, start: number, end: number): readonly string[];
  field(path: string, name: string, start: number, end: number): readonly unknown[];
  close(): null;
}

/** One call, as it is posted to the thread. */
export interface Request<K extends keyof Calls = keyof Calls> {
  /** Repeated in the reply. */
  readonly id: number;
  /** Number of the open file. */
  readonly file: number;
  readonly call: K;
  readonly parameters: Parameters<Calls[K]>;
}

/** The result of the call with this `id`, or the error that it threw. */
export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: SentError };

/** An error on its way between threads. */
interface SentError {
  readonly kind: string;
  readonly parts: ErrorParts;
  readonly tooLarge: boolean;
}

const KINDS = { FormatError, MachineError, UnsupportedError, ShapeError, OptionError } as const;

/** An error as plain data, to be posted; one that is not a WhymapError becomes a MachineError with its message. */
export function sentError(error: unknown): SentError {
  if (error instanceof WhymapError && error.name in KINDS)
    return { kind: error.name, parts: error.parts, tooLarge: isTooLarge(error) };
  const got = `an HDF5 reader that failed (${error instanceof Error ? error.message : String(error)})`;
  const parts = {
    got,
    expected: 'it to read the file or to refuse it',
    remedy: 'report this, with the file',
  };
  return { kind: 'MachineError', parts, tooLarge: false };
}

/** The error that `sentError` made plain. */
export function receivedError({ kind, parts, tooLarge }: SentError): WhymapError {
  if (tooLarge) return new FormatError(parts, { cause: TOO_LARGE });
  return new KINDS[kind as keyof typeof KINDS](parts);
}
