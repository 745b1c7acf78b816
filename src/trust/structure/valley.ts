/**
 * Is there a valley between two groups of samples in the data? Half of the samples say where to look, the other half is
 * looked at.
 *
 * Source: one training half gives the direction that best tells the groups apart (Fisher's discriminant, shrunk), and a
 *   window around their border; Hartigan's dip asks whether the samples of the other half that fall into the window, of
 *   whatever group, have more than one mode along that direction. Sample splitting is an old way around looking twice; p of
 *   several halves are joined by twice their median (Meinshausen, Meier and Buehlmann 2009). Ours: the windows.
 * Null: density in the window is log-concave (one normal cloud, a uniform convex body, each along any direction has one mode).
 *   A window is a convex set that only the training half decides, so it keeps that.
 * Shapes: scores samples x d. Cost: SPLITS x (samples x d^2 + d^3) a pair of groups.
 * How it fails: a curved cloud may have two modes along a straight line (a ring has): `continuity.ts` answers for that. Groups that
 *   no straight line parts, whole or near the border, are not found. Determinism: the stream is the caller's.
 */

import { Matrix as Dense, solve } from 'ml-matrix';
import { permutation, type Random } from '../../core/random.js';
import { median, quantile } from '../../core/statistics.js';
import type { Matrix } from '../../model.js';
import { dipTest } from './dip.js';

/** Random halves; each is used both ways round. */
const SPLITS = 5;
/** Share of the mean variance that is added to every direction. */
const SHRINKAGE = 0.1;
/** Share of a group's samples that a window holds on its outer sides. */
const HELD = 0.98;
/** Share of the smaller group that stands near the border, and at least so many samples. */
const NEAR_SHARE = 0.4;
const NEAR_SAMPLES = 15;
/** Width of the bands that densities are compared in, as a share of the distance of the groups' means. */
const BAND = 0.25;

export interface Valley {
  /** Joined over halves and windows. */
  readonly p: number;
  /** Density at the border over that at the sparser of the two sides, along the direction, in samples not used for it. */
  readonly depth: number;
  /** Share of samples not used for the direction that stand on their own group's side of the border. */
  readonly agreement: number;
}

/** Looks for a valley between two groups. Rows of a and b are row numbers of scores. */
export function valleyBetween(scores: Matrix, a: Int32Array, b: Int32Array, random: Random): Valley {
  const looks: { whole: Look; near: Look }[] = [];
  for (let split = 0; split < SPLITS; split++) {
    const half = halves(scores.rows, a, b, random);
    for (const side of [0, 1]) looks.push(lookAt(scores, a, b, half, side));
  }
  const joined = (of: (look: { whole: Look; near: Look }) => number) =>
    Math.min(1, 2 * median(looks.map(of)));
  const whole = joined((look) => look.whole.p);
  const near = joined((look) => look.near.p);
  return {
    p: Math.min(1, 2 * Math.min(whole, near)),
    depth: median(looks.map((look) => (near < whole ? look.near : look.whole).depth)),
    agreement: median(looks.map((look) => look.whole.agreement)),
  };
}

interface Look {
  readonly p: number;
  readonly depth: number;
  readonly agreement: number;
}

/** 0 or 1 for every sample: each group, and the rest, is halved at random. */
function halves(rows: number, a: Int32Array, b: Int32Array, random: Random): Uint8Array {
  const half = new Uint8Array(rows);
  const rest = new Uint8Array(rows).fill(1);
  for (const i of a) rest[i] = 0;
  for (const i of b) rest[i] = 0;
  const others = Int32Array.from([...rest.keys()].filter((i) => rest[i] === 1));
  for (const group of [a, b, others]) {
    permutation(group.length, random).forEach((at, position) => {
      half[group[at]] = position % 2;
    });
  }
  return half;
}

