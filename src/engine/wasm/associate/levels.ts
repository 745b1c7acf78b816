/**
 * Levels of samples in the engine's memory, as kernels/associate/levels.ts reads them.
 * Types: `LevelRuns`, localities with the samples of a level side by side: offsets (localities + 1: first run of
 *   each), lengths (samples of each run), counts (samples that take part, one a locality), freedom (degrees of
 *   freedom, one a locality).
 */

import { type LevelRuns, levelRuns } from '../../../core/level-runs.js';
import type { Scope } from '../runtime/memory.js';

/** Members of localities, and how they are divided into levels. */
export interface PlacedMembers {
  /** Address of localities x size int32 rows, run after run with levels. */
  readonly members: number;
  /** Address of the `LevelParts` of the localities from number `first` on; 0 without levels. */
  readonly partsFrom: (scope: Scope, first: number) => number;
}

/**
 * Copies the members of localities into the engine's memory, with levels in runs of one level.
 * @param members localities x size sample rows.
 * @param levels code of each sample's level; nothing where all samples are one level.
 */
export function placeMembers(
  scope: Scope,
  members: Int32Array,
  size: number,
  levels: Int32Array | null | undefined,
): PlacedMembers {
  if (!levels) return { members: scope.copy(members), partsFrom: () => 0 };
  const runs = levelRuns(members, size, levels);
  return { members: scope.copy(runs.members), partsFrom: placeRuns(scope, runs) };
}

/** Copies runs into the engine's memory. Returns `partsFrom`. */
function placeRuns(scope: Scope, runs: LevelRuns): PlacedMembers['partsFrom'] {
  const offsets = scope.copy(runs.offsets);
  const lengths = scope.copy(runs.lengths);
  const counts = scope.copy(runs.counts);
  const freedom = scope.copy(runs.freedom);
  return (inner, first) =>
    inner.copyStructure('LevelParts', {
      offsets: offsets + 4 * first,
      lengths,
      counts: counts + 4 * first,
      freedom: freedom + 4 * first,
    });
}
