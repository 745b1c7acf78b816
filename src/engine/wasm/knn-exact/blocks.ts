/**
 * The jobs of a comparison of queries with data: see `kernels/knn-exact/pairs.ts` and
 * `kernels/knn-exact/initial-lists.ts`.
 * Types: `Runtime`, of the engine: size (bytes that a kernel needs), run (runs a job on all threads; CancelledError
 *   when the watch ends). `Scope`, allocations that end together: copyStructure (writes a structure, gives its
 *   address). `Watch`: takes the progress of a stage, and throws CancelledError at a checkpoint once the signal is
 *   aborted. `DistanceBounds`, bounds of all pairs: address (of the kernels' structure), depth (columns of the
 *   product).
 * Fails: CancelledError when the watch ends; MachineError where scratch memory cannot be had.
 */

import type { Watch } from '../../engine.js';
import { unwatched } from '../../watch.js';
import { BLOCK_ROWS } from '../runtime/layouts.js';
import type { Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import type { DistanceBounds } from './prepared-rows.js';

/** A comparison of queries with data: what is sought and how pairs are bounded. */
export interface Comparison {
  readonly bounds: DistanceBounds;
  /** Addresses of the kernels' `Ranks` and `NearestLists`, or 0. */
  readonly ranks: number;
  readonly lists: number;
  /** Length of a list. */
  readonly k: number;
  /** Counts for each query, 0 without ranks. */
  readonly stride: number;
  /** Address: i32 for each query, the data row that it is itself, or -1. */
  readonly selfRows: number;
  /** Whether queries and data are the same rows, so that each pair is met once for both of its rows. */
  readonly symmetric: boolean;
  /** Bounds along few directions (kernels/knn-exact/prune.ts), or null. */
  readonly pruneBounds: DistanceBounds | null;
}

/** A comparison in the engine's memory. */
export interface UploadedComparison {
  readonly comparison: Comparison;
  /** Address of the kernels' `PairComparison`. */
  readonly address: number;
  /** Bytes of scratch that a thread needs. */
  readonly scratch: number;
}

/** The first `count` queries against data rows `from` to `to`. */
export interface Block {
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Writes the structure of a comparison into the engine's memory. The structure lives until the scope is freed.
 * @param length most data rows that a block will have; it decides the scratch memory of a thread.
 */
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

/**
 * Compares each query of a block with each of its data rows: inserts near rows into the queries' lists of nearest
 * rows and counts those nearer than their targets, whichever the comparison has. Called for one block after another.
 */
export function compareBlocks(
  runtime: Runtime,
  { comparison, address, scratch }: UploadedComparison,
  { count, from, to }: Block,
  watch: Watch,
): Promise<void> {
  const job = {
    kernel: 'comparePairs',
    scratch,
    items: Math.ceil(count / BLOCK_ROWS),
    work: count * (to - from) * (2 * comparison.bounds.depth + 12),
    call: { comparison: address, from, to },
  } as const;
  return runtime.run(job, watch);
}

/**
 * Lowers, before the comparison, the distance beyond which a row is not inserted into a list, by measuring the rows
 * stored beside each row. Does nothing without lists or where queries are not the data.
 * @param count rows of the data.
 */
export async function lowerLimits(
  runtime: Runtime,
  { comparison, address }: UploadedComparison,
  count: number,
): Promise<void> {
  const { symmetric, lists, k, bounds } = comparison;
  if (!symmetric || !lists) return;
  const job = {
    kernel: 'lowerLimits',
    scratch: runtime.size('limitScratch', k),
    items: Math.ceil(count / BLOCK_ROWS),
    work: count * BLOCK_ROWS * (2 * bounds.depth + 12),
    call: { comparison: address },
  } as const;
  await runtime.run(job, unwatched);
}

/**
 * Progress, 0 to 1: the share of all pairs that lie before data row `at` of `rows`. Where `symmetric`, a segment is
 * compared only with rows up to its end, so the share is (at / rows)^2.
 */
export const doneAt = (at: number, rows: number, symmetric: boolean): number =>
  (at / rows) ** (symmetric ? 2 : 1);
