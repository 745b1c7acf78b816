/**
 * What the data say about each structure of a map: statistic, p and answer, before p is corrected over all of them.
 *
 * Source: ours. A gap is in the data where a valley is (valley.ts) and the groups do not run into one another
 *   (continuity.ts); it is made by the projection where they do and no valley is; anything else cannot be told. A cluster
 *   is in the data where all its gaps are, so its p is the largest of theirs.
 */

import type { Random } from '../../core/random.js';
import type { Matrix, Neighbors, StructureAnswer } from '../../model.js';
import { bridgeBetween } from './bridge.js';
import type { Continuity } from './continuity.js';
import { holeInData } from './hole.js';
import type { MapBridge, MapHole, StructureFigure } from './types.js';
import { meanOf, valleyBetween } from './valley.js';

/** Corrected p up to which a structure is in the data. */
export const LEVEL = 0.05;
/** Where so many samples are at the border, density there is at most this share of that inside. */
const BORDER_DENSITY = 0.5;
const BORDER_SAMPLES = 4;
/** There is no drop along the direction where density at the border is at least this share, and p no smaller. */
const EVEN_DEPTH = 0.75;
const EVEN_P = 0.5;
/** Up to this dimension of the data, or this share of the distance of means, neighbors resolve a valley. */
const PLAIN_DIMENSION = 3;
const RESOLVED = 0.6;
/** The valley's border parts the groups this well. */
const AGREEMENT = 0.8;
/** A bridge makes the way so many times easier, or else no more than so many times. */
const BRIDGE = { linked: 1.5, none: 1.2 };
/** A hole in the data has at least, or a filled one at most, this power of the ratio on the map. */
const FILLED = 0.5;

/** A judgement before p is corrected; `without` tells that the data show its absence. */
export interface Judged {
  readonly p: number;
  readonly without: boolean;
  /** Whether it may be said to be in the data, should p be small enough. */
  readonly may: boolean;
  readonly statistic: StructureFigure;
  readonly figures: readonly StructureFigure[];
}

/** The data as tests see them. */
export interface TestSpace {
  /** Distances count. */
  readonly space: Matrix;
  /** Directions are sought in these: principal components. */
  readonly scores: Matrix;
  /** Nearest samples in `space`. */
  readonly lists: Neighbors;
  readonly random: Random;
}

/** The answer at a corrected p. */
export function answerOf({ may, without }: Judged, pAdjusted: number): StructureAnswer {
  const within = may && pAdjusted <= LEVEL;
  if (within === without) return 'cannot be told';
  return within ? 'in the data' : 'made by the projection';
}

/** Whether distances to neighbors are short enough, beside the distance of the groups' means, to see a valley between. */
function isResolved(
  { scores }: TestSpace,
  a: Int32Array,
  b: Int32Array,
  { radius, dimension }: Continuity,
): boolean {
  const [ma, mb] = [meanOf(scores, a), meanOf(scores, b)];
  const distance = Math.hypot(...ma.map((value, c) => value - mb[c]));
  return dimension <= PLAIN_DIMENSION || radius <= RESOLVED * distance;
}

/** Whether there is a border as dense as half the inside, of more than a few samples: a valley is then doubtful. */
function isDense({ samples, density }: Continuity): boolean {
  return samples >= BORDER_SAMPLES && density !== null && density.ratio > BORDER_DENSITY;
}

/** What stands alone has nothing to stand apart from. */
const UNJUDGED: Judged = {
  p: 1,
  without: false,
  may: false,
  statistic: { name: 'valleyDensity', value: 1, null: 1 },
  figures: [],
};

/** Do two groups stand apart in the data? @param continuity of the pieces that they are in. */
export function judgeGap(test: TestSpace, a: Int32Array, b: Int32Array, continuity: Continuity): Judged {
  const { p, depth, agreement } = valleyBetween(test.scores, a, b, test.random);
  const { connected, samples, density, mixing } = continuity;
  const flat = depth >= EVEN_DEPTH;
  // where densities are known badly: neither among neighbors nor along the direction is there a drop
  const even = samples >= 2 && (density?.ratio ?? 0) >= BORDER_DENSITY && flat && p >= EVEN_P;
  return {
    p,
    without: (connected && (flat || isResolved(test, a, b, continuity))) || even,
    may: agreement >= AGREEMENT && !connected && !isDense(continuity),
    statistic: { name: 'valleyDensity', value: depth, null: 1 },
    figures: [
      { name: 'agreement', value: agreement, null: 0.5 },
      { name: 'borderSamples', value: samples, null: null },
      { name: 'borderDensity', value: density?.ratio ?? 0, null: 1 },
      { name: 'borderDensityLow', value: density?.low ?? 0, null: null },
      { name: 'borderDensityHigh', value: density?.high ?? 0, null: null },
      { name: 'neighborsAcross', value: mixing, null: null },
    ],
  };
}

/** Do few samples link two groups in the data? */
export function judgeBridge(
  test: TestSpace,
  a: Int32Array,
  b: Int32Array,
  { rows, ratio }: MapBridge,
  connected: boolean,
): Judged {
  const found = bridgeBetween(test.scores, a, b, rows, test.random);
  return {
    p: found.p,
    without: connected || found.ratio <= BRIDGE.none,
    may: !connected && found.ratio >= BRIDGE.linked,
    statistic: { name: 'bridgeRatio', value: found.ratio, null: found.null },
    figures: [
      { name: 'bridgeSamples', value: rows.length, null: null },
      ...(Number.isNaN(ratio) ? [] : [{ name: 'bridgeRatioOnMap', value: ratio, null: 1 }]),
    ],
  };
}

/** Is there a hole in the data where the map has one? */
export function judgeHole(test: TestSpace, map: Matrix, hole: MapHole): Judged {
  const found = holeInData(test.space, map, hole, test.random);
  return {
    p: found.p,
    without: found.p > LEVEL && Math.log(found.ratio) <= FILLED * Math.log(hole.ratio),
    may: true,
    statistic: { name: 'loopRatio', value: found.ratio, null: found.other },
    figures: [{ name: 'loopRatioOnMap', value: hole.ratio, null: null }],
  };
}

/** A cluster stands apart where all its gaps do, and does not where one is made by the projection. */
export function judgeCluster(gaps: readonly Judged[]): Judged {
  if (gaps.length === 0) return UNJUDGED;
  // the gap that decides: one made by the projection, else the one with the largest p
  const worst = gaps.reduce((most, gap) => (isWorse(gap, most) ? gap : most));
  return {
    p: worst.p,
    without: gaps.some(({ without }) => without),
    may: gaps.every(({ may }) => may),
    statistic: worst.statistic,
    figures: worst.figures,
  };
}

/** Whether a gap speaks more against a cluster than another. */
function isWorse(a: Judged, b: Judged): boolean {
  return a.without === b.without ? a.p > b.p : a.without;
}
