/**
 * Presence, pairs and relative score of modules in every unit of a comparison, on matched localities.
 *
 * Source: ours. Both sides are measured at the same probes: in a locality where a module is present, every unit with at
 *   least LEAST_SAMPLES of the locality's samples (of the stratum) gives the correlations of the module's leading features
 *   among its own samples, so shifts between units are no correlation; with levels (`--within`) inside these. A locality counts where both sides have such a
 *   unit. *Presence* is the mean squared correlation of the pairs, weighted by both loadings, less 1 / degrees of freedom, which is what
 *   chance gives: so unequal numbers of samples on the sides do not bias it, and nothing is thrown away to make them
 *   equal. *Pairs* are the mean signed correlations. *Relative score* is the unit's mean score (scores.ts) less the mean over the
 *   units of the locality, so that a unit with more cells of one kind does not score higher for it. All three are means
 *   over localities, weighted by the module's presence and by the degrees of freedom.
 * Shapes: one value a unit, NaN for units without a locality. Cost: present localities x samples x features^2, for each
 *   module and stratum. Precision: double. Deterministic.
 * Types: `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `Csr`: sparse, entries of row r are
 *   at `offsets[r]` to `offsets[r + 1]` of `indices` (columns, ascending) and `values`. `ComparedModules`: modules with
 *   their localities. `Design`, of a comparison: units (replicates on either side), unitOf (unit of each sample, -1 for
 *   none). `AssociationMeasure`: `pearson`, `spearman` or `bicor`. `Localities`, n-neighborhoods of probes: count (how
 *   many). `Unit`, a replicate on one side: isCase (on the case side).
 * Fails: never.
 */

import type { AssociationMeasure, Csr, Matrix } from '../../model.js';
import { correlationMatrix, localColumns, membersOf, samplesInLevels } from '../associations/local-values.js';
import type { Design } from './design.js';
import type { ComparedModules, Pattern } from './patterns.js';

export interface UnitValues {
  /** Localities where both sides were measured. */
  readonly localities: number;
  readonly presence: Float64Array;
  /** NaN in every unit for patterns without a score. */
  readonly relativeScore: Float64Array;
  /** For each unit its mean signed correlations, in the order of the pattern's pairs. */
  readonly pairs: readonly Float64Array[];
  /** One a pair, sum 1. */
  readonly pairWeights: Float64Array;
  /** Standard deviation of the score inside units and localities. */
  readonly scoreSpread: number;
  /** In each locality the mean presence over units, case less control; NaN where either was not measured. */
  readonly presenceDifference: Float64Array;
}

/** Samples of a unit in a locality below which a correlation says nothing. */
export const LEAST_SAMPLES = 5;

/**
 * Values of a pattern in every unit.
 * @param input the table's `features`, and the localities in which the pattern has its presence.
 * @param options `inStratum`: 1 for the samples that are compared; `measure` of correlation; `levels`: code of each sample's level,
 * inside which features are centered.
 * @returns means over localities where both sides have a unit with LEAST_SAMPLES samples, weighted by presence and
 * samples; NaN for a unit that was never measured, and a relative score of NaN for a pattern without one.
 */
export function unitValues(
  input: { readonly features: Matrix | Csr; readonly localities: ComparedModules['localities'] },
  pattern: Pattern,
  design: Pick<Design, 'units' | 'unitOf'>,
  options: {
    readonly inStratum: Uint8Array;
    readonly measure: AssociationMeasure;
    readonly levels?: Int32Array | null;
  },
): UnitValues {
  const { localities } = input;
  const { scores } = pattern;
  const pairWeights = Float64Array.from(pattern.pairs, ({ weight }) => weight);
  const sums = newSums(design.units.length, pairWeights.length);
  const presenceDifference = new Float64Array(localities.count).fill(Number.NaN);
  for (let l = 0; l < localities.count; l++) {
    const presence = pattern.presence[l];
    if (presence === 0) continue;
    const rowsOf = rowsOfUnits(membersOf(localities, l), design, options.inStratum);
    const samplesOf = rowsOf.map((rows) => samplesInLevels(Int32Array.from(rows), options.levels));
    const measured = [...rowsOf.keys()].filter((u) => samplesOf[u].freedom >= LEAST_SAMPLES - 1);
    const isOnCase = (u: number) => design.units[u].isCase;
    const onSide = (isCase: boolean) => measured.some((u) => isOnCase(u) === isCase);
    if (!onSide(true) || !onSide(false)) continue;
    sums.localities++;
    const presences = measured.map((u) => {
      const values = localColumns(input.features, samplesOf[u], pattern.features, options.measure);
      const correlations = correlationMatrix(values, options.measure);
      addPairs(sums.units[u], correlations, pattern, presence, samplesOf[u].freedom);
      return presenceIn(correlations, pattern, samplesOf[u].freedom);
    });
    const meanOn = (isCase: boolean) => mean(presences.filter((_, i) => isOnCase(measured[i]) === isCase));
    presenceDifference[l] = meanOn(true) - meanOn(false);
    if (scores) addScores(sums, measured, rowsOf, (row) => scores[row], presence);
  }
  return { ...meansOf(sums, pairWeights, scores !== null), presenceDifference };
}

