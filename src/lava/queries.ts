/**
 * Questions about an explanation: what is in a region, what two regions share and how they differ, one feature
 * against all others, the raw values of a pair.
 *
 * Source: ours. A module is *in* a region when it is present in at least half of its samples (present: presence
 * of a quarter of the module's largest, as everywhere). Correlations are computed from the values, inside and
 * outside, never read off the associations. Cost: samples x modules; with values, samples x features.
 * How it fails: regions are chosen by eye, so their p-values describe, and do not confirm.
 */

import { ShapeError } from '../errors.js';
import type { Explanation, ModuleDescription, ModuleSignificance, Table } from '../model.js';
import { benjaminiHochberg, correlationP, differenceP } from './corrections.js';
import { columnsOf, correlationMatrix, standardize } from './local-values.js';
import { presentThreshold } from './present.js';
import { featureIndex, type Region, regionName, regionRows } from './regions.js';
import { keepFeatures } from './select-features.js';

/** A module is in a region when it is present in this share of the region's samples. */
export const IN_REGION = 0.5;
const PAIR_FEATURES = 12;

export interface ModuleInRegion {
  readonly id: string;
  readonly label: string;
  readonly verdict: ModuleSignificance['verdict'] | null;
  readonly boundary: boolean;
  /** Mean presence of the region's samples, and of all others. */
  readonly inside: number;
  readonly outside: number;
  /** Share of the samples, inside and outside, in which it is present. */
  readonly presentInside: number;
  readonly presentOutside: number;
}

export interface RegionAnswer {
  readonly region: string;
  readonly samples: number;
  readonly share: number;
  /** Labels of the region's samples by number, most first; empty without labels. */
  readonly labels: readonly { readonly label: string; readonly samples: number }[];
  /** All modules, the one with the largest presence inside first. */
  readonly modules: readonly ModuleInRegion[];
}

/** What is in a region. */
export function describeRegion(explanation: Explanation, region: Region): RegionAnswer {
  const rows = regionRows(explanation, region);
  const counts = new Map<string, number>();
  if (explanation.labels) {
    for (const row of rows)
      counts.set(explanation.labels[row], (counts.get(explanation.labels[row]) ?? 0) + 1);
  }
  return {
    region: regionName(region),
    samples: rows.length,
    share: rows.length / explanation.rows,
    labels: [...counts]
      .map(([label, samples]) => ({ label, samples }))
      .sort((a, b) => b.samples - a.samples || (a.label < b.label ? -1 : 1)),
    modules: explanation.descriptions
      .map((description, k) => moduleInRegion(explanation, description, k, rows))
      .sort((a, b) => b.inside - a.inside || (a.id < b.id ? -1 : 1)),
  };
}

function moduleInRegion(
  explanation: Explanation,
  { id, label, boundary, significance }: ModuleDescription,
  k: number,
  rows: Int32Array,
): ModuleInRegion {
  const { data, columns } = explanation.samplePresence;
  const threshold = presentThreshold(explanation.modules.presence, k);
  const inRegion = new Uint8Array(explanation.rows);
  for (const row of rows) inRegion[row] = 1;
  const sums = [0, 0];
  const present = [0, 0];
  for (let row = 0; row < explanation.rows; row++) {
    const value = data[row * columns + k];
    sums[inRegion[row]] += value;
    if (value > 0 && value >= threshold) present[inRegion[row]]++;
  }
  const others = Math.max(1, explanation.rows - rows.length);
  return {
    id,
    label,
    verdict: significance?.verdict ?? null,
    boundary,
    inside: sums[1] / rows.length,
    outside: sums[0] / others,
    presentInside: present[1] / rows.length,
    presentOutside: present[0] / others,
  };
}

export interface ComparedModule {
  readonly id: string;
  readonly label: string;
  readonly verdict: ModuleSignificance['verdict'] | null;
  readonly where: 'both' | 'first' | 'second' | 'neither';
  /** Mean presence in either region. */
  readonly first: number;
  readonly second: number;
  /**
   * Whether its features go together in the same way in both: cosine of the signed correlations of its leading
   * pairs, -1 to 1. Null without values.
   */
  readonly agreement: number | null;
}

