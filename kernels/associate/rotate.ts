/**
 * Varimax: turns every pair of factors to the optimum of its plane, until none turns.
 *
 * Source: the reference is src/core/varimax.ts; the answer is the same to the last bit. Shapes: a start has m factors of d f64,
 *   one after another. Precision: double; sums of even and of odd entries apart. Determinism: an item is a start.
 * Types (a field with an element type such as f32 is the address of an array): `RotateArguments`: factors (f64: starts x m x
 *   d, changed in place), m, d, features (that count in the criterion).
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { STOP_ADDRESS } from '../runtime/layout';
import { LEAST_SINE, MOST_SWEEPS, RotateArguments } from './factor-layout';

/** Cosine and sine of the angle by which the plane that this thread looks at is turned. */
let cosine: f64 = 1;
let sine: f64 = 0;

/** Kernel: turns the factors of start `item`. Ends early, unfinished, once a stop is asked for. */
export function rotateFactors(item: i32, _scratch: usize, call: RotateArguments): void {
  const m = call.m;
  const bytes = (<usize>call.d) << 3;
  const start = call.factors + <usize>item * <usize>m * bytes;
  for (let sweep: i32 = 0; sweep < MOST_SWEEPS; sweep++) {
    let turned = false;
    for (let a: i32 = 0; a < m; a++) {
      if (load<i32>(STOP_ADDRESS)) return;
      for (let b = a + 1; b < m; b++) {
        const x = start + <usize>a * bytes;
        const y = start + <usize>b * bytes;
        findRotation(x, y, call.d, <f64>call.features);
        if (abs<f64>(sine) < LEAST_SINE) continue;
        turnPlane(x, y, call.d);
        turned = true;
      }
    }
    if (!turned) return;
  }
}

/** Sum of the two lanes. */
function sumOf(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/** Finds the rotation of the plane of x and y (d f64 each) for the largest criterion. @param features that count in it. */
function findRotation(x: usize, y: usize, d: i32, features: f64): void {
  let sumU = f64x2.splat(0);
  let sumV = f64x2.splat(0);
  let real = f64x2.splat(0);
  let imaginary = f64x2.splat(0);
  for (let i: usize = 0; i < (<usize>d) << 3; i += 16) {
    let a = v128.load(x + i);
    let b = v128.load(y + i);
    // an odd last entry stands alone in its pair
    if (i + 16 > (<usize>d) << 3) {
      a = f64x2.replace_lane(a, 1, 0);
      b = f64x2.replace_lane(b, 1, 0);
    }
    const u = f64x2.sub(f64x2.mul(a, a), f64x2.mul(b, b));
    const twice = f64x2.add(a, a);
    const v = f64x2.mul(twice, b);
    sumU = f64x2.add(sumU, u);
    sumV = f64x2.add(sumV, v);
    real = f64x2.add(real, f64x2.sub(f64x2.mul(u, u), f64x2.mul(v, v)));
    imaginary = f64x2.add(imaginary, f64x2.mul(f64x2.add(u, u), v));
  }
  const totalU = sumOf(sumU);
  const totalV = sumOf(sumV);
  const along = sumOf(real) - (totalU * totalU - totalV * totalV) / features;
  const across = sumOf(imaginary) - (2 * totalU * totalV) / features;
  setQuarter(along, across);
}

/** Sets cosine and sine to those of a quarter of the angle of (along, across); 1 and 0 where both are 0. */
function setQuarter(along: f64, across: f64): void {
  const size = max<f64>(abs<f64>(along), abs<f64>(across));
  cosine = 1;
  sine = 0;
  if (!(size > 0)) return;
  const a = along / size;
  const b = across / size;
  const length = sqrt(a * a + b * b);
  cosine = a / length;
  sine = b / length;
  halve();
  halve();
}

/** Halves the angle of cosine and sine, which is from -pi to pi. */
function halve(): void {
  if (cosine >= 0) {
    const c = sqrt((1 + cosine) / 2);
    sine = sine / (2 * c);
    cosine = c;
    return;
  }
  const s = sqrt((1 - cosine) / 2);
  cosine = abs<f64>(sine) / (2 * s);
  sine = sine < 0 ? -s : s;
}

/** Turns the plane of x and y (d f64 each), in place. */
function turnPlane(x: usize, y: usize, d: i32): void {
  const c = f64x2.splat(cosine);
  const s = f64x2.splat(sine);
  const end = (<usize>d) << 3;
  let i: usize = 0;
  for (; i + 16 <= end; i += 16) {
    const a = v128.load(x + i);
    const b = v128.load(y + i);
    v128.store(x + i, f64x2.add(f64x2.mul(c, a), f64x2.mul(s, b)));
    v128.store(y + i, f64x2.sub(f64x2.mul(c, b), f64x2.mul(s, a)));
  }
  if (i === end) return;
  const a = load<f64>(x + i);
  const b = load<f64>(y + i);
  store<f64>(x + i, cosine * a + sine * b);
  store<f64>(y + i, cosine * b - sine * a);
}
