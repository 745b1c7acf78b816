/**
 * Rows prepared for bounds of distances: in a frame (centered and scaled for euclidean, of unit length for
 * cosine and correlation, scaled for manhattan), projected onto a few orthonormal directions of large variance,
 * with the length of what the directions leave out.
 *
 * Source: with v a row in its frame, n = |v|^2, y its part along the first directions and r the rest,
 *   |v_i - v_j|^2 = n_i + n_j - 2 y_i . y_j - 2 r_i . r_j   and   |2 r_i . r_j| <= g_i g_j,   g = sqrt(2) |r|
 * (Cauchy and Schwarz), so a product over few directions bounds the distance from both sides. Any orthonormal
 * directions give right bounds; directions of large variance give narrow ones.
 * Precision: float32 widens the bounds by a share of n_i + n_j that src/engine/wasm/knn-exact/prepared-rows.ts
 *   derives. Bounds are tightened in stages: `depth` directions by blocked product, `width` directions, all
 *   columns in float32, and last the reference's distance in double.
 * Fails: a row without a direction (cosine, correlation) has no bounds; its pairs get the distances that are
 *   known for it.
 * Types (a field with an element type such as f32 is the address of an array): `PrepareArguments`: scale (factor of
 *   coordinates in the frame (a power of two)), slack (share of a squared length by which the part left out may be
 *   larger than computed), error (share of a squared length, and an absolute amount, by which bounds are widened for
 *   float32), underflow, factor (integers are coordinates times this; 0 where products are of float32), bounds (read:
 *   metric, d, depth, width, complete, productKind and columnPositions), rows (rows to prepare; `source` is read, the
 *   other arrays are filled), center (f64 a column: origin of the frame (euclidean)), basis (panels of `width`
 *   directions over d columns; 0 to leave rows as they are). `DistanceBounds`: metric (code of the metric), d (columns
 *   of the rows), depth (columns of the blocked product; pairs of nonzero columns where products are of i16), width
 *   (directions in all), complete (1 where the `width` directions leave nothing out), productKind (kind of product, see
 *   the constants above), columnPositions (i32 a column: its position among the integers of a row, -1 where it is 0 in
 *   all rows; 0 for float32). `PreparedRows`: count (number of rows), source (f32: the rows as passed, count x d),
 *   packed (operand of the blocked product: panels of `depth` directions or columns), projected (f32: all `width`
 *   directions, count x width; 0 where rows are not projected), low (f32 a row: lower and upper bound of the squared
 *   length; infinite past the last row), high, gaps (f32 a row: sqrt(2) times the length that the first `depth`
 *   directions leave out, and all `width` directions), lastGaps, means (f64 a row: mean and sum of squares (cosine,
 *   correlation); or 0), squares.
 */

import { panels, panelsOfDifferences, panelsOfShorts } from '../associate/tile';
import { sumLanes } from '../runtime/lanes';
import { writeCentered, writeDirection, writeScaled } from './frame';
import {
  DistanceBounds,
  EUCLIDEAN,
  FLOAT32_PRODUCTS,
  INT16_PRODUCTS,
  MANHATTAN,
  PrepareArguments,
  PreparedRows,
  SPARSE_PRODUCTS,
} from './layout';
import { WIDE_STEP, wideRow } from './sparse-products';

/**
 * Bytes of scratch that `prepareRows` needs: a panel of 8 rows in their frame and its projections.
 * @param d columns.
 * @param width directions.
 */
export function prepareScratch(d: i32, width: i32): usize {
  return ((<usize>(d + width)) << 5) + 64;
}

/**
 * Kernel: prepares rows 8 item to 8 item + 8: the product's operand (a panel), bounds of their squared lengths, their
 * parts along the directions and the lengths that these leave out. Scratch: `prepareScratch`.
 */
