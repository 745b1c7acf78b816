/**
 * Which pieces of a map run into one another in the data, without a drop in density?
 *
 * Source: ours. In the data, a sample with neighbors in two pieces stands at their border. Two pieces are connected where a
 *   way leads from one to the other over borders at which, and through pieces in which, density is no lower than in the
 *   sparser of the two: then the level set of the density that holds both holds the way as well, and no gap is between them.
 *   Densities are compared by the distance to the k-th neighbor, raised to the local dimension (Levina and Bickel 2004).
 * Shapes: neighbor lists of the data, samples x k; pieces one number a sample. Precision: double. Cost: samples x k.
 * How it fails: in many dimensions densities are known badly; there a way also counts where many neighbors are across the border
 *   and density is no lower as far as it is known. Deterministic.
 */

import { mean } from '../../core/statistics.js';
import type { Neighbors } from '../../model.js';

/** A sample stands at a border with this share of its neighbors in the other piece. */
const ACROSS = 0.25;
/** Samples share neighbors: so many count as one. */
const SHARED = 4;
/** Standard errors of the interval: one-sided 95%. */
const ERRORS = 1.645;
/** A way's border has at least so many samples, and this share of the density. */
const BORDER_SAMPLES = 2;
const BORDER_DENSITY = 0.5;
const BORDER_LOW = 0.4;
/** Or this share of the smaller piece's neighbors is in the other, and density is no lower as far as it is known. */
const MIXING = 0.15;

/** Logarithms of the distances to the k-th neighbor of some samples. */
interface Radii {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
}

interface Border {
  readonly radii: Radii;
  /** Share of the smaller piece's neighbors that are in the other. */
  readonly mixing: number;
}

/** How pieces meet in the data. */
export interface Borders {
  /** By piece, away from borders where there are such samples. */
  readonly inside: readonly Radii[];
  /** Of each piece that others border on: the other and their border. */
  readonly next: readonly ReadonlyMap<number, Border>[];
  /** By piece: sum and number of log(r_k / r_j), whose ratio is the inverse of the dimension. */
  readonly logs: readonly { readonly sum: number; readonly count: number }[];
  readonly k: number;
}

/** Samples of one piece that stand at the border to another, and the sum of the shares of neighbors across. */
interface OneSide {
  readonly radii: number[];
  across: number;
}

/** Finds all borders. @param pieces 0, 1, 2... for each sample. */
export function bordersOf(lists: Neighbors, pieces: Int32Array): Borders {
  const { rows, k, distances } = lists;
  const count = pieces.reduce((most, piece) => Math.max(most, piece + 1), 0);
  const all: number[][] = Array.from({ length: count }, () => []);
  const inner: number[][] = Array.from({ length: count }, () => []);
  const sides = Array.from({ length: count }, () => new Map<number, OneSide>());
  const logs = Array.from({ length: count }, () => ({ sum: 0, count: 0 }));
  for (let i = 0; i < rows; i++) {
    const piece = pieces[i];
    const last = distances[(i + 1) * k - 1];
    const radius = Math.log(Math.max(Number.MIN_VALUE, last));
    let atBorder = false;
    for (const [other, share] of sharesAcross(lists, pieces, i)) {
      const side = sides[piece].get(other) ?? { radii: [], across: 0 };
      sides[piece].set(other, side);
      side.across += share;
      if (share < ACROSS) continue;
      side.radii.push(radius);
      atBorder = true;
    }
    all[piece].push(radius);
    if (!atBorder) inner[piece].push(radius);
    for (let p = i * k; p < (i + 1) * k - 1; p++) {
      if (distances[p] <= 0) continue;
      logs[piece].sum += Math.log(last / distances[p]);
      logs[piece].count++;
    }
  }
  const inside = inner.map((radii, piece) => radiiOf(radii.length >= 3 ? radii : all[piece]));
  const sizes = all.map(({ length }) => length);
  return { inside, next: joinSides(sides, sizes), logs, k };
}

