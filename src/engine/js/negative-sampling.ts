/**
 * UMAP's sampled attraction and repulsion, reference: plain loops in double over any number of dimensions.
 *
 * Source: McInnes, Healy, Melville (2018), algorithm 5, with umap-learn 0.5's schedule (an edge of rate r is
 *   used in the epochs in which floor(epoch r) rises, so none in epoch 0; the learning rate falls linearly to
 *   0), force limit of 4 and softening 0.001.
 * Ours: an epoch has two turns, each over half of every sample's edges. All samples of a turn move at once,
 *   from where they were at its beginning, and negative samples come from a hash of (seed, turn, sample, draw).
 *   So the result depends neither on the order of edges nor on the number of threads. Attraction by many
 *   positive partners at once would throw a sample past all of them, ever farther; so it is multiplied by D(g)
 *   = (1 - e^-g) / g, g the sum of its coefficients times the learning rate: the exact solution of a linear
 *   pull, which ends at their mean. With one edge after another, a push is weakened only by the pulls after it;
 *   so repulsion is multiplied by what that leaves of pushes spread evenly among the m pulls, the mean of e^(-g
 *   k / m) over k from 0 to m - 1, which is D(g) / D(g / m). Trustworthiness on 20,000 digits after 200 epochs
 *   from one start: 0.9554; one edge after another 0.9557; repulsion times D(g) 0.9502; undamped repulsion
 *   0.9676 in two turns and 0.924 in one.
 * Precision: coefficients come from tables over squared distance (tabulated-function.ts).
 * Cost: edges used x (1 + negativeSampleRate).
 * Determinism: seeded, sequential.
 */

import type { Csr } from '../../model.js';
import type { Engine, SampledEpochs, Watch } from '../engine.js';
import { unwatched } from '../watch.js';
import { coefficientTable, lookUp } from './tabulated-function.js';

/** Largest force along one axis. */
const LIMIT = 4;
/** Keeps repulsion finite near distance 0. */
const SOFTENING = 0.001;
/** Turns of an epoch. Kernels divide a row by groups of four edges, and so does this file. */
export const TURNS = 2;
/** Samples between two looks at the clock: some milliseconds. */
const CHUNK = 4096;

/** Coefficients of the forces over squared distance, for one output kernel. */
export interface Tables {
  readonly a: number;
  readonly b: number;
  readonly attraction: Float64Array;
  readonly repulsion: Float64Array;
}

/** Coefficients of the forces along (y_i - y_j), before the learning rate. */
export function forceTables({ a, b }: { readonly a: number; readonly b: number }): Tables {
  return {
    a,
    b,
    attraction: coefficientTable((s) => (-2 * a * b * s ** (b - 1)) / (a * s ** b + 1)),
    repulsion: coefficientTable((s) => (2 * b) / ((SOFTENING + s) * (a * s ** b + 1))),
  };
}

/**
 * `Engine.sampledEpochs`. The tables of a graph are kept while it lives: computing them takes as long as an
 * epoch of some thousand samples.
 */
export function createSampledEpochs(): Engine['sampledEpochs'] {
  const kept = new WeakMap<Csr, Tables>();
  return async (rates, y, options, watch = unwatched) => {
    const known = kept.get(rates);
    const tables = known?.a === options.a && known.b === options.b ? known : forceTables(options);
    kept.set(rates, tables);
    await runEpochs(rates, y, options, tables, watch);
  };
}

/** Runs the epochs on a copy of y and writes them back at the end. */
async function runEpochs(
  rates: Csr,
  y: Float64Array,
  options: SampledEpochs,
  tables: Tables,
  watch: Watch,
): Promise<void> {
  const force = new Float64Array(options.dimensions);
  let from = y.slice();
  let to = y.slice();
  for (let turn = options.first * TURNS; turn < (options.first + options.epochs) * TURNS; turn++) {
    const coordinates = { from, to, targets: options.targets ?? from };
    for (let i = 0; i < rates.rows; i++) {
      moveSample(i, turn, rates, coordinates, tables, options, force);
      if (i % CHUNK === CHUNK - 1) await watch.checkpoint();
    }
    [from, to] = [to, from];
    await watch.checkpoint();
  }
  y.set(from);
}

/** Coordinates before and after a turn, and those of the partners. */
interface Coordinates {
  readonly from: Float64Array;
  readonly to: Float64Array;
  readonly targets: Float64Array;
}

