/** The sum of all associations as a matrix that is multiplied by many, reference. Precision: sums in float32, of rows in double. */

import { byDegree } from '../../../core/by-degree.js';
import { unpackPairs } from '../../../core/coordinate-step.js';
import { gatherColumns, gatherRows, matrix } from '../../../core/matrix.js';
import type { Engine } from '../../engine.js';
import { unwatched } from '../../watch.js';
import { multiply } from '../multiply.js';
import { accumulatePatterns, localitiesOf } from './products.js';

/** See `Engine.associationSum`. */
export const associationSum: Engine['associationSum'] = async (groups, form, factor, watch = unwatched) => {
  let sums = matrix(1, 0);
  let whole = matrix(0, 0);
  for await (const blocks of groups) {
    const d = blocks[0].features;
    if (whole.rows !== d) [sums, whole] = [matrix(1, (d * (d - 1)) / 2), matrix(d, d)];
    const equal = matrix(localitiesOf(blocks), 1);
    equal.data.fill(factor);
    await accumulatePatterns(blocks, form, equal, sums, watch);
  }
  const d = whole.rows;
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
