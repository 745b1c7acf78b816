/**
 * Coarser modules: the groups into which the modules merge, for any number of them, from one fit.
 *
 * Purpose: a person picks the granularity after the fit, and moves along it at once. Groups of one number are exact
 *   unions of the groups of the next larger number.
 * Source: ours; the tree is that of factorize/hierarchy.ts.
 * Definition: a group holds modules; its share is the sum of theirs, its presence at a sample the largest of theirs (the
 *   association of the strongest pair, as for a module), its loadings the sum of theirs weighted by share, largest 1.
 * Types: `Explanation`, of a map: samplePresence (samples x modules). `Matrix`, row-major float32: rows (how many),
 *   columns (how many), data (element (r, c) at `r * columns + c`).
 */

import { OptionError, option, words } from '../../errors.js';
import type { Explanation, ModuleHierarchy } from '../../model.js';

/** Features that a group names. */
const TOP_FEATURES = 20;
/** Least loading of a named feature. */
const LEAST_LOADING = 0.25;

export interface ModuleGroup {
  /** Positions of its modules in `descriptions`, ascending: largest share first. */
  readonly modules: readonly number[];
  /** Share of association of its modules together. */
  readonly share: number;
  /** Coupling of the two groups that were merged last, 0 to 1; null for a single module. */
  readonly coupling: number | null;
  /** Strongest first; loadings 0 to 1. */
  readonly topFeatures: readonly { readonly feature: number; readonly loading: number }[];
}

/**
 * The modules in `count` groups, of largest share first. OptionError unless `count` is a whole number from 1 to the number of
 * modules, or where the explanation holds no hierarchy (made by a version before 0.2).
 */
export function moduleGroups({ modules }: Pick<Explanation, 'modules'>, count: number): ModuleGroup[] {
  const { hierarchy } = modules;
  if (hierarchy === undefined) {
    throw new OptionError({
      got: 'an explanation without a hierarchy of modules',
      expected: 'one that was made by whymap 0.2 or later',
      remedy: words`explain the data again, or leave out ${option('groups')}`,
    });
  }
  if (!Number.isInteger(count) || count < 1 || count > modules.count) {
    throw new OptionError({
      got: `${count} groups of ${modules.count} modules`,
      expected: `a whole number from 1 to ${modules.count}`,
      remedy: words`ask for fewer ${option('groups')}, or explain with more ${option('modules')}`,
    });
  }
  const groups = groupsOf(hierarchy, modules.count, count).map(({ members, coupling }) => ({
    modules: members,
    share: members.reduce((sum, k) => sum + modules.share[k], 0),
    coupling,
    topFeatures: leadingOf(modules, members),
  }));
  return groups.sort((a, b) => b.share - a.share || a.modules[0] - b.modules[0]);
}

/**
 * Presence of a group at every sample: the largest of its modules', one a sample.
 * @param members positions of its modules.
 */
export function groupPresence(
  { samplePresence: { rows, columns, data } }: Pick<Explanation, 'samplePresence'>,
  members: readonly number[],
): Float32Array {
  const result = new Float32Array(rows);
  for (let s = 0; s < rows; s++) {
    for (const k of members) result[s] = Math.max(result[s], data[s * columns + k]);
  }
  return result;
}

interface Members {
  readonly members: readonly number[];
  readonly coupling: number | null;
}

/**
 * The groups after as many merges as leave `count` of them.
 * @param modules how many there are.
 */
function groupsOf({ merges }: ModuleHierarchy, modules: number, count: number): Members[] {
  const nodes = new Map<number, Members>();
  for (let k = 0; k < modules; k++) nodes.set(k, { members: [k], coupling: null });
  merges.slice(0, modules - count).forEach(({ first, second, coupling }, i) => {
    const members = [first, second].flatMap((node) => nodes.get(node)?.members ?? []);
    nodes.delete(first);
    nodes.delete(second);
    nodes.set(modules + i, { members: members.sort((a, b) => a - b), coupling });
  });
  return [...nodes.values()];
}

/**
 * Features of largest loading in a group.
 * @param members modules of the group.
 */
function leadingOf({ loadings, share }: Explanation['modules'], members: readonly number[]) {
  const d = loadings.columns;
  const sums = new Float64Array(d);
  for (const k of members) {
    for (let i = 0; i < d; i++) sums[i] += share[k] * loadings.data[k * d + i];
  }
  const largest = sums.reduce((a, b) => Math.max(a, b), 0) || 1;
  return [...sums.keys()]
    .filter((feature) => sums[feature] >= LEAST_LOADING * largest)
    .sort((a, b) => sums[b] - sums[a] || a - b)
    .slice(0, TOP_FEATURES)
    .map((feature) => ({ feature, loading: sums[feature] / largest }));
}
