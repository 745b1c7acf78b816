/**
 * Presence, pairs and score of modules in every unit of a comparison, on matched localities.
 *
 * Source: ours. Both sides are measured at the same probes: in a locality where a module is present, every unit with at
 *   least LEAST_SAMPLES of the locality's samples (of the stratum) gives the correlations of the module's leading features
 *   among its own samples, so shifts between units are no correlation. A locality counts where both sides have such a
 *   unit. *Presence* is the mean squared correlation of the pairs, weighted by both loadings, less 1 / (n - 1), which is what
 *   chance gives: so unequal numbers of samples on the sides do not bias it, and nothing is thrown away to make them
 *   equal. *Pairs* are the mean signed correlations. *Score* is the unit's mean score (scores.ts) less the mean over the
 *   units of the locality, so that a unit with more cells of one kind does not score higher for it. All three are means
 *   over localities, weighted by the module's presence and by n - 1.
 * Shapes: one value a unit, NaN for units without a locality. Cost: present localities x samples x features^2, for each
 *   module and stratum. Precision: double. Deterministic.
 */

import type { AssociationMeasure, Csr, Localities, Matrix, ModuleDescription } from '../../model.js';
import { correlationMatrix, localValues, membersOf } from '../associations/local-values.js';
import { presentThreshold } from '../describe/present.js';
import type { Design } from './design.js';

/** Modules with their localities, of the same samples. */
export interface ComparedModules {
  readonly localities: Pick<Localities, 'count' | 'size' | 'members'>;
  /** localities x modules. */
  readonly presence: Matrix;
  readonly descriptions: readonly Pick<ModuleDescription, 'topFeatures'>[];
  /** samples x modules. */
  readonly scores: Matrix;
}

export interface UnitValues {
  /** Localities where both sides were measured. */
  readonly localities: number;
  readonly presence: Float64Array;
  readonly score: Float64Array;
  /** For each unit its mean signed correlations, pairs i < j with rows of i first. */
  readonly pairs: readonly Float64Array[];
  /** Product of both loadings, one a pair, sum 1. */
  readonly pairWeights: Float64Array;
  /** Standard deviation of the score inside units and localities. */
  readonly scoreSpread: number;
}

/** Samples of a unit in a locality below which a correlation says nothing. */
export const LEAST_SAMPLES = 5;
const PAIR_FEATURES = 12;

/**
 * Presence, pairs and score of module k in every unit, over the localities where the module is present and both sides
 * have a unit with enough samples.
 * @param features samples x features.
 * @param options `inStratum`: 1 for the samples that are compared.
 */
export function unitValues(
  features: Matrix | Csr,
  modules: ComparedModules,
  k: number,
  design: Pick<Design, 'units' | 'unitOf'>,
  options: { readonly inStratum: Uint8Array; readonly measure: AssociationMeasure },
): UnitValues {
  const leading = modules.descriptions[k].topFeatures.slice(0, PAIR_FEATURES);
  const wanted = leading.map(({ feature }) => feature);
  const pairWeights = weightsOfPairs(leading.map(({ loading }) => loading));
  const sums = newSums(design.units.length, pairWeights.length);
  const threshold = presentThreshold(modules.presence, k);
  for (let l = 0; l < modules.localities.count; l++) {
    const presence = modules.presence.data[l * modules.presence.columns + k];
    if (!(presence > 0 && presence >= threshold)) continue;
    const members = membersOf(modules.localities, l).filter((row) => options.inStratum[row] === 1);
    const rowsOf = design.units.map((_, u) => members.filter((row) => design.unitOf[row] === u));
    const measured = rowsOf.flatMap((rows, u) => (rows.length >= LEAST_SAMPLES ? [u] : []));
    const onSide = (isCase: boolean) => measured.some((u) => design.units[u].isCase === isCase);
    if (!onSide(true) || !onSide(false)) continue;
    sums.localities++;
    for (const u of measured) {
      const values = localValues(features, rowsOf[u], wanted, options.measure);
      const correlations = upperTriangle(correlationMatrix(values, options.measure), wanted.length);
      addPairs(sums.units[u], correlations, pairWeights, presence, rowsOf[u].length - 1);
    }
    addScores(
      sums,
      measured,
      rowsOf,
      (row) => modules.scores.data[row * modules.scores.columns + k],
      presence,
    );
  }
  return meansOf(sums, pairWeights);
}

