/**
 * Steps over all rows of a table in parts, on shards: each reads some of the rows, and none is held.
 * Types: `FeatureSums`: sums of every feature. `ValueRanges`: low, high, stored, whole, missing. `Matrix`: row-major float32.
 */

import type { FeatureSums } from '../core/rows/feature-moments.js';
import type { ValueRanges } from '../core/rows/value-ranges.js';
import type { Csr, Matrix } from '../model.js';
import type { Watch } from './watch.js';

/** What each feature counts in the scores of modules. */
export interface ScoreWeights {
  /** Weights of the features' centered values, features x modules. */
  readonly weights: Float64Array;
  readonly modules: number;
  /** Means of the features. */
  readonly mean: Float64Array;
}

/** All take a table in parts. */
export interface RowShards {
  ranges(table: Matrix | Csr, watch: Watch): Promise<ValueRanges>;
  /** Sums of values, and then of squared distances from the means. */
  sums(table: Matrix | Csr, watch: Watch): Promise<FeatureSums>;
  /** Scores of all samples: rows of the table x modules. */
  scores(table: Matrix | Csr, scored: ScoreWeights, watch: Watch): Promise<Matrix>;
}
