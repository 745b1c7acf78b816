/** Evaluation of modules that were found: signs, significance and stability. */

import type { Context } from '../../engine/context.js';
import type {
  Embedding,
  Localities,
  Matrix,
  ModuleDescription,
  ModuleStability,
  Modules,
  Table,
} from '../../model.js';
import { associationRules } from '../associations/associations.js';
import { moduleSigns } from '../describe/signed-patterns.js';
import type { LocalityOptions } from '../localities/localities.js';
import type { FitOptions } from './holdout.js';
import { moduleSignificance, type SignificanceOptions, significanceOptions } from './significance.js';
import { moduleStability, type StabilityOptions, stabilityRuns } from './stability.js';

export interface EvaluationInput {
  readonly table: Table;
  readonly embedding: Embedding;
  readonly localities: Localities;
  readonly modules: Modules;
  readonly samplePresence: Matrix;
  readonly descriptions: readonly Pick<ModuleDescription, 'topFeatures'>[];
}

export interface EvaluationOptions extends SignificanceOptions, StabilityOptions {}

/** What evaluation adds to the description of a module. */
export type ModuleEvaluation = Pick<ModuleDescription, 'signs' | 'significance' | 'stability'>;

/** Stability of a module whose replication was tested by significance alone. */
const NO_REPEATS: ModuleStability = {
  seeds: null,
  bootstrap: null,
  subsample: null,
  localitySize: null,
  overlap: null,
  modules: null,
  presence: null,
};

/** One evaluation a module: signs, significance (unless `draws` is 0), and stability over the repeats requested. */
export async function evaluateModules(
  input: EvaluationInput,
  options: EvaluationOptions & FitOptions & LocalityOptions,
  context: Context,
): Promise<ModuleEvaluation[]> {
  const { measure } = associationRules(options, input.localities.size);
  const signs = await moduleSigns(input, measure, context);
  const isTested = significanceOptions(options).draws > 0;
  const tested = isTested ? await moduleSignificance(input, { ...options, measure }, context) : null;
  const repeated = stabilityRuns(options) > 0 ? await moduleStability(input, options, context) : null;
  return signs.map((sign, k) => ({
    signs: sign,
    significance: tested?.significance[k] ?? null,
    stability:
      tested || repeated
        ? { ...NO_REPEATS, ...repeated?.[k], subsample: tested?.subsample[k] ?? null }
        : null,
  }));
}