/** Trains on the samples of one half and tests the others in both windows. */
function lookAt(
  scores: Matrix,
  a: Int32Array,
  b: Int32Array,
  half: Uint8Array,
  side: number,
): { whole: Look; near: Look } {
  const trained = (rows: Int32Array) => rows.filter((i) => half[i] === side);
  const [ta, tb] = [trained(a), trained(b)];
  const held = Int32Array.from([...half.keys()].filter((i) => half[i] !== side));
  const groups = new Int8Array(scores.rows);
  for (const i of a) groups[i] = -1;
  for (const i of b) groups[i] = 1;
  const none: Look = { p: 1, depth: 1, agreement: 0 };
  if (ta.length < 3 || tb.length < 3) return { whole: none, near: none };
  const whole = lookInWindow(scores, ta, tb, held, groups);
  const [na, nb, ball] = nearBorder(scores, ta, tb);
  const inBall = held.filter((i) => squaredTo(scores, i, ball.center) <= ball.squaredRadius);
  const near = na.length < 3 || nb.length < 3 ? none : lookInWindow(scores, na, nb, inBall, groups);
  return { whole, near };
}

/** Dip, depth and agreement of the samples `held` in the window that the training samples a and b decide. */
function lookInWindow(
  scores: Matrix,
  a: Int32Array,
  b: Int32Array,
  held: Int32Array,
  groups: Int8Array,
): Look {
  const direction = discriminant(scores, a, b);
  const along = (i: number) => project(scores, i, direction);
  const [pa, pb] = [Float64Array.from(a, along), Float64Array.from(b, along)];
  const border = bestBorder(pa, pb);
  const axis = axisOf(scores, a, b);
  const radius = quantile(
    [...a, ...b].map((i) => offAxis(scores, i, axis)),
    HELD,
  );
  const [from, to] = windowRange(pa, pb, border);
  const inside: number[] = [];
  let [right, counted] = [0, 0];
  for (const i of held) {
    const at = along(i);
    if (groups[i] !== 0) {
      counted++;
      if (at < border === groups[i] < 0) right++;
    }
    if (at >= from && at <= to && offAxis(scores, i, axis) <= radius) inside.push(at);
  }
  const { p } = dipTest(inside);
  const agreement = counted > 0 ? right / counted : 0;
  return { p, depth: depthAt(inside, border, median(pa), median(pb)), agreement };
}

/** The border along the direction that leaves the smallest share of either group on the wrong side. */
function bestBorder(pa: Float64Array, pb: Float64Array): number {
  const [a, b] = [pa.slice().sort(), pb.slice().sort()];
  let [best, border] = [Number.POSITIVE_INFINITY, 0];
  const steps = 64;
  const [low, high] = [median(a), median(b)];
  for (let s = 0; s <= steps; s++) {
    const at = low + ((high - low) * s) / steps;
    const wrong =
      a.filter((value) => value >= at).length / a.length + b.filter((value) => value < at).length / b.length;
    // of equal borders the middle one: the distance from the middle decides
    const cost = wrong + (1e-6 * Math.abs(s - steps / 2)) / steps;
    if (cost < best) [best, border] = [cost, at];
  }
  return border;
}

/** The range along the direction: both groups, the larger one cut off where it has twice the samples of the smaller. */
function windowRange(pa: Float64Array, pb: Float64Array, border: number): [number, number] {
  const most = 2 * Math.min(pa.length, pb.length);
  const beyond = (values: Float64Array) => {
    const distances = values.map((value) => Math.abs(value - border)).sort();
    return distances[
      Math.max(0, Math.min(distances.length, Math.min(most, Math.ceil(HELD * distances.length))) - 1)
    ];
  };
  return [border - beyond(pa), border + beyond(pb)];
}

/** Samples in a band at the border over those in bands of that width at the medians of the groups, the smaller of both. */
function depthAt(values: readonly number[], border: number, low: number, high: number): number {
  const width = Math.max(BAND * (high - low), Number.MIN_VALUE);
  const within = (center: number) => values.filter((value) => Math.abs(value - center) <= width / 2).length;
  const sides = Math.min(within(low), within(high));
  return sides > 0 ? within(border) / sides : 1;
}