export interface ComparisonAnswer {
  readonly first: RegionAnswer;
  readonly second: RegionAnswer;
  /** Samples in both regions. */
  readonly overlap: number;
  /** Modules in the explanation's order. */
  readonly modules: readonly ComparedModule[];
}

/** What two regions share and how they differ. With the table, also whether the signs agree. */
export function compareRegions(
  explanation: Explanation,
  regions: { readonly first: Region; readonly second: Region },
  given: Table | null = null,
): ComparisonAnswer {
  const rows = [regionRows(explanation, regions.first), regionRows(explanation, regions.second)];
  const answers = [describeRegion(explanation, regions.first), describeRegion(explanation, regions.second)];
  const table = given && explainedTable(explanation, given);
  const second = new Set(rows[1]);
  return {
    first: answers[0],
    second: answers[1],
    overlap: rows[0].filter((row) => second.has(row)).length,
    modules: explanation.descriptions.map(({ id, label }, k) => {
      const [a, b] = answers.map((answer) => answer.modules.find((module) => module.id === id)!);
      const inA = a.presentInside >= IN_REGION;
      const inB = b.presentInside >= IN_REGION;
      return {
        id,
        label,
        verdict: a.verdict,
        where: inA ? (inB ? 'both' : 'first') : inB ? 'second' : 'neither',
        first: a.inside,
        second: b.inside,
        agreement: table ? signedAgreement(explanation, table, k, rows) : null,
      };
    }),
  };
}

function signedAgreement(
  explanation: Explanation,
  table: Table,
  k: number,
  rows: readonly Int32Array[],
): number {
  const features = explanation.descriptions[k].topFeatures
    .slice(0, PAIR_FEATURES)
    .map(({ feature }) => feature);
  const [a, b] = rows.map((some) =>
    correlationMatrix(columnsOf(table.features, some, features, measureOf(explanation))),
  );
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  a.forEach((value, i) => {
    if (i % (features.length + 1) === 0) return;
    product += value * b[i];
    squareA += value * value;
    squareB += b[i] * b[i];
  });
  return squareA > 0 && squareB > 0 ? product / Math.sqrt(squareA * squareB) : 0;
}

export interface FeatureCorrelation {
  readonly feature: string;
  readonly inside: number;
  readonly outside: number;
  /** That the correlation inside is 0, corrected over features (Benjamini and Hochberg). */
  readonly pAdjusted: number;
  /** That it is the same inside and outside, corrected likewise. */
  readonly differencePAdjusted: number;
}

export interface FeatureAnswer {
  readonly region: string;
  readonly feature: string;
  readonly samples: number;
  /** All other features that vary inside, the strongest correlation inside first. */
  readonly features: readonly FeatureCorrelation[];
  /** Features that are constant inside the region: no correlation is defined. */
  readonly constant: number;
}

/** One feature against all others, inside a region and outside. */
export function featureAgainstAll(
  explanation: Explanation,
  question: { readonly region: Region; readonly feature: string },
  given: Table,
): FeatureAnswer {
  const table = explainedTable(explanation, given);
  const { inside, outside } = sides(explanation, question.region);
  const chosen = featureIndex(explanation, question.feature);
  const correlations = (rows: Int32Array) => correlationsWith(explanation, table, rows, chosen);
  const within = correlations(inside);
  const without = correlations(outside);
  const found = [...within.keys()].filter((f) => f !== chosen && within[f] !== null);
  const p = benjaminiHochberg(found.map((f) => correlationP(within[f] ?? 0, inside.length)));
  const difference = benjaminiHochberg(
    found.map((f) => differenceP(within[f] ?? 0, inside.length, without[f] ?? 0, outside.length)),
  );
  return {
    region: regionName(question.region),
    feature: question.feature,
    samples: inside.length,
    features: found
      .map((f, i) => ({
        feature: explanation.featureNames[f],
        inside: within[f] ?? 0,
        outside: without[f] ?? 0,
        pAdjusted: p[i],
        differencePAdjusted: difference[i],
      }))
      .sort((a, b) => Math.abs(b.inside) - Math.abs(a.inside) || (a.feature < b.feature ? -1 : 1)),
    constant: within.filter((value, f) => value === null && f !== chosen).length,
  };
}

