/** The jobs of a comparison of rows with rows: see `kernels/knn-exact/pairs.ts` and `kernels/knn-exact/initial-lists.ts`. */

import type { Watch } from '../../engine.js';
import { unwatched } from '../../watch.js';
import { BLOCK_ROWS } from '../runtime/layouts.js';
import type { Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import type { DistanceBounds } from './prepared-rows.js';

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
  readonly bounds: DistanceBounds;
  /** Addresses of the kernels' `Ranks` and `Lists`, or 0. */
  readonly ranks: number;
  readonly lists: number;
  /** Length of a list. */
  readonly k: number;
  /** Counts a row, 0 for lists. */
  readonly stride: number;
  /** Address: i32 an queries row; see the kernels' `Pairs`. */
  readonly selfRows: number;
  /** Whether each pair is met symmetric, for both of its rows. */
  readonly symmetric: boolean;
  /** The rows along few directions (kernels/knn-exact/prune.ts), or null. */
  readonly pruneBounds: DistanceBounds | null;
  /** What makes the products, where the screen's rows are bytes. */
  readonly multiplyBytes: MultiplyBytes | null;
}

/** A comparison in the engine's memory. */
export interface UploadedComparison {
  readonly comparison: Comparison;
  /** Address of the kernels' `Pairs`. */
  readonly address: number;
  /** ByteRows that a thread needs. */
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
export function uploadComparison(
  runtime: Runtime,
  scope: Scope,
  comparison: Comparison,
  length: number,
): UploadedComparison {
  const { bounds, ranks, lists, selfRows, symmetric, pruneBounds, stride } = comparison;
  const address = scope.copyStructure('PairComparison', {
    ...{ bounds: bounds.address, ranks, lists, selfRows },
    ...{ symmetric: symmetric ? 1 : 0, pruneBounds: pruneBounds?.address ?? 0 },
  });
  return { comparison, address, scratch: runtime.size('pairsScratch', stride, length) };
}

export function compareBlocks(
  runtime: Runtime,
  { comparison, address, scratch }: UploadedComparison,
  { first, count, from, to }: Block,
  watch: Watch,
): Promise<void> {
  const job = {
    kernel: 'comparePairs',
    scratch,
    items: Math.ceil(count / BLOCK_ROWS),
    work: count * (to - from) * (2 * comparison.bounds.depth + 12),
    call: { comparison: address, firstBlock: first / BLOCK_ROWS, from, to },
  } as const;
  return runtime.run(job, watch);
}

/** Lowers the limits of lists by the rows beside each row, where there are lists and rows are compared with themselves. */
export async function lowerLimits(
  runtime: Runtime,
  { comparison, address }: UploadedComparison,
  { first, count }: Pick<Block, 'first' | 'count'>,
): Promise<void> {
  const { symmetric, lists, k, bounds } = comparison;
  if (!symmetric || !lists) return;
  const job = {
    kernel: 'lowerLimits',
    scratch: runtime.size('limitScratch', k),
    items: Math.ceil(count / BLOCK_ROWS),
    work: count * BLOCK_ROWS * (2 * bounds.depth + 12),
    call: { comparison: address, firstBlock: first / BLOCK_ROWS },
  } as const;
  await runtime.run(job, unwatched);
}

/** The share of all pairs that lie before data row `at`. */
export const doneAt = (at: number, rows: number, symmetric: boolean): number =>
  (at / rows) ** (symmetric ? 2 : 1);
