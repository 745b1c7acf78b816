/**
 * Writes a row in the frame in which products bound distances (prepared-rows.ts), into one lane of a panel of
 * 8: one f32 every 32 bytes.
 *
 * Precision: centering and a power-of-two scale keep squared lengths small and inside float32's range.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { CORRELATION } from './layout';

/**
 * Writes (value - center) x scale of each column (euclidean) as f32. Returns the squared length of what was written.
 * @param row address of d f32.
 * @param center address of d f64.
 * @param target address of the lane's first f32; one every 32 bytes.
 */
export function writeCentered(row: usize, d: i32, center: usize, scale: f64, target: usize): f64 {
  let norm: f64 = 0;
  for (let k: usize = 0; k < <usize>d; k++) {
    const value = <f32>((<f64>load<f32>(row + (k << 2)) - load<f64>(center + (k << 3))) * scale);
    store<f32>(target + (k << 5), value);
    norm += <f64>value * <f64>value;
  }
  return norm;
}

/**
 * Writes value x scale of each column (manhattan) as f32. Returns 0, since manhattan needs no length.
 * @param row address of d f32.
 * @param target address of the lane's first f32; one every 32 bytes.
 */
export function writeScaled(row: usize, d: i32, scale: f64, target: usize): f64 {
  for (let k: usize = 0; k < <usize>d; k++) {
    store<f32>(target + (k << 5), <f32>(<f64>load<f32>(row + (k << 2)) * scale));
  }
  return 0;
}

/**
 * Writes the row divided by its length (cosine; correlation: after subtracting its mean) as f32, zeros for a row
 * without a direction. Stores its mean (0 for cosine) and its sum of squares, f64 each, at `mean` and `square`.
 * @param metric code.
 * @param row address of d f32.
 * @param target address of the lane's first f32; one every 32 bytes.
 */
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
