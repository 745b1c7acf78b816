/**
 * Lists of nearest neighbors by the method that fits. The recall of approximate lists is measured by index.ts, for those who read it: it takes
 * a tenth of the time of an embedding.
 */

import { toDense } from '../core/csr.js';
import { type Context, watchStage } from '../engine/context.js';
import { METRICS, type Metric, type Watch } from '../engine/engine.js';
import { OptionError, ShapeError } from '../errors.js';
import type { Csr, Matrix, Neighbors } from '../model.js';
import { exactNeighbors } from './exact.js';
import { usesKdTree } from './policy.js';

export const METHODS = ['auto', 'exact', 'approximate'] as const;
export type NeighborsMethod = (typeof METHODS)[number];

export interface NeighborsOptions {
  /** Neighbors of each row, itself not counted; 1 to rows - 1. Default 15. */
  readonly k?: number;
  /** Default `euclidean`. */
  readonly metric?: Metric;
  /** `auto` (default) is exact wherever exact is faster; see docs/engines.md for the crossover. */
  readonly method?: NeighborsMethod;
}

/** Lists of neighbors, and how they were found. */
export interface NeighborLists extends Neighbors {
  readonly method: 'kd-tree' | 'exact' | 'approximate';
}

/**
 * Rows above which `auto` is approximate: where comparing all rows takes the processor time of descent, a curve through
 * the table of bench/crossover.mjs (wasm, November 2026: about 20,000 rows of 50 columns, 4,500 of 784); but not below
 * FEW_ROWS, where either takes a second or two and exact is worth it.
 */
const exactRows = (columns: number): number =>
  Math.max(FEW_ROWS, (8e-5 + 1e-7 * columns) / (2.2e-9 + 4.2e-11 * columns));
const FEW_ROWS = 4096;

/**
 * The k nearest other rows of every row, nearest first, ties by row number. Descent is seeded by the context's stream `neighbors`.
 * @param data rows x columns, finite. Errors: OptionError for unknown options, ShapeError for a k that does not fit.
 */
export async function neighborLists(
  data: Matrix | Csr,
  options: NeighborsOptions,
  context: Context,
  watch: Watch = watchStage(context, 'neighbors'),
): Promise<NeighborLists> {
  const { k, metric, method } = withDefaults(data, options);
  const dense = toDense(data);
  const treeFits = usesKdTree(dense.columns, metric);
  if (method === 'approximate' || (method === 'auto' && !treeFits && dense.rows > exactRows(dense.columns))) {
    const random = context.random.stream('neighbors');
    const found = await context.engine.nearestApproximate(dense, { k, metric, random }, watch);
    return { ...found, method: 'approximate' };
  }
  const found = await exactNeighbors(dense, { k, metric }, context.engine, watch);
  return { ...found, method: treeFits ? 'kd-tree' : 'exact' };
}

/** Options with defaults filled in. Throws OptionError or ShapeError for those that do not fit. */
function withDefaults(data: Matrix | Csr, options: NeighborsOptions): Required<NeighborsOptions> {
  const { k = 15, metric = 'euclidean', method = 'auto' } = options;
  if (!METRICS.includes(metric)) throw unknown('metric', metric, METRICS);
  if (!METHODS.includes(method)) throw unknown('method', method, METHODS);
  if (!Number.isInteger(k) || k < 1 || k >= data.rows) {
    throw new ShapeError({
      got: `k = ${k} for ${data.rows} rows`,
      expected: 'a whole number from 1 to rows - 1',
      remedy: 'ask for fewer neighbors or give more rows',
    });
  }
  return { k, metric, method };
}

/** An error that names the choices. */
function unknown(name: string, value: string, known: readonly string[]): OptionError {
  return new OptionError({
    got: `a ${name} called ${value}`,
    expected: known.join(', '),
    remedy: 'name one of those, or leave it out',
  });
}
