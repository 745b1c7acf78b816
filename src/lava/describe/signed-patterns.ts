/**
 * Signed patterns: which features of a module go together, which oppose, and where that reverses.
 *
 * Source: ours. For each locality where a module is present, the correlations of its leading features are taken
 * from the values. Their presence-weighted mean gives the module's signs (signs.ts). A locality *follows* them as
 * far as its correlations, multiplied by those signs, are positive; it is *turned* when the best signs for this locality
 * alone give a notable mean correlation (above gate / sqrt(degrees of freedom)) and the module's signs less than half of that. A pair
 * *flips* when it is notably positive in some localities and notably negative in others.
 * Cost: present localities x n x features^2 a module. Double precision; deterministic.
 * Types: `AssociationMeasure`: `pearson`, `spearman` or `bicor`. `PartialContext`: a Context or some of its parts:
 *   engine, random or seed, signal, memory, onProgress. `Modules`, of a fit: count (how many), presence (localities x
 *   modules, not negative). `Watch`, of a stage: progress (takes the fraction done, 0 to 1), checkpoint (throws
 *   CancelledError once the signal is aborted). `ModuleDescription`, of one module: topFeatures (`feature` (column)
 *   and `loading`, strongest first). `Table`, samples x features: features (Matrix or Csr). `Localities`,
 *   n-neighborhoods of probes: size (n, samples in each). `Matrix`, row-major float32: data (element (r, c) at `r *
 *   columns + c`).
 * Fails: CancelledError once the signal is aborted.
 */

import { type Context, type PartialContext, resolveContext, watchStage } from '../../engine/context.js';
import type { Watch } from '../../engine/engine.js';
import type {
  AssociationMeasure,
  Localities,
  ModuleDescription,
  ModuleSigns,
  Modules,
  Table,
} from '../../model.js';
import { unpackedCorrelations } from '../associations/local-values.js';
import { leadingPairs, PAIR_FEATURES } from './describe.js';
import { correlateLocalities, type ModuleCorrelations } from './local-correlations.js';
import { presentRows, presentThreshold } from './present.js';
import { alignedCorrelation, leadingSigns } from './signs.js';

const NOTABLE = 3;
/** Share of present localities on either side that makes a pair one that flips. */
const EITHER_SIDE = 0.1;

export interface SignsInput {
  readonly table: Table;
  readonly localities: Localities;
  readonly modules: Modules;
  readonly descriptions: readonly Pick<ModuleDescription, 'topFeatures'>[];
  /** Code of each sample's level, inside which features are correlated (`AssociationOptions.levels`); nothing without. */
  readonly levels?: Int32Array | null;
}

/**
 * The signs of every module, in order: which features go together, which oppose, in which localities that reverses,
 * and which pairs flip. Called by `explain` as a part of evaluation. A module without localities has all its features
 * together.
 */
export async function moduleSigns(
  input: SignsInput,
  measure: AssociationMeasure,
  partialContext: PartialContext = {},
): Promise<ModuleSigns[]> {
  const context = await resolveContext(partialContext);
  const { table, localities, modules, descriptions, levels } = input;
  const samples = { features: table.features, localities, rules: { measure, levels } };
  const wanted = leadingPairs(modules, localities.count, null);
  const chosen = wanted.modules.map(({ features, loadings }, k) => {
    const count = leadingOf(descriptions[k]).length;
    return { features: features.subarray(0, count), loadings: loadings.subarray(0, count) };
  });
  const watch = watchStage(context, 'signs');
  const correlated = await correlateLocalities(samples, { ...wanted, modules: chosen }, watch);
  return signsCorrelated(input, correlated, context);
}

/** As `moduleSigns`, once features are correlated. @param correlated of each module, of its leading features and maybe further ones. */
export async function signsCorrelated(
  input: Pick<SignsInput, 'modules' | 'descriptions'>,
  correlated: readonly ModuleCorrelations[],
  context: Context,
): Promise<ModuleSigns[]> {
  const watch = watchStage(context, 'signs');
  const result: ModuleSigns[] = [];
  for (let k = 0; k < input.modules.count; k++) {
    result.push(await signsOf(input, k, correlated[k], watch));
    watch.progress((k + 1) / input.modules.count);
    await watch.checkpoint();
  }
  return result;
}

