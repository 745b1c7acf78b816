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
  const k = points.columns;
  const data = new Float64Array(members.length * k);
  for (let i = 0; i < members.length; i++)
    for (let c = 0; c < k; c++) data[i * k + c] = points.data[members[i] * k + c];
  const pending = [Int32Array.from(members.keys())];
  let count = 0;
  for (let group = pending.pop(); group; group = pending.pop()) {
    if (group.length < SMALLEST) continue;
    const sides = splitAtGap({ data, k }, group);
    if (sides) pending.push(...sides);
    else {
      for (const member of group) groups[member] = count;
      count++;
    }
  }
  return groups;
}

/** Coordinates of members, k each. */
interface Points {
  readonly data: Float64Array;
  readonly k: number;
}

/** Positions of members that lie together. */
type Side = Int32Array<ArrayBuffer>;

/**
 * The two sides of a gap through the group, as positions in `members`, or null when there is none. A side of fewer than
 * SMALLEST members is split off only where it lies far from the rest. Called for a locality and for each side again.
 * @param group positions of members.
 */
function splitAtGap(points: Points, group: Side): [Side, Side] | null {
  let a = farthestFrom(points, meanOf(points, group), group);
  let b = farthestFrom(points, a, group);
  let sides: [Side, Side] = [group, group.subarray(0, 0)];
  for (let round = 0; round < ROUNDS; round++) {
    const [nearA, nearB] = nearerTo(points, a, b, group);
    if (nearB.length === 0) return null;
    const converged = nearA.length === sides[0].length && nearB.length === sides[1].length;
    sides = [nearA, nearB];
    if (converged) break;
    a = meanOf(points, nearA);
    b = meanOf(points, nearB);
  }
  return isGap(points, group, a, b, sides) ? sides : null;
}

/** The members of a group that are nearer to a, or as near, and those nearer to b. */
function nearerTo(points: Points, a: Float64Array, b: Float64Array, group: Side): [Side, Side] {
  const [nearA, nearB] = [new Int32Array(group.length), new Int32Array(group.length)];
  let [countA, countB] = [0, 0];
  for (let i = 0; i < group.length; i++) {
    if (squaredTo(points, group[i], a) <= squaredTo(points, group[i], b)) nearA[countA++] = group[i];
    else nearB[countB++] = group[i];
  }
  return [nearA.subarray(0, countA), nearB.subarray(0, countB)];
}

/**
 * Whether two sides are separated: compares the number of members midway between the centers a and b with those about
 * each, along the line through both; a side that is too small counts as separated when it lies far off.
 * @param sides members nearer to a, and nearer to b.
 * @param group positions in `members`.
 */
function isGap(
  points: Points,
  group: Side,
  a: Float64Array,
  b: Float64Array,
  sides: readonly [Side, Side],
): boolean {
  const { data, k } = points;
  let length = 0;
  for (let c = 0; c < k; c++) length += (a[c] - b[c]) * (a[c] - b[c]);
  let midway = 0;
  let aboutA = 0;
  let aboutB = 0;
  for (let i = 0; i < group.length; i++) {
    let t = 0;
    for (let c = 0; c < k; c++) t += (data[group[i] * k + c] - a[c]) * (b[c] - a[c]);
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
  const spread = larger.reduce((sum, member) => sum + squaredTo(points, member, center), 0) / larger.length;
  return midway === 0 && length > STRAY * STRAY * spread;
}

/** Mean coordinates of a group. @param group positions of members. */
function meanOf({ data, k }: Points, group: Side): Float64Array {
  const sum = new Float64Array(k);
  for (let i = 0; i < group.length; i++) for (let c = 0; c < k; c++) sum[c] += data[group[i] * k + c];
  for (let c = 0; c < k; c++) sum[c] /= group.length;
  return sum;
}

/** Coordinates of the member of the group that is farthest from the center; the first of equals. */
function farthestFrom(points: Points, center: Float64Array, group: Side): Float64Array {
  let best = group[0];
  let most = squaredTo(points, best, center);
  for (let i = 1; i < group.length; i++) {
    const distance = squaredTo(points, group[i], center);
    if (!(distance > most)) continue;
    best = group[i];
    most = distance;
  }
  return points.data.subarray(best * points.k, (best + 1) * points.k);
}

/** Squared Euclidean distance of a member to a point. */
function squaredTo({ data, k }: Points, member: number, point: Float64Array): number {
  let sum = 0;
  for (let c = 0, from = member * k; c < k; c++) {
    const difference = data[from + c] - point[c];
    sum += difference * difference;
  }
  return sum;
}
