/** What a module is asked after it has been found: its signs, its significance, its stability. */

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

export interface ClaimsInput {
  readonly table: Table;
  readonly embedding: Embedding;
  readonly localities: Localities;
  readonly modules: Modules;
  readonly samplePresence: Matrix;
  readonly descriptions: readonly ModuleDescription[];
}

export interface ClaimsOptions extends SignificanceOptions, StabilityOptions {}

const NOT_ASKED: ModuleStability = {
  seeds: null,
  bootstrap: null,
  subsample: null,
  localitySize: null,
  overlap: null,
  modules: null,
  presence: null,
};

/** The descriptions with signs, significance (unless `draws` is 0) and stability. */
export async function testClaims(
  input: ClaimsInput,
  options: ClaimsOptions & FitOptions & LocalityOptions,
  context: Context,
): Promise<ModuleDescription[]> {
  const { measure } = associationRules(options, input.localities.size);
  const signs = await moduleSigns(input, measure, context);
  const asked = significanceOptions(options).draws > 0;
  const tested = asked ? await moduleSignificance(input, { ...options, measure }, context) : null;
  const repeated = stabilityRuns(options) > 0 ? await moduleStability(input, options, context) : null;
  return input.descriptions.map((description, k) => ({
    ...description,
    signs: signs[k],
    significance: tested?.significance[k] ?? null,
    stability:
      tested || repeated ? { ...NOT_ASKED, ...repeated?.[k], subsample: tested?.subsample[k] ?? null } : null,
  }));
}
