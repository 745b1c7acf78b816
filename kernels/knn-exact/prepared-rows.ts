/**
 * Rows prepared for the comparing of distances: in a frame (centered and scaled for euclidean, of unit length for cosine
 * and correlation, scaled for manhattan), turned to a few orthonormal directions of large variance, with the length of
 * what those directions leave out.
 *
 * With v a row in its frame, n = |v|^2, y its part along the first directions and r the rest,
 *   |v_i - v_j|^2 = n_i + n_j - 2 y_i . y_j - 2 r_i . r_j   and   |2 r_i . r_j| <= g_i g_j,   g = sqrt(2) |r|,
 * so a product over few directions bounds the distance from both sides (Cauchy and Schwarz). Floating point widens the
 * bounds by a share of n_i + n_j that engine/wasm/knn-exact/prepared-rows.ts derives. The bounds are tightened in stages: `depth`
 * directions by blocked product, `width` directions, all columns in float32, and last the reference's own distance in
 * double. Any orthonormal directions give right bounds; those of large variance give narrow ones.
 * A row without a direction has no bounds: its pairs are settled by what their distances are known to be.
 */

import { panels, panelsOfDifferences, panelsOfShorts } from '../associate/tile';
import { sumLanes } from '../runtime/lanes';
import { EUCLIDEAN, MANHATTAN } from './exact-distance';
import { placeCentered, placeDirection, placeScaled } from './frame';
import { WIDE_STEP, wideRow } from './sparse-products';

/** Prepared rows: addresses. The same order of fields in engine/wasm/knn-exact/prepared-rows.ts. */
@unmanaged
export class Side {
  count: i32;
  /** The rows as given. */
  source: usize;
  /** Panels of `depth` directions (tile.ts), and all `width` directions row by row. */
  packed: usize;
  turned: usize;
  /** f32 a row: (1 - error) n and (1 + error) n; infinite past the last row. */
  low: usize;
  high: usize;
  /** f32 a row: g after `depth` directions and after `width`. */
  gaps: usize;
  lastGaps: usize;
  /** f64 a row (cosine, correlation), or 0. */
  means: usize;
  squares: usize;
  /** u32 a row and one more, and the entries they point into: see `listed.ts`. */
  starts: usize;
  entries: usize;
}

/**
 * How products are made: of float32, of 16-bit whole numbers (tile.ts), of lists of these (sparse-products.ts), or of bytes and
 * elsewhere (external-products.ts).
 */
export const FLOATS: i32 = 0;
export const SHORTS: i32 = 1;
export const LISTED: i32 = 2;
export const GIVEN: i32 = 3;

/** What a comparison needs; the same order of fields in engine/wasm/knn-exact/prepared-rows.ts. */
@unmanaged
export class Screen {
  rankToBound: f64;
  /** Relative error of a float32 sum over all columns; 0 where that stage is left out. */
  wholeError: f64;
  metric: i32;
  d: i32;
  depth: i32;
  width: i32;
  /** The `width` directions leave nothing out. */
  complete: i32;
  /** Of whole numbers `depth` counts pairs of those columns that are not 0 in all rows. */
  products: i32;
  lowFactor: f32;
  highFactor: f32;
  asked: usize;
  data: usize;
  /** i32 a column: its place among the whole numbers of a row, or -1 where it is 0 in all rows. */
  places: usize;
  /** The products that are given (`Table` in external-products.ts), or 0. */
  table: usize;
}

/** Bytes of scratch of `prepareRows`: a panel of rows in their frame, and its directions. */
export function prepareScratch(d: i32, width: i32): usize {
  return ((<usize>(d + width)) << 5) + 64;
}

/**
 * Prepares rows item * 8 to item * 8 + 8 of a side. Norms become `low` and `high` by the factors given.
 * @param center f64 a column. @param basis panels of `width` directions over d columns, or 0 to leave rows unturned;
 * then
 * `depth` and `width` are d, and nothing is left out. @param factor see `roundPanel`. @param slack share of n by which |r|^2 may be larger than computed.
 */
export function prepareRows(
  item: i32,
  scratch: usize,
  screen: Screen,
  side: Side,
  center: usize,
  scale: f64,
  basis: usize,
  slack: f64,
  error: f64,
  underflow: f64,
  factor: f64,
): void {
  const d = <usize>screen.d;
  const first = item << 3;
  const apart = basis !== 0 || screen.products !== FLOATS;
  const frame = apart ? scratch : side.packed + ((<usize>first * d) << 2);
  const turned = scratch + (d << 5);
  for (let lane: i32 = 0; lane < 8; lane++) {
    const r = first + lane;
    const target = frame + ((<usize>lane) << 2);
    const at = (<usize>r) << 2;
    if (r >= side.count) {
      for (let k: usize = 0; k < d; k++) store<f32>(target + (k << 5), 0);
      continue;
    }
    const norm = placeRow(screen, side, r, center, scale, target);
    store<f32>(side.low + at, norm < Infinity ? <f32>(norm * (1 - error) - underflow) : -Infinity);
    store<f32>(side.high + at, <f32>(norm * (1 + error) + underflow));
  }
  if (screen.products !== FLOATS) roundPanel(screen, side, first, frame, factor);
  if (!basis) return;
  panels(basis, screen.width >> 3, frame, 1, screen.d, turned, 32);
  const kept = (<usize>screen.depth) << 5;
  memory.copy(side.packed + <usize>item * kept, turned, kept);
  const last = min(8, side.count - first);
  for (let lane: i32 = 0; lane < last; lane++) {
    placeTurned(screen, side, first + lane, frame, turned, (<usize>lane) << 2, slack);
  }
}

