/**
 * Low values of the penalized objective tr(M K) + lambda |K|_F^2: descents from several maps and a Gaussian cloud, of which the best
 * go on. Forces by a tree (penalized-law.ts), final values over all pairs. Deterministic given the seed.
 */

import { createRandom } from '../../core/random.js';
import type { SparseRows } from '../../dr/affinities/alignment.js';
import { gaussian } from '../../dr/methods/initial-coordinates.js';
import { gradientDescent } from '../../dr/optimize/gradient-descent.js';
import { advance, createRun, type Run } from '../../dr/run.js';
import { type Context, watchStage } from '../../engine/context.js';
import type { Named } from './neighborhoods.js';
import { sums } from './objective.js';
import { penalizedLaw } from './penalized-law.js';

/** Steps of a descent: some from every start, then as many as remain from the best of them. */
export const FIRST_STEPS = 100;
export const STEPS = 400;
export const FINALISTS = 2;
/**
 * Steps of the descents in the unit below. At 6 they are within half a percent, after 400 steps, of where 800 end (2,000 digits);
 * at 1 they are 5% above.
 */
const LEARNING_RATE = 6;

/** Descent of the penalized objective from one start, at its beginning. */
function descentOf(m: SparseRows, start: Float64Array, lambda: number): Run {
  // Near K = 1 the stiffest pair force is 4 (P + 2 lambda), and a row of P sums to at most 2.
  const unit = 1 / (16 * (2 + 2 * lambda));
  const fixed = {
    dimensions: 2,
    learningRate: LEARNING_RATE,
    momentum: 0.9,
    tolerance: 1e-7,
    precision: 'float64',
  } as const;
  return createRun(start.slice(), 2, gradientDescent(penalizedLaw(m, lambda), { ...fixed, unit }));
}

export interface Descent {
  readonly name: string;
  readonly run: Run;
}

/** Descents from five starts, those that went on first, the best of them at the head. */
export async function descentsOf(
  m: SparseRows,
  maps: readonly Named[],
  lambda: number,
  seed: number,
  context: Context,
): Promise<Descent[]> {
  const starts = maps.filter(({ name }) =>
    ['UMAP', 'DK-LLE by UMAP forces', 'PCA', 'spectral start'].includes(name),
  );
  starts.push({ name: 'cloud', y: gaussian(2 * m.rows, 3, createRandom(seed, 'starts')) });
  const watch = watchStage(context, 'descent');
  const descents = starts.map(({ name, y }) => ({ name, run: descentOf(m, y, lambda) }));
  for (const { run } of descents) await advance(run, FIRST_STEPS, watch);
  descents.sort((a, b) => a.run.best.loss - b.run.best.loss);
  const finalists = descents.slice(0, FINALISTS);
  for (const { run } of finalists) await advance(run, STEPS - FIRST_STEPS, watch);
  const penalized = ({ run }: Descent) => {
    const { objective, norm } = sums(m, run.best.y, 1);
    return objective + lambda * norm;
  };
  const values = new Map(finalists.map((descent) => [descent, penalized(descent)]));
  finalists.sort((a, b) => (values.get(a) ?? 0) - (values.get(b) ?? 0));
  return [...finalists, ...descents.slice(FINALISTS)];
}
