/**
 * Correlations of modules' leading features inside the localities where the modules are present, from the data (not from the gated
 * associations), and whether a locality straddles groups of the map.
 *
 * Source: ours. A locality straddles groups when the module's association falls below CONTRAST of itself once each gap group (gaps.ts)
 *   is centered on its mean. With levels both readings are inside them. Each locality is answered for on its own, so they may be
 *   divided among shards. Cost: present localities x n x features^2 a module. Precision: double. Deterministic.
 * Types: `Localities`, n-neighborhoods of probes: members (count x size sample rows), size (n), count. `AssociationMeasure`: `pearson`,
 *   `spearman` or `bicor`. `Matrix`: row-major float32. `Csr`: sparse rows. `LocalSamples`, of one locality: rows, lengths (samples of each
 *   run, or null for one level), freedom. `Watch`: checkpoint, progress.
 * Fails: CancelledError once the watch ends.
 */

import type { Watch } from '../../engine/engine.js';
import type { AssociationMeasure, Csr, Localities, Matrix } from '../../model.js';
import {
  centeredInLevels,
  type LocalSamples,
  localValues,
  membersOf,
  packedCorrelations,
  samplesInLevels,
  unitColumn,
} from '../associations/local-values.js';
import { cellsByLocality } from '../associations/parted.js';
import { gapGroups } from './gaps.js';

/** A locality straddles groups when the association inside them is below this share of that over all its members. */
const CONTRAST = 0.5;

/** Localities, and how features are correlated in them. */
export interface CorrelatedSamples {
  readonly features: Matrix | Csr;
  readonly localities: Pick<Localities, 'members' | 'size' | 'count'>;
  readonly rules: { readonly measure: AssociationMeasure; readonly levels?: Int32Array | null };
}

/** Which features are correlated where. */
export interface WantedCorrelations {
  /** Features of each module, and their loadings. */
  readonly modules: readonly { readonly features: Int32Array; readonly loadings: Float64Array }[];
  /** Localities x modules, 1 where the module is present. */
  readonly present: Uint8Array;
  /** The map, samples x dimensions; null where groups are not looked for. */
  readonly coordinates: Matrix | null;
}

/** Of one module, for each locality where it is present, ascending. */
export interface ModuleCorrelations {
  /** Correlations of its f features, pairs i <= j, row by row: f (f + 1) / 2; 0 with a constant column, its diagonal included. */
  readonly correlations: Float64Array;
  /** Degrees of freedom. */
  readonly freedom: Int32Array;
  /** 1 where the locality straddles groups. */
  readonly straddling: Uint8Array;
}

/** Pairs i <= j of so many features. */
export const packedPairs = (features: number): number => (features * (features + 1)) / 2;

/** The correlations of every module, locality after locality, so that of a table in parts rows are read once or twice. */
export async function correlateLocalities(
  { features, localities, rules }: CorrelatedSamples,
  { modules, present, coordinates }: WantedCorrelations,
  watch: Watch,
): Promise<ModuleCorrelations[]> {
  const { measure, levels } = rules;
  const found = modules.map((module, k) =>
    newCorrelations(present, k, modules.length, module.features.length),
  );
  const filled = modules.map(() => 0);
  const cells = cellsByLocality(features, localities, [...new Set(modules.flatMap((m) => [...m.features]))]);
  for (let l = 0; l < localities.count; l++) {
    const here = [...modules.keys()].filter((k) => present[l * modules.length + k] !== 0);
    if (here.length > 0) {
      const samples = samplesInLevels(membersOf(localities, l), levels);
      const groups = coordinates && gapGroups(coordinates, samples.rows);
      const locality = { features: await cells(l), samples, groups };
      const targets = here.map((k) => ({ ...modules[k], found: found[k], at: filled[k]++ }));
      correlateLocality(targets, locality, measure);
    }
    watch.progress((l + 1) / localities.count);
    await watch.checkpoint();
  }
  return found;
}

/** Room for the correlations of module k of m, which has f features. */
function newCorrelations(present: Uint8Array, k: number, m: number, f: number): ModuleCorrelations {
  let count = 0;
  for (let at = k; at < present.length; at += m) if (present[at] !== 0) count++;
  return {
    correlations: new Float64Array(count * packedPairs(f)),
    freedom: new Int32Array(count),
    straddling: new Uint8Array(count),
  };
}

