/**
 * Which features are higher and which lower in one set of samples than in another.
 *
 * Source: the Wilcoxon rank-sum test as scanpy's `rank_genes_groups(method="wilcoxon")` has it: normal approximation,
 *   the variance of ranks corrected for ties (scanpy's tie_correct=True) unless that is not wanted, Benjamini and Hochberg over features.
 *   Without the correction features that are mostly 0, as words and sparse genes are, have a p far too large. AUC is the Mann-Whitney statistic over
 *   its largest value (ties count one half). Agrees with scanpy to 1e-6 (fixtures/markers).
 * Cost: features x samples x log samples. Precision: double. Determinism: ties of the order by index of the feature.
 * How it fails: the samples of one donor or slide are not independent, so p over samples is far too small for claims
 *   about donors: see pseudobulk.ts. Regions chosen because they look different make every p too small.
 * Types: `Explanation`, of a map: options (as run), featureNames (one a feature), values (raw values that travel
 *   along, or null), descriptions (one a module, in order of share). `Table`, samples x features: features (Matrix or
 *   Csr). `ModuleDescription`, of one module: topFeatures (`feature` (column) and `loading`, strongest first), id
 *   (`M1`, `M2`...). `Matrix`, row-major float32: columns (how many).
 */

import { denseCells } from '../../core/csr.js';
import { benjaminiHochberg, normalP } from '../../core/multiple-testing.js';
import { OptionError, option, words } from '../../errors.js';
import type { Explanation, Table } from '../../model.js';
import { carriedValues } from './carried-values.js';
import { explainedTable } from './explained-table.js';
import { type PseudobulkTest, pseudobulk } from './pseudobulk.js';
import { type Region, regionName, regionRows } from './regions.js';

export interface Marker {
  /** Index and name of the feature. */
  readonly feature: number;
  readonly name: string;
  /** Mean in the first samples, and in the second. */
  readonly first: number;
  readonly second: number;
  /** first - second. */
  readonly difference: number;
  /** log2 of the ratio of means of exp(value) - 1, as scanpy has it; only for values that are log1p. */
  readonly logFoldChange: number | null;
  /** Share of the samples with a value above 0. */
  readonly aboveZeroFirst: number;
  readonly aboveZeroSecond: number;
  /** Chance that a random first sample is above a random second one, 0 to 1; 0.5 is no difference. */
  readonly auc: number;
  /** Standardized rank sum of the first samples (`scores` in scanpy); positive where they are higher. */
  readonly z: number;
  readonly p: number;
  /** Corrected over features (Benjamini and Hochberg). */
  readonly pAdjusted: number;
  /** Modules with the feature among their leading ones, by id. */
  readonly modules: readonly string[];
  /** The same question with replicates as the units; null without a replicate column. */
  readonly pseudobulk: PseudobulkTest | null;
}

export interface MarkerOptions {
  /**
   * Whether values are log1p, so that a fold change is defined. Default: when the explanation normalized them so; values
   * that came as they are may be anything (scaled, counts), and nothing in them tells.
   */
  readonly logged?: boolean;
  /** Corrects the variance of ranks for ties. Default true; false is scanpy's default. */
  readonly tieCorrect?: boolean;
  /** Metadata column whose levels are the replicates (donor, slide). Default none. */
  readonly replicate?: string;
}

export interface MarkerQuestion {
  readonly first: Region;
  /** Default: all samples that are not in the first. */
  readonly second?: Region;
}

export interface MarkerAnswer {
  readonly first: { readonly region: string; readonly samples: number };
  readonly second: { readonly region: string; readonly samples: number };
  /** All features that were compared, highest z first. */
  readonly markers: readonly Marker[];
}

/**
 * Features by how much higher they are in the first region than in the second. ShapeError for another table.
 * @param question the first region, and the second or all other samples.
 * @param options `replicate`: column of the units; `logged`: values are log(1 + x); `tieCorrect`.
 * @returns all features, highest z first, ties by index.
 * @param table the values that were explained; null for those that travel with the explanation.
 * @throws OptionError for regions that share a sample or do not exist, where no values are known, and for `logged` values
 * below 0.
 */
export function rankMarkers(
  explanation: Explanation,
  question: MarkerQuestion,
  table: Table | null = null,
  options: MarkerOptions = {},
): MarkerAnswer {
  const second: Region = question.second ?? { kind: 'not', of: question.first };
  const [a, b] = [regionRows(explanation, question.first), regionRows(explanation, second)];
  checkDisjoint(a, b);
  const logged = options.logged ?? explanation.options.normalize === 'log1p-cp10k';
  const replicates =
    options.replicate === undefined ? null : pseudobulk(explanation, options.replicate, a, b);
  const found = [...columnsFrom(explanation, table, a, b)].map(({ feature, first, second: other }) => {
    const name = explanation.featureNames[feature];
    if (logged) checkLogged(name, first, other);
    return {
      feature,
      name,
      ...compared(first, other, { logged, tieCorrect: options.tieCorrect ?? true }),
      modules: modulesWith(explanation, feature),
      pseudobulk: replicates?.(first, other) ?? null,
    };
  });
  const adjusted = benjaminiHochberg(found.map(({ p }) => p));
  return {
    first: { region: regionName(question.first), samples: a.length },
    second: { region: question.second ? regionName(question.second) : 'all others', samples: b.length },
    markers: found
      .map((marker, at) => ({ ...marker, pAdjusted: adjusted[at] }))
      .sort((x, y) => y.z - x.z || x.feature - y.feature),
  };
}

