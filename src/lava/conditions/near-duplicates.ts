/**
 * Groups of modules that share leading features: one programme that was cut in pieces reads as one.
 *
 * Source: ours. Two modules are near-duplicates when at least SHARED of the leading features of the one with fewer are
 *   leading in the other, up to MOST_LEADING each. Groups are what they connect, in the modules' order. Deterministic.
 * Types: `Explanation`, of a map: descriptions (one a module, in order of share), featureNames (one a feature).
 *   `ModuleDescription`, of one module: topFeatures (`feature` (column) and `loading`, strongest first), id (`M1`,
 *   `M2`...).
 * Fails: never.
 */

import type { Explanation } from '../../model.js';

export interface NearDuplicates {
  /** Ids of two or more modules, in their order. */
  readonly modules: readonly string[];
  /** Names of features that most of them lead with, the most frequent first. */
  readonly features: readonly string[];
}

const MOST_LEADING = 12;
const SHARED = 0.3;
/** Two features in common may be chance. */
const LEAST_SHARED = 3;
const NAMED = 5;

/**
 * The groups of two or more modules.
 * @returns each group with the ids of its modules and the features that most of them lead with; empty where no two
 * are alike.
 */
export function nearDuplicates({
  descriptions,
  featureNames,
}: Pick<Explanation, 'descriptions' | 'featureNames'>): NearDuplicates[] {
  const leading = descriptions.map(
    ({ topFeatures }) => new Set(topFeatures.slice(0, MOST_LEADING).map(({ feature }) => feature)),
  );
  const groupOf = descriptions.map((_, k) => k);
  leading.forEach((features, k) => {
    for (let other = 0; other < k; other++) {
      if (!areAlike(features, leading[other])) continue;
      const [from, to] = [groupOf[k], groupOf[other]];
      groupOf.forEach((group, i) => {
        if (group === from) groupOf[i] = to;
      });
    }
  });
  return [...new Set(groupOf)].flatMap((group) => {
    const members = [...groupOf.keys()].filter((k) => groupOf[k] === group);
    if (members.length < 2) return [];
    return [
      {
        modules: members.map((k) => descriptions[k].id),
        features: mostFrequent(members.map((k) => leading[k])).map((feature) => featureNames[feature]),
      },
    ];
  });
}

/**
 * Whether two sets of leading features have enough in common.
 * @param a feature indices of one module.
 * @param b of the other.
 */
function areAlike(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  const common = [...a].filter((feature) => b.has(feature)).length;
  return common >= Math.max(LEAST_SHARED, SHARED * Math.min(a.size, b.size));
}

/**
 * Features that most of the sets hold, the most frequent first; ties in the order of the sets.
 * @returns feature indices, NAMED at most.
 */
function mostFrequent(sets: readonly ReadonlySet<number>[]): number[] {
  const counts = new Map<number, number>();
  for (const set of sets) for (const feature of set) counts.set(feature, (counts.get(feature) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, NAMED)
    .map(([feature]) => feature);
}
