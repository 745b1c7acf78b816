/** The sum of all associations as a matrix that is multiplied by many, reference. Precision: sums in float32, of rows in double. */

import { byDegree } from '../../../core/by-degree.js';
import { unpackPairs } from '../../../core/coordinate-step.js';
import { gatherColumns, gatherRows, matrix } from '../../../core/matrix.js';
import type { Engine } from '../../engine.js';
import { unwatched } from '../../watch.js';
import { multiply } from '../multiply.js';
import { sumPatterns } from './products.js';

/** See `Engine.associationSum`. */
export const associationSum: Engine['associationSum'] = async (groups, summed, factor, watch = unwatched) => {
  const equal = matrix(summed.count, 1);
  equal.data.fill(factor);
  const sums = await sumPatterns(groups, summed, equal, watch);
  // d (d - 1) / 2 pairs
  const d = Math.round((1 + Math.sqrt(1 + 8 * sums.columns)) / 2);
  const whole = matrix(d, d);
  unpackPairs(sums.data, d, whole.data);
  const degrees = Float64Array.from({ length: d }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += whole.data[i * d + j];
    return Math.max(0, sum);
  });
  const order = byDegree(degrees);
  const ordered = gatherColumns(gatherRows(whole, order), order);
  const positions = positionsIn(order);
  return {
    ...{ degrees, order },
    times: async (b, part) => gatherRows(await multiply(ordered, gatherRows(b, order), {}, part), positions),
    release: () => {},
  };
};

/** Where each feature stands in the order. */
export function positionsIn(order: Int32Array): Int32Array {
  const positions = new Int32Array(order.length);
  order.forEach((feature, position) => {
    positions[feature] = position;
  });
  return positions;
}