/** Share of a sample's neighbors in each other piece that has any. */
function sharesAcross({ k, indices }: Neighbors, pieces: Int32Array, i: number): Map<number, number> {
  const shares = new Map<number, number>();
  for (let p = i * k; p < (i + 1) * k; p++) {
    const other = pieces[indices[p]];
    if (other !== pieces[i]) shares.set(other, (shares.get(other) ?? 0) + 1 / k);
  }
  return shares;
}

/** Borders from both of their sides. @param sizes samples of each piece. */
function joinSides(sides: readonly Map<number, OneSide>[], sizes: readonly number[]): Map<number, Border>[] {
  const next = sides.map(() => new Map<number, Border>());
  sides.forEach((others, piece) => {
    for (const other of others.keys()) {
      if (next[piece].has(other)) continue;
      const [there, back] = [sides[piece].get(other), sides[other].get(piece)];
      const radii = radiiOf([...(there?.radii ?? []), ...(back?.radii ?? [])]);
      const smaller = sizes[piece] <= sizes[other] ? there : back;
      const border = { radii, mixing: (smaller?.across ?? 0) / Math.min(sizes[piece], sizes[other]) };
      next[piece].set(other, border);
      next[other].set(piece, border);
    }
  });
  return next;
}

/** Mean and variance of some radii. */
function radiiOf(values: readonly number[]): Radii {
  const center = values.length > 0 ? mean(values) : 0;
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return { count: values.length, mean: center, variance: squares / Math.max(1, values.length - 1) };
}

/** A density over that in the sparser of two pieces, and the ends of its 90% interval. */
export interface DensityRatio {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

export interface Continuity {
  /** Whether a way leads from one piece to the other. */
  readonly connected: boolean;
  /** Samples at the direct border, density there, and share of the smaller piece's neighbors across. */
  readonly samples: number;
  readonly density: DensityRatio | null;
  readonly mixing: number;
  /** Usual distance to the k-th neighbor in the sparser piece: narrower valleys are not seen by it. */
  readonly radius: number;
  /** Local dimension of the data in both pieces. */
  readonly dimension: number;
}

/** Looks for a way between two pieces. */
export function continuityBetween(borders: Borders, a: number, b: number): Continuity {
  const dimension = dimensionOf(borders, a, b);
  const reference = borders.inside[a].mean >= borders.inside[b].mean ? borders.inside[a] : borders.inside[b];
  const passes = (radii: Radii, mixing: number) => {
    const { ratio, low } = densityRatio(radii, reference, dimension);
    return (
      radii.count >= BORDER_SAMPLES && ratio >= BORDER_DENSITY && (low >= BORDER_LOW || mixing >= MIXING)
    );
  };
  const reached = new Set([a]);
  for (const at of reached) {
    for (const [other, border] of borders.next[at]) {
      const through =
        other === b || densityRatio(borders.inside[other], reference, dimension).ratio >= BORDER_DENSITY;
      if (through && passes(border.radii, border.mixing)) reached.add(other);
    }
  }
  const direct = borders.next[a].get(b);
  return {
    connected: reached.has(b),
    samples: direct?.radii.count ?? 0,
    density: direct && direct.radii.count > 1 ? densityRatio(direct.radii, reference, dimension) : null,
    mixing: direct?.mixing ?? 0,
    radius: Math.exp(reference.mean),
    dimension,
  };
}

/** Density among some samples over that among others. */
function densityRatio(at: Radii, reference: Radii, dimension: number): DensityRatio {
  const log = dimension * (reference.mean - at.mean);
  // few samples at a border may be alike by chance: theirs vary at least as much as the others
  const variance = ({ variance: v, count }: Radii) =>
    Math.max(v, reference.variance) / Math.max(1, count / SHARED);
  const error = ERRORS * dimension * Math.sqrt(variance(at) + variance(reference));
  return { ratio: Math.exp(log), low: Math.exp(log - error), high: Math.exp(log + error) };
}

/** Dimension of the data in two pieces. */
function dimensionOf({ logs, k }: Borders, a: number, b: number): number {
  const sum = logs[a].sum + logs[b].sum;
  // k - 2 in place of k - 1 takes away the bias of the inverse of a mean
  return sum > 0 ? (((logs[a].count + logs[b].count) / sum) * (k - 2)) / (k - 1) : 1;
}
