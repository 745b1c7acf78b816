/**
 * Questions about the modules of an explanation: what is in a region, what two regions share and how they differ.
 *
 * Source: ours. A module is *in* a region when it is present in at least half of its samples (present: presence
 * of a quarter of the module's largest, see present.ts). Whether signs agree is computed from the values, never from
 * the associations. Cost: samples x modules. How it fails: regions are chosen by eye; see value-queries.ts.
 * Types: `Explanation`, of a map: labels (one a sample, or null), rows (number of samples), descriptions (one a
 *   module, in order of share). `Region`: a tagged value: locality, rectangle, polygon, label, ids, rows, module,
 *   column, missing, or all, any, not of others. `Table`, samples x features: features (Matrix or Csr).
 *   `ModuleDescription`, of one module: id (`M1`, `M2`...), contrast (true where it is a difference between groups),
 *   significance (of the tests, or null), topFeatures (`feature` (column) and `loading`, strongest first).
 *   `LevelShare`, of a metadata column: level (its name). `ModuleSignificance`, of the tests of a module: verdict
 *   (`local`, `border`, `global`, `chance` or `not-replicated`). `PresenceInRegion`, of one module: presentInside
 *   (share of the region's samples, 0 to 1), inside (mean presence in the region).
 */

import { encodeLevels } from '../../core/levels.js';
import type { Explanation, ModuleSignificance, Table } from '../../model.js';
import { correlationMatrix, localValues } from '../associations/local-values.js';
import { moduleTitle } from '../describe/module-name.js';
import { explainedTable, measureOf } from './explained-table.js';
import { levelsInRegion, modulesInRegion, type PresenceInRegion } from './modules-in-region.js';
import { type Region, regionName, regionRows } from './regions.js';

/** A module is in a region when it is present in this share of the region's samples. */
export const IN_REGION = 0.5;
const PAIR_FEATURES = 12;

/** One module of a region, with its name; `verdict` is null where significance was not tested. */
export interface ModuleInRegion extends PresenceInRegion {
  readonly id: string;
  readonly label: string;
  readonly verdict: ModuleSignificance['verdict'] | null;
  readonly contrast: boolean;
}

export interface RegionAnswer {
  /** What the region is called. */
  readonly region: string;
  readonly samples: number;
  /** Of all samples, 0 to 1. */
  readonly share: number;
  /** Labels of the region's samples by number, most first; empty without labels. */
  readonly labels: readonly { readonly label: string; readonly samples: number }[];
  /** All modules, the one with the largest presence inside first. */
  readonly modules: readonly ModuleInRegion[];
}

/**
 * What is in a region: its size, its labels, and every module's presence inside and outside. Throws OptionError for a
 * region that does not exist or holds no sample.
 * @param name what the answer calls the region; by default what the region says itself.
 * @returns modules with the largest mean presence inside first.
 */
export function describeRegion(
  explanation: Explanation,
  region: Region,
  name: string = regionName(region),
): RegionAnswer {
  const rows = regionRows(explanation, region);
  const labels = explanation.labels ? levelsInRegion(encodeLevels(explanation.labels), rows) : [];
  return {
    region: name,
    samples: rows.length,
    share: rows.length / explanation.rows,
    labels: labels.map(({ level, samples }) => ({ label: level, samples })),
    modules: modulesInRegion(explanation, rows).map((found) => {
      const description = explanation.descriptions[found.module];
      const { id, contrast, significance } = description;
      const label = moduleTitle(explanation, description);
      return { id, label, verdict: significance?.verdict ?? null, contrast, ...found };
    }),
  };
}

/** One module in two regions. */
export interface ComparedModule {
  readonly id: string;
  readonly label: string;
  /** Null where significance was not tested. */
  readonly verdict: ModuleSignificance['verdict'] | null;
  /** The regions in half of whose samples or more it is present. */
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

/**
 * What two regions share and how they differ: for every module in which of them it is present. With the table that
 * was explained, also whether the signs agree. Throws OptionError for a region that holds no sample, ShapeError for
 * another table.
 * @param values null where the table is not at hand.
 */
export function compareRegions(
  explanation: Explanation,
  regions: { readonly first: Region; readonly second: Region },
  values: Table | null = null,
): ComparisonAnswer {
  const rows = [regionRows(explanation, regions.first), regionRows(explanation, regions.second)];
  const answers = [describeRegion(explanation, regions.first), describeRegion(explanation, regions.second)];
  const table = values && explainedTable(explanation, values);
  const second = new Set(rows[1]);
  return {
    first: answers[0],
    second: answers[1],
    overlap: rows[0].filter((row) => second.has(row)).length,
    modules: explanation.descriptions.map((description, k) => {
      const { id } = description;
      const label = moduleTitle(explanation, description);
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
        agreement: table && rows.every(canAgree) ? signedAgreement(explanation, table, k, rows) : null,
      };
    }),
  };
}

/** Fewest samples of a region whose correlations are compared with those of another. */
export const LEAST_AGREEING = 10;

/** Whether a region has enough samples for its correlations to be compared. @param rows of its samples. */
const canAgree = ({ length }: Int32Array): boolean => length >= LEAST_AGREEING;

/**
 * Cosine, -1 to 1, of the signed correlations of module k's leading pairs in two sets of samples; 0 when either has
 * none. A pair that is constant in one set counts as correlation 0 there.
 * @param rows sample rows of either set.
 */
function signedAgreement(
  explanation: Explanation,
  table: Table,
  k: number,
  rows: readonly Int32Array[],
): number {
  const features = explanation.descriptions[k].topFeatures
    .slice(0, PAIR_FEATURES)
    .map(({ feature }) => feature);
  const measure = measureOf(explanation);
  const [a, b] = rows.map((some) =>
    correlationMatrix(localValues(table.features, some, features, measure), measure),
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