export function prepareRows(item: i32, scratch: usize, call: PrepareArguments): void {
  const bounds = call.bounds;
  const rows = call.rows;
  const center = call.center;
  const scale = call.scale;
  const basis = call.basis;
  const slack = call.slack;
  const error = call.error;
  const underflow = call.underflow;
  const factor = call.factor;
  const d = <usize>bounds.d;
  const first = item << 3;
  const apart = basis !== 0 || bounds.productKind !== FLOAT32_PRODUCTS;
  const frame = apart ? scratch : rows.packed + ((<usize>first * d) << 2);
  const projected = scratch + (d << 5);
  for (let lane: i32 = 0; lane < 8; lane++) {
    const r = first + lane;
    const target = frame + ((<usize>lane) << 2);
    const at = (<usize>r) << 2;
    if (r >= rows.count) {
      for (let k: usize = 0; k < d; k++) store<f32>(target + (k << 5), 0);
      continue;
    }
    const norm = writeRow(bounds, rows, r, center, scale, target);
    store<f32>(rows.low + at, norm < Infinity ? <f32>(norm * (1 - error) - underflow) : -Infinity);
    store<f32>(rows.high + at, <f32>(norm * (1 + error) + underflow));
  }
  if (bounds.productKind !== FLOAT32_PRODUCTS) roundPanel(bounds, rows, first, frame, factor);
  if (!basis) return;
  panels(basis, bounds.width >> 3, frame, 1, bounds.d, projected, 32);
  const kept = (<usize>bounds.depth) << 5;
  memory.copy(rows.packed + <usize>item * kept, projected, kept);
  const last = min(8, rows.count - first);
  for (let lane: i32 = 0; lane < last; lane++) {
    storeProjected(bounds, rows, first + lane, frame, projected, (<usize>lane) << 2, slack);
  }
}

/**
 * Writes row r as its frame says to one lane of a panel; returns its squared length, infinite for a row without a
 * direction, 0 for manhattan.
 * @param center f64, one a column.
 * @param target address of the lane's first f32; one every 32 bytes.
 * @param scale a power of two.
 */
function writeRow(
  bounds: DistanceBounds,
  rows: PreparedRows,
  r: i32,
  center: usize,
  scale: f64,
  target: usize,
): f64 {
  const row = rows.source + ((<usize>r * <usize>bounds.d) << 2);
  if (bounds.metric === EUCLIDEAN) return writeCentered(row, bounds.d, center, scale, target);
  if (bounds.metric === MANHATTAN) return writeScaled(row, bounds.d, scale, target);
  const at = (<usize>r) << 3;
  writeDirection(bounds.metric, row, bounds.d, target, rows.means + at, rows.squares + at);
  // a row without a direction has infinite bounds
  return load<f64>(rows.squares + at) > 0 ? 1 : Infinity;
}

/**
 * Stores the parts of row r along the directions (width f32) and the lengths of what the first `depth` and all
 * `width` of them leave out.
 * @param frame panel of rows in the frame.
 * @param projected panel of their parts.
 * @param lane byte offset of the row's lane in both.
 * @param slack share of the squared length by which the rest may be larger than computed.
 */
function storeProjected(
  bounds: DistanceBounds,
  rows: PreparedRows,
  r: i32,
  frame: usize,
  projected: usize,
  lane: usize,
  slack: f64,
): void {
  let norm: f64 = 0;
  for (let k: usize = 0; k < <usize>bounds.d; k++) {
    const value = <f64>load<f32>(frame + lane + (k << 5));
    norm += value * value;
  }
  const target = rows.projected + ((<usize>r * <usize>bounds.width) << 2);
  const at = (<usize>r) << 2;
  let seen: f64 = 0;
  for (let k: i32 = 0; k < bounds.width; k++) {
    const value = load<f32>(projected + lane + ((<usize>k) << 5));
    store<f32>(target + ((<usize>k) << 2), value);
    seen += <f64>value * <f64>value;
    if (k + 1 === bounds.depth) store<f32>(rows.gaps + at, gapOf(norm, seen, slack));
  }
  const left: f32 = bounds.complete ? 0 : gapOf(norm, seen, slack);
  store<f32>(rows.lastGaps + at, left);
  if (bounds.depth === bounds.width) store<f32>(rows.gaps + at, left);
}

/**
 * Rounds a panel of 8 rows, from row `first` on, times `factor` to i16, two columns of a row side by side. Leaves
 * the length of what rounding took from each row in `gaps`; the caller widens the bounds by it.
 * @param frame f32 panel of the rows in their frame.
 */