/** Fisher's direction from a to b: the shrunk covariance within groups, inverted, times the difference of means. */
function discriminant(scores: Matrix, a: Int32Array, b: Int32Array): Float64Array {
  const d = scores.columns;
  const [ma, mb] = [meanOf(scores, a), meanOf(scores, b)];
  const covariance = Dense.zeros(d, d);
  for (const [rows, mean] of [
    [a, ma],
    [b, mb],
  ] as const) {
    for (const i of rows) addOuter(covariance, scores, i, mean, 1 / (a.length + b.length - 2));
  }
  const ridge = (SHRINKAGE * covariance.trace()) / d;
  for (let c = 0; c < d; c++) covariance.set(c, c, covariance.get(c, c) + ridge + Number.MIN_VALUE);
  const difference = Dense.columnVector(Array.from(mb, (value, c) => value - ma[c]));
  return ridge > 0
    ? Float64Array.from(solve(covariance, difference).to1DArray())
    : Float64Array.from(difference.to1DArray());
}

/** Adds a sample's share of the covariance. */
function addOuter(covariance: Dense, scores: Matrix, i: number, mean: Float64Array, weight: number): void {
  const d = scores.columns;
  for (let r = 0; r < d; r++) {
    const x = weight * (scores.data[i * d + r] - mean[r]);
    for (let c = 0; c < d; c++) {
      covariance.set(r, c, covariance.get(r, c) + x * (scores.data[i * d + c] - mean[c]));
    }
  }
}

/** Mean of rows. */
export function meanOf({ columns, data }: Matrix, rows: Int32Array): Float64Array {
  const mean = new Float64Array(columns);
  for (const i of rows) for (let c = 0; c < columns; c++) mean[c] += data[i * columns + c] / rows.length;
  return mean;
}

/** Product of a row and a direction. */
function project({ columns, data }: Matrix, i: number, direction: Float64Array): number {
  let sum = 0;
  for (let c = 0; c < columns; c++) sum += data[i * columns + c] * direction[c];
  return sum;
}

interface Axis {
  readonly origin: Float64Array;
  /** Unit vector; zero where the means are equal. */
  readonly along: Float64Array;
}

/** The line through the means of both groups. */
function axisOf(scores: Matrix, a: Int32Array, b: Int32Array): Axis {
  const [origin, mb] = [meanOf(scores, a), meanOf(scores, b)];
  const difference = mb.map((value, c) => value - origin[c]);
  const length = Math.hypot(...difference);
  return { origin, along: length > 0 ? difference.map((value) => value / length) : difference };
}

/** Distance of a sample from the line. */
function offAxis({ columns, data }: Matrix, i: number, { origin, along }: Axis): number {
  let [squared, product] = [0, 0];
  for (let c = 0; c < columns; c++) {
    const x = data[i * columns + c] - origin[c];
    squared += x * x;
    product += x * along[c];
  }
  return Math.sqrt(Math.max(0, squared - product * product));
}

interface Ball {
  readonly center: Float64Array;
  readonly squaredRadius: number;
}

/** The samples of both groups nearest to the middle of their nearest pair, and the ball that holds them. */
function nearBorder(scores: Matrix, a: Int32Array, b: Int32Array): [Int32Array, Int32Array, Ball] {
  const d = scores.columns;
  let [least, pair] = [Number.POSITIVE_INFINITY, [a[0], b[0]]];
  for (const i of a) {
    const at = Float64Array.from({ length: d }, (_, c) => scores.data[i * d + c]);
    for (const j of b) {
      const squared = squaredTo(scores, j, at);
      if (squared < least) [least, pair] = [squared, [i, j]];
    }
  }
  const center = Float64Array.from(
    { length: d },
    (_, c) => (scores.data[pair[0] * d + c] + scores.data[pair[1] * d + c]) / 2,
  );
  const wanted = Math.max(NEAR_SAMPLES, Math.ceil(NEAR_SHARE * Math.min(a.length, b.length)));
  const reach = (rows: Int32Array) => {
    const squares = Float64Array.from(rows, (i) => squaredTo(scores, i, center)).sort();
    return squares[Math.min(squares.length, wanted) - 1];
  };
  const squaredRadius = Math.max(reach(a), reach(b));
  const inside = (rows: Int32Array) => rows.filter((i) => squaredTo(scores, i, center) <= squaredRadius);
  return [inside(a), inside(b), { center, squaredRadius }];
}

/** Squared distance of a sample from a point. */
function squaredTo({ columns, data }: Matrix, i: number, point: Float64Array): number {
  let squared = 0;
  for (let c = 0; c < columns; c++) squared += (data[i * columns + c] - point[c]) ** 2;
  return squared;
}