/** Moves sample i in one turn. @param force scratch of `dimensions` values. */
function moveSample(
  i: number,
  turn: number,
  rates: Csr,
  coordinates: Coordinates,
  tables: Tables,
  options: SampledEpochs,
  force: Float64Array,
): void {
  const { dimensions, total, negativeSampleRate, learningRate } = options;
  const { from, to } = coordinates;
  const head = i * dimensions;
  const epoch = Math.floor(turn / TURNS);
  const [start, end] = [rates.offsets[i], rates.offsets[i + 1]];
  const groups = Math.ceil((end - start) / 4);
  const edgeOf = (part: number) => Math.min(end, start + 4 * Math.floor((groups * part) / TURNS));
  let negatives = 0;
  let stiffness = 0;
  let pulls = 0;
  force.fill(0);
  for (let e = edgeOf(turn % TURNS); e < edgeOf((turn % TURNS) + 1); e++) {
    // in float32, as the kernels: another rounding would move a use to the next epoch
    const used = Math.floor(Math.fround(rates.values[e] * epoch));
    if (used <= Math.floor(Math.fround(rates.values[e] * Math.max(0, epoch - 1)))) continue;
    const coefficient = attract(coordinates, head, rates.indices[e] * dimensions, tables, force);
    stiffness += coefficient;
    if (coefficient > 0) pulls++;
    negatives += Math.floor(used * negativeSampleRate) - Math.floor((used - 1) * negativeSampleRate);
  }
  // an edge of the symmetric graph stands in both rows, and each pulls both ends
  const pull = options.targets ? 1 : 2;
  const alpha = learningRate * Math.max(0, 1 - epoch / total);
  const g = alpha * pull * stiffness;
  const each = damping(g / Math.max(1, pulls));
  for (let k = 0; k < dimensions; k++) force[k] *= pull * each;
  if (negatives > 0) repulse(coordinates, i, turn, negatives, tables, options, force);
  const step = (alpha * damping(g)) / each;
  for (let k = 0; k < dimensions; k++) to[head + k] = from[head + k] + step * force[k];
}

/** A force limited to LIMIT in both directions. */
function clip(value: number): number {
  return value > LIMIT ? LIMIT : value < -LIMIT ? -LIMIT : value;
}

/**
 * D(g) = (1 - e^-g) / g, with e^g by its series to the third power: 1 - g / 2 for small g, 1 / g for large.
 */
function damping(g: number): number {
  return (1 + g * (0.5 + g / 6)) / (1 + g * (1 + g * (0.5 + g / 6)));
}

/**
 * Adds the pull of a positive partner to the force on a sample; returns the coefficient of the pull, or 0 at
 * distance 0.
 * @param head, tail first coordinates of the sample and of its partner.
 */
function attract(
  { from, targets }: Coordinates,
  head: number,
  tail: number,
  tables: Tables,
  force: Float64Array,
): number {
  let squared = 0;
  for (let k = 0; k < force.length; k++) squared += (from[head + k] - targets[tail + k]) ** 2;
  if (!(squared > 0)) return 0;
  const coefficient = lookUp(tables.attraction, squared);
  for (let k = 0; k < force.length; k++) force[k] += clip(coefficient * (from[head + k] - targets[tail + k]));
  return -coefficient;
}

/** Adds the repulsion of the negative samples of sample i to its force. */
function repulse(
  { from, targets }: Coordinates,
  i: number,
  turn: number,
  negatives: number,
  tables: Tables,
  options: SampledEpochs,
  force: Float64Array,
): void {
  const { dimensions, repulsionStrength, seed } = options;
  const head = i * dimensions;
  const count = targets.length / dimensions;
  let key = mixed(mixed(seed + Math.imul(turn, 0x9e3779b9)) ^ Math.imul(i, 0x85ebca6b));
  for (let drawn = 0; drawn < negatives; drawn++) {
    key = (key + 0x9e3779b9) | 0;
    const other = Math.floor(((mixed(key) >>> 0) * count) / 0x100000000) * dimensions;
    if (!options.targets && other === head) continue;
    let squared = 0;
    for (let k = 0; k < dimensions; k++) squared += (from[head + k] - targets[other + k]) ** 2;
    const coefficient = squared > 0 ? repulsionStrength * lookUp(tables.repulsion, squared) : 0;
    for (let k = 0; k < dimensions; k++) {
      // samples at the same coordinates have no direction: umap-learn pushes the head by the limit
      force[k] += squared > 0 ? clip(coefficient * (from[head + k] - targets[other + k])) : LIMIT;
    }
  }
}

/** The finalizer of MurmurHash3 (Appleby). */
function mixed(key: number): number {
  let h = key;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
