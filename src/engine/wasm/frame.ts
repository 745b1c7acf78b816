/**
 * The frame in which distances are bounded by products: rows centered and scaled (euclidean), of unit length (cosine,
 * correlation) or scaled (manhattan); and the directions along which they are compared first.
 *
 * Directions: two rounds of subspace iteration from random vectors over a sample of rows (Halko, Martinsson and Tropp
 * 2011), made orthonormal in double. They need not be principal: any orthonormal directions give right bounds.
 * How many enter the first product is chosen by the cost that it would have had on the sample.
 * Determinism: a fixed seed; results do not depend on the directions, only the time does.
 */

import { createRandom } from '../../core/random.js';
import type { Matrix } from '../../model.js';
import { direction } from '../descent.js';
import type { Engine, Metric } from '../engine.js';

/** Origin and scale in which products are made; the same for data and queries. */
export interface Frame {
  readonly metric: Metric;
  readonly columns: number;
  readonly center: Float64Array;
  readonly scale: number;
}

/**
 * How the blocked product is made. `whole`: of all columns. `rounded`: of all columns as 16-bit whole numbers, of which
 * a vector holds twice as many. `turned`: along directions, one a row of `basis`, the first `depth` of them.
 */
export type Plan =
  | { readonly kind: 'whole' | 'rounded' }
  | { readonly kind: 'turned'; readonly basis: Matrix; readonly depth: number };

const SAMPLED_ROWS = 1024;
const PROBES = 64;
const COUNTED_ROWS = 400;
/** Rows are not turned when there are fewer pairs than this or fewer columns: it would cost more than it saves. */
const FEWEST_PAIRS = 4e6;
const FEWEST_COLUMNS = 16;
/** Ranks look at rows at all distances, and need more directions than the nearest rows do. */
const MOST_DIRECTIONS = 256;
const FEWER_DIRECTIONS = 128;
const DEPTHS = [8, 16, 24, 32, 48, 64, 96, 128, 192, 256];
/**
 * Costs of a pair in multiply-adds of the blocked product, by measurement: of the bounds, of opening it, and of a column
 * where rows are compared one by one.
 */
const PAIR_COST = 10;
const OPEN_COST = 100;
const SINGLE_COST = 5;
/** What a column costs where products come from another library, and where numbers are rounded. */
const GIVEN_COST = 0.25;
const ROUNDED_COST = 0.5;
/** Largest whole number that rows are rounded to. */
export const LARGEST_SHORT = 32_767;

export function frameOf(data: Matrix, metric: Metric): Frame {
  const columns = data.columns;
  const step = Math.max(1, Math.floor(data.rows / SAMPLED_ROWS));
  const center = metric === 'euclidean' ? centerOf(data, step) : new Float64Array(columns);
  const largest = largestFrom(data, center, step) || largestFrom(data, center, 1) || 1;
  return { metric, columns, center, scale: 2 ** -Math.ceil(Math.log2(largest)) };
}

/** From a ranking distance to a squared distance in the frame (for manhattan, a distance); 2 for rows of unit length. */
export function rankToBound({ metric, scale }: Frame): number {
  if (metric === 'manhattan') return scale;
  return metric === 'euclidean' ? scale * scale : 2;
}

/** Mean of every step-th row. Any center gives right bounds; one amid the data gives narrow ones. */
function centerOf(data: Matrix, step: number): Float64Array {
  const { columns } = data;
  const center = new Float64Array(columns);
  const sampled = Math.max(1, Math.ceil(data.rows / step));
  for (let r = 0; r < data.rows; r += step) {
    for (let c = 0; c < columns; c++) center[c] += data.data[r * columns + c] / sampled;
  }
  return center;
}

function largestFrom(data: Matrix, center: Float64Array, step: number): number {
  const { columns } = data;
  let largest = 0;
  for (let r = 0; r < data.rows; r += step) {
    for (let c = 0; c < columns; c++) {
      largest = Math.max(largest, Math.abs(data.data[r * columns + c] - center[c]));
    }
  }
  return largest;
}

/** `count` rows, evenly spaced, in the frame. */
function framedSample(m: Matrix, count: number, { metric, center, scale, columns }: Frame): Matrix {
  const rows = Math.min(count, m.rows);
  const data = new Float32Array(rows * columns);
  for (let s = 0; s < rows; s++) {
    const r = Math.floor((s * m.rows) / rows);
    const angular = metric === 'euclidean' ? null : direction(m, r, metric);
    for (let c = 0; c < columns; c++) {
      const value = m.data[r * columns + c];
      data[s * columns + c] = angular ? (value - angular.mean) * angular.scale : (value - center[c]) * scale;
    }
  }
  return { rows, columns, data };
}

