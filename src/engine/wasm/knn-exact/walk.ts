/** The jobs of a comparison of rows with rows: see `kernels/knn-exact/pairs.ts` and `kernels/knn-exact/initial-lists.ts`. */

import type { Watch } from '../../engine.js';
import { unwatched } from '../../watch.js';
import type { Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { type Screen, structOf } from './prepared-rows.js';
import { BLOCK_ROWS } from './tiles.js';

/**
 * C = A B in 32-bit whole numbers: A of `rows` x `depth` from 0 to 255, B of `depth` x `columns` from -128 to 127. The arrays
 * are read and written until the promise is kept.
 */
export type MultiplyBytes = (
  a: Uint8Array,
  b: Int8Array,
  c: Int32Array,
  sides: { readonly rows: number; readonly depth: number; readonly columns: number },
) => Promise<void>;

export interface Comparison {
  readonly screen: Screen;
  /** Addresses of the kernels' `Ranks` and `Lists`, or 0. */
  readonly ranks: number;
  readonly lists: number;
  /** Length of a list. */
  readonly k: number;
  /** Counts a row, 0 for lists. */
  readonly stride: number;
  /** Address: i32 an asked row; see the kernels' `Pairs`. */
  readonly own: number;
  /** Whether each pair is met once, for both of its rows. */
  readonly once: boolean;
  /** The rows along few directions (kernels/knn-exact/prune.ts), or null. */
  readonly sieve: Screen | null;
  /** What makes the products, where the screen's rows are bytes. */
  readonly multiplyBytes: MultiplyBytes | null;
}

/** A comparison in the engine's memory. */
export interface Walk {
  readonly comparison: Comparison;
  /** Address of the kernels' `Pairs`. */
  readonly pairs: number;
  /** Bytes that a thread needs. */
  readonly scratch: number;
}

/** Asked rows, from a whole block on, and data rows `from` to `to`. */
export interface Block {
  readonly first: number;
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

/** @param length most data rows of a block. */
export function placeWalk(runtime: Runtime, scope: Scope, comparison: Comparison, length: number): Walk {
  const { screen, ranks, lists, own, once, sieve, stride } = comparison;
  const struct = structOf([], [screen.address, ranks, lists, own, once ? 1 : 0, sieve?.address ?? 0]);
  return { comparison, pairs: scope.place(struct), scratch: runtime.size('pairsScratch', stride, length) };
}

export function compareBlocks(
  runtime: Runtime,
  { comparison, pairs, scratch }: Walk,
  { first, count, from, to }: Block,
  watch: Watch,
): Promise<void> {
  const job = {
    kernel: 'comparePairs',
    scratch,
    items: Math.ceil(count / BLOCK_ROWS),
    work: count * (to - from) * (2 * comparison.screen.depth + 12),
    parameters: [pairs, first / BLOCK_ROWS, from, to],
  };
  return runtime.run(job, watch);
}

/** Lowers the limits of lists by the rows beside each row, where there are lists and rows are compared with themselves. */
export async function limitLists(
  runtime: Runtime,
  { comparison, pairs }: Walk,
  { first, count }: Pick<Block, 'first' | 'count'>,
): Promise<void> {
  const { once, lists, k, screen } = comparison;
  if (!once || !lists) return;
  const job = {
    kernel: 'limitLists',
    scratch: runtime.size('limitScratch', k),
    items: Math.ceil(count / BLOCK_ROWS),
    work: count * BLOCK_ROWS * (2 * screen.depth + 12),
    parameters: [pairs, first / BLOCK_ROWS],
  };
  await runtime.run(job, unwatched);
}

/** The share of all pairs that lie before data row `at`. */
export const doneAt = (at: number, rows: number, once: boolean): number => (at / rows) ** (once ? 2 : 1);
