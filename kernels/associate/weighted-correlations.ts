/**
 * Weighted correlations of a module's features in drawn samples: the statistic of the significance tests.
 *
 * Source: the reference is src/engine/js/weighted-correlations.ts. Operations and their order are the same, so results
 *   are the same to the last bit.
 * Shapes: values samples x w, w the number of features rounded up to a multiple of 4, zeros past the last. The drawn values
 *   of a locality are gathered four features at a time: n rows of 4 doubles, then those of the next four.
 * Precision: double.
 * Cost: for each draw and locality, one gather that sums as it goes, and one pass for the scores.
 * Determinism: an item is one draw of one module and writes its own results.
 * Types (a field with an element type such as f32 is the address of an array): `WeightedCorrelationsArguments`:
 *   modules (u32: addresses of the `ModuleSamples`), draws (draws of each module), samples (samples in all), orders
 *   (i32: draws x samples, the row that each sample takes its values from; or 0). `ModuleSamples`: values (f64: samples
 *   x f (rounded up to a multiple of 4, with zeros), each column standardized), f (number of features), positions (i32:
 *   localities x n, samples of each locality), n (samples of a locality), localities (number of localities), loadings
 *   (f64: localities x f, loading times sign), shifts (i32: draws x f, rows by which each feature moves on cyclically;
 *   or 0), modes (f64 for each padded feature: the only value that most of a locality's samples can have; NaN where
 *   there is none), contested (u8 for each feature: 1 where there are several such values), support (A feature takes
 *   part where at least this many samples differ from the value that most have), results (f64: draws x localities, the
 *   results).
 */

import { STOP_ADDRESS } from '../runtime/layout';
import { ModuleSamples, WeightedCorrelationsArguments } from './layout';

/** Bytes of scratch that `weightedCorrelations` needs for up to w padded features and localities of n samples. */
export function weightedCorrelationsScratch(w: i32, n: i32): usize {
  return ((<usize>n * <usize>w + 3 * <usize>w) << 3) + ((<usize>n) << 4) + ((<usize>n) << 3);
}

/** Kernel: the statistic of module `item` / draws for draw `item` % draws, in all its localities, f64 each. */
export function weightedCorrelations(item: i32, scratch: usize, call: WeightedCorrelationsArguments): void {
  // draw after draw of one module: its values stay in the cache
  const draw = item % call.draws;
  const address = load<u32>(call.modules + ((<usize>(item / call.draws)) << 2));
  const module = changetype<ModuleSamples>(<usize>address);
  const f = module.f;
  const n = <usize>module.n;
  const w = <usize>((f + 3) & ~3);
  const order = call.orders ? call.orders + ((<usize>draw * <usize>call.samples) << 2) : 0;
  const shifts = module.shifts ? module.shifts + ((<usize>draw * <usize>f) << 2) : 0;
  const results = module.results + ((<usize>draw * <usize>module.localities) << 3);
  const columns = scratch;
  const sums = columns + ((n * w) << 3);
  const rows = sums + ((3 * w) << 3) + (n << 4);
  for (let l: i32 = 0; l < module.localities; l++) {
    if (load<i32>(STOP_ADDRESS)) return;
    drawRows(module.positions + ((<usize>l * n) << 2), n, order, rows);
    for (let i: i32 = 0; i < f; i += 4) {
      const block = columns + ((<usize>i * n) << 3);
      gatherFour(module, call.samples, rows, i, shifts, block, sums + ((<usize>i) << 3));
      if (module.support > 0) countContested(module, i, block, sums + ((2 * w + <usize>i) << 3));
    }
    const loadings = module.loadings + ((<usize>l * <usize>f) << 3);
    store<f64>(results + ((<usize>l) << 3), pairSum(module, loadings, columns, sums));
  }
}

/** Writes the row that each sample of a locality takes its values from (u32, n). */
function drawRows(positions: usize, n: usize, order: usize, rows: usize): void {
  for (let s: usize = 0; s < n << 2; s += 4) {
    const position = load<i32>(positions + s);
    store<i32>(rows + s, order ? load<i32>(order + ((<usize>position) << 2)) : position);
  }
}

/**
 * Copies the drawn values of features i to i + 4 to n x 4 doubles at `block`; their sums, sums of squares and how many
 * equal the mode go to `sums`, each w doubles after the one before.
 * @param shifts i32 a feature: rows to move on by, cyclically; or 0.
 */
