/**
 * How the first product of a comparison is made, chosen by the cost that each way would have had on a sample of rows.
 * Results do not depend on the choice, only the time does.
 */

import type { Matrix } from '../../model.js';
import type { Engine } from '../engine.js';
import { quantiles, subspace } from './directions.js';
import { type Frame, framedSample, PROBES, SAMPLED_ROWS, squaredLengths } from './frame.js';
import { type Rounding, roundingOf } from './rounding.js';

/**
 * How the blocked product is made. `whole`: of all columns. `rounded`: of all columns as 16-bit whole numbers, of which
 * a vector holds twice as many. `turned`: along directions, one a row of `basis`, the first `depth` of them.
 */
export type Plan =
  | { readonly kind: 'whole' | 'rounded' }
  | { readonly kind: 'turned'; readonly basis: Matrix; readonly depth: number };

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
/** What a column costs where numbers are rounded. */
const ROUNDED_COST = 0.5;
/** Evenly spaced asked rows whose open pairs are counted on the sample. */
export const probeRows = (asked: number): number[] =>
  Array.from({ length: Math.min(PROBES, asked) }, (_, p) =>
    Math.floor((p * asked) / Math.min(PROBES, asked)),
  );

/**
 * The plan that costs least, by its open pairs on a sample.
 * @param thresholds distances, in the frame, that matter to each probe (`probeRows`); null where only the `k` nearest do.
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
  const turned = cheapest(counted, basis.rows, frame.columns);
  // the sample is in the frame already
  const framed = { ...frame, center: new Float64Array(frame.columns), scale: 1 };
  const rounded = costOfRounded(products, norms, decided, below, roundingOf([sample], framed));
  const plain = frame.columns + PAIR_COST;
  if (turned.cost < Math.min(plain, rounded)) return { kind: 'turned', basis, depth: turned.depth };
  return rounded < plain ? { kind: 'rounded' } : whole;
}

/** Rounding a coordinate takes away 1 / sqrt(12) of a unit on average, in all columns: that much opens a pair. */
function costOfRounded(
  products: Matrix,
  norms: { probes: Float64Array; sample: Float64Array },
  thresholds: readonly Float64Array[],
  below: boolean,
  { factor, kept, places }: Rounding,
): number {
  const lost = Math.sqrt(kept / 12) / factor;
  let open = 0;
  norms.probes.forEach((own, p) => {
    norms.sample.forEach((other, s) => {
      const distance = own + other - 2 * products.data[p * norms.sample.length + s];
      const band = 2 * lost * (Math.sqrt(own) + Math.sqrt(other));
      if (isOpen(thresholds[p], distance - band, distance + band, below)) open++;
    });
  });
  const share = open / products.data.length;
  return ROUNDED_COST * kept + PAIR_COST + share * (OPEN_COST + SINGLE_COST * places.length);
}

function isOpen(thresholds: Float64Array, lower: number, upper: number, below: boolean): boolean {
  for (const t of thresholds) if (lower <= t && (below || t <= upper)) return true;
  return false;
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
): { depth: number; cost: number } {
  const left = counted[counted.length - 1].share * SINGLE_COST * columns;
  const costs = counted.map(({ depth, share }) => {
    const singly = share * (OPEN_COST + SINGLE_COST * (width - depth));
    return { depth, cost: depth + PAIR_COST + singly + left };
  });
  return costs.reduce((a, b) => (b.cost < a.cost ? b : a));
}
