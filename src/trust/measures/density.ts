/**
 * Density preservation: are crowded regions of the data crowded on the map?
 *
 * Source: correlation of the logarithms of local radii, Narayan et al. 2021 (densMAP). Ours: the local radius is
 *   the mean distance to the k nearest neighbors, unweighted, so that it does not depend on a method's weights.
 * Cost: queries x k. How it fails: a sample whose k neighbors are all duplicates has no log radius; it is left out
 *   and counted. In many dimensions distances concentrate, and radii say less.
 */

import { correlation } from '../../core/statistics.js';
import { correlationInterval } from '../interval.js';
import type { Figure, Neighborhoods } from '../types.js';

/** Fewer samples with a radius have no correlation to speak of. */
const FEWEST = 3;

export interface DensityFigure extends Figure {
  /** Query samples without a radius in one of the spaces. */
  readonly leftOut: number;
}

/**
 * Pearson correlation of log local radii, -1 to 1. The value at a sample is how much denser (below 0) or sparser
 * (above 0) the map shows it than the data has it: the logarithm of the ratio of radii, less its median; NaN where
 * left out.
 */
export function densityPreservation(neighborhoods: Neighborhoods): DensityFigure {
  const inData = logRadii(neighborhoods.input.distances, neighborhoods.k);
  const onMap = logRadii(neighborhoods.embedding.distances, neighborhoods.k);
  const ratio = onMap.map((radius, i) => radius - inData[i]);
  const kept = Int32Array.from(ratio.keys()).filter((i) => Number.isFinite(ratio[i]));
  const value =
    kept.length < FEWEST
      ? Number.NaN
      : correlation(
          Float64Array.from(kept, (i) => inData[i]),
          Float64Array.from(kept, (i) => onMap[i]),
        );
  const sorted = Float64Array.from(kept, (i) => ratio[i]).sort();
  const middle = sorted[sorted.length >> 1];
  const pointwise = ratio.map((r) => (Number.isFinite(r) ? r - middle : Number.NaN));
  const interval = neighborhoods.queries ? correlationInterval(value, kept.length, false) : null;
  return { value, pointwise, interval, leftOut: ratio.length - kept.length };
}

/** Logarithm of the mean distance to the k neighbors, one a query; -Infinity where all are duplicates. */
function logRadii(distances: Float32Array, k: number): Float64Array {
  return Float64Array.from({ length: distances.length / k }, (_, i) => {
    let sum = 0;
    for (let t = i * k; t < (i + 1) * k; t++) sum += distances[t];
    return Math.log(sum / k);
  });
}
