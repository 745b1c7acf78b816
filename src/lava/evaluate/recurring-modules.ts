/**
 * Counts the modules of one half of the samples that recur in the other half: the criterion of `--modules auto`.
 *
 * Source: ours. A module of the first half counts where
 *   - its match in the second half has a pair pattern with a cosine of REPLICATED or more,
 *   - both are present in at least two disjoint localities (recurrence.ts): a contrast between two clusters that one
 *     locality straddles replicates too, but does not recur,
 *   - and neither has, by the same cosine, the pattern of a module counted before it (largest share first): beyond the
 *     true number a module is split, and its parts replicate as parts.
 * Measured (planted at a correlation of 0.35, seed 7, 16 modules fitted): 10 replicate; of the three that match no
 * planted module two are parts of another (cosine 0.6) and one does not recur.
 * Types: `Modules`, of a fit: loadings (modules x features, not negative, largest 1), presence (localities x modules,
 *   not negative), count (how many).
 * Fails: never.
 */

import type { Localities, Modules } from '../../model.js';
import { patternCosines } from '../factorize/symmetric.js';
import { type ModuleMatch, REPLICATED } from './holdout.js';
import { moduleRecurrence } from './recurrence.js';

export interface RecurringInput {
  /** Modules of either half, over the same probes. */
  readonly halves: readonly [Modules, Modules];
  /** For each module of the first half its match in the second. */
  readonly matches: readonly ModuleMatch[];
  /** Localities of all samples at these probes. */
  readonly localities: Localities;
  readonly samples: number;
}

/**
 * Number of modules that recur in both halves of the samples: matched, present in disjoint localities in both, and no
 * part of one counted before.
 * @param input the modules of both halves, the match of each of the first half, the localities and the number of
 * samples.
 * @returns 0 where none recur.
 */
export function countRecurring({ halves, matches, localities, samples }: RecurringInput): number {
  const alike = halves.map(({ loadings }) => patternCosines(loadings, loadings));
  const recurrence = halves.map(({ presence }) => moduleRecurrence(localities, presence, samples));
  const counted: (readonly [number, number])[] = [];
  matches.forEach(({ other, cosine }, k) => {
    if (cosine < REPLICATED) return;
    const indices = [k, other] as const;
    const recurs = recurrence.every((half, h) => half[indices[h]].disjoint > 1);
    const isPart = counted.some((before) =>
      alike.some((cosines, h) => cosines[indices[h] * halves[h].count + before[h]] >= REPLICATED),
    );
    if (recurs && !isPart) counted.push(indices);
  });
  return counted.length;
}
