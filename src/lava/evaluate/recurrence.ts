/**
 * Recurrence of modules: in how many disjoint localities is each present?
 *
 * Source: LAVA (arXiv 2509.21149) looks for patterns that recur across localities. Ours: localities overlap, so
 *   so presence in several of them may be one finding counted more than once. Two counts are given:
 *   - `disjoint`: localities of which no two share a sample, so that each is independent evidence. They are chosen
 *     greedily, largest presence first (ties by index), so the largest possible number may be higher.
 *   - `regions`: connected groups of localities, where two that share a sample are connected.
 * A module with one disjoint locality was not shown to recur.
 * Cost: localities present x size, for each module. Deterministic.
 * How it fails: a region is no cluster. Where localities cover a map without gaps, a module that is present
 *   everywhere has one region, however far it extends; `disjoint` then says how far.
 * Types: `Localities`: n-neighborhoods of probes: count x size sample rows. `Matrix`: row-major float32, element (r,
 *   c) at `data[r * columns + c]`.
 * Fails: never.
 */

import { atOnce } from '../../core/steps.js';
import type { Localities, Matrix, ModuleRecurrence } from '../../model.js';
import { membersOf } from '../associations/local-values.js';
import { presentRows, presentThreshold } from '../describe/present.js';

/** As `moduleRecurrenceSteps`, at once. */
export function moduleRecurrence(
  localities: Localities,
  presence: Matrix,
  samples: number,
): ModuleRecurrence[] {
  return atOnce(moduleRecurrenceSteps(localities, presence, samples));
}

/**
 * Recurrence of every module, one a step: in how many localities it is present, how many of these are disjoint, and how many
 * connected regions they form. 0 of all for a module that is present nowhere.
 * @param presence localities x modules.
 * @param samples of the embedding.
 */
export function* moduleRecurrenceSteps(
  localities: Localities,
  presence: Matrix,
  samples: number,
): Generator<void, ModuleRecurrence[]> {
  const result: ModuleRecurrence[] = [];
  for (let k = 0; k < presence.columns; k++) {
    const present = presentRows(presence, k, presentThreshold(presence, k));
    const strength = (l: number) => presence.data[l * presence.columns + k];
    const strongestFirst = present.toSorted((a, b) => strength(b) - strength(a) || a - b);
    result.push({
      localities: present.length,
      disjoint: countDisjoint(localities, strongestFirst, samples),
      regions: countRegions(localities, present, samples),
    });
    yield;
  }
  return result;
}

/**
 * How many localities can be taken, in this order, so that no two share a sample.
 * @param order numbers of localities.
 * @param samples of the embedding.
 */
function countDisjoint(localities: Localities, order: readonly number[], samples: number): number {
  const taken = new Uint8Array(samples);
  let count = 0;
  for (const l of order) {
    const members = membersOf(localities, l);
    if (members.some((sample) => taken[sample] === 1)) continue;
    for (const sample of members) taken[sample] = 1;
    count++;
  }
  return count;
}

/**
 * Number of connected groups of localities, where two that share a sample are connected. 0 for none.
 * @param present numbers of localities.
 * @param samples of the embedding.
 */
function countRegions(localities: Localities, present: readonly number[], samples: number): number {
  const parent = Int32Array.from(present.keys());
  const root = (i: number): number => {
    let at = i;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  };
  const firstHolder = new Int32Array(samples).fill(-1);
  let regions = present.length;
  for (let i = 0; i < present.length; i++) {
    const members = membersOf(localities, present[i]);
    for (let t = 0; t < members.length; t++) {
      const holder = firstHolder[members[t]];
      if (holder < 0) firstHolder[members[t]] = i;
      if (holder < 0 || parent[holder] === parent[i]) continue;
      const a = root(holder);
      const b = root(i);
      if (a === b) continue;
      parent[b] = a;
      regions--;
    }
  }
  return regions;
}
