/**
 * The inner loops of UMAP's sampled optimization (see sampled.ts) in any number of dimensions.
 * sampledPlane.ts is the same in two, written out: the same numbers, 3 to 4 times faster.
 */

import type { Curve } from '../affinities/curve.js';
import type { Parameters } from '../run.js';
import { coefficientTable, lookUp } from './coefficients.js';

/** Edges that are used at least once, in order of head, with their clocks. */
export interface Edges {
  readonly heads: Int32Array;
  readonly tails: Int32Array;
  readonly period: Float32Array;
  readonly next: Float32Array;
  /** Repulsions done and due are counted in this clock, in units of period / negativeSampleRate. */
  readonly nextNegative: Float32Array;
}

/** Largest force along one axis. */
export const LIMIT = 4;
const SOFTENING = 0.001;

export interface Tables {
  readonly attraction: Float64Array;
  readonly repulsion: Float64Array;
}

/** Coefficients of the forces along (y_i - y_j), before the learning rate. */
export function forceTables({ a, b }: Curve): Tables {
  return {
    attraction: coefficientTable((s) => (-2 * a * b * s ** (b - 1)) / (a * s ** b + 1)),
    repulsion: coefficientTable((s) => (2 * b) / ((SOFTENING + s) * (a * s ** b + 1))),
  };
}
export interface Work {
  readonly edges: Edges;
  readonly tables: Tables;
  /** State of the xorshift128 generator of strangers (Marsaglia 2003). */
  readonly state: Int32Array;
  readonly dimensions: number;
  /** Room for the force on one head. */
  readonly force: Float64Array;
}

export interface Stretch {
  readonly y: Float64Array;
  readonly targets: Float64Array;
  readonly moveTargets: boolean;
  readonly epoch: number;
  readonly alpha: number;
  readonly from: number;
  readonly to: number;
  readonly parameters: Parameters;
}

export function runEdges(work: Work, stretch: Stretch): void {
  const { edges, dimensions } = work;
  const { epoch, from, to, parameters } = stretch;
  const rate = parameters.negativeSampleRate;
  for (let e = from; e < to; e++) {
    if (edges.next[e] > epoch) continue;
    edges.next[e] += edges.period[e];
    const head = edges.heads[e] * dimensions;
    attract(work, stretch, head, edges.tails[e] * dimensions);
    if (!(rate > 0)) continue;
    const period = edges.period[e] / rate;
    const count = Math.floor((epoch - edges.nextNegative[e]) / period);
    if (count > 0) {
      repulse(work, stretch, head, count);
      edges.nextNegative[e] += count * period;
    }
  }
}

function clip(value: number): number {
  return value > LIMIT ? LIMIT : value < -LIMIT ? -LIMIT : value;
}

function attract({ tables, dimensions }: Work, stretch: Stretch, head: number, tail: number): void {
  const { y, targets, alpha, moveTargets } = stretch;
  let squared = 0;
  for (let k = 0; k < dimensions; k++) squared += (y[head + k] - targets[tail + k]) ** 2;
  if (!(squared > 0)) return;
  const coefficient = lookUp(tables.attraction, squared);
  for (let k = 0; k < dimensions; k++) {
    const move = alpha * clip(coefficient * (y[head + k] - targets[tail + k]));
    y[head + k] += move;
    if (moveTargets) targets[tail + k] -= move;
  }
}

/** All strangers of one edge push from where the head was: their forces are independent of one another. */
function repulse(
  { tables, dimensions, state, force }: Work,
  stretch: Stretch,
  head: number,
  count: number,
): void {
  const { y, targets, alpha, moveTargets, parameters } = stretch;
  const scale = targets.length / dimensions / 0x100000000;
  const strength = parameters.repulsionStrength;
  force.fill(0);
  for (let drawn = 0; drawn < count; drawn++) {
    const other = Math.floor(draw(state) * scale) * dimensions;
    if (moveTargets && other === head) continue;
    let squared = 0;
    for (let k = 0; k < dimensions; k++) squared += (y[head + k] - targets[other + k]) ** 2;
    const coefficient = squared > 0 ? strength * lookUp(tables.repulsion, squared) : 0;
    // Samples at one place have no direction: umap-learn pushes the head by the limit.
    for (let k = 0; k < dimensions; k++) {
      force[k] += coefficient > 0 ? clip(coefficient * (y[head + k] - targets[other + k])) : LIMIT;
    }
  }
  for (let k = 0; k < dimensions; k++) y[head + k] += alpha * force[k];
}

function draw(state: Int32Array): number {
  const t = state[0] ^ (state[0] << 11);
  state[0] = state[1];
  state[1] = state[2];
  state[2] = state[3];
  state[3] = state[3] ^ (state[3] >>> 19) ^ t ^ (t >>> 8);
  return state[3] >>> 0;
}
