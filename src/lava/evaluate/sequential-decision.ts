/**
 * Has a permutation test been decided by the draws made so far, or are more needed?
 *
 * Purpose: the corrected p of all possible permutations, q, is one number; draws only estimate it. A verdict from a fixed
 *   number of draws depends on the seed where q is near the level. Here draws go on until the side of the level on which q
 *   lies is known, up to a limit; what is open then is undecided, and said to be.
 * Source: Wald's sequential probability ratio test (1945), truncated (Fay, Kim and Hachey 2007 for Monte Carlo tests):
 *   for q at or above the level the ratio of `PASSING` x level against the level is a supermartingale, so by Ville's
 *   inequality it ever reaches 1 / WRONG with probability of at most WRONG; likewise `FAILING` x level for q at or below.
 *   A statistic far beyond all draws is decided after the first batch: for a distribution of the largest statistic with
 *   one mode, q is at most 4 / (9 (1 + margin^2)) (Vysochanskij and Petunin 1980, one-sided: Mercadier and Strobel 2021).
 * Error: a decision contradicts q with a chance of at most WRONG, however often a test is looked at, where the moments
 *   of the draws stand for the true ones. A false finding needs a first batch that nothing reaches, 1 / (1 + draws), or a test
 *   that passes in spite of it, which has a chance of 0.00015 at the default draws and level.
 * How it fails: q between a fifth of the level and three times the level often stays undecided.
 * Types: `DrawnTest`: a SignificanceTest with reached (draws whose largest statistic reaches it) and margin (standard
 *   deviations to the drawn largest). `SignificanceTest`, one test: pAdjusted (corrected over modules).
 */

import type { DrawnTest } from './largest-statistic.js';

/** Largest chance that a decision contradicts the p of all permutations. */
export const WRONG = 0.01;
/** A test may take this many times the draws of its first batch. */
export const MOST_BATCHES = 10;
const PASSING = 1 / 5;
const FAILING = 3;

/**
 * Whether the test passes the level (true) or not (false); null while the draws made so far leave that open. Called
 * after each batch of draws. `reached`: draws whose largest statistic reached this one, of `draws`; `margin`:
 * standard deviations from the drawn largest. Never throws.
 * @param level largest corrected p that passes.
 */
export function decision({ reached, draws, margin, pAdjusted }: DrawnTest, level: number): boolean | null {
  const evidence = (rate: number) =>
    reached * Math.log(rate / level) + (draws - reached) * Math.log((1 - rate) / (1 - level));
  const enough = Math.log(1 / WRONG);
  const isFar = margin > 1 && 4 / (9 * (1 + margin ** 2)) <= level;
  if (pAdjusted <= level && (isFar || evidence(PASSING * level) >= enough)) return true;
  // for levels so high that FAILING times them is no rate, halfway to 1
  return evidence(Math.min(FAILING * level, (1 + level) / 2)) >= enough ? false : null;
}