function gatherFour(
  module: ModuleSamples,
  samples: i32,
  rows: usize,
  i: i32,
  shifts: usize,
  block: usize,
  sums: usize,
): void {
  const w = (<usize>((module.f + 3) & ~3)) << 3;
  const values = module.values + ((<usize>i) << 3);
  const modes = module.modes + ((<usize>i) << 3);
  const low = v128.load(modes);
  const high = v128.load(modes, 16);
  let sum0 = f64x2.splat(0);
  let sum1 = sum0;
  let square0 = sum0;
  let square1 = sum0;
  let equal0 = sum0;
  let equal1 = sum0;
  const end = block + ((<usize>module.n) << 5);
  for (let at = block, r = rows; at < end; at += 32, r += 4) {
    const row = load<i32>(r);
    let a: v128;
    let b: v128;
    if (shifts) {
      a = v128.load64_zero(shifted(values, row, shifts, i, module.f, samples, w));
      a = v128.load64_lane(shifted(values, row, shifts, i + 1, module.f, samples, w) + 8, a, 1);
      b = v128.load64_zero(shifted(values, row, shifts, i + 2, module.f, samples, w) + 16);
      b = v128.load64_lane(shifted(values, row, shifts, i + 3, module.f, samples, w) + 24, b, 1);
    } else {
      a = v128.load(values + <usize>row * w);
      b = v128.load(values + <usize>row * w, 16);
    }
    v128.store(at, a);
    v128.store(at, b, 16);
    sum0 = f64x2.add(sum0, a);
    sum1 = f64x2.add(sum1, b);
    square0 = f64x2.add(square0, f64x2.mul(a, a));
    square1 = f64x2.add(square1, f64x2.mul(b, b));
    equal0 = i64x2.sub(equal0, f64x2.eq(a, low));
    equal1 = i64x2.sub(equal1, f64x2.eq(b, high));
  }
  v128.store(sums, sum0);
  v128.store(sums, sum1, 16);
  v128.store(sums + w, square0);
  v128.store(sums + w, square1, 16);
  store<f64>(sums + 2 * w, <f64>i64x2.extract_lane(equal0, 0));
  store<f64>(sums + 2 * w, <f64>i64x2.extract_lane(equal0, 1), 8);
  store<f64>(sums + 2 * w, <f64>i64x2.extract_lane(equal1, 0), 16);
  store<f64>(sums + 2 * w, <f64>i64x2.extract_lane(equal1, 1), 24);
}

/** Address of the row that lies feature i's shift further on, cyclically; past the last feature any. */
function shifted(values: usize, row: i32, shifts: usize, i: i32, f: i32, samples: i32, bytes: usize): usize {
  let from = row + load<i32>(shifts + ((<usize>min(i, f - 1)) << 2));
  if (from >= samples) from -= samples;
  return values + <usize>from * bytes;
}

/**
 * For those of features i to i + 4 that may have one of several majorities: how many samples have the value that most of
 * them have (Boyer and Moore's majority vote), 0 where none has a majority. @param equal f64 a feature.
 */
function countContested(module: ModuleSamples, i: i32, block: usize, equal: usize): void {
  const end = block + ((<usize>module.n) << 5);
  for (let lane: i32 = 0; lane < min(4, module.f - i); lane++) {
    if (!load<u8>(module.contested + <usize>(i + lane))) continue;
    const shift = (<usize>lane) << 3;
    let value: f64 = NaN;
    let votes: i32 = 0;
    for (let at = block + shift; at < end; at += 32) {
      const drawn = load<f64>(at);
      if (votes === 0) value = drawn;
      votes += drawn === value ? 1 : -1;
    }
    let same: f64 = 0;
    for (let at = block + shift; at < end; at += 32) if (load<f64>(at) === value) same++;
    store<f64>(equal + shift, same);
  }
}

/**
 * sum over samples of (sum_i loading_i z_i)^2 less sum_i loading_i^2, with z_i the standardized values of the features
 * that vary and have support: twice the sum over pairs of both loadings times the correlation.
 */
function pairSum(module: ModuleSamples, loadings: usize, columns: usize, sums: usize): f64 {
  const n = <f64>module.n;
  const f = <usize>module.f;
  const w = (f + 3) & ~3;
  const scales = sums + (w << 3);
  const equal = scales + (w << 3);
  let center: f64 = 0;
  let selfPairs: f64 = 0;
  for (let at: usize = 0; at < w << 3; at += 8) {
    const sum = load<f64>(sums + at);
    const spread = load<f64>(scales + at) - (sum * sum) / n;
    const same = load<f64>(equal + at);
    const differing = 2 * same > n ? n - same : n;
    const takesPart = at < f << 3 && spread > 1e-9 * n && differing >= module.support;
    const loading = takesPart ? load<f64>(loadings + at) : 0;
    const scale = takesPart ? loading / sqrt(spread) : 0;
    store<f64>(scales + at, scale);
    selfPairs += loading * loading;
    center += (scale * sum) / n;
  }
  return sumOfScores(module.n, w, center, columns, scales, equal + (w << 3)) - selfPairs;
}

/** Sum over samples of (sum_i scale_i value_i - center)^2, even and odd features apart. @param scores 2 doubles a sample. */
function sumOfScores(n: i32, w: usize, center: f64, columns: usize, scales: usize, scores: usize): f64 {
  const start = f64x2.replace_lane(f64x2.splat(0), 0, -center);
  const end = scores + ((<usize>n) << 4);
  for (let at = scores; at < end; at += 16) v128.store(at, start);
  let block = columns;
  for (let i: usize = 0; i < w; i += 4) {
    const low = v128.load(scales + (i << 3));
    const high = v128.load(scales + (i << 3), 16);
    for (let at = scores; at < end; at += 16) {
      const score = f64x2.add(v128.load(at), f64x2.mul(low, v128.load(block)));
      v128.store(at, f64x2.add(score, f64x2.mul(high, v128.load(block, 16))));
      block += 32;
    }
  }
  let sum: f64 = 0;
  for (let at = scores; at < end; at += 16) {
    const score = load<f64>(at) + load<f64>(at, 8);
    sum += score * score;
  }
  return sum;
}
