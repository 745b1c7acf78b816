/**
 * Variance of each feature inside localities, from the cells of a table as they come by, in any order of rows.
 *
 * Source: ours. A cell is added to the localities that hold its sample (with levels to the runs of one level in them), so the table need not be in memory: what is
 * held is one sum a locality and feature, and where these do not fit the cells come by several times, for some of
 * the features each time. Shapes: localities x features doubles in `width` columns at once. Precision: double sums
 * of values less the first sample's (dense tables; 0 for sparse ones, whose zeros then need not be told), so that
 * large means do not swamp variances. Cost: one addition for each cell and locality that holds its sample.
 * Determinism: sums in the order of the cells.
 * Types: `Localities`, n-neighborhoods of probes: count (how many), size (n, samples in each), members (count x size
 *   sample rows, nearest first).
 * Fails: never; missing cells (NaN) give NaN for their feature.
 */

import { levelRuns } from '../../core/level-runs.js';
import type { Localities } from '../../model.js';

export interface Moments {
  /** Mean over localities of the variance inside (with levels: inside these), one a feature. */
  readonly within: Float64Array;
  /** Variance and mean over the samples of all localities together, counted as often as they are in one. */
  readonly overall: Float64Array;
  readonly mean: Float64Array;
  /** Whether any value is below 0. */
  readonly negative: boolean;
}

export interface MomentSums {
  /** How often all cells must come by. */
  readonly passes: number;
  begin(pass: number): void;
  /** A cell; for dense tables the first sample's cells come first. */
  add(value: number, sample: number, feature: number): void;
  /** Ends the last pass. */
  moments(): Moments;
}

/** What must be known of a table before its cells come by. */
export interface SummedTable {
  readonly samples: number;
  readonly features: number;
  /** Whether only the stored cells come by. */
  readonly sparse: boolean;
  /** Code of each sample's level (`AssociationOptions.levels`); nothing where all are one level. */
  readonly levels?: Int32Array | null;
}

/** Share of the squares below which a variance is what rounding leaves of a constant. */
const ROUNDING = 1e-12;

/**
 * Sums for the variance of every feature inside localities. The caller passes all cells of the table `passes` times,
 * then calls `moments`.
 * @param memory bytes that the sums may take; less makes more passes.
 * @returns the number of passes (1 where the memory holds all sums), and the functions that take cells and give the
 * moments: of each feature the mean variance inside localities, the overall variance and mean.
 */
export function newMomentSums(localities: Localities, table: SummedTable, memory: number): MomentSums {
  const { members, lengths } = groupsOf(localities, table.levels);
  const count = lengths.length;
  const n = lengths.reduce((sum, length) => sum + length, 0);
  const d = table.features;
  const width = Math.max(1, Math.min(d, Math.floor(memory / (8 * count))));
  const { offsets, holders } = groupsBySample(members, lengths, table.samples);
  const sums = new Float64Array(count * width);
  const origin = new Float64Array(d);
  const total = new Float64Array(d);
  const square = new Float64Array(d);
  const between = new Float64Array(d);
  let negative = false;
  let from = 0;
  const end = () => {
    for (let l = 0; l < count; l++) {
      const length = lengths[l];
      for (let f = 0; f < Math.min(width, d - from); f++) {
        between[from + f] += (sums[l * width + f] / length) ** 2 / (n / length);
      }
    }
    sums.fill(0);
  };
  return {
    passes: Math.ceil(d / width),
    begin(pass) {
      if (pass > 0) end();
      from = pass * width;
    },
    add(value, sample, feature) {
      const at = feature - from;
      if (at < 0 || at >= width) return;
      if (value < 0) negative = true;
      if (sample === 0 && !table.sparse) origin[feature] = value;
      const x = value - origin[feature];
      const first = offsets[sample];
      const last = offsets[sample + 1];
      for (let t = first; t < last; t++) sums[holders[t] * width + at] += x;
      total[feature] += (last - first) * x;
      square[feature] += (last - first) * x * x;
    },
    moments() {
      end();
      const mean = total.map((value, f) => origin[f] + value / n);
      const overall = square.map((value, f) => atLeastZero(value / n - (total[f] / n) ** 2));
      const within = square.map((value, f) => {
        const inside = atLeastZero(value / n - between[f]);
        return inside <= ROUNDING * (overall[f] + mean[f] ** 2) ? 0 : inside;
      });
      return { within, overall, mean, negative };
    },
  };
}

/** The value, or 0 where rounding has made it negative; NaN, from a missing cell, stays. */
function atLeastZero(value: number): number {
  return value < 0 ? 0 : value;
}

/**
 * The samples among which variance is taken: those of each locality, or of each run of one level in it. `members`:
 * rows, group after group; `lengths`: samples of each group.
 * @param levels one a sample, -1 for none, or absent.
 */
function groupsOf({ members, size, count }: Localities, levels: Int32Array | null | undefined) {
  if (!levels) return { members, lengths: new Int32Array(count).fill(size) };
  const runs = levelRuns(members, size, levels);
  return { members: runs.members.filter((row) => row >= 0), lengths: runs.lengths };
}

/**
 * The groups that hold each sample, as compressed rows: samples + 1 `offsets` into `holders`, numbers of groups.
 * @param lengths samples of each group, whose rows follow one another in `members`.
 * @param samples of the table.
 */
function groupsBySample(members: Int32Array, lengths: Int32Array, samples: number) {
  const offsets = new Int32Array(samples + 1);
  for (const sample of members) offsets[sample + 1]++;
  for (let s = 0; s < samples; s++) offsets[s + 1] += offsets[s];
  const next = offsets.slice(0, samples);
  const holders = new Int32Array(members.length);
  let t = 0;
  lengths.forEach((length, group) => {
    for (const end = t + length; t < end; t++) holders[next[members[t]]++] = group;
  });
  return { offsets, holders };
}
