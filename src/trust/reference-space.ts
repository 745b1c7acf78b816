/** The reference space, which a map is judged against: the features as they are, standardized, or as principal components. */

import { isCsr, toDense } from '../core/csr.js';
import { withoutUnits } from '../core/units.js';
import { type Context, watchStage } from '../engine/context.js';
import type { Metric } from '../engine/engine.js';
import { OptionError } from '../errors.js';
import { principalComponents } from '../linalg/principal-components.js';
import { fitsSparseComponents, sparseComponents } from '../linalg/sparse-components.js';
import type { Csr, Matrix } from '../model.js';
import { standardized } from './centering.js';
import { checkInteger } from './checks.js';

/** How distances in the data are measured. */
export interface SpaceOptions {
  readonly metric?: Metric;
  /** Bring every feature to mean 0 and variance 1 before distances are measured (constant ones become 0). Default false. */
  readonly standardize?: boolean;
  /**
   * Measure distances in the data on this many of its principal components, as pipelines do that make the map from
   * them; the metric must then be `euclidean`. Default: on the features themselves.
   */
  readonly components?: number;
}

/** Dense features in that space. Throws OptionError for components that the data does not have. */
export async function referenceSpace(
  features: Matrix | Csr,
  options: SpaceOptions,
  context: Context,
): Promise<Matrix> {
  const { components, metric, standardize = false } = options;
  const source = inMetric(features, metric);
  if (isCsr(source) && components !== undefined && !standardize && fitsSparseComponents(source)) {
    checkComponents(components, metric, source);
    return scaledAs(
      source,
      await sparseComponents(source, components, context, watchStage(context, 'components')),
    );
  }
  const dense = toDense(source);
  const scaled = standardize ? standardized(dense) : dense;
  if (components === undefined) return scaled;
  checkComponents(components, metric, dense);
  return scaledAs(
    scaled,
    await principalComponents(scaled, components, context, watchStage(context, 'components')),
  );
}

/** Throws OptionError for more components than the data has, or another metric than Euclidean. */
function checkComponents(components: number, metric: Metric | undefined, features: Matrix | Csr): void {
  const most = Math.min(features.columns, features.rows);
  checkInteger('components', components, 1, most, 'the data has no more principal components than that');
  if (metric !== undefined && metric !== 'euclidean') {
    throw new OptionError({
      got: `components with metric ${metric}`,
      expected: 'metric euclidean with components',
      remedy: 'leave one of the two out',
    });
  }
}

/** Features for a metric: cosine and correlation need the values themselves, since they depend on the origin. */
export function inMetric<T extends Matrix | Csr>(features: T, metric: Metric | undefined): T {
  return metric === 'cosine' || metric === 'correlation' ? withoutUnits(features) : features;
}

/** Scores with the scale of the features that they were made from (see `ColumnUnits`). */
export function scaledAs({ units }: Matrix | Csr, scores: Matrix): Matrix {
  if (units === undefined || units.scale === 1) return scores;
  return { ...scores, units: { offsets: new Float64Array(scores.columns), scale: units.scale } };
}
