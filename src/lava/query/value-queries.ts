/**
 * Questions about raw values: one feature against all others, and a pair, inside a region and outside.
 *
 * Source: ours. Correlations are computed from the values, not from the associations, which are gated.
 * Cost: samples x features. How it fails: regions are chosen by eye, so their p-values describe and do not confirm.
 * Types: `Explanation`, of a map: featureNames (one a feature), rows (number of samples). `Region`: a tagged value:
 *   locality, rectangle, polygon, label, ids, rows, module, column, missing, or all, any, not of others. `Table`,
 *   samples x features: features (Matrix or Csr).
 */

import { benjaminiHochberg, correlationP, differenceP } from '../../core/multiple-testing.js';
import type { Explanation, Table } from '../../model.js';
import { columnCorrelation, dot, localValues, unitColumn } from '../associations/local-values.js';
import { explainedTable, measureOf } from './explained-table.js';
import { featureIndex, type Region, regionName, regionRows } from './regions.js';

export interface FeatureCorrelation {
  readonly feature: string;
  /** Correlations with the feature in question inside the region and outside, -1 to 1; 0 outside where either is constant. */
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
  /** Of the region. */
  readonly samples: number;
  /** Samples outside it; without any, nothing is known of correlations outside. */
  readonly samplesOutside: number;
  /** All other features that vary inside, the strongest correlation inside first. */
  readonly features: readonly FeatureCorrelation[];
  /** Features that are constant inside the region: no correlation is defined. */
  readonly constant: number;
}

/**
 * Correlations of one feature with all others, inside a region and outside, the strongest inside first. Throws
 * OptionError for an unknown feature or a region without samples, ShapeError for another table. Features that are
 * constant inside are counted, not listed. p is corrected over features (Benjamini and Hochberg).
 * @param values the table that was explained.
 */
export function featureAgainstAll(
  explanation: Explanation,
  question: { readonly region: Region; readonly feature: string },
  values: Table,
): FeatureAnswer {
  const table = explainedTable(explanation, values);
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
    samplesOutside: outside.length,
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

/**
 * Correlation of every feature with the feature `chosen`, over these sample rows; null where either is constant. One
 * entry a feature, 1 for itself.
 */
function correlationsWith(
  explanation: Explanation,
  table: Table,
  rows: Int32Array,
  chosen: number,
): (number | null)[] {
  const measure = measureOf(explanation);
  const [values] = localValues(table.features, rows, [chosen], measure);
  const target = unitColumn(values, measure);
  const result: (number | null)[] = [];
  for (let first = 0; first < explanation.featureNames.length; first += FEATURES_AT_ONCE) {
    const count = Math.min(FEATURES_AT_ONCE, explanation.featureNames.length - first);
    const some = Array.from({ length: count }, (_, i) => first + i);
    for (const column of localValues(table.features, rows, some, measure)) {
      const constant = column.every((value) => value === column[0]) || target.every((value) => value === 0);
      result.push(constant ? null : dot(unitColumn(column, measure), target));
    }
  }
  return result;
}

export interface PairSide {
  /** Rows of the samples, ascending; none outside a region of all samples. */
  readonly rows: Int32Array;
  /** Raw values of the two features, one for each of these samples. */
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** By the explanation's measure, -1 to 1; null where either is constant or there are no samples. */
  readonly correlation: number | null;
}

export interface PairAnswer {
  readonly region: string;
  readonly a: string;
  readonly b: string;
  readonly inside: PairSide;
  readonly outside: PairSide;
}

/**
 * The raw values of two features, inside a region and outside, with their correlation. Throws OptionError for an
 * unknown feature or a region without samples, ShapeError for another table.
 * @param values the table that was explained.
 */
export function pairValues(
  explanation: Explanation,
  question: { readonly region: Region; readonly a: string; readonly b: string },
  values: Table,
): PairAnswer {
  const table = explainedTable(explanation, values);
  const { inside, outside } = sides(explanation, question.region);
  const features = [featureIndex(explanation, question.a), featureIndex(explanation, question.b)];
  const side = (rows: Int32Array): PairSide => {
    const [a, b] = localValues(table.features, rows, features, 'pearson');
    return { rows, a, b, correlation: columnCorrelation(a, b, measureOf(explanation)) };
  };
  return {
    region: regionName(question.region),
    a: question.a,
    b: question.b,
    inside: side(inside),
    outside: side(outside),
  };
}

/**
 * Rows of the region's samples and of all others, both ascending. OptionError for a region that does not exist or
 * holds no sample.
 */
function sides(explanation: Explanation, region: Region) {
  const inside = regionRows(explanation, region);
  const chosen = new Set(inside);
  const outside = Int32Array.from({ length: explanation.rows }, (_, row) => row).filter(
    (row) => !chosen.has(row),
  );
  return { inside, outside };
}