/** Evenly spaced asked rows whose open pairs are counted on the sample. */
export const probeRows = (asked: number): number[] =>
  Array.from({ length: Math.min(PROBES, asked) }, (_, p) =>
    Math.floor((p * asked) / Math.min(PROBES, asked)),
  );

/**
 * The plan that costs least, by its open pairs on a sample.
 * @param thresholds distances, in the frame, that matter to each probe (`probeRows`); null where only the `k` nearest do.
 * @param given products come from another library.
 */
export async function planFor(
  multiply: Engine['multiply'],
  frame: Frame,
  {
    data,
    asked,
    thresholds,
    k,
  }: { data: Matrix; asked: Matrix; thresholds: Float64Array[] | null; k: number },
  given: boolean,
): Promise<Plan> {
  const whole: Plan = { kind: 'whole' };
  if (frame.metric === 'manhattan' || frame.columns < FEWEST_COLUMNS) return whole;
  if (data.rows * asked.rows < FEWEST_PAIRS) return whole;
  const sample = framedSample(data, SAMPLED_ROWS, frame);
  if (sample.data.some((value) => !Number.isFinite(value))) return whole;
  const probes = framedSample(asked, PROBES, frame);
  const products = await multiply(probes, sample, { transposeB: true });
  const norms = { probes: squaredLengths(probes), sample: squaredLengths(sample) };
  const decided = thresholds ?? quantiles(products, norms.probes, norms.sample, k / data.rows);
  const below = thresholds === null;

  const basis = await subspace(
    multiply,
    sample,
    Math.min(below ? FEWER_DIRECTIONS : MOST_DIRECTIONS, frame.columns),
  );
  const few = framedSample(data, COUNTED_ROWS, frame);
  const turn = async (rows: Matrix): Promise<Turned> => ({
    rows: await multiply(rows, basis, { transposeB: true }),
    norms: squaredLengths(rows),
  });
  const counted = openShares(await turn(probes), await turn(few), decided, below);
  const turned = cheapest(counted, basis.rows, frame.columns, given);
  const rounded = given
    ? Number.POSITIVE_INFINITY
    : costOfRounded(products, norms, decided, below, frame.columns);
  const plain = frame.columns * (given ? GIVEN_COST : 1) + PAIR_COST;
  if (turned.cost < Math.min(plain, rounded)) return { kind: 'turned', basis, depth: turned.depth };
  return rounded < plain ? { kind: 'rounded' } : whole;
}

/** Rounding a coordinate takes away 1 / sqrt(12) of a unit on average, in all columns: that much opens a pair. */
function costOfRounded(
  products: Matrix,
  norms: { probes: Float64Array; sample: Float64Array },
  thresholds: readonly Float64Array[],
  below: boolean,
  columns: number,
): number {
  const largest = Math.sqrt(norms.sample.reduce((x, y) => Math.max(x, y), 0));
  const lost = (Math.sqrt(columns / 12) * largest) / LARGEST_SHORT;
  let open = 0;
  norms.probes.forEach((own, p) => {
    norms.sample.forEach((other, s) => {
      const distance = own + other - 2 * products.data[p * norms.sample.length + s];
      const band = 2 * lost * (Math.sqrt(own) + Math.sqrt(other));
      if (isOpen(thresholds[p], distance - band, distance + band, below)) open++;
    });
  });
  const share = open / products.data.length;
  return ROUNDED_COST * columns + PAIR_COST + share * (OPEN_COST + SINGLE_COST * columns);
}

function isOpen(thresholds: Float64Array, lower: number, upper: number, below: boolean): boolean {
  for (const t of thresholds) if (lower <= t && (below || t <= upper)) return true;
  return false;
}

/** `count` directions of large variance, one a row. */
export const directionsOf = (multiply: Engine['multiply'], data: Matrix, frame: Frame, count: number) =>
  subspace(multiply, framedSample(data, SAMPLED_ROWS, frame), count);

/** A squared distance, in the frame, at which a row's nearest `share` of all rows ends: the median over probes. */
export async function nearDistance(
  multiply: Engine['multiply'],
  data: Matrix,
  frame: Frame,
  share: number,
): Promise<number> {
  const [probes, sample] = [framedSample(data, PROBES, frame), framedSample(data, SAMPLED_ROWS, frame)];
  const products = await multiply(probes, sample, { transposeB: true });
  const found = quantiles(products, squaredLengths(probes), squaredLengths(sample), share);
  return found.map(([distance]) => distance).sort((a, b) => a - b)[found.length >> 1];
}