interface UnitSums {
  weight: number;
  presence: number;
  score: number;
  readonly pairs: Float64Array;
}

interface Sums {
  localities: number;
  squares: number;
  freedom: number;
  readonly units: UnitSums[];
}

/** Sums of zero for so many units, each with so many pairs of features. */
function newSums(units: number, pairs: number): Sums {
  return {
    localities: 0,
    squares: 0,
    freedom: 0,
    units: Array.from({ length: units }, () => ({
      weight: 0,
      presence: 0,
      score: 0,
      pairs: new Float64Array(pairs),
    })),
  };
}

/**
 * Products of the loadings of all pairs i < j of a module's leading features, pairs of i = 0 first, scaled to a sum of 1:
 * f (f - 1) / 2 weights. Called once a module.
 * @param loadings one for each of the f features, with their signs; the sum of the products must not be 0.
 */
function weightsOfPairs(loadings: readonly number[]): Float64Array {
  const products = Float64Array.from(loadings.flatMap((a, i) => loadings.slice(i + 1).map((b) => a * b)));
  const total = products.reduce((a, b) => a + b, 0);
  return products.map((product) => product / total);
}

/** Entries i < j of an f x f matrix, rows of i first. */
function upperTriangle(matrix: Float64Array, f: number): Float64Array {
  return Float64Array.from(
    Array.from({ length: f }, (_, i) => [...matrix.subarray(i * f + i + 1, (i + 1) * f)]).flat(),
  );
}

/**
 * Adds the correlations of one unit in one locality to the unit's sums.
 * @param correlations one a pair.
 * @param pairWeights one a pair, sum 1.
 * @param presence of the module in the locality.
 * @param freedom the unit's samples there, less 1.
 */
function addPairs(
  sum: UnitSums,
  correlations: Float64Array,
  pairWeights: Float64Array,
  presence: number,
  freedom: number,
): void {
  const weight = presence * freedom;
  sum.weight += weight;
  correlations.forEach((rho, p) => {
    sum.presence += weight * pairWeights[p] * (rho * rho - 1 / freedom);
    sum.pairs[p] += weight * rho;
  });
}

/**
 * Adds the mean score of each unit in one locality, less the mean over these units, and the squares of the scores
 * inside units.
 * @param measured numbers of the units.
 * @param rowsOf sample rows of every unit in the locality.
 * @param scoreOf the module's score of a sample.
 * @param presence of the module in the locality.
 */
function addScores(
  sums: Sums,
  measured: readonly number[],
  rowsOf: readonly Int32Array[],
  scoreOf: (row: number) => number,
  presence: number,
): void {
  const means = measured.map((u) => rowsOf[u].reduce((sum, row) => sum + scoreOf(row), 0) / rowsOf[u].length);
  const center = means.reduce((a, b) => a + b, 0) / means.length;
  measured.forEach((u, i) => {
    const freedom = rowsOf[u].length - 1;
    sums.units[u].score += presence * freedom * (means[i] - center);
    sums.squares += presence * rowsOf[u].reduce((sum, row) => sum + (scoreOf(row) - means[i]) ** 2, 0);
    sums.freedom += presence * freedom;
  });
}

/** The weighted means that the sums come to; NaN for units without a locality. */
function meansOf({ units, localities, squares, freedom }: Sums, pairWeights: Float64Array): UnitValues {
  const over = (value: number, { weight }: UnitSums) => (weight > 0 ? value / weight : Number.NaN);
  return {
    localities,
    presence: Float64Array.from(units, (unit) => over(unit.presence, unit)),
    score: Float64Array.from(units, (unit) => over(unit.score, unit)),
    pairs: units.map((unit) => unit.pairs.map((value) => over(value, unit))),
    pairWeights,
    scoreSpread: freedom > 0 ? Math.sqrt(squares / freedom) : 0,
  };
}
