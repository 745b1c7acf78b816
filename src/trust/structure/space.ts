/** The data as the tests of structure see them: distances, neighbors, and components in which directions are sought. */

import { toDense } from '../../core/csr.js';
import { type Context, watchStage } from '../../engine/context.js';
import type { Metric } from '../../engine/engine.js';
import { OptionError } from '../../errors.js';
import { principalComponents } from '../../linalg/principal-components.js';
import type { Csr, Matrix } from '../../model.js';
import { neighbors } from '../../neighbors/index.js';
import { referenceSpace, type SpaceOptions } from '../reference-space.js';
import type { TestSpace } from './judge.js';

/** Most components that directions are sought in. */
const COMPONENTS = 50;
/** Nearest samples by which borders and densities are judged, at most a third of the others. */
const NEIGHBORS = 15;

/** Builds that space. Throws OptionError for a metric whose distances no Euclidean space has. */
export async function testSpace(
  features: Matrix | Csr,
  options: SpaceOptions,
  context: Context,
): Promise<TestSpace> {
  const space = euclidean(await referenceSpace(features, options, context), options.metric);
  const count = Math.max(1, Math.min(COMPONENTS, space.columns, space.rows - 1));
  const scores = await principalComponents(space, count, context, watchStage(context, 'structure'));
  const k = Math.min(NEIGHBORS, Math.floor((space.rows - 1) / 3));
  const lists = await neighbors(space, { k }, context);
  const random = context.random.stream('structure');
  return { space, scores, lists, random };
}

/** Features whose Euclidean distances order samples as the metric does: rows of length 1, centered for a correlation. */
function euclidean(features: Matrix | Csr, metric: Metric = 'euclidean'): Matrix {
  const dense = toDense(features);
  if (metric === 'euclidean') return dense;
  if (metric === 'manhattan') {
    throw new OptionError({
      got: 'metric manhattan where structure is traced',
      expected: 'euclidean, cosine or correlation',
      remedy: 'name one of these: directions in the data are needed',
    });
  }
  const { rows, columns } = dense;
  const data = dense.data.slice();
  for (let r = 0; r < rows; r++) {
    const row = data.subarray(r * columns, (r + 1) * columns);
    const mean = metric === 'correlation' ? row.reduce((sum, value) => sum + value, 0) / columns : 0;
    const length = Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2, 0));
    for (let c = 0; c < columns; c++) row[c] = length > 0 ? (row[c] - mean) / length : 0;
  }
  return { rows, columns, data };
}