/** OptionError where values that are said to be log(1 + x) are below 0: they are scaled, and a fold change has no meaning. */
function checkLogged(name: string, ...columns: readonly Float64Array[]): void {
  const least = Math.min(...columns.map((column) => column.reduce((low, value) => Math.min(low, value), 0)));
  if (least >= 0) return;
  throw new OptionError({
    got: words`${option('logged')} with ${least.toPrecision(3)} in ${name}`,
    expected: 'values of 0 and more: log(1 + x) of counts or of normalized counts',
    remedy: words`leave ${option('logged')} out, or name the layer that holds log(1 + x)`,
  });
}

/**
 * OptionError where two regions share samples: their difference would have no meaning.
 * @param a sample rows.
 * @param b sample rows.
 */
function checkDisjoint(a: Int32Array, b: Int32Array): void {
  const first = new Set(a);
  const both = b.filter((row) => first.has(row)).length;
  if (both === 0) return;
  throw new OptionError({
    got: `two regions that share ${both} of ${a.length} and ${b.length} samples`,
    expected: 'regions without a common sample',
    remedy: 'take the common samples out of one: A & !(B)',
  });
}

interface TwoColumns {
  readonly feature: number;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

const FEATURES_AT_ONCE = 256;

/**
 * Values of every known feature in either set of samples, feature by feature. ShapeError for another table;
 * OptionError where no values are carried.
 * @param table null to take the values that the explanation carries.
 * @param a sample rows.
 * @param b sample rows.
 */
function* columnsFrom(
  explanation: Explanation,
  table: Table | null,
  a: Int32Array,
  b: Int32Array,
): Generator<TwoColumns> {
  if (!table) return yield* carriedColumns(explanation, a, b);
  const { features } = explainedTable(explanation, table);
  for (let from = 0; from < features.columns; from += FEATURES_AT_ONCE) {
    const some = Array.from(
      { length: Math.min(FEATURES_AT_ONCE, features.columns - from) },
      (_, i) => from + i,
    );
    const [first, second] = [a, b].map((rows) => denseCells(features, rows, some));
    for (const [at, feature] of some.entries())
      yield { feature, first: columnAt(first, at), second: columnAt(second, at) };
  }
}

/** Column `at` of a matrix, in double. */
const columnAt = (m: { rows: number; columns: number; data: ArrayLike<number> }, at: number): Float64Array =>
  Float64Array.from({ length: m.rows }, (_, row) => m.data[row * m.columns + at]);

/**
 * Values of the features that the explanation carries, in either set of samples, feature by feature; OptionError
 * where it carries none.
 * @param a sample rows.
 * @param b sample rows.
 */
function* carriedColumns(explanation: Explanation, a: Int32Array, b: Int32Array): Generator<TwoColumns> {
  const { values } = explanation;
  if (!values || values.features.length === 0) {
    throw new OptionError({
      got: 'an explanation without values',
      expected: 'values of its features',
      remedy: 'give the file that was explained',
    });
  }
  for (const feature of values.features) {
    const column = carriedValues(explanation, feature)!;
    const take = (rows: Int32Array) => Float64Array.from(rows, (row) => column[row]);
    yield { feature, first: take(a), second: take(b) };
  }
}

/**
 * The figures of one feature: means, difference, fold change, AUC, score and p. A feature that is constant has a
 * z of 0, an AUC of 0.5 and p = 1.
 * @param a its values in the first samples, not changed.
 * @param b those in the second.
 * @param options `logged`: values are log(1 + x); `tieCorrect`: the variance of ranks is corrected for ties.
 */
function compared(
  a: Float64Array,
  b: Float64Array,
  { logged, tieCorrect }: { logged: boolean; tieCorrect: boolean },
) {
  const [n, m] = [a.length, b.length];
  const { below, ties } = ranked(a.slice().sort(), b.slice().sort());
  const total = n + m;
  const correction = tieCorrect ? 1 - ties / (total ** 3 - total) : 1;
  const spread = Math.sqrt((n * m * (total + 1) * correction) / 12);
  // the rank sum less its mean is the Mann-Whitney statistic less its mean
  const z = spread > 0 ? (below - (n * m) / 2) / spread : 0;
  const [first, second] = [meanOf(a), meanOf(b)];
  return {
    first,
    second,
    difference: first - second,
    logFoldChange: logged ? Math.log2((Math.expm1(first) + 1e-9) / (Math.expm1(second) + 1e-9)) : null,
    aboveZeroFirst: shareAboveZero(a),
    aboveZeroSecond: shareAboveZero(b),
    auc: below / (n * m),
    z,
    p: normalP(z),
  };
}

/**
 * The number of pairs in which a value of `a` is above one of `b`, ties as half, and the sum of t^3 - t over groups
 * of t equal values.
 * @param a ascending.
 * @param b ascending.
 */
function ranked(a: Float64Array, b: Float64Array): { below: number; ties: number } {
  let [i, j, below, ties] = [0, 0, 0, 0];
  while (i < a.length || j < b.length) {
    const value = Math.min(a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY);
    const [fromA, fromB] = [i, j];
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    below += (i - fromA) * (fromB + (j - fromB) / 2);
    const t = i - fromA + (j - fromB);
    ties += t ** 3 - t;
  }
  return { below, ties };
}

/**
 * Arithmetic mean. NaN for none.
 * @param values one a sample.
 */
const meanOf = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Share of values above 0. 0 to 1. */
const shareAboveZero = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0) / values.length;

/**
 * Ids of the modules that have the feature among their leading ones.
 * @param feature index of the feature.
 * @returns in the modules' order; empty where none has it.
 */
const modulesWith = ({ descriptions }: Explanation, feature: number): string[] =>
  descriptions
    .filter(({ topFeatures }) => topFeatures.some((top) => top.feature === feature))
    .map(({ id }) => id);
