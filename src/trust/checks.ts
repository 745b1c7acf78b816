/** Checks at the public boundary of trust: sizes, numbers that are not finite, options. */

import { METRICS, type Metric } from '../engine/engine.js';
import { FormatError, OptionError, ShapeError } from '../errors.js';
import type { Csr, Matrix } from '../model.js';
import type { NeighborhoodOptions, TrustInput } from './types.js';

export const DEFAULT_K = 15;
const FEWEST_SAMPLES = 3;

export interface CheckedNeighborhoodOptions {
  readonly k: number;
  readonly metric: Metric;
  /** Number of samples queries; null for all. */
  readonly sample: number | null;
  readonly ties: 'row' | 'shared';
}

/** Throws ShapeError or FormatError unless both have the same rows, at least three, all numbers finite. */
export function checkInput({ features, embedding }: TrustInput): void {
  if (features.rows !== embedding.rows) {
    throw new ShapeError({
      got: `${features.rows} rows of features and ${embedding.rows} rows of the embedding`,
      expected: 'one row of each a sample, in the same order',
      remedy: 'join both by sample id, or embed the same rows',
    });
  }
  if (features.rows < FEWEST_SAMPLES || features.columns < 1 || embedding.columns < 1) {
    throw new ShapeError({
      got: `${features.rows} samples, ${features.columns} features, ${embedding.columns} dimensions`,
      expected: `at least ${FEWEST_SAMPLES} samples, 1 feature and 1 dimension`,
      remedy: 'give more data: with fewer samples no neighborhood can be right or wrong',
    });
  }
  checkFinite('values' in features ? features.values : features.data, 'features', features);
  checkFinite(embedding.data, 'embedding', embedding);
}

/** Options with defaults filled in; `sample` is null where every sample is a query. Throws OptionError. */
export function checkNeighborhoodOptions(
  options: NeighborhoodOptions,
  samples: number,
): CheckedNeighborhoodOptions {
  const { k = defaultK(samples), metric = 'euclidean', sample, ties = 'row' } = options;
  checkInteger('k', k, 1, samples - 1, 'a neighborhood holds at least one and at most all other samples');
  if (!METRICS.includes(metric)) {
    throw new OptionError({
      got: `metric ${String(metric)}`,
      expected: METRICS.join(', '),
      remedy: 'choose one of these',
    });
  }
  if (sample !== undefined)
    checkInteger('sample', sample, 2, samples, 'leave it out to measure at every sample');
  return { k, metric, ties, sample: sample === undefined || sample === samples ? null : sample };
}

/** 15 neighbors, or a third of the others where there are few: near all samples every map agrees with the data. */
export function defaultK(samples: number): number {
  return Math.max(1, Math.min(DEFAULT_K, Math.floor((samples - 1) / 3)));
}

/** Throws OptionError unless value is an integer from low to high. */
export function checkInteger(name: string, value: number, low: number, high: number, remedy: string): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new OptionError({ got: `${name} ${value}`, expected: `an integer from ${low} to ${high}`, remedy });
}

/** Throws FormatError that names the first value that is not finite. */
function checkFinite(values: Float32Array, name: string, shape: Matrix | Csr): void {
  for (let p = 0; p < values.length; p++) {
    if (Number.isFinite(values[p])) continue;
    const at =
      'offsets' in shape ? '' : ` in row ${Math.floor(p / shape.columns)}, column ${p % shape.columns}`;
    throw new FormatError({
      got: `${values[p]} in the ${name}${at}`,
      expected: 'finite numbers only',
      remedy: 'leave out or fill in the missing values first: no distance can be measured to them',
    });
  }
}
