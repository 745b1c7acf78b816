/**
 * Sums over pairs of points in the plane under the Cauchy kernel q = 1 / (1 + d^2), four pairs at a time.
 *
 * Shapes: coordinates n x 2 f32; lists are padded to multiples of 4 with weight or value 0.
 * Precision: f32, lanes summed last; `logarithm` to 1e-11.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { sumLanes } from '../runtime/lanes';

/**
 * Repulsion of a point by weighted sources: writes sum w q^2 (y - source) (2 f32) to `out` and returns sum w q.
 * @param point address of the point's 2 f32.
 * @param sources x of the sources; y and weight follow `stride` and 2 `stride` bytes later.
 * @param count number of sources.
 */
export function repulsePoint(point: usize, sources: usize, stride: usize, count: i32, out: usize): f64 {
  const x = f32x4.splat(load<f32>(point));
  const y = f32x4.splat(load<f32>(point, 4));
  const one = f32x4.splat(1);
  let forceX = f32x4.splat(0);
  let forceY = f32x4.splat(0);
  let kernels = f32x4.splat(0);
  const end = sources + ((<usize>count) << 2);
  for (let at = sources; at < end; at += 16) {
    const dx = f32x4.sub(x, v128.load(at));
    const dy = f32x4.sub(y, v128.load(at + stride));
    const squared = f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy));
    const q = f32x4.div(one, f32x4.add(one, squared));
    const weighted = f32x4.mul(v128.load(at + 2 * stride), q);
    kernels = f32x4.add(kernels, weighted);
    const push = f32x4.mul(weighted, q);
    forceX = f32x4.add(forceX, f32x4.mul(push, dx));
    forceY = f32x4.add(forceY, f32x4.mul(push, dy));
  }
  store<f32>(out, sumLanes(forceX));
  store<f32>(out, sumLanes(forceY), 4);
  return (
    <f64>f32x4.extract_lane(kernels, 0) +
    <f64>f32x4.extract_lane(kernels, 1) +
    <f64>f32x4.extract_lane(kernels, 2) +
    <f64>f32x4.extract_lane(kernels, 3)
  );
}

/**
 * Attraction of one sample i: writes sum_j P_ij q_ij (y_j - y_i), 2 f32, to `out`.
 * @param coordinates n x 2 f32.
 * @param row byte offset of the sample in `coordinates`.
 * @param indices i32: j of each entry of P.
 * @param values f32: P_ij.
 * @param from first byte of the sample's entries in `indices` and `values`.
 * @param to end of them; entries come in fours.
 */
export function attractRow(
  coordinates: usize,
  row: usize,
  indices: usize,
  values: usize,
  from: usize,
  to: usize,
  out: usize,
): void {
  const x = f32x4.splat(load<f32>(coordinates + row));
  const y = f32x4.splat(load<f32>(coordinates + row, 4));
  const one = f32x4.splat(1);
  let forceX = f32x4.splat(0);
  let forceY = f32x4.splat(0);
  for (let e = from; e < to; e += 16) {
    const index = indices + e;
    let low = v128.load64_zero(coordinates + ((<usize>load<u32>(index)) << 3));
    low = v128.load64_lane(coordinates + ((<usize>load<u32>(index, 4)) << 3), low, 1);
    let high = v128.load64_zero(coordinates + ((<usize>load<u32>(index, 8)) << 3));
    high = v128.load64_lane(coordinates + ((<usize>load<u32>(index, 12)) << 3), high, 1);
    const dx = f32x4.sub(v128.shuffle<f32>(low, high, 0, 2, 4, 6), x);
    const dy = f32x4.sub(v128.shuffle<f32>(low, high, 1, 3, 5, 7), y);
    const apart = f32x4.add(one, f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy)));
    const pull = f32x4.div(v128.load(values + e), apart);
    forceX = f32x4.add(forceX, f32x4.mul(pull, dx));
    forceY = f32x4.add(forceY, f32x4.mul(pull, dy));
  }
  store<f32>(out, sumLanes(forceX));
  store<f32>(out, sumLanes(forceY), 4);
}

/**
 * sum_j P_ij log(1 + d_ij^2) over the entries of one sample i, its part of the divergence.
 * @param coordinates n x 2 f32.
 * @param row byte offset of the sample in `coordinates`.
 * @param indices i32: j of each entry of P.
 * @param values f32: P_ij.
 * @param from first byte of the sample's entries in `indices` and `values`.
 * @param to end of them.
 */
export function logarithmRow(
  coordinates: usize,
  row: usize,
  indices: usize,
  values: usize,
  from: usize,
  to: usize,
): f64 {
  const x = load<f32>(coordinates + row);
  const y = load<f32>(coordinates + row, 4);
  let sum: f64 = 0;
  for (let e = from; e < to; e += 4) {
    const other = coordinates + ((<usize>load<u32>(indices + e)) << 3);
    const dx = load<f32>(other) - x;
    const dy = load<f32>(other, 4) - y;
    sum += <f64>load<f32>(values + e) * logarithm(1 + <f64>(dx * dx + dy * dy));
  }
  return sum;
}

/** Natural logarithm of x >= 1, to 1e-11: the standard library's needs tables, and kernels allocate no memory. */
function logarithm(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  let exponent = <f64>(<i32>(bits >> 52) - 1023);
  let part = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000);
  if (part > Math.SQRT2) {
    part *= 0.5;
    exponent += 1;
  }
  const s = (part - 1) / (part + 1);
  const t = s * s;
  const series = 1 + t * (1.0 / 3 + t * (1.0 / 5 + t * (1.0 / 7 + t * (1.0 / 9 + t * (1.0 / 11 + t / 13)))));
  return exponent * Math.LN2 + 2 * s * series;
}