/** The mean of numbers; NaN of none. */
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/**
 * Presence in one locality and unit: squared correlations beyond chance, by the pairs' weights.
 * @param correlations f x f.
 * @param freedom its samples less 1.
 */
function presenceIn(correlations: Float64Array, { features, pairs }: Pattern, freedom: number): number {
  return pairs.reduce(
    (sum, { a, b, weight }) => sum + weight * (correlations[a * features.length + b] ** 2 - 1 / freedom),
    0,
  );
}

/**
 * The samples of a locality by unit, those of the stratum.
 * @returns a list of sample rows for each unit, in the order of the members; empty where it has none.
 * @param inStratum 1 for samples of the stratum.
 */
function rowsOfUnits(
  members: Int32Array,
  { units, unitOf }: Pick<Design, 'units' | 'unitOf'>,
  inStratum: Uint8Array,
): number[][] {
  const rowsOf: number[][] = units.map(() => []);
  for (const row of members) if (inStratum[row] === 1 && unitOf[row] >= 0) rowsOf[unitOf[row]].push(row);
  return rowsOf;
}

interface UnitSums {
  weight: number;
  presence: number;
  relativeScore: number;
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
      relativeScore: 0,
      pairs: new Float64Array(pairs),
    })),
  };
}

/**
 * Adds one locality's correlations of a unit. Changes `sum` in place. Weights are presence times freedom.
 * @param correlations f x f.
 * @param freedom degrees of freedom.
 */
function addPairs(
  sum: UnitSums,
  correlations: Float64Array,
  { features, pairs }: Pattern,
  presence: number,
  freedom: number,
): void {
  const weight = presence * freedom;
  sum.weight += weight;
  for (let p = 0; p < pairs.length; p++) {
    const { a, b, weight: share } = pairs[p];
    const rho = correlations[a * features.length + b];
    sum.presence += weight * share * (rho * rho - 1 / freedom);
    sum.pairs[p] += weight * rho;
  }
}

/**
 * Adds the mean score of each unit in one locality, less the mean over these units, and the squares of the scores
 * inside units. Changes `sums` in place; weights are presence times samples less 1.
 * @param measured numbers of the units.
 * @param rowsOf sample rows of every unit in the locality.
 * @param scoreOf the module's score of a sample.
 * @param presence of the module in the locality.
 */
function addScores(
  sums: Sums,
  measured: readonly number[],
  rowsOf: readonly (readonly number[])[],
  scoreOf: (row: number) => number,
  presence: number,
): void {
  const means = measured.map((u) => rowsOf[u].reduce((sum, row) => sum + scoreOf(row), 0) / rowsOf[u].length);
  const center = means.reduce((a, b) => a + b, 0) / means.length;
  measured.forEach((u, i) => {
    const freedom = rowsOf[u].length - 1;
    sums.units[u].relativeScore += presence * freedom * (means[i] - center);
    sums.squares += presence * rowsOf[u].reduce((sum, row) => sum + (scoreOf(row) - means[i]) ** 2, 0);
    sums.freedom += presence * freedom;
  });
}

/**
 * The sums over their weights. NaN for units without weight.
 * @param scored whether the pattern has scores.
 * @param pairWeights one a pair, sum 1.
 */
function meansOf(
  { units, localities, squares, freedom }: Sums,
  pairWeights: Float64Array,
  scored: boolean,
): Omit<UnitValues, 'presenceDifference'> {
  const over = (value: number, { weight }: UnitSums) => (weight > 0 ? value / weight : Number.NaN);
  return {
    localities,
    presence: Float64Array.from(units, (unit) => over(unit.presence, unit)),
    relativeScore: Float64Array.from(units, (unit) => (scored ? over(unit.relativeScore, unit) : Number.NaN)),
    pairs: units.map((unit) => unit.pairs.map((value) => over(value, unit))),
    pairWeights,
    scoreSpread: freedom > 0 ? Math.sqrt(squares / freedom) : 0,
  };
}