const FEATURES_AT_ONCE = 256;

/** Correlation of every feature with one, over the given rows; null where either is constant. */
function correlationsWith(
  explanation: Explanation,
  table: Table,
  rows: Int32Array,
  chosen: number,
): (number | null)[] {
  const measure = measureOf(explanation);
  const [target] = columnsOf(table.features, rows, [chosen], measure).map(standardize);
  const result: (number | null)[] = [];
  for (let first = 0; first < explanation.featureNames.length; first += FEATURES_AT_ONCE) {
    const count = Math.min(FEATURES_AT_ONCE, explanation.featureNames.length - first);
    const some = Array.from({ length: count }, (_, i) => first + i);
    for (const column of columnsOf(table.features, rows, some, measure)) {
      const constant = column.every((value) => value === column[0]) || target.every((value) => value === 0);
      const other = standardize(column);
      result.push(constant ? null : other.reduce((sum, value, s) => sum + value * target[s], 0));
    }
  }
  return result;
}

export interface PairSide {
  readonly rows: Int32Array;
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** Of the values as they are; null where either is constant. */
  readonly correlation: number | null;
}

export interface PairAnswer {
  readonly region: string;
  readonly a: string;
  readonly b: string;
  readonly inside: PairSide;
  readonly outside: PairSide;
}

/** The raw values of two features, inside a region and outside. */
export function pairValues(
  explanation: Explanation,
  question: { readonly region: Region; readonly a: string; readonly b: string },
  given: Table,
): PairAnswer {
  const table = explainedTable(explanation, given);
  const { inside, outside } = sides(explanation, question.region);
  const features = [featureIndex(explanation, question.a), featureIndex(explanation, question.b)];
  const side = (rows: Int32Array): PairSide => {
    const [a, b] = columnsOf(table.features, rows, features, 'pearson');
    const [za, zb] = columnsOf(table.features, rows, features, measureOf(explanation)).map(standardize);
    const varies = za?.some((z) => z !== 0) && zb?.some((z) => z !== 0);
    return { rows, a, b, correlation: varies ? za.reduce((sum, z, s) => sum + z * zb[s], 0) : null };
  };
  return {
    region: regionName(question.region),
    a: question.a,
    b: question.b,
    inside: side(inside),
    outside: side(outside),
  };
}

function sides(explanation: Explanation, region: Region) {
  const inside = regionRows(explanation, region);
  const chosen = new Set(inside);
  const outside = Int32Array.from({ length: explanation.rows }, (_, row) => row).filter(
    (row) => !chosen.has(row),
  );
  return { inside, outside };
}

function measureOf(explanation: Explanation) {
  return explanation.options.association === 'spearman' ? 'spearman' : 'pearson';
}

/** The values that were explained: the table itself, or its columns that the explanation names. */
function explainedTable(explanation: Explanation, table: Table): Table {
  const { featureNames, rows } = explanation;
  const same = (names: readonly string[]) =>
    names.length === featureNames.length && featureNames.every((name, f) => names[f] === name);
  if (table.features.rows === rows) {
    if (same(table.featureNames)) return table;
    const place = new Map(table.featureNames.map((name, f) => [name, f]));
    const columns = featureNames.map((name) => place.get(name) ?? -1);
    if (!columns.includes(-1)) return keepFeatures(table, Int32Array.from(columns));
  }
  throw new ShapeError({
    got: `a table of ${table.features.rows} samples and ${table.features.columns} features`,
    expected: `the ${rows} samples and ${featureNames.length} features that were explained`,
    remedy: 'give the same file, read with the same options, as when it was explained',
  });
}
