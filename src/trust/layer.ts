/**
 * The trust of a map as a layer over it: a value at every sample, the worst links, and a verdict in words.
 *
 * Purpose: what travels with an explanation and is drawn. It needs nothing that the trust of the modules does not
 *   need already: neighborhoods and groups. Distances between groups need all pairs and are left to `audit`.
 * Source: measures and words of rank-measures.ts, distortion.ts and verdict.ts; the choice is ours.
 * Shapes: one value a sample, LINKS of each kind at most. Precision: single, for drawing; `audit` has double.
 * Cost: two passes over samples x k, and a sort of the links. Determinism: exact; stream `trust-null` only.
 * How it fails: needs every sample queries; in tiny data nothing is far, so there are no links.
 */

import { atOnce } from '../core/steps.js';
import type { Context } from '../engine/context.js';
import type { Matrix, TrustLayer, TrustLinks } from '../model.js';
import type { Measure } from './measure.js';
import { communities } from './measures/communities.js';
import { densityPreservation } from './measures/density.js';
import { distortion, groupsOfBoth, type Links } from './measures/distortion.js';
import { groupFit } from './measures/groups.js';
import { noClassesIn } from './measures/labels.js';
import { continuity, neighborhoodPreservation, trustworthiness } from './measures/rank-measures.js';
import {
  adjustPValues,
  nullPoints,
  nullPreservation,
  nullTrustworthiness,
  pointPValues,
} from './measures/rank-null.js';
import type { PointwiseTrust } from './module-trust.js';
import type { Figure, Neighborhoods } from './types.js';
import { writeVerdict } from './verdict/verdict.js';
import type { MapRegion } from './verdict/verdict-regions.js';

/** Links of each kind that are kept: more cannot be told apart on a screen. */
export const MOST_LINKS = 2000;

export interface LayerInput {
  /** Of all samples (see `compareNeighborhoods`). */
  readonly neighborhoods: Neighborhoods;
  /** What the map is judged against. */
  readonly referenceSpace: Matrix;
  /** One a sample, to name regions by; null for none. */
  readonly labels: readonly string[] | null;
}

/** The layer, and the same values in double precision for the trust of regions. */
export interface LayerOfTrust {
  readonly layer: TrustLayer;
  readonly pointwise: PointwiseTrust;
}

/** The layer of a map, made at once. */
export function trustLayer(input: LayerInput, context: Pick<Context, 'random'>): LayerOfTrust {
  return atOnce(trustLayerSteps(input, context));
}

/** The same in steps, one a measure, so that others may work between them. */
export function* trustLayerSteps(
  { neighborhoods, referenceSpace, labels }: LayerInput,
  context: Pick<Context, 'random'>,
): Generator<void, LayerOfTrust> {
  const { samples, k } = neighborhoods;
  const groups = groupsOfBoth(neighborhoods);
  yield;
  const distorted = distortion(neighborhoods, { groups });
  yield;
  const measures = yield* measuresOf(neighborhoods, groups);
  const of = (measure: Measure) => measure.pointwise ?? new Float64Array();
  const pointwise = {
    trustworthiness: of(measures.trustworthiness),
    continuity: of(measures.continuity),
    torn: distorted.torn,
    glued: distorted.glued,
  };
  const nullSorted = nullPoints(samples, k, context.random, undefined, neighborhoods.tieWidths?.input);
  yield;
  const basis = { samples, k, metric: 'euclidean' as const, noClasses: null, warnings: [] };
  const verdict = writeVerdict({
    measured: { ...basis, measures, neighborhoods, referenceSpace, groups },
    distortion: distorted,
    pointwise: {
      ...pointwise,
      pAdjusted: adjustPValues(pointPValues(pointwise.trustworthiness, nullSorted)),
    },
    nullSorted,
    regions: labels && !noClassesIn(labels) ? labelRegions(labels) : [],
  });
  yield;
  const tornLinks = worst(distorted.tornLinks);
  yield;
  const gluedLinks = worst(distorted.gluedLinks);
  yield;
  const layer: TrustLayer = {
    k,
    value: Float32Array.from(pointwise.trustworthiness, (t, i) => Math.min(t, pointwise.continuity[i])),
    chance: nullTrustworthiness(
      samples,
      k,
      neighborhoods.tieWidths?.input,
      neighborhoods.tieWidths?.embedding,
    ),
    torn: countsOf(distorted.torn, k),
    glued: countsOf(distorted.glued, k),
    tornLinks,
    gluedLinks,
    verdict: verdict.map(({ about, answer, text }) => ({ about, answer, text })),
  };
  yield;
  return { layer, pointwise };
}

type MeasuredHere =
  | 'trustworthiness'
  | 'continuity'
  | 'neighborhoodPreservation'
  | 'groupSteadiness'
  | 'groupCohesiveness'
  | 'densityPreservation';

/** The measures that need neighborhoods and groups only, beside chance. */
function* measuresOf(
  neighborhoods: Neighborhoods,
  groups: { input: Int32Array; embedding: Int32Array },
): Generator<void, Record<MeasuredHere, Measure>> {
  const { samples, k, input, embedding } = neighborhoods;
  const beside = (figure: Figure, chance: number): Measure => ({
    ...figure,
    null: chance,
    pca: null,
    input: null,
  });
  const { tieWidths } = neighborhoods;
  const [near, far] = [tieWidths?.input, tieWidths?.embedding];
  const trusted = beside(trustworthiness(neighborhoods), nullTrustworthiness(samples, k, near, far));
  yield;
  const continued = beside(continuity(neighborhoods), nullTrustworthiness(samples, k, far, near));
  yield;
  const preserved = beside(neighborhoodPreservation(neighborhoods), nullPreservation(samples, k, near));
  yield;
  const steady = beside(groupFit(embedding, groups.input, communities(embedding)), 0);
  yield;
  const cohesive = beside(groupFit(input, groups.embedding, groups.input), 0);
  yield;
  const dense = beside(densityPreservation(neighborhoods), 0);
  yield;
  return {
    trustworthiness: trusted,
    continuity: continued,
    neighborhoodPreservation: preserved,
    groupSteadiness: steady,
    groupCohesiveness: cohesive,
    densityPreservation: dense,
  };
}

/** One region a label; samples without one are in none. */
function labelRegions(labels: readonly string[]): MapRegion[] {
  const members = new Map<string, number[]>();
  labels.forEach((label, row) => {
    if (label === '') return;
    const known = members.get(label);
    if (known) known.push(row);
    else members.set(label, [row]);
  });
  return [...members].map(([name, rows]) => ({ name, members: rows }));
}

/** Shares of k as counts. */
const countsOf = (shares: Float64Array, k: number): Uint16Array =>
  Uint16Array.from(shares, (share) => Math.round(share * k));

/** The links of largest rank, worst first; ties by sample, then by their order there. */
function worst({ width, targets, ranks }: Links): TrustLinks {
  // absent links have rank -1
  const least = ranks.slice().sort().at(-MOST_LINKS) ?? 0;
  const order = Int32Array.from(ranks.keys())
    .filter((at) => targets[at] >= 0 && ranks[at] >= least)
    .sort((a, b) => ranks[b] - ranks[a] || a - b)
    .subarray(0, MOST_LINKS);
  return {
    from: order.map((at) => Math.floor(at / width)),
    to: order.map((at) => targets[at]),
    rank: order.map((at) => ranks[at]),
  };
}
