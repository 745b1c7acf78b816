/**
 * How the first product of a comparison is made, chosen by the cost that each way would have had on a sample of rows.
 * Results do not depend on the choice, only the time does.
 */

import type { Matrix } from '../../../model.js';
import type { Engine } from '../../engine.js';
import { quantiles, subspace } from './directions.js';
import {
  type ByteRows,
  type Frame,
  framedRows,
  framedSample,
  PROBES,
  SAMPLED_ROWS,
  squaredLengths,
  uncentered,
} from './frame.js';
import { openStrips, stripRows } from './prune-trial.js';
import { type Rounding, roundingOf } from './rounding.js';
import type { RowOrder } from './row-order.js';

/**
 * How the blocked product is made. `whole`: of all columns. `rounded`: of all columns as 16-bit whole numbers, of which
 * a vector holds twice as many. `listed`: the same without columns that are 0 in an queries row. `bytes`: of all columns as
 * bytes in a frame of their own, elsewhere. `projected`: along directions, one a row of `basis`, the first `depth` of them.
 */
export type Plan =
  | { readonly kind: 'float32' | 'int16' | 'sparse' }
  | { readonly kind: 'bytes'; readonly bytes: ByteRows }
  | { readonly kind: 'projected'; readonly basis: Matrix; readonly depth: number };

const COUNTED_ROWS = 400;
/** Rows are not projected when there are fewer pairs than this or fewer columns: it would cost more than it saves. */
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
/** What a column costs where numbers are rounded. */
const ROUNDED_COST = 0.5;
/** What a pair of columns costs that is in a row's list. */
const LISTED_COST = 1.1;
/** What a column costs where bytes are multiplied elsewhere, and what a pair costs to be copied from there. */
const BYTE_COST = 0.08;
const TABLE_COST = 5;
/** Evenly spaced queries rows whose open pairs are counted on the sample. */
export const probeRows = (queries: number): number[] =>
  Array.from({ length: Math.min(PROBES, queries) }, (_, p) =>
    Math.floor((p * queries) / Math.min(PROBES, queries)),
  );

interface PlanInput {
  /** Distances, in the frame, that matter to each probe (`probeRows`); null where only the `k` nearest do. */
  readonly thresholds: Float64Array[] | null;
  readonly k: number;
  /** The order of the data in which a pruneBounds passes over tiles, or null where there is none. */
  readonly order: RowOrder | null;
  /** Where products of bytes can be had and the data are bytes: see `byteRowsOf`. */
  readonly bytes: ByteRows | null;
}

/**
 * The plan that costs least, by its open pairs on a sample.
 */
export async function choosePlan(
  multiply: Engine['multiply'],
  frame: Frame,
  { data, queries, thresholds, k, order, bytes }: Sides & PlanInput,
): Promise<Plan> {
  const whole: Plan = { kind: 'float32' };
  if (frame.metric === 'manhattan' || frame.columns < FEWEST_COLUMNS) return whole;
  if (data.rows * queries.rows < FEWEST_PAIRS) return whole;
  const sample = framedSample(data, SAMPLED_ROWS, frame);
  if (sample.data.some((value) => !Number.isFinite(value))) return whole;
  const probes = framedSample(queries, PROBES, frame);
  const products = await multiply(probes, sample, { transposeB: true });
  const norms = { probes: squaredLengths(probes), sample: squaredLengths(sample) };
  const decided = thresholds ?? quantiles(products, norms.probes, norms.sample, k / data.rows);
  const nearestOnly = thresholds === null;

  const basis = await subspace(
    multiply,
    sample,
    Math.min(nearestOnly ? FEWER_DIRECTIONS : MOST_DIRECTIONS, frame.columns),
  );
  const few = framedSample(data, COUNTED_ROWS, frame);
  const project = async (rows: Matrix): Promise<Projected> => ({
    rows: await multiply(rows, basis, { transposeB: true }),
    norms: squaredLengths(rows),
  });
  const counted = openShares(await project(probes), await project(few), decided, nearestOnly);
  const strips = order && framedRows(data, stripRows(order), frame);
  const share = strips ? await openStrips(multiply, basis, { probes, strips }, decided) : 1;
  const projected = cheapest(counted, basis.rows, frame.columns, share);
  // the sample is in the frame already
  const framed = { ...frame, center: new Float64Array(frame.columns), scale: 1 };
  const rounding = roundingOf([sample], framed);
  const probed = { distances: distancesOf(products, norms), thresholds: decided, nearestOnly };
  const open = openByRounding(probed, norms, rounding);
  const rounded = share * (ROUNDED_COST * rounding.kept + PAIR_COST) + open * costOfOpenPair(frame.columns);
  const listed = costOfListed(frame, { data, queries }, probed, share);
  const plain = share * (frame.columns + PAIR_COST);
  const byBytes = bytes ? BYTE_COST * bytes.kept + TABLE_COST + PAIR_COST : Number.POSITIVE_INFINITY;
  const least = Math.min(plain, rounded, listed, byBytes, projected.cost);
  if (bytes && least === byBytes) return { kind: 'bytes', bytes };
  if (least === projected.cost) return { kind: 'projected', basis, depth: projected.depth };
  return least === listed ? { kind: 'sparse' } : least === rounded ? { kind: 'int16' } : whole;
}

interface Sides {
  readonly data: Matrix;
  readonly queries: Matrix;
}

