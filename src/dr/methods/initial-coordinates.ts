/** Starting coordinates of a run by forces. */

import type { Random } from '../../core/random.js';
import { type Context, watchStage } from '../../engine/context.js';
import { ShapeError } from '../../errors.js';
import { principalComponents } from '../../linalg/principal-components.js';
import type { Matrix } from '../../model.js';
import type { Init } from '../options.js';

export interface StartWays {
  readonly random: Random;
  /** Standard deviation of a random start. */
  readonly deviation: number;
  readonly spectral?: () => Promise<Float64Array>;
  readonly pca?: () => Promise<Float64Array>;
}

/** rows x dimensions coordinates: those in the options, or made by the named way. Throws ShapeError where they do not fit. */
export async function startCoordinates(
  init: Init,
  rows: number,
  dimensions: number,
  ways: StartWays,
): Promise<Float64Array> {
  if (typeof init !== 'string') {
    if (init.rows === rows && init.columns === dimensions) return Float64Array.from(init.data);
    throw new ShapeError({
      got: `starting coordinates of ${init.rows} x ${init.columns}`,
      expected: `${rows} x ${dimensions}`,
      remedy: 'give one row a sample and one column a dimension',
    });
  }
  const named = init === 'spectral' ? ways.spectral : init === 'pca' ? ways.pca : undefined;
  if (named) return named();
  return gaussian(rows * dimensions, ways.deviation, ways.random);
}

/** Independent normal values of that standard deviation. */
export function gaussian(size: number, deviation: number, random: Random): Float64Array {
  return Float64Array.from({ length: size }, () => deviation * random.normal());
}

/**
 * Scores on the leading principal components, in float32 as a start needs no more; zeros beyond the rank. In units of
 * the largest value, so that its square fits.
 */
export async function componentScores(
  features: Matrix,
  dimensions: number,
  context: Context,
): Promise<Float64Array> {
  const { rows, columns, data } = features;
  let largest = 0;
  for (const value of data) largest = Math.max(largest, Math.abs(value));
  const unit = largest > 0 ? largest : 1;
  const scaled = { rows, columns, data: data.map((value) => value / unit) };
  const count = Math.min(dimensions, rows, columns);
  const scores = await principalComponents(scaled, count, context, watchStage(context, 'components'));
  const y = new Float64Array(rows * dimensions);
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < count; k++) y[r * dimensions + k] = unit * scores.data[r * count + k];
  }
  return y;
}