/** The features of a module that have signs, strongest first. */
const leadingOf = ({ topFeatures }: SignsInput['descriptions'][number]) =>
  topFeatures.slice(0, PAIR_FEATURES);

/**
 * Signs of module k, the localities that turn them and the pairs that flip, from the values of its leading features
 * (12 at most) where it is present. CancelledError once the watch ends.
 * @returns feature indices that go together and that oppose, numbers of turned localities, and pairs that flip.
 */
async function signsOf(
  { modules, descriptions }: Pick<SignsInput, 'modules' | 'descriptions'>,
  k: number,
  { correlations, freedom }: ModuleCorrelations,
  watch: Watch,
): Promise<ModuleSigns> {
  const leading = leadingOf(descriptions[k]);
  const features = leading.map(({ feature }) => feature);
  const weights = leading.map(({ loading }) => loading);
  const present = presentRows(modules.presence, k, presentThreshold(modules.presence, k));
  const localOf = localMatrices(correlations, present.length, features.length);
  const overall = new Float64Array(features.length ** 2);
  for (const [i, l] of present.entries()) {
    const presence = modules.presence.data[l * modules.count + k];
    const local = localOf(i);
    for (let e = 0; e < local.length; e++) overall[e] += presence * local[e];
  }
  const signs = leadingSigns(overall, weights);
  const notable = Float64Array.from(freedom, (each) => NOTABLE / Math.sqrt(each));
  const flips = flippingPairs(features.length);
  const turned: number[] = [];
  for (const [i, l] of present.entries()) {
    const local = localOf(i);
    const best = alignedCorrelation(local, weights, leadingSigns(local, weights));
    if (best > notable[i] && alignedCorrelation(local, weights, signs) < best / 2) turned.push(l);
    flips.add(local, notable[i]);
    await watch.checkpoint();
  }
  return {
    together: features.filter((_, i) => signs[i] > 0),
    opposed: features.filter((_, i) => signs[i] < 0),
    turned: Int32Array.from(turned),
    flips: flips.found(features, present.length),
  };
}

/**
 * A function that gives the correlations of the first `size` features in a locality, size x size.
 * @param packed pairs i <= j of as many features or more, locality after locality.
 */
function localMatrices(packed: Float64Array, localities: number, size: number): (i: number) => Float64Array {
  const pairs = localities > 0 ? packed.length / localities : 0;
  // pairs = f (f + 1) / 2
  const f = (Math.sqrt(8 * pairs + 1) - 1) / 2;
  return (i) => unpackedCorrelations(packed.subarray(i * pairs, (i + 1) * pairs), f, size);
}

/** Counts for each pair of features the localities in which it is notably positive, and notably negative. @param size how many features. */
function flippingPairs(size: number) {
  const positive = new Int32Array(size * size);
  const negative = new Int32Array(size * size);
  return {
    /** Adds a locality. @param notable least size of a correlation there. */
    add(local: Float64Array, notable: number): void {
      for (let e = 0; e < local.length; e++) {
        if (local[e] > notable) positive[e]++;
        else if (local[e] < -notable) negative[e]++;
      }
    },
    /** Feature indices a and b of pairs that flip, with the numbers of localities of either sign. @param localities how many were added. */
    found(features: readonly number[], localities: number): ModuleSigns['flips'] {
      const least = Math.max(1, EITHER_SIDE * localities);
      return features.flatMap((a, i) =>
        features.slice(i + 1).flatMap((b, step) => {
          const at = i * size + i + 1 + step;
          const [above, below] = [positive[at], negative[at]];
          return Math.min(above, below) >= least ? [{ a, b, positive: above, negative: below }] : [];
        }),
      );
    },
  };
}