function roundPanel(bounds: DistanceBounds, rows: PreparedRows, first: i32, frame: usize, factor: f64): void {
  const wide = bounds.productKind === SPARSE_PRODUCTS;
  const step: usize = wide ? WIDE_STEP : 32;
  const target = wide
    ? wideRow(rows.packed, first, bounds.depth)
    : rows.packed + ((<usize>first * <usize>bounds.depth) << 2);
  const last = min(8, rows.count - first);
  for (let p: usize = 0; p < <usize>bounds.depth; p++) memory.fill(target + p * step, 0, 32);
  for (let lane: i32 = 0; lane < last; lane++) {
    const shift = (<usize>lane) << 2;
    let lost: f64 = 0;
    for (let k: i32 = 0; k < bounds.d; k++) {
      const value = <f64>load<f32>(frame + shift + ((<usize>k) << 5));
      const whole = nearest<f64>(value * factor);
      const position = load<i32>(bounds.columnPositions + ((<usize>k) << 2));
      if (position >= 0) {
        const at = target + shift + <usize>(position >> 1) * step + ((<usize>(position & 1)) << 1);
        store<i16>(at, <i16>(<i32>whole));
      }
      const difference = value - whole / factor;
      lost += difference * difference;
    }
    store<f32>(rows.gaps + ((<usize>(first + lane)) << 2), <f32>(sqrt(lost) * (1 + 1e-6)));
  }
}

/**
 * sqrt(2) times the length that is left of a squared length `norm` after `seen`, rounded up.
 * @param slack share of `norm` by which the rest may be larger.
 */
function gapOf(norm: f64, seen: f64, slack: f64): f32 {
  return <f32>(sqrt(2 * (max<f64>(0, norm - seen) + slack * norm)) * (1 + 1e-6));
}

/**
 * Products (manhattan: sums of absolute differences) of `aPanels` panels of 8 queries with `bPanels` panels of 8 data
 * rows, of the kind that `bounds` names.
 * @param c f32, 8 aPanels x 8 bPanels.
 * @param stride bytes of a row of C.
 * @param a, b addresses of the first panels.
 */
export function multiplyPanels(
  bounds: DistanceBounds,
  a: usize,
  aPanels: i32,
  b: usize,
  bPanels: i32,
  c: usize,
  stride: usize,
): void {
  if (bounds.metric === MANHATTAN) panelsOfDifferences(a, aPanels, b, bPanels, bounds.depth, c, stride);
  else if (bounds.productKind === INT16_PRODUCTS)
    panelsOfShorts(a, aPanels, b, bPanels, bounds.depth, c, stride);
  else panels(a, aPanels, b, bPanels, bounds.depth, c, stride);
}

/**
 * Inner product of two projected rows (f32, at addresses a and b) over their directions `depth` to `width`: those
 * that the packed panels, which hold the first `depth`, leave out.
 */
export function remainingProduct(bounds: DistanceBounds, a: usize, b: usize): f32 {
  const end = a + ((<usize>bounds.width) << 2);
  a += (<usize>bounds.depth) << 2;
  b += (<usize>bounds.depth) << 2;
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  for (; a < end; a += 32) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(a), v128.load(b)));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
    b += 32;
  }
  return sumLanes(f32x4.add(s0, s1));
}

/** Squared Euclidean distance of two rows (d f32 each, at addresses a and b) in float32. */
export function squaredDistance(a: usize, b: usize, d: i32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  const end = a + ((<usize>d) << 2);
  const vectors = a + ((<usize>(d & ~7)) << 2);
  for (; a < vectors; a += 32) {
    const d0 = f32x4.sub(v128.load(a), v128.load(b));
    const d1 = f32x4.sub(v128.load(a, 16), v128.load(b, 16));
    s0 = f32x4.add(s0, f32x4.mul(d0, d0));
    s1 = f32x4.add(s1, f32x4.mul(d1, d1));
    b += 32;
  }
  let sum = sumLanes(f32x4.add(s0, s1));
  for (; a < end; a += 4) {
    const difference = load<f32>(a) - load<f32>(b);
    sum += difference * difference;
    b += 4;
  }
  return sum;
}