/** Squared distances, in the frame, from probes to a sample, and those that matter to each probe. */
interface Probed {
  readonly distances: Float64Array;
  readonly thresholds: readonly Float64Array[];
  /** All nearestOnly the threshold is of interest. */
  readonly nearestOnly: boolean;
}

function distancesOf(products: Matrix, { probes, sample }: Lengths): Float64Array {
  return Float64Array.from(products.data, (product, at) => {
    const other = sample[at % sample.length];
    return probes[Math.floor(at / sample.length)] + other - 2 * product;
  });
}

/** What an open pair costs. */
const costOfOpenPair = (columns: number): number => OPEN_COST + SINGLE_COST * columns;

interface Lengths {
  readonly probes: Float64Array;
  readonly sample: Float64Array;
}

/**
 * The share of pairs that rounding leaves open. It takes from a coordinate 1 / sqrt(12) of a unit on average, in all
 * columns, or nothing where values are multiples of the unit. @param lengths of the rows as they are rounded.
 */
function openByRounding(
  { distances, thresholds, nearestOnly }: Probed,
  lengths: Lengths,
  { factor, exact, kept }: Rounding,
): number {
  const lost = exact ? 0 : Math.sqrt(kept / 12) / factor;
  let open = 0;
  lengths.probes.forEach((probe, p) => {
    lengths.sample.forEach((other, s) => {
      const distance = distances[p * lengths.sample.length + s];
      const band = 2 * lost * (Math.sqrt(probe) + Math.sqrt(other));
      if (isOpen(thresholds[p], distance - band, distance + band, nearestOnly)) open++;
    });
  });
  return open / distances.length;
}

/** Rows are listed as they are given: centered, they would have no zeros. */
function costOfListed(frame: Frame, { data, queries }: Sides, probed: Probed, share: number): number {
  if (frame.metric === 'correlation') return Number.POSITIVE_INFINITY;
  const raw = uncentered(frame);
  const [probes, sample] = [framedSample(queries, PROBES, raw), framedSample(data, SAMPLED_ROWS, raw)];
  const rounding = roundingOf([sample], { ...raw, scale: 1 }, true);
  const lengths = { probes: squaredLengths(probes), sample: squaredLengths(sample) };
  const open = openByRounding(probed, lengths, rounding);
  return (
    share * (LISTED_COST * entriesOf(sample, rounding) + PAIR_COST) + open * costOfOpenPair(frame.columns)
  );
}

/** Pairs of columns that are listed, of a row on average. */
function entriesOf({ rows, columns, data }: Matrix, { factor, positions }: Rounding): number {
  let entries = 0;
  for (let r = 0; r < rows; r++) {
    let last = -1;
    for (let c = 0; c < columns; c++) {
      const pair = positions[c] >> 1;
      if (positions[c] < 0 || pair === last || Math.round(data[r * columns + c] * factor) === 0) continue;
      entries++;
      last = pair;
    }
  }
  return entries / rows;
}

function isOpen(thresholds: Float64Array, lower: number, upper: number, nearestOnly: boolean): boolean {
  for (const t of thresholds) if (lower <= t && (nearestOnly || t <= upper)) return true;
  return false;
}

interface Projected {
  readonly rows: Matrix;
  readonly norms: Float64Array;
}

/** For each depth, the share of pairs that stay open after it; `nearestOnly`: all nearestOnly the threshold are open. */
function openShares(
  probes: Projected,
  sample: Projected,
  thresholds: readonly Float64Array[],
  nearestOnly: boolean,
): { depth: number; share: number }[] {
  const width = sample.rows.columns;
  const depths = [...DEPTHS.filter((depth) => depth < width), width];
  const open = new Float64Array(depths.length);
  for (let p = 0; p < probes.norms.length; p++) {
    for (let s = 0; s < sample.norms.length; s++) {
      let probeRest = probes.norms[p];
      let sampleRest = sample.norms[s];
      let between = probeRest + sampleRest;
      let from = 0;
      for (let n = 0; n < depths.length; n++) {
        for (; from < depths[n]; from++) {
          const a = probes.rows.data[p * width + from];
          const b = sample.rows.data[s * width + from];
          between -= 2 * a * b;
          probeRest -= a * a;
          sampleRest -= b * b;
        }
        const gap = 2 * Math.sqrt(Math.max(0, probeRest) * Math.max(0, sampleRest));
        if (isOpen(thresholds[p], between - gap, between + gap, nearestOnly)) open[n]++;
      }
    }
  }
  const pairs = probes.norms.length * sample.norms.length;
  return depths.map((depth, n) => ({ depth, share: open[n] / pairs }));
}

/**
 * The cheapest number of directions for the blocked product. What all of them leave open is compared over all columns.
 * @param tiles share of them that a product is made of.
 */
function cheapest(
  counted: readonly { depth: number; share: number }[],
  width: number,
  columns: number,
  tiles: number,
): { depth: number; cost: number } {
  const left = counted[counted.length - 1].share * SINGLE_COST * columns;
  const costs = counted.map(({ depth, share }) => {
    const costOfOpenPair = share * (OPEN_COST + SINGLE_COST * (width - depth));
    return { depth, cost: tiles * (depth + PAIR_COST) + costOfOpenPair + left };
  });
  return costs.reduce((a, b) => (b.cost < a.cost ? b : a));
}
