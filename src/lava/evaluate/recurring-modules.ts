/**
 * How many modules of one half of the samples recur in the other half: what `--modules auto` counts.
 *
 * Source: ours. A module of the first half counts where
 *   - its match in the second half has a pair pattern of cosine FOUND_AGAIN or more,
 *   - both are present in two localities or more that share no sample (recurrence.ts): a contrast between two
 *     clusters that one locality straddles is found again too, but recurs nowhere,
 *   - and neither is, by the same cosine, the pattern of a module counted before it, those of largest share first: past
 *     the true number a module is split, and its parts are found again as parts.
 * Measured (planted at a correlation of 0.35, seed 7, 16 modules fitted): 10 are found again; two of the three
 * that are no planted one are parts of another, with cosines of 0.6 with it, and one is in one place.
 */

import type { Localities, Modules } from '../../model.js';
import { FOUND_AGAIN, type ModuleMatch, patternCosines } from './holdout.js';
import { moduleRecurrence } from './recurrence.js';

export interface RecurringInput {
  /** Modules of either half, over the same places. */
  readonly halves: readonly [Modules, Modules];
  /** Of those of the first half among those of the second. */
  readonly matches: readonly ModuleMatch[];
  /** The places, of all samples. */
  readonly localities: Localities;
  readonly samples: number;
}

/** Number of modules that recur in both halves. See the header for the three conditions. */
export function countRecurring({ halves, matches, localities, samples }: RecurringInput): number {
  const alike = halves.map(({ loadings }) => patternCosines(loadings, loadings));
  const places = halves.map(({ presence }) => moduleRecurrence(localities, presence, samples));
  const counted: (readonly [number, number])[] = [];
  matches.forEach(({ other, cosine }, k) => {
    if (cosine < FOUND_AGAIN) return;
    const own = [k, other] as const;
    const recurs = places.every((half, h) => half[own[h]].disjoint > 1);
    const isPart = counted.some((before) =>
      alike.some((cosines, h) => cosines[own[h] * halves[h].count + before[h]] >= FOUND_AGAIN),
    );
    if (recurs && !isPart) counted.push(own);
  });
  return counted.length;
}
