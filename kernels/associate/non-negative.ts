/**
 * Exact non-negative least squares for many right-hand sides: the presence of modules in localities.
 *
 * Source: the reference is src/core/nnls.ts, which says what is solved and how; the answer is the same to the last bit.
 * Precision: double. Cost: about m changes of the passive set a row, m^3 / 6 each. Determinism: an item is some rows, each
 *   solved on its own.
 * Types (a field with an element type such as f32 is the address of an array): `NonNegativeArguments`: gram (f64: m x m), m,
 *   right (f32: rows x m), rows, solutions (f32: rows x m, the result).
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { NON_NEGATIVE_ROWS, NonNegativeArguments } from './factor-layout';

/** A pivot below this share of the diagonal counts as zero. */
const PIVOT: f64 = 1e-10;

/** Of the row that this thread solves. */
let m: i32 = 0;
let gram: usize = 0;
/** f64: solution, m. */
let solution: usize = 0;
/** f64: unbounded solution of the passive part, in the order of `passive`. */
let trial: usize = 0;
/** f64: Cholesky factor of the passive part, row stride m. */
let factor: usize = 0;
/** i32: indices that may be positive, in the order in which they entered, and how many. */
let passive: usize = 0;
let passiveCount: i32 = 0;
/** u8 an index: 1 where it is passive or refused. */
let closed: usize = 0;

/** Bytes of scratch of `solveNonNegative`. @param width m. */
export function nonNegativeScratch(width: i32): usize {
  const size = <usize>width;
  return ((size * size + 2 * size) << 3) + (size << 2) + size + 64;
}

/** Kernel: solves rows item x NON_NEGATIVE_ROWS and on. Scratch: `nonNegativeScratch`. */
export function solveNonNegative(item: i32, scratch: usize, call: NonNegativeArguments): void {
  const size = <usize>call.m;
  m = call.m;
  gram = call.gram;
  solution = scratch;
  trial = solution + (size << 3);
  factor = trial + (size << 3);
  passive = factor + ((size * size) << 3);
  closed = passive + (size << 2);
  const first = item * NON_NEGATIVE_ROWS;
  const last = min(call.rows, first + NON_NEGATIVE_ROWS);
  for (let row = first; row < last; row++) {
    const at = (<usize>row * size) << 2;
    solveRow(call.right + at);
    for (let k: i32 = 0; k < m; k++) {
      store<f32>(call.solutions + at + ((<usize>k) << 2), <f32>doubleAt(solution, k));
    }
  }
}

/** Entry k of an f64 array. */
function doubleAt(array: usize, k: i32): f64 {
  return load<f64>(array + ((<usize>k) << 3));
}

/** Sets entry k of the f64 array at an address. */
function setDouble(array: usize, k: i32, value: f64): void {
  store<f64>(array + ((<usize>k) << 3), value);
}

/** Entry (i, j) of the Gram matrix. */
function gramAt(i: i32, j: i32): f64 {
  return doubleAt(gram, i * m + j);
}

/** Index i of the passive ones, in the order in which they entered. */
function passiveAt(i: i32): i32 {
  return load<i32>(passive + ((<usize>i) << 2));
}

/** Writes the minimizer for `right` (m f32) to the solution. */
function solveRow(right: usize): void {
  passiveCount = 0;
  memory.fill(solution, 0, (<usize>m) << 3);
  memory.fill(closed, 0, <usize>m);
  for (let round: i32 = 0; round < 3 * m + 3; round++) {
    const entering = mostPositiveGradient(right);
    if (entering < 0) return;
    store<i32>(passive + ((<usize>passiveCount) << 2), entering);
    passiveCount++;
    // refused where the pivot vanishes: it stays closed
    store<u8>(closed + <usize>entering, 1);
    if (!factorize()) {
      passiveCount--;
      continue;
    }
    backSubstitute(right);
    while (!stepIntoBounds() && passiveCount > 0) {
      factorize();
      backSubstitute(right);
    }
  }
}

/** Computes the Cholesky factor of the passive part; returns false when a pivot vanishes. */
function factorize(): bool {
  for (let i: i32 = 0; i < passiveCount; i++) {
    const k = passiveAt(i);
    for (let j: i32 = 0; j <= i; j++) {
      let sum = gramAt(k, passiveAt(j));
      for (let t: i32 = 0; t < j; t++) sum -= doubleAt(factor, i * m + t) * doubleAt(factor, j * m + t);
      if (i !== j) setDouble(factor, i * m + j, sum / doubleAt(factor, j * m + j));
      else if (sum > PIVOT * gramAt(k, k)) setDouble(factor, i * m + i, sqrt(sum));
      else return false;
    }
  }
  return true;
}

/** Solves the passive part without bounds, into the trial. @param right address of the f32 right side, one a module. */
function backSubstitute(right: usize): void {
  for (let i: i32 = 0; i < passiveCount; i++) {
    let sum = <f64>load<f32>(right + ((<usize>passiveAt(i)) << 2));
    for (let k: i32 = 0; k < i; k++) sum -= doubleAt(factor, i * m + k) * doubleAt(trial, k);
    setDouble(trial, i, sum / doubleAt(factor, i * m + i));
  }
  for (let i = passiveCount - 1; i >= 0; i--) {
    let sum = doubleAt(trial, i);
    for (let k = i + 1; k < passiveCount; k++) sum -= doubleAt(factor, k * m + i) * doubleAt(trial, k);
    setDouble(trial, i, sum / doubleAt(factor, i * m + i));
  }
}

/** Moves toward the trial until a passive entry reaches zero, and drops it; returns true when none does. */
function stepIntoBounds(): bool {
  let step: f64 = 1;
  let reached = true;
  for (let i: i32 = 0; i < passiveCount; i++) {
    const to = doubleAt(trial, i);
    if (to > 0) continue;
    reached = false;
    const from = doubleAt(solution, passiveAt(i));
    step = min<f64>(step, from / (from - to));
  }
  for (let i: i32 = 0; i < passiveCount; i++) {
    const k = passiveAt(i);
    const from = doubleAt(solution, k);
    setDouble(solution, k, from + step * (doubleAt(trial, i) - from));
  }
  if (reached) return true;
  for (let i = passiveCount - 1; i >= 0; i--) {
    const k = passiveAt(i);
    if (doubleAt(trial, i) > 0 || doubleAt(solution, k) > 1e-14) continue;
    setDouble(solution, k, 0);
    store<u8>(closed + <usize>k, 0);
    const at = passive + ((<usize>i) << 2);
    memory.copy(at, at + 4, (<usize>(passiveCount - i - 1)) << 2);
    passiveCount--;
  }
  return false;
}

/**
 * The open index whose entry lowers the loss most, or -1 when the solution is optimal.
 * @param right address of the f32 right side, one a module.
 */
function mostPositiveGradient(right: usize): i32 {
  let best: i32 = -1;
  let steepest: f64 = 0;
  for (let k: i32 = 0; k < m; k++) {
    const diagonal = gramAt(k, k);
    if (load<u8>(closed + <usize>k) || !(diagonal > 0)) continue;
    const product = <f64>load<f32>(right + ((<usize>k) << 2));
    let gradient = product;
    for (let i: i32 = 0; i < passiveCount; i++) {
      const j = passiveAt(i);
      gradient -= gramAt(k, j) * doubleAt(solution, j);
    }
    // relative to the pattern's norm: the loss falls by gradient^2 / S_kk
    const scaled = gradient / sqrt(diagonal);
    if (gradient > 1e-12 * abs<f64>(product) && scaled > steepest) {
      steepest = scaled;
      best = k;
    }
  }
  return best;
}
