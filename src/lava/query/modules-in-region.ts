/**
 * Modules and levels of a region of the map: how much of each is inside, and how much outside.
 *
 * Purpose: one implementation for the library, the command line and the viewer.
 * Source: ours. A module is present in a sample where its presence reaches a quarter of its largest (present.ts).
 * Cost: samples x modules for `modulesInRegion`; samples for the others. Precision: double sums in row order.
 * Determinism: ties of the order by index.
 * Types: `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `Localities`, n-neighborhoods of
 *   probes: count (how many), size (n, samples in each), members (count x size sample rows, nearest first).
 *   `Explanation`, of a map: samplePresence (samples x modules). `Modules`, of a fit: presence (localities x modules,
 *   not negative).
 * Fails: never.
 */

import type { Explanation, Localities, Matrix, Modules } from '../../model.js';
import { presentRows, presentThreshold } from '../describe/present.js';

/** How much of one module is inside a region and outside. */
export interface PresenceInRegion {
  /** Index of the module. */
  readonly module: number;
  /** Mean presence of the region's samples, and of all others (0 where there are none). */
  readonly inside: number;
  readonly outside: number;
  /** Share of the samples in which the module is present, inside and outside, 0 to 1. */
  readonly presentInside: number;
  readonly presentOutside: number;
}

/** How much of a region one level of a column makes up. */
export interface LevelShare {
  readonly level: string;
  /** Samples of the region that have the level. */
  readonly samples: number;
  /** Their share of the region, and of all samples that have the level, 0 to 1. */
  readonly share: number;
  readonly ofLevel: number;
}

/** The parts of an explanation that say where modules are present. */
export type PresenceSource = Pick<Explanation, 'samplePresence'> & {
  readonly modules: Pick<Modules, 'presence'>;
};

/**
 * All modules, the one with the largest mean presence inside first; ties by index.
 * @param region distinct sample rows, in any order; none gives 0 inside.
 * @returns for each module its index, the mean presence inside and outside, and the shares of samples that have it; 0
 * outside where the region is all samples.
 */
export function modulesInRegion(explanation: PresenceSource, region: ArrayLike<number>): PresenceInRegion[] {
  const { rows, columns, data } = explanation.samplePresence;
  const thresholds = presentThresholds(explanation.modules.presence);
  const side = sidesOf(rows, region);
  const sums = new Float64Array(2 * columns);
  const present = new Float64Array(2 * columns);
  for (let row = 0; row < rows; row++) {
    const base = side[row] * columns;
    for (let k = 0; k < columns; k++) {
      const value = data[row * columns + k];
      sums[base + k] += value;
      if (value > 0 && value >= thresholds[k]) present[base + k]++;
    }
  }
  const inside = Math.max(1, region.length);
  const outside = Math.max(1, rows - region.length);
  return Array.from({ length: columns }, (_, k) => ({
    module: k,
    inside: sums[columns + k] / inside,
    outside: sums[k] / outside,
    presentInside: present[columns + k] / inside,
    presentOutside: present[k] / outside,
  })).sort((a, b) => b.inside - a.inside || a.module - b.module);
}

/** 1 for the rows of the region, 0 for all others. @param rows samples in all. @param region sample rows. */
function sidesOf(rows: number, region: ArrayLike<number>): Uint8Array {
  const side = new Uint8Array(rows);
  for (let i = 0; i < region.length; i++) side[region[i]] = 1;
  return side;
}

/** Presence from which on each module counts as present. @param presence localities x modules. */
function presentThresholds(presence: Matrix): number[] {
  return Array.from({ length: presence.columns }, (_, k) => presentThreshold(presence, k));
}

/**
 * Rows of the samples in which the module with this index is present, ascending. Empty where it is present nowhere.
 */
export function samplesWithModule(explanation: PresenceSource, module: number): Int32Array {
  const threshold = presentThreshold(explanation.modules.presence, module);
  return Int32Array.from(presentRows(explanation.samplePresence, module, threshold));
}

/**
 * Levels of a categorical column (labels, a metadata column) found in a region, most frequent first; ties by text.
 * @param column one code a sample, an index into `levels`; -1 (missing) counts for no level.
 * @param region distinct sample rows.
 * @returns for each level found its samples in the region, their share of the region and of the level, 0 to 1.
 */
export function levelsInRegion(
  column: { readonly levels: readonly string[]; readonly codes: ArrayLike<number> },
  region: ArrayLike<number>,
): LevelShare[] {
  const { levels, codes } = column;
  const inside = new Float64Array(levels.length);
  const all = new Float64Array(levels.length);
  for (let i = 0; i < region.length; i++) if (codes[region[i]] >= 0) inside[codes[region[i]]]++;
  for (let row = 0; row < codes.length; row++) if (codes[row] >= 0) all[codes[row]]++;
  return levels
    .map((level, code) => ({
      level,
      samples: inside[code],
      share: inside[code] / region.length,
      ofLevel: inside[code] / all[code],
    }))
    .filter(({ samples }) => samples > 0)
    .sort((a, b) => b.samples - a.samples || (a.level < b.level ? -1 : 1));
}

/**
 * Localities that hold the sample, ascending.
 * @param sample its row.
 * @returns numbers of localities.
 */
export function localitiesHolding({ count, size, members }: Localities, sample: number): number[] {
  const hasSample = (l: number) => members.subarray(l * size, (l + 1) * size).includes(sample);
  return Array.from({ length: count }, (_, l) => l).filter(hasSample);
}
