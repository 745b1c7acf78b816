/**
 * Groups inside a locality that are separated by a gap, or by a thin bridge, of the embedding.
 *
 * Purpose: to tell a contrast between two groups from a programme that varies inside each. Source: ours.
 * Bisecting 2-means (started from the two ends of the group): a split stands when few members lie midway
 * between the two centers, compared with those about the centers; each side is then split again. Chosen over
 * cutting long edges of the minimum spanning tree, which one chain of stray samples defeats (seen on dendritic
 * cells beside monocytes). Members of a split-off side smaller than SMALLEST are strays, in group -1.
 * Shapes: members n rows of points E x k. Cost: about 30 n k a split. Deterministic.
 * Types: `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`.
 * Fails: never. Members at one point are one group.
 */

import type { Matrix } from '../../model.js';

export const SMALLEST = 5;
/** Members midway, as a share of the geometric mean of those about either center, below which it is a gap. */
const DIP = 0.35;
/** Width of the windows midway and about the centers, as a share of the distance between the centers. */
const WINDOW = 0.3;
/** Distance of strays in root mean square radii of the rest. */
const STRAY = 4;
const ROUNDS = 15;

/**
 * Splits the members of a locality where the embedding has gaps, again and again. Returns the group number of each
 * member, from 0; -1 in groups of fewer than 5. Numbers of groups have no meaning. A locality without a gap is group
 * 0 throughout.
 * @param points samples x dimensions of the embedding.
 * @param members sample rows.
 */
export function gapGroups(points: Matrix, members: Int32Array): Int32Array {
  const groups = new Int32Array(members.length).fill(-1);
  const coordinates = Array.from(members, (row) =>
    points.data.subarray(row * points.columns, (row + 1) * points.columns),
  );
  const at = (member: number) => coordinates[member];
  const pending: number[][] = [Array.from(members.keys())];
  let count = 0;
  for (let group = pending.pop(); group; group = pending.pop()) {
    if (group.length < SMALLEST) continue;
    const sides = splitAtGap(at, group);
    if (sides) pending.push(...sides);
    else {
      for (const member of group) groups[member] = count;
      count++;
    }
  }
  return groups;
}

/**
 * The two sides of a gap through the group, as positions in `members`, or null when there is none. A side of fewer than
 * SMALLEST members is split off only where it lies far from the rest. Called for a locality and for each side again.
 * @param at coordinates of a member.
 * @param group positions of members, one at least.
 */
function splitAtGap(at: At, group: number[]): [number[], number[]] | null {
  let a: ArrayLike<number> = farthestFrom(meanOf(group, at), group, at);
  let b: ArrayLike<number> = farthestFrom(a, group, at);
  let sides: [number[], number[]] = [group, []];
  for (let round = 0; round < ROUNDS; round++) {
    const nearA = group.filter((member) => squared(at(member), a) <= squared(at(member), b));
    const nearB = group.filter((member) => squared(at(member), a) > squared(at(member), b));
    if (nearB.length === 0) return null;
    const converged = nearA.length === sides[0].length && nearB.length === sides[1].length;
    sides = [nearA, nearB];
    if (converged) break;
    a = meanOf(nearA, at);
    b = meanOf(nearB, at);
  }
  return isGap(group, at, a, b, sides) ? sides : null;
}

type At = (member: number) => ArrayLike<number>;

/**
 * Whether two sides are separated: compares the number of members midway between the centers a and b with those about
 * each, along the line through both; a side that is too small counts as separated when it lies far off.
 * @param at coordinates of a member.
 * @param sides members nearer to a, and nearer to b.
 * @param group positions in `members`.
 */
function isGap(
  group: number[],
  at: At,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  sides: number[][],
): boolean {
  const length = squared(a, b);
  let midway = 0;
  let aboutA = 0;
  let aboutB = 0;
  for (const member of group) {
    const x = at(member);
    let t = 0;
    for (let c = 0; c < a.length; c++) t += (x[c] - a[c]) * (b[c] - a[c]);
    t /= length;
    if (Math.abs(t - 0.5) <= WINDOW / 2) midway++;
    if (Math.abs(t) <= WINDOW / 2) aboutA++;
    if (Math.abs(t - 1) <= WINDOW / 2) aboutB++;
  }
  const smaller = Math.min(sides[0].length, sides[1].length);
  if (smaller >= SMALLEST) {
    // a center that falls between two further groups has no one about it: then the sides' mean density counts
    const even = WINDOW * Math.sqrt(sides[0].length * sides[1].length);
    return midway < DIP * Math.max(even, Math.sqrt(aboutA * aboutB));
  }
  // a few strays far out are no group to contrast with, but they must not hide the next gap
  const [center, larger] = sides[0].length > sides[1].length ? [a, sides[0]] : [b, sides[1]];
  const spread = larger.reduce((sum, member) => sum + squared(at(member), center), 0) / larger.length;
  return midway === 0 && length > STRAY * STRAY * spread;
}

/** Mean coordinates of a group. @param group positions of members. @param at coordinates of a member. */
function meanOf(group: readonly number[], at: At): Float64Array {
  const sum = Float64Array.from(at(group[0]));
  for (let i = 1; i < group.length; i++) {
    const x = at(group[i]);
    for (let c = 0; c < sum.length; c++) sum[c] += x[c];
  }
  return sum.map((value) => value / group.length);
}

/**
 * Coordinates of the member of the group that is farthest from the center; the first of equals.
 * @param at coordinates of a member.
 */
function farthestFrom(center: ArrayLike<number>, group: readonly number[], at: At): ArrayLike<number> {
  let best = group[0];
  for (const member of group) if (squared(at(member), center) > squared(at(best), center)) best = member;
  return at(best);
}

/**
 * Squared Euclidean distance of two points.
 * @param a coordinates.
 * @param b of the same length.
 */
function squared(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) sum += (a[c] - b[c]) * (a[c] - b[c]);
  return sum;
}
