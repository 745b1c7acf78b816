/**
 * Evaluation of modules that were found: significance, replication and stability.
 * Types: `FitOptions`: AssociationOptions (measure, form, support, gate) and ModuleOptions (number, form, loadings).
 *   `LocalityOptions`: localitySize (n), overlap, evaluations, tuningSamples, covering, each with a default.
 *   `Context`: engine, random streams, signal, memory and progress of a run. `Modules`, of a fit: count (how many).
 *   `AssociationRules`, how correlations become associations: measure (of correlation), levels (one a sample, -1 for
 *   none, or absent: centered in each). `Localities`, n-neighborhoods of probes: size (n, samples in each).
 *   `SignificanceResult`, of all modules: subsample (least cosine of each with its matches).
 * Fails: OptionError for options out of range; CancelledError once the signal is aborted.
 */

import type { Context } from '../../engine/context.js';
import type {
  AssociationCounts,
  Embedding,
  Localities,
  Matrix,
  ModuleDescription,
  ModuleStability,
  Modules,
  Table,
} from '../../model.js';
import { associationRules } from '../associations/associations.js';
import type { LocalityOptions } from '../localities/localities.js';
import type { FitOptions } from './holdout.js';
import { moduleReplication, type ReplicationOptions } from './replication.js';
import { moduleSignificance, type SignificanceOptions, significanceOptions } from './significance.js';
import { moduleStability, type StabilityOptions, stabilityRuns } from './stability.js';

export interface EvaluationInput {
  readonly table: Table;
  readonly embedding: Embedding;
  readonly localities: Localities;
  readonly modules: Modules;
  readonly samplePresence: Matrix;
  readonly descriptions: readonly Pick<ModuleDescription, 'topFeatures'>[];
  /** Of the fit; tells whether two refits fit in memory at once. Default: one after another. */
  readonly associationCounts?: AssociationCounts;
}

export interface EvaluationOptions extends SignificanceOptions, ReplicationOptions, StabilityOptions {}

/** What evaluation adds to the description of a module. */
export type ModuleEvaluation = Pick<ModuleDescription, 'significance' | 'replication' | 'stability'>;

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

/**
 * Evaluates modules that were found; called by `explain` after they are described. One evaluation a module: significance unless `draws` is 0, replication unless `refits` is 0, stability where `stability` is above 0;
 * null for what was left out.
 * @returns in the order of the modules; empty where there are none.
 */
export async function evaluateModules(
  input: EvaluationInput,
  options: EvaluationOptions & FitOptions & LocalityOptions,
  context: Context,
): Promise<ModuleEvaluation[]> {
  if (input.modules.count === 0) return [];
  const { measure } = associationRules(options, input.localities.size);
  const isTested = significanceOptions(options).draws > 0;
  const tested = isTested ? await moduleSignificance(input, { ...options, measure }, context) : null;
  const replication = await moduleReplication(input, options, context);
  const repeated = stabilityRuns(options) > 0 ? await moduleStability(input, options, context) : null;
  return input.descriptions.map((_, k) => ({
    significance: tested?.significance[k] ?? null,
    replication: replication?.[k] ?? null,
    stability:
      tested || repeated
        ? { ...NO_REPEATS, ...repeated?.[k], subsample: tested?.subsample[k] ?? null }
        : null,
  }));
}