async function subspace(multiply: Engine['multiply'], sample: Matrix, count: number): Promise<Matrix> {
  const random = createRandom(0).stream('directions');
  const { columns } = sample;
  const start = Float32Array.from({ length: count * columns }, () => random.normal());
  let block: Matrix = { rows: count, columns, data: start };
  for (let round = 0; round < 2; round++) {
    const images = await multiply(block, sample, { transposeB: true });
    block = await multiply(images, sample);
  }
  return orthonormal(block, () => random.normal());
}

/**
 * Modified Gram-Schmidt in double, a second time where a row loses three digits; a row that vanishes is begun again at
 * random, so that none is missing.
 */
function orthonormal({ rows, columns, data }: Matrix, normal: () => number): Matrix {
  const done: Float64Array[] = [];
  const result = new Float32Array(rows * columns);
  const reduce = (own: Float64Array): number => {
    for (const other of done) addScaled(own, other, -dot(own, other));
    return Math.sqrt(dot(own, own));
  };
  for (let r = 0; r < rows; r++) {
    let own = Float64Array.from(data.subarray(r * columns, (r + 1) * columns));
    let before = Math.sqrt(dot(own, own));
    let length = reduce(own);
    while (!(length > 1e-3 * before)) {
      if (!(length > 1e-6 * before)) own = Float64Array.from(own, normal);
      before = Math.sqrt(dot(own, own));
      length = reduce(own);
    }
    const scaled = own.map((value) => value / length);
    done.push(scaled);
    result.set(scaled, r * columns);
  }
  return { rows, columns, data: result };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function addScaled(into: Float64Array, from: Float64Array, scale: number): void {
  for (let i = 0; i < into.length; i++) into[i] += scale * from[i];
}

function squaredLengths({ rows, columns, data }: Matrix): Float64Array {
  const lengths = new Float64Array(rows);
  for (let i = 0; i < data.length; i++) lengths[Math.floor(i / columns)] += data[i] ** 2;
  return lengths;
}

/** For each probe the squared distance below which about `share` of the sample lies: at least its nearest row's. */
function quantiles(
  products: Matrix,
  probes: Float64Array,
  sample: Float64Array,
  share: number,
): Float64Array[] {
  const columns = sample.length;
  return Array.from(probes, (norm, p) => {
    const distances = new Float64Array(columns);
    for (let s = 0; s < columns; s++) {
      const distance = norm + sample[s] - 2 * products.data[p * columns + s];
      // the row itself, or a duplicate of it
      distances[s] = distance > 1e-5 * norm ? distance : Number.POSITIVE_INFINITY;
    }
    distances.sort();
    return Float64Array.of(distances[Math.min(columns - 1, Math.ceil(share * columns))]);
  });
}

interface Turned {
  readonly rows: Matrix;
  readonly norms: Float64Array;
}

/** For each depth, the share of pairs that stay open after it; `below`: all below the threshold are open. */
function openShares(
  probes: Turned,
  sample: Turned,
  thresholds: readonly Float64Array[],
  below: boolean,
): { depth: number; share: number }[] {
  const width = sample.rows.columns;
  const depths = [...DEPTHS.filter((depth) => depth < width), width];
  const open = new Float64Array(depths.length);
  for (let p = 0; p < probes.norms.length; p++) {
    for (let s = 0; s < sample.norms.length; s++) {
      let own = probes.norms[p];
      let left = sample.norms[s];
      let between = own + left;
      let from = 0;
      for (let n = 0; n < depths.length; n++) {
        for (; from < depths[n]; from++) {
          const a = probes.rows.data[p * width + from];
          const b = sample.rows.data[s * width + from];
          between -= 2 * a * b;
          own -= a * a;
          left -= b * b;
        }
        const gap = 2 * Math.sqrt(Math.max(0, own) * Math.max(0, left));
        if (isOpen(thresholds[p], between - gap, between + gap, below)) open[n]++;
      }
    }
  }
  const pairs = probes.norms.length * sample.norms.length;
  return depths.map((depth, n) => ({ depth, share: open[n] / pairs }));
}

/** The cheapest number of directions for the blocked product. What all of them leave open is compared over all columns. */
function cheapest(
  counted: readonly { depth: number; share: number }[],
  width: number,
  columns: number,
  given: boolean,
): { depth: number; cost: number } {
  const left = counted[counted.length - 1].share * SINGLE_COST * columns;
  const costs = counted.map(({ depth, share }) => {
    const singly = share * (OPEN_COST + SINGLE_COST * (width - depth));
    return { depth, cost: depth * (given ? GIVEN_COST : 1) + PAIR_COST + singly + left };
  });
  return costs.reduce((a, b) => (b.cost < a.cost ? b : a));
}
