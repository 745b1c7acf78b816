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

import { type PartialContext, resolveContext, watchStage } from '../../engine/context.js';
import type { Watch } from '../../engine/engine.js';
import type {
  AssociationMeasure,
  Localities,
  ModuleDescription,
  ModuleSigns,
  Modules,
  Table,
} from '../../model.js';
import { correlationMatrix, localColumns, membersOf, samplesInLevels } from '../associations/local-values.js';
import { cellsByLocality } from '../associations/parted.js';
import { presentRows, presentThreshold } from './present.js';
import { alignedCorrelation, leadingSigns } from './signs.js';

const FEATURES = 12;
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
  const watch = watchStage(context, 'signs');
  const correlated = await localCorrelations(input, measure, watch);
  const result: ModuleSigns[] = [];
  for (let k = 0; k < input.modules.count; k++) {
    result.push(await signsOf(input, k, correlated[k], watch));
    await watch.checkpoint();
  }
  return result;
}

/** Correlations of a module's leading features, f x f, in each of the localities where it is present, ascending. */
interface Correlated {
  readonly present: readonly number[];
  readonly correlations: Float64Array[];
  /** Degrees of freedom in each locality. */
  readonly freedom: number[];
}

/** The correlations of every module, locality after locality, so that each row of a table in parts is read once or twice. */
async function localCorrelations(
  { table, localities, modules, descriptions, levels }: SignsInput,
  measure: AssociationMeasure,
  watch: Watch,
): Promise<readonly Correlated[]> {
  const features = descriptions.map(({ topFeatures }) =>
    topFeatures.slice(0, FEATURES).map(({ feature }) => feature),
  );
  const found = features.map((_, k): Correlated => {
    const present = presentRows(modules.presence, k, presentThreshold(modules.presence, k));
    return { present, correlations: [], freedom: [] };
  });
  const cells = cellsByLocality(table.features, localities, [...new Set(features.flat())]);
  for (let l = 0; l < localities.count; l++) {
    const here = found.flatMap((of, k) =>
      of.present[of.correlations.length] === l ? [{ ...of, features: features[k] }] : [],
    );
    if (here.length > 0) {
      const samples = samplesInLevels(membersOf(localities, l), levels);
      const values = await cells(l);
      for (const { correlations, freedom, features: wanted } of here) {
        correlations.push(correlationMatrix(localColumns(values, samples, wanted, measure), measure));
        freedom.push(samples.freedom);
      }
      await watch.checkpoint();
    }
    watch.progress((l + 1) / localities.count);
  }
  return found;
}

/**
 * Signs of module k, the localities that turn them and the pairs that flip, from the values of its leading features
 * (12 at most) where it is present. CancelledError once the watch ends.
 * @returns feature indices that go together and that oppose, numbers of turned localities, and pairs that flip.
 */
async function signsOf(
  { modules, descriptions }: Pick<SignsInput, 'modules' | 'descriptions'>,
  k: number,
  { present, correlations, freedom }: Correlated,
  watch: Watch,
): Promise<ModuleSigns> {
  const leading = descriptions[k].topFeatures.slice(0, FEATURES);
  const features = leading.map(({ feature }) => feature);
  const weights = leading.map(({ loading }) => loading);
  const overall = new Float64Array(features.length ** 2);
  correlations.forEach((local, i) => {
    const presence = modules.presence.data[present[i] * modules.count + k];
    local.forEach((value, e) => {
      overall[e] += presence * value;
    });
  });
  const signs = leadingSigns(overall, weights);
  const notable = freedom.map((each) => NOTABLE / Math.sqrt(each));
  const turned: number[] = [];
  for (const [i, local] of correlations.entries()) {
    const best = alignedCorrelation(local, weights, leadingSigns(local, weights));
    const isTurned = best > notable[i] && alignedCorrelation(local, weights, signs) < best / 2;
    if (isTurned) turned.push(present[i]);
    await watch.checkpoint();
  }
  return {
    together: features.filter((_, i) => signs[i] > 0),
    opposed: features.filter((_, i) => signs[i] < 0),
    turned: Int32Array.from(turned),
    flips: flippingPairs(features, correlations, notable),
  };
}

/**
 * Pairs that are notably positive in some localities and notably negative in others, with the number of either.
 * @param features leading features, f.
 * @param correlations f x f for each locality where the module is present.
 * @param notable least size of a correlation in each of these localities.
 * @returns feature indices a and b with the numbers of localities of either sign; empty where none flip.
 */
function flippingPairs(
  features: readonly number[],
  correlations: readonly Float64Array[],
  notable: readonly number[],
) {
  const size = features.length;
  const least = Math.max(1, EITHER_SIDE * correlations.length);
  return features.flatMap((a, i) =>
    features.slice(i + 1).flatMap((b, step) => {
      const at = i * size + i + 1 + step;
      const positive = correlations.filter((local, l) => local[at] > notable[l]).length;
      const negative = correlations.filter((local, l) => local[at] < -notable[l]).length;
      return Math.min(positive, negative) >= least ? [{ a, b, positive, negative }] : [];
    }),
  );
}
