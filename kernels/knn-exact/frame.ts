/**
 * A row in the frame in which distances are bounded by products (prepared-rows.ts): written down a panel of 8 rows, one float
 * every 32 bytes. Centering and a power-of-two scale keep squared lengths small and inside float32's range.
 */

import { CORRELATION } from './layout';

/** (value - center) * scale; returns the squared length. */
export function writeCentered(row: usize, d: i32, center: usize, scale: f64, target: usize): f64 {
  let norm: f64 = 0;
  for (let k: usize = 0; k < <usize>d; k++) {
    const value = <f32>((<f64>load<f32>(row + (k << 2)) - load<f64>(center + (k << 3))) * scale);
    store<f32>(target + (k << 5), value);
    norm += <f64>value * <f64>value;
  }
  return norm;
}

/** value * scale, for sums of absolute differences, which have no use for a length. */
export function writeScaled(row: usize, d: i32, scale: f64, target: usize): f64 {
  for (let k: usize = 0; k < <usize>d; k++) {
    store<f32>(target + (k << 5), <f32>(<f64>load<f32>(row + (k << 2)) * scale));
  }
  return 0;
}

/** Divided by its length; also stores mean (0 for cosine) and sum of squares. A row without a direction is zeros. */
export function writeDirection(
  metric: i32,
  row: usize,
  d: i32,
  target: usize,
  mean: usize,
  square: usize,
): void {
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