/** A module that is present in a locality: which of its localities that is, and where its correlations are written. */
interface Target {
  readonly features: Int32Array;
  readonly loadings: Float64Array;
  readonly found: ModuleCorrelations;
  readonly at: number;
}

/** Correlates the features of the modules that are present in one locality. @param locality `groups`: number of each sample's gap group, -1 for none. */
function correlateLocality(
  targets: readonly Target[],
  locality: {
    readonly features: Matrix | Csr;
    readonly samples: LocalSamples;
    readonly groups: Int32Array | null;
  },
  measure: AssociationMeasure,
): void {
  const { samples, groups } = locality;
  const { rows, lengths, freedom } = samples;
  const needed = [...new Set(targets.flatMap(({ features }) => [...features]))];
  const values = localValues(locality.features, rows, needed, measure);
  const columns = new Map(needed.map((feature, c) => [feature, c]));
  const wholeUnits = centeredInLevels(values, lengths).map((column) => unitColumn(column, measure));
  // where all members are one group both readings are the same
  const centered = groups?.some((group) => group !== 0)
    ? centeredByGroup(values, groupsInLevels(groups, lengths))
    : null;
  const withinUnits = centered?.map((column) => unitColumn(column, measure));
  for (const { features, loadings, found, at } of targets) {
    const positions = Array.from(features, (feature) => columns.get(feature) as number);
    const pairs = packedPairs(features.length);
    const whole = found.correlations.subarray(at * pairs, (at + 1) * pairs);
    const chosen = (units: readonly Float64Array[]) => positions.map((c) => units[c]);
    packedCorrelations(chosen(wholeUnits), whole);
    found.freedom[at] = freedom;
    if (!withinUnits) continue;
    const within = packedCorrelations(chosen(withinUnits), new Float64Array(pairs));
    if (weightedSquares(within, loadings) < CONTRAST * weightedSquares(whole, loadings))
      found.straddling[at] = 1;
  }
}

/**
 * Codes of the pairs of gap group and level; -1 for members in no group.
 * @param groups one a sample, run after run.
 * @param lengths samples of each run of one level; null where all are one level.
 */
function groupsInLevels(groups: Int32Array, lengths: Int32Array | null): Int32Array {
  if (!lengths) return groups;
  let run = 0;
  let end = lengths[0];
  return groups.map((group, s) => {
    while (s >= end) end += lengths[++run];
    return group < 0 ? -1 : group * lengths.length + run;
  });
}

/**
 * Features of the members of a locality, each value less the mean of its group (gaps.ts); 0 for members in no group
 * (-1).
 * @param columns one a feature, one number a member.
 * @param groups of each member, -1 for none.
 */
function centeredByGroup(columns: readonly Float64Array[], groups: Int32Array): Float64Array[] {
  const count = groups.reduce((a, b) => Math.max(a, b), 0) + 1;
  const sizes = new Int32Array(count);
  for (const group of groups) if (group >= 0) sizes[group]++;
  return columns.map((column) => {
    const sums = new Float64Array(count);
    for (let s = 0; s < column.length; s++) if (groups[s] >= 0) sums[groups[s]] += column[s];
    const result = new Float64Array(column.length);
    for (let s = 0; s < column.length; s++) {
      if (groups[s] >= 0) result[s] = column[s] - sums[groups[s]] / sizes[groups[s]];
    }
    return result;
  });
}

/**
 * Sum over pairs i < j of loading_i loading_j rho_ij^2: the module's association in one locality, before and after
 * the centering of groups. 0 for fewer than two features.
 * @param rho correlations, as `packedCorrelations` orders them.
 */
function weightedSquares(rho: Float64Array, loadings: Float64Array): number {
  let p = 0;
  let sum = 0;
  for (let i = 0; i < loadings.length; i++) {
    p++;
    for (let j = i + 1; j < loadings.length; j++) {
      sum += loadings[i] * loadings[j] * rho[p] * rho[p];
      p++;
    }
  }
  return sum;
}
