/**
 * Trust of a module and of a locality: the trust of the region where it is present.
 *
 * Purpose: a module is a statement about a region of the map. Where that region was glued together from samples that are far apart, or
 *   torn off its true neighbors, the statement is about the projection as much as about the data.
 * Source: ours. Trust is the mean over samples, weighted by presence, of the smaller of trustworthiness and continuity
 *   at a sample. A flag is raised where a quarter of the neighbors there are far apart in the data, or a quarter of the true
 *   neighbors are far away: a cluster cut in two at random loses half.
 * Shapes: presence samples x modules, not negative. Cost: samples x modules. Double precision; deterministic.
 * How it fails: a module that is present nowhere has no region: its trust is NaN.
 */

import { wholePercent } from '../core/words.js';
import { ShapeError } from '../errors.js';
import type { Matrix } from '../model.js';

export const FLAG_SHARE = 0.25;

/** What is known of every sample: from `trustworthiness`, `continuity` and `distortion`, of all samples. */
export interface PointwiseTrust {
  readonly trustworthiness: Float64Array;
  readonly continuity: Float64Array;
  /** Share of true neighbors that are far on the map. */
  readonly torn: Float64Array;
  /** Share of neighbors on the map that are far in the data. */
  readonly glued: Float64Array;
}

export interface RegionTrust {
  /** 0 to 1; by chance about a half. */
  readonly trust: number;
  readonly torn: number;
  readonly glued: number;
  /** Standard error of `trust` where the samples are a random part of all. */
  readonly error: number;
  /** One sentence for people where the region rests on a torn or glued region, else null. */
  readonly flag: string | null;
}

export interface ModuleTrustInput {
  /** samples x modules, not negative. */
  readonly samplePresence: Matrix;
  readonly pointwise: PointwiseTrust;
}

export interface LocalityTrustInput {
  /** localities x size sample rows. */
  readonly members: Int32Array;
  readonly size: number;
  readonly pointwise: PointwiseTrust;
}

/** Trust of the region of each module, from all samples or some. Throws ShapeError unless both have the same. */
export function moduleTrust({ samplePresence, pointwise }: ModuleTrustInput): RegionTrust[] {
  const { rows, columns, data } = samplePresence;
  if (rows !== pointwise.trustworthiness.length) {
    throw new ShapeError({
      got: `presence of ${rows} samples and trust of ${pointwise.trustworthiness.length}`,
      expected: 'the same samples in both',
      remedy: 'take the presence of the samples that were measured',
    });
  }
  return Array.from({ length: columns }, (_, m) => {
    const weights = Float64Array.from({ length: rows }, (_, i) => data[i * columns + m]);
    return regionTrust(weights, (i) => i, pointwise);
  });
}

/** Trust of each locality: the mean over its members. */
export function localityTrust({ members, size, pointwise }: LocalityTrustInput): RegionTrust[] {
  const equal = new Float64Array(size).fill(1);
  return Array.from({ length: members.length / size }, (_, l) => {
    return regionTrust(equal, (t) => members[l * size + t], pointwise);
  });
}

/** Weighted means over samples: `weights[t]` counts for row `rowAt(t)`. NaN where all weights are 0. */
function regionTrust(weights: Float64Array, rowAt: (t: number) => number, p: PointwiseTrust): RegionTrust {
  let total = 0;
  let [trust, torn, glued] = [0, 0, 0];
  weights.forEach((weight, t) => {
    const i = rowAt(t);
    total += weight;
    trust += weight * Math.min(p.trustworthiness[i], p.continuity[i]);
    torn += weight * p.torn[i];
    glued += weight * p.glued[i];
  });
  const { NaN: none } = Number;
  if (!(total > 0)) return { trust: none, torn: none, glued: none, error: none, flag: null };
  let squares = 0;
  weights.forEach((weight, t) => {
    const i = rowAt(t);
    squares += (weight * (Math.min(p.trustworthiness[i], p.continuity[i]) - trust / total)) ** 2;
  });
  return {
    error: Math.sqrt(squares) / total,
    trust: trust / total,
    torn: torn / total,
    glued: glued / total,
    flag: flagOf(torn / total, glued / total),
  };
}

/** The sentence of a flag for shares of torn and glued neighbors, or null below FLAG_SHARE. */
function flagOf(torn: number, glued: number): string | null {
  const tearing = `${wholePercent(torn)} of the true neighbors of its samples lie far away on the map`;
  const gluing = `${wholePercent(glued)} of the neighbors that the map shows there are far apart in the data`;
  if (torn >= FLAG_SHARE && glued >= FLAG_SHARE)
    return `Rests on a torn and glued region: ${tearing}, and ${gluing}.`;
  if (torn >= FLAG_SHARE) return `Rests on a torn region: ${tearing}.`;
  if (glued >= FLAG_SHARE) return `Rests on a glued region: ${gluing}.`;
  return null;
}
