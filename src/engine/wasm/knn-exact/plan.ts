/**
 * Chooses how the first product of a comparison is computed, by the cost that each way would have had on a
 * sample of rows.
 *
 * Terms: the product bounds every pair (query, data row). A pair is open when its bounds do not decide whether its distance is
 *   below a threshold of the query; open pairs are compared again, at a cost. Probes are sampled queries, `sample` sampled
 *   data rows, both in the frame (frame.ts). Distances and thresholds are squared, in units of the frame.
 * Units: costs are multiply-adds a pair. Determinism: results do not depend on the choice, only the time does.
 * Types: `Engine`: the heavy routines; each rejects with CancelledError when its watch ends. `Frame`, in which
 *   products are computed: metric (of distance), columns (of the rows). `Matrix`: row-major float32, element (r, c) at
 *   `data[r * columns + c]`. `Rounding`: factor (coordinates times it are integers), exact (nothing is lost), positions
 *   of columns or -1, kept.
 * Fails: as `multiply` does.
 */

import type { Matrix } from '../../../model.js';
import type { Engine } from '../../engine.js';
import { quantiles, subspace } from './directions.js';
import {
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
 * How the blocked product is computed. `float32`: all columns. `int16`: all columns as 16-bit integers, of
 * which a vector holds twice as many. `sparse`: the same without columns that are 0 in a query. `projected`: along directions, one a row of
 * `basis`, the first `depth` of them.
 */
export type Plan =
  | { readonly kind: 'float32' | 'int16' | 'sparse' }
  | { readonly kind: 'projected'; readonly basis: Matrix; readonly depth: number };

/** Rows on which open pairs are counted for each depth. */
const COUNTED_ROWS = 400;
/** Below so many pairs, queries or columns a choice, which looks at all rows, would cost more than it saves. */
const FEWEST_PAIRS = 4e6;
const FEWEST_QUERIES = 256;
const FEWEST_COLUMNS = 16;
/** Most directions for ranks, which look at rows at all distances, and for nearest rows, which need fewer. */
const MOST_DIRECTIONS = 256;
const FEWER_DIRECTIONS = 128;
/** Depths of the projected product that are tried. */
const DEPTHS = [8, 16, 24, 32, 48, 64, 96, 128, 192, 256];
/**
 * Costs in multiply-adds of the blocked product, measured: of bounding a pair, of opening it, and of a column
 * of a pair that is compared by itself.
 */
const PAIR_COST = 10;
const OPEN_COST = 100;
const SINGLE_COST = 5;
/** Cost of a column as a 16-bit integer. */
const ROUNDED_COST = 0.5;
/** Cost of a nonzero pair of columns in a sparse product. */
const LISTED_COST = 1.1;
/** Row numbers of at most PROBES evenly spaced queries, which stand for all `queries` queries where a plan is chosen. */
export const probeRows = (queries: number): number[] =>
  Array.from({ length: Math.min(PROBES, queries) }, (_, p) =>
    Math.floor((p * queries) / Math.min(PROBES, queries)),
  );

/** The requirements of the comparison. */
interface PlanInput {
  /** Squared distances, in the frame, that matter to each probe (`probeRows`); null where only the k nearest do. */
  readonly thresholds: Float64Array[] | null;
  readonly k: number;
  /** The order of the data in which pruning rules out tiles, or null where there is none. */
  readonly order: RowOrder | null;
}

/**
 * The plan with the lowest estimated cost; `float32` where a choice would cost more than it saves. Called once a
 * comparison.
 */
export async function choosePlan(
  multiply: Engine['multiply'],
  frame: Frame,
  { data, queries, thresholds, k, order }: Sides & PlanInput,
): Promise<Plan> {
  const float32: Plan = { kind: 'float32' };
  if (frame.metric === 'manhattan' || frame.columns < FEWEST_COLUMNS) return float32;
  if (data.rows * queries.rows < FEWEST_PAIRS || queries.rows < FEWEST_QUERIES) return float32;
  const sample = framedSample(data, SAMPLED_ROWS, frame);
  if (sample.data.some((value) => !Number.isFinite(value))) return float32;
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
  const open = openShareOfRounding(probed, norms, rounding);
  const rounded = share * (ROUNDED_COST * rounding.kept + PAIR_COST) + open * costOfOpenPair(frame.columns);
  const sparse = costOfSparse(frame, { data, queries }, probed, share);
  const plain = share * (frame.columns + PAIR_COST);
  const least = Math.min(plain, rounded, sparse, projected.cost);
  if (least === projected.cost) return { kind: 'projected', basis, depth: projected.depth };
  return least === sparse ? { kind: 'sparse' } : least === rounded ? { kind: 'int16' } : float32;
}

/** The rows of both sides. */
interface Sides {
  readonly data: Matrix;
  readonly queries: Matrix;
}

/** Squared distances from probes to a sample, and the thresholds on which pairs have to be decided. */
interface Probed {
  /** probes x sample. */
  readonly distances: Float64Array;
  /** For each probe, squared distances of which a pair must be known to be nearer or farther. */
  readonly thresholds: readonly Float64Array[];
  /** Whether every pair that may be below the threshold is open, however sure: lists need its exact distance, ranks do not. */
  readonly nearestOnly: boolean;
}

/**
 * Squared distances of probes from sample rows, probes x sample, row by row.
 * @param products dot products, probes x sample.
 * @param lengths squared lengths, one a probe and one a sample row.
 */
function distancesOf(products: Matrix, { probes, sample }: Lengths): Float64Array {
  return Float64Array.from(products.data, (product, at) => {
    const other = sample[at % sample.length];
    return probes[Math.floor(at / sample.length)] + other - 2 * product;
  });
}

/** Cost of an open pair, which is compared over all columns. */
const costOfOpenPair = (columns: number): number => OPEN_COST + SINGLE_COST * columns;

/** Squared lengths of probes and sample rows. */
interface Lengths {
  readonly probes: Float64Array;
  readonly sample: Float64Array;
}

/**
 * The share of pairs, 0 to 1, that stay open when rows are rounded to 16-bit integers. Rounding changes a coordinate by
 * 1 / sqrt(12) of a unit (root mean square), and nothing where all values are multiples of the unit. Called for the dense
 * and the sparse product of integers.
 * @param lengths squared lengths of probes and sample in the frame that is rounded.
 * @param rounding (rounding.ts) `factor`: units a coordinate of 1 has; `exact`: nothing is lost; `kept`: columns that
 * are rounded.
 */
function openShareOfRounding(
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

/**
 * Cost of a sparse product, multiply-adds a pair. Rows are listed uncentered: centered, they would have no zeros.
 * @param share of tiles that pruning does not rule out, 0 to 1.
 */
function costOfSparse(frame: Frame, { data, queries }: Sides, probed: Probed, share: number): number {
  if (frame.metric === 'correlation') return Number.POSITIVE_INFINITY;
  const raw = uncentered(frame);
  const [probes, sample] = [framedSample(queries, PROBES, raw), framedSample(data, SAMPLED_ROWS, raw)];
  const rounding = roundingOf([sample], { ...raw, scale: 1 }, true);
  const lengths = { probes: squaredLengths(probes), sample: squaredLengths(sample) };
  const open = openShareOfRounding(probed, lengths, rounding);
  return (
    share * (LISTED_COST * entriesOf(sample, rounding) + PAIR_COST) + open * costOfOpenPair(frame.columns)
  );
}

/** Mean number over rows of pairs of neighboring positions of which one rounds to an integer other than 0. */
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

/**
 * Whether a pair is open: a squared distance from `lower` to `upper` may lie on either side of one of the thresholds, or, with
 * `nearestOnly`, below it.
 */
function isOpen(thresholds: Float64Array, lower: number, upper: number, nearestOnly: boolean): boolean {
  for (const t of thresholds) if (lower <= t && (nearestOnly || t <= upper)) return true;
  return false;
}

/** Rows along the directions, and their squared lengths. */
interface Projected {
  readonly rows: Matrix;
  readonly norms: Float64Array;
}

/**
 * For each depth (number of directions), the share of pairs, 0 to 1, that stay open after it.
 * @param thresholds for each probe, squared distances of which a pair must be known to be nearer or farther.
 * @param nearestOnly whether only the k nearest are sought, no ranks.
 */
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
 * The cheapest depth of the product along directions, with its cost in multiply-adds a pair. Pairs that all
 * directions leave open are compared over all columns.
 * @param counted share of open pairs for each depth.
 * @param width directions in all.
 * @param tiles share of tiles that pruning leaves.
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