/** A row in its frame; returns its squared length. */
function placeRow(screen: Screen, side: Side, r: i32, center: usize, scale: f64, target: usize): f64 {
  const row = side.source + ((<usize>r * <usize>screen.d) << 2);
  if (screen.metric === EUCLIDEAN) return placeCentered(row, screen.d, center, scale, target);
  if (screen.metric === MANHATTAN) return placeScaled(row, screen.d, scale, target);
  const at = (<usize>r) << 3;
  placeDirection(screen.metric, row, screen.d, target, side.means + at, side.squares + at);
  // a row without a direction stays open to all bounds
  return load<f64>(side.squares + at) > 0 ? 1 : Infinity;
}

/** The directions of one row, row by row, and the lengths of what they leave out. */
function placeTurned(
  screen: Screen,
  side: Side,
  r: i32,
  frame: usize,
  turned: usize,
  lane: usize,
  slack: f64,
): void {
  let norm: f64 = 0;
  for (let k: usize = 0; k < <usize>screen.d; k++) {
    const value = <f64>load<f32>(frame + lane + (k << 5));
    norm += value * value;
  }
  const target = side.turned + ((<usize>r * <usize>screen.width) << 2);
  const at = (<usize>r) << 2;
  let seen: f64 = 0;
  for (let k: i32 = 0; k < screen.width; k++) {
    const value = load<f32>(turned + lane + ((<usize>k) << 5));
    store<f32>(target + ((<usize>k) << 2), value);
    seen += <f64>value * <f64>value;
    if (k + 1 === screen.depth) store<f32>(side.gaps + at, gapOf(norm, seen, slack));
  }
  const left: f32 = screen.complete ? 0 : gapOf(norm, seen, slack);
  store<f32>(side.lastGaps + at, left);
  if (screen.depth === screen.width) store<f32>(side.gaps + at, left);
}

/**
 * Rounds a panel of rows, times `factor`, to 16-bit whole numbers, two columns of a row beside each other, or to bytes, row
 * by row. Leaves in `gaps` the length of what rounding took away, from which the caller widens `low` and `high`.
 */
function roundPanel(screen: Screen, side: Side, first: i32, frame: usize, factor: f64): void {
  const wide = screen.products === LISTED;
  const bytes = screen.products === GIVEN;
  const step: usize = wide ? WIDE_STEP : 32;
  const target = wide
    ? wideRow(side.packed, first, screen.depth)
    : side.packed + ((<usize>first * <usize>screen.depth) << 2);
  const last = min(8, side.count - first);
  if (!bytes) for (let p: usize = 0; p < <usize>screen.depth; p++) memory.fill(target + p * step, 0, 32);
  for (let lane: i32 = 0; lane < last; lane++) {
    const shift = (<usize>lane) << 2;
    const row = side.packed + <usize>(first + lane) * <usize>screen.depth;
    let lost: f64 = 0;
    for (let k: i32 = 0; k < screen.d; k++) {
      const value = <f64>load<f32>(frame + shift + ((<usize>k) << 5));
      let whole = nearest<f64>(value * factor);
      if (bytes) whole = max<f64>(0, min<f64>(255, whole));
      const place = load<i32>(screen.places + ((<usize>k) << 2));
      if (place >= 0 && bytes) store<u8>(row + <usize>place, <u8>(<i32>whole));
      else if (place >= 0) {
        const at = target + shift + <usize>(place >> 1) * step + ((<usize>(place & 1)) << 1);
        store<i16>(at, <i16>(<i32>whole));
      }
      const difference = value - whole / factor;
      lost += difference * difference;
    }
    store<f32>(side.gaps + ((<usize>(first + lane)) << 2), <f32>(sqrt(lost) * (1 + 1e-6)));
  }
}

function gapOf(norm: f64, seen: f64, slack: f64): f32 {
  return <f32>(sqrt(2 * (max<f64>(0, norm - seen) + slack * norm)) * (1 + 1e-6));
}

/** Products, or sums of absolute differences, of panels of 8 rows: what bounds are made from. */
export function compare(
  screen: Screen,
  a: usize,
  aPanels: i32,
  b: usize,
  bPanels: i32,
  c: usize,
  stride: usize,
): void {
  if (screen.metric === MANHATTAN) panelsOfDifferences(a, aPanels, b, bPanels, screen.depth, c, stride);
  else if (screen.products === SHORTS) panelsOfShorts(a, aPanels, b, bPanels, screen.depth, c, stride);
  else panels(a, aPanels, b, bPanels, screen.depth, c, stride);
}

/** The part of the product of two rows along directions `depth` to `width`. */
export function furtherProduct(screen: Screen, a: usize, b: usize): f32 {
  const end = a + ((<usize>screen.width) << 2);
  a += (<usize>screen.depth) << 2;
  b += (<usize>screen.depth) << 2;
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  for (; a < end; a += 32) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(a), v128.load(b)));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
    b += 32;
  }
  return sumLanes(f32x4.add(s0, s1));
}

/** Squared distance over all columns in float32. */
export function wholeDistance(a: usize, b: usize, d: i32): f32 {
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
