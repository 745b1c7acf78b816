/**
 * A tree of named arrays inside a file (HDF5) or folder (Zarr), as AnnData is stored in either. Paths are
 * relative, parts separated by `/`, without one at the start. Nothing is read before it is asked for.
 * Fails: FormatError for a reading that is too large; else never.
 */

import { tooLarge } from '../source/bytes.js';

export interface Store {
  /** Of the file, for messages. */
  readonly name: string;
  kind(path: string): Promise<'group' | 'array' | null>;
  /** Names of the members of a group, in the order of the file. */
  keys(path: string): Promise<readonly string[]>;
  attributes(path: string): Promise<Readonly<Record<string, unknown>>>;
  /** Throws FormatError when there is no array at the path. */
  array(path: string): Promise<StoredArray>;
  close(): Promise<void>;
}

export interface StoredArray {
  readonly path: string;
  readonly shape: readonly number[];
  /** How many items of the first axis are packed together, and unpacked whichever of them are read; 1 where none are. */
  readonly packed: number;
  readonly content: 'numbers' | 'texts' | 'records';
  /** Names of the fields of records; empty otherwise. */
  readonly fields: readonly string[];
  /** Numbers of items `start` to `end` of the first axis, all of the others, C order. */
  numbers(start: number, end: number): Promise<ArrayLike<number>>;
  texts(start: number, end: number): Promise<readonly string[]>;
  /** One field of records: a number, a text or a list of numbers each. */
  field(name: string, start: number, end: number): Promise<readonly unknown[]>;
}

/** The path of the member `name` of a group. */
export function below(group: string, name: string): string {
  return group === '' ? name : `${group}/${name}`;
}

/**
 * An attribute as a text; null where it is absent or no text.
 * @param name of the attribute.
 */
export function textAttribute(attributes: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = attributes[name];
  return typeof value === 'string' ? value : null;
}

/** Bytes that one reading may take. Blocks take 16 MiB; names of 60 million samples fit. */
export const LARGEST_READING = 2 ** 30;

/**
 * FormatError where one reading would take more than LARGEST_READING.
 * @param where object and file.
 * @param bytes that the reading takes.
 */
export function checkReading(where: string, bytes: number): void {
  if (bytes > LARGEST_READING) {
    throw tooLarge(
      where,
      `values of ${bytes} bytes`,
      LARGEST_READING,
      'check that the file is what it claims to be',
    );
  }
}
