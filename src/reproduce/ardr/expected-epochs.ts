/**
 * UMAP's epochs in expectation: every edge pulls by its rate and every pair repulses by how often it would be drawn, so that
 * nothing is random. Otherwise as engine/js/negative-sampling.ts: two turns an epoch, each with half of the rates, the same
 * coefficients, limit, damping and falling learning rate.
 *
 * Source: expectation of umap-learn's sampling, as in Damrich and Hamprecht (2021): an edge of sample i brings
 *   negativeSampleRate draws among all n samples, of which only i moves.
 * Shapes: rows x 2. Precision: double; coefficients from tables. Cost: rows^2 / 2 a turn. Deterministic.
 */

import type { Curve } from '../../dr/affinities/curve-parameters.js';
import { coefficientTable, lookUp } from '../../engine/js/tabulated-function.js';
import type { Watch } from '../../engine/watch.js';
import type { Csr } from '../../model.js';

/** Turns of an epoch, limit of a force along an axis, softening of the repulsion: as the sampled forces have them. */
const TURNS = 2;
const LIMIT = 4;
const SOFTENING = 0.001;

/** Moves `y` in place. @param negativeSampleRate draws for each use of an edge. */
export async function expectedEpochs(
  graph: Csr,
  y: Float64Array,
  { epochs, negativeSampleRate, curve }: ExpectedOptions,
  watch: Watch,
): Promise<void> {
  const tables = tablesOf(curve);
  const rates = ratesOf(graph, epochs);
  const pushes = new Float64Array(y.length);
  const force = new Float64Array(y.length);
  for (let turn = TURNS; turn < epochs * TURNS; turn++) {
    const alpha = 1 - Math.floor(turn / TURNS) / epochs;
    sumPushes(y, tables.repulsion, pushes);
    const moves = { y, pushes, force, alpha, share: negativeSampleRate / graph.rows };
    for (let i = 0; i < graph.rows; i++) moveOf(i, rates, tables.attraction, moves);
    for (let at = 0; at < y.length; at++) y[at] += force[at];
    watch.progress(turn / (epochs * TURNS));
    await watch.checkpoint();
  }
}

export interface ExpectedOptions {
  readonly epochs: number;
  readonly negativeSampleRate: number;
  /** Of the output kernel. */
  readonly curve: Curve;
}

/** Coefficients of the forces along (y_i - y_j) over squared distance. */
function tablesOf({ a, b }: Curve) {
  return {
    attraction: coefficientTable((s) => (2 * a * b * s ** (b - 1)) / (a * s ** b + 1)),
    repulsion: coefficientTable((s) => (2 * b) / ((SOFTENING + s) * (a * s ** b + 1))),
  };
}

/** How often an edge is used in a turn: its weight over the largest, halved; 0 for one that would not be used once. */
function ratesOf(graph: Csr, epochs: number): Csr {
  let largest = 0;
  for (const value of graph.values) largest = Math.max(largest, value);
  const used = (value: number) => (value * epochs >= largest ? value / largest / TURNS : 0);
  return { ...graph, values: graph.values.map(used) };
}

/** A force limited along an axis. */
function clip(value: number): number {
  return value > LIMIT ? LIMIT : value < -LIMIT ? -LIMIT : value;
}

/** Writes the sum of the limited pushes of all other samples on each. */
function sumPushes(y: Float64Array, repulsion: Float64Array, out: Float64Array): void {
  out.fill(0);
  for (let i = 0; i < y.length; i += 2) {
    const x0 = y[i];
    const x1 = y[i + 1];
    let f0 = 0;
    let f1 = 0;
    for (let j = 0; j < i; j += 2) {
      const d0 = x0 - y[j];
      const d1 = x1 - y[j + 1];
      const coefficient = lookUp(repulsion, d0 * d0 + d1 * d1);
      const push0 = clip(coefficient * d0);
      const push1 = clip(coefficient * d1);
      f0 += push0;
      f1 += push1;
      out[j] -= push0;
      out[j + 1] -= push1;
    }
    out[i] += f0;
    out[i + 1] += f1;
  }
}

interface Moves {
  readonly y: Float64Array;
  readonly pushes: Float64Array;
  /** Written: the move of each sample. */
  readonly force: Float64Array;
  readonly alpha: number;
  /** Draws of one given sample for each use of an edge. */
  readonly share: number;
}

/** Writes the move of sample i in one turn. */
function moveOf(i: number, rates: Csr, attraction: Float64Array, moves: Moves): void {
  const { y, pushes, force, alpha, share } = moves;
  let [pull0, pull1, stiffness, uses] = [0, 0, 0, 0];
  for (let p = rates.offsets[i]; p < rates.offsets[i + 1]; p++) {
    const j = rates.indices[p];
    const d0 = y[2 * i] - y[2 * j];
    const d1 = y[2 * i + 1] - y[2 * j + 1];
    const coefficient = lookUp(attraction, d0 * d0 + d1 * d1);
    pull0 -= rates.values[p] * clip(coefficient * d0);
    pull1 -= rates.values[p] * clip(coefficient * d1);
    stiffness += rates.values[p] * coefficient;
    uses += rates.values[p];
  }
  // an edge stands in both rows, and each pulls both ends
  const g = 2 * alpha * stiffness;
  const each = damping(g / Math.max(1, uses));
  const whole = damping(g);
  const drawn = uses * share;
  force[2 * i] = alpha * whole * (2 * pull0 + (drawn * pushes[2 * i]) / each);
  force[2 * i + 1] = alpha * whole * (2 * pull1 + (drawn * pushes[2 * i + 1]) / each);
}

/** (1 - e^-g) / g as the sampled forces have it. */
function damping(g: number): number {
  return (1 + g * (0.5 + g / 6)) / (1 + g * (1 + g * (0.5 + g / 6)));
}
