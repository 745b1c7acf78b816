/**
 * Rows prepared for distances by blocked product: packed panels (see tile.ts) of rows that are centered and
 * scaled (euclidean), of unit length (cosine, correlation) or scaled (manhattan), and what bounds need.
 *
 * A float32 product bounds the distance: with v the panel rows and n their squared lengths,
 * |q - x|^2 lies within c (n_q + n_x) of n_q + n_x - 2 v_q . v_x, where c grows with the depth of a chain of
 * additions. Centering and a power-of-two scale keep n small and inside float32's range. Rows without a
 * direction count as of unit length and at right angles to all others, and are always checked in double.
 */

import { CORRELATION, EUCLIDEAN, MANHATTAN } from './exact';
import { panels, panelsOfDifferences } from './tile';

/**
 * Prepares rows item * 8 to item * 8 + 8.
 * @param center f64 a column (euclidean). @param packed panels. @param norms f32 a row, infinite past the last.
 * @param means, squares f64 a row (cosine, correlation).
 */
export function preparePanel(
  item: i32,
  _scratch: usize,
  metric: i32,
  source: usize,
  rows: i32,
  d: i32,
  center: usize,
  scale: f64,
  packed: usize,
  norms: usize,
  means: usize,
  squares: usize,
): void {
  const panel = packed + ((<usize>item * <usize>d) << 5);
  for (let lane: i32 = 0; lane < 8; lane++) {
    const r = (item << 3) + lane;
    const target = panel + ((<usize>lane) << 2);
    const norm = norms + ((<usize>r) << 2);
    if (r >= rows) {
      for (let k: usize = 0; k < <usize>d; k++) store<f32>(target + (k << 5), 0);
      store<f32>(norm, Infinity);
      continue;
    }
    const row = source + ((<usize>r * <usize>d) << 2);
    if (metric === EUCLIDEAN) store<f32>(norm, placeCentered(row, d, center, scale, target));
    else if (metric === MANHATTAN) {
      for (let k: usize = 0; k < <usize>d; k++) {
        store<f32>(target + (k << 5), <f32>(<f64>load<f32>(row + (k << 2)) * scale));
      }
      store<f32>(norm, 0);
    } else {
      placeDirection(metric, row, d, target, means + ((<usize>r) << 3), squares + ((<usize>r) << 3));
      store<f32>(norm, 1);
    }
  }
}

function placeCentered(row: usize, d: i32, center: usize, scale: f64, target: usize): f32 {
  let norm: f64 = 0;
  for (let k: usize = 0; k < <usize>d; k++) {
    const value = <f32>((<f64>load<f32>(row + (k << 2)) - load<f64>(center + (k << 3))) * scale);
    store<f32>(target + (k << 5), value);
    norm += <f64>value * <f64>value;
  }
  return <f32>norm;
}

function placeDirection(metric: i32, row: usize, d: i32, target: usize, mean: usize, square: usize): void {
  let sum: f64 = 0;
  if (metric === CORRELATION) {
    for (let k: usize = 0; k < <usize>d; k++) sum += <f64>load<f32>(row + (k << 2));
    sum /= <f64>d;
  }
  let squares: f64 = 0;
  for (let k: usize = 0; k < <usize>d; k++) {
    const centered = <f64>load<f32>(row + (k << 2)) - sum;
    squares += centered * centered;
  }
  store<f64>(mean, sum);
  store<f64>(square, squares);
  const scale = squares > 0 ? 1 / sqrt(squares) : 0;
  for (let k: usize = 0; k < <usize>d; k++) {
    store<f32>(target + (k << 5), <f32>((<f64>load<f32>(row + (k << 2)) - sum) * scale));
  }
}

/** Products, or sums of absolute differences, of panels: what bounds are made from. */
export function compare(
  metric: i32,
  a: usize,
  aPanels: i32,
  b: usize,
  bPanels: i32,
  d: i32,
  c: usize,
  stride: usize,
): void {
  if (metric === MANHATTAN) panelsOfDifferences(a, aPanels, b, bPanels, d, c, stride);
  else panels(a, aPanels, b, bPanels, d, c, stride);
}
