/** Starting coordinates of a run by forces. */

import type { Random } from '../../core/random.js';
import { ShapeError } from '../../errors.js';
import type { Init } from '../options.js';

export interface StartWays {
  readonly random: Random;
  /** Standard deviation of a random start. */
  readonly deviation: number;
  readonly spectral?: () => Promise<Float64Array>;
  readonly pca?: () => Promise<Float64Array>;
}

/** rows x dimensions coordinates: as given, or by the named way. Throws ShapeError when given ones do not fit. */
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

export function gaussian(size: number, deviation: number, random: Random): Float64Array {
  return Float64Array.from({ length: size }, () => deviation * random.normal());
}
