/** What the thread that reads HDF5 and the one that waits for it say to each other. */

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
export type H5Place = { readonly path: string } | { readonly name: string; readonly bytes: Uint8Array };

/** What is known of an array before it is read. */
export type ArrayFacts = Pick<StoredArray, 'path' | 'shape' | 'packed' | 'content' | 'fields'>;

/** Everything that may be asked of a file, and what comes back. */
export interface Calls {
  open(place: H5Place): null;
  kind(path: string): 'group' | 'array' | null;
  keys(path: string): readonly string[];
  attributes(path: string): Readonly<Record<string, unknown>>;
  array(path: string): ArrayFacts;
  numbers(path: string, start: number, end: number): ArrayLike<number>;
  texts(path: string, start: number, end: number): readonly string[];
  field(path: string, name: string, start: number, end: number): readonly unknown[];
  close(): null;
}

/** @param file number of the open file. */
export interface Request<K extends keyof Calls = keyof Calls> {
  readonly id: number;
  readonly file: number;
  readonly call: K;
  readonly given: Parameters<Calls[K]>;
}

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

/** Takes an error apart; what is none of ours becomes a MachineError with its words. */
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

/** Puts an error together again. */
export function receivedError({ kind, parts, tooLarge }: SentError): WhymapError {
  if (tooLarge) return new FormatError(parts, { cause: TOO_LARGE });
  return new KINDS[kind as keyof typeof KINDS](parts);
}
