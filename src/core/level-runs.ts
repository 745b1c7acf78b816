/**
 * Samples of localities in runs of one level each, so that features can be centered inside levels.
 *
 * Purpose: one order of samples for every engine and step that computes inside levels of a column.
 * Source: ours. Members without a level are left out, and so are those that are alone in their level in the locality: they
 *   tell nothing about what varies inside it. The degrees of freedom of a locality are its samples less its levels;
 *   below LEAST_FREEDOM the whole locality is left out.
 * Shapes: `size` samples a locality. Cost: a sort of the members of each. Deterministic; ties in the order of the members.
 */

/** Samples of localities that take part, level after level. */
export interface LevelRuns {
  /** localities x size: those that take part first, by code of the level, then -1. */
  readonly members: Int32Array;
  /** localities + 1: the first run of each locality. */
  readonly offsets: Int32Array;
  /** Samples of each run, 2 or more. */
  readonly lengths: Int32Array;
  /** Code of the level of each run. */
  readonly codes: Int32Array;
  /** Samples that take part and degrees of freedom of each locality; 0 and 0 where too few are left. */
  readonly counts: Int32Array;
  readonly freedom: Int32Array;
}

/** Degrees of freedom below which a correlation inside levels says nothing. */
export const LEAST_FREEDOM = 3;

/**
 * The members of each locality in runs of one level.
 * @param members localities x size sample rows.
 * @param size samples of a locality.
 * @param levels code of each sample's level, below 0 where it takes no part.
 */
export function levelRuns(members: Int32Array, size: number, levels: Int32Array): LevelRuns {
  const count = size > 0 ? members.length / size : 0;
  const result = {
    members: new Int32Array(members.length).fill(-1),
    offsets: new Int32Array(count + 1),
    counts: new Int32Array(count),
    freedom: new Int32Array(count),
  };
  const lengths: number[] = [];
  const codes: number[] = [];
  for (let l = 0; l < count; l++) {
    const groups = groupsOf(members.subarray(l * size, (l + 1) * size), levels);
    const samples = groups.reduce((sum, { rows }) => sum + rows.length, 0);
    if (samples - groups.length >= LEAST_FREEDOM) {
      let at = l * size;
      for (const { code, rows } of groups) {
        result.members.set(rows, at);
        at += rows.length;
        lengths.push(rows.length);
        codes.push(code);
      }
      result.counts[l] = samples;
      result.freedom[l] = samples - groups.length;
    }
    result.offsets[l + 1] = lengths.length;
  }
  return { ...result, lengths: Int32Array.from(lengths), codes: Int32Array.from(codes) };
}

/** Rows by level, ascending by code, without levels of one row. */
function groupsOf(rows: Int32Array, levels: Int32Array): { code: number; rows: number[] }[] {
  const byCode = new Map<number, number[]>();
  for (const row of rows) {
    const code = levels[row];
    if (!(code >= 0)) continue;
    const group = byCode.get(code);
    if (group) group.push(row);
    else byCode.set(code, [row]);
  }
  return [...byCode]
    .filter(([, group]) => group.length > 1)
    .sort(([a], [b]) => a - b)
    .map(([code, group]) => ({ code, rows: group }));
}

/** What is left of a feature after centering, as a share of its largest value, below which only rounding is left. */
const LOST = 1e-6;

/**
 * The column with every run less its mean; zeros where what is left is below 1e-6 of its largest value.
 * @param column one value a sample, run after run.
 * @param lengths samples of each run.
 */
export function centerRuns(column: Float64Array, lengths: Int32Array): Float64Array {
  const result = new Float64Array(column.length);
  let largest = 0;
  let squares = 0;
  let from = 0;
  for (const length of lengths) {
    const end = from + length;
    let sum = 0;
    for (let s = from; s < end; s++) {
      sum += column[s];
      largest = Math.max(largest, Math.abs(column[s]));
    }
    const mean = sum / length;
    for (let s = from; s < end; s++) {
      const centered = column[s] - mean;
      result[s] = centered;
      squares += centered * centered;
    }
    from = end;
  }
  return Math.sqrt(squares / column.length) > LOST * largest ? result : result.fill(0);
}
