/**
 * Weighted correlations of a module's features in drawn samples: the statistic of the significance tests.
 *
 * Source: the reference is src/engine/js/weighted-correlations.ts. Operations and their order are the same, so results
 *   are the same to the last bit.
 * Shapes: n samples of a locality x f features; the samples are gathered column by column, a column `strideOf(n)` doubles long.
 * Precision: double.
 * Cost: for each draw and locality, one gather and four passes over n x f, in vectors of two doubles.
 * Scratch: the gathered columns (f rounded up to a multiple of 4), then as many means, scales and counts (f64 each), then STEP
 *   scores. Lengths `stride` and addresses are in bytes below.
 * Determinism: an item is one draw of one module and writes no other's results.
 */

import { STOP_ADDRESS } from '../runtime/layout';
import { ModuleSamples, WeightedCorrelationsArguments } from './layout';

/** Samples of one step of the scores. */
const STEP: i32 = 8;

/** Doubles of a gathered column of n samples: n rounded up to a multiple of STEP. */
function strideOf(n: i32): i32 {
  return (n + STEP - 1) & ~(STEP - 1);
}

/** Bytes of scratch that `weightedCorrelations` needs for up to f features and localities of n samples. */
export function weightedCorrelationsScratch(f: i32, n: i32): usize {
  const columns = (f + 3) & ~3;
  return (<usize>(columns * strideOf(n) + 3 * columns + STEP)) << 3;
}

/** Kernel: the statistic of module `item` % modules for draw `item` / modules, in all its localities, f64 each. */
export function weightedCorrelations(item: i32, scratch: usize, call: WeightedCorrelationsArguments): void {
  const draw = item / call.moduleCount;
  const address = load<u32>(call.modules + ((<usize>(item % call.moduleCount)) << 2));
  const module = changetype<ModuleSamples>(<usize>address);
  const f = module.f;
  const n = module.n;
  const order = call.orders ? call.orders + ((<usize>draw * <usize>call.samples) << 2) : 0;
  const shifts = module.shifts ? module.shifts + ((<usize>draw * <usize>f) << 2) : 0;
  const results = module.results + ((<usize>draw * <usize>module.localities) << 3);
  for (let l: i32 = 0; l < module.localities; l++) {
    if (load<i32>(STOP_ADDRESS)) return;
    const positions = module.positions + ((<usize>l * <usize>n) << 2);
    const loadings = module.loadings + ((<usize>l * <usize>f) << 3);
    gatherColumns(module, call.samples, positions, order, shifts, scratch);
    store<f64>(results + ((<usize>l) << 3), pairSum(f, n, module.support, loadings, scratch));
  }
}

/**
 * Copies the drawn values of one locality's n samples to columns of f64 at `columns`, one for each of the module's f
 * features, `strideOf(n)` doubles apart.
 * @param samples rows in all.
 * @param positions i32: the locality's samples.
 * @param order i32 for each sample: the row that it takes its values from; or 0.
 * @param shifts i32 for each feature: rows to move on by, cyclically; or 0.
 */
function gatherColumns(
  module: ModuleSamples,
  samples: i32,
  positions: usize,
  order: usize,
  shifts: usize,
  columns: usize,
): void {
  const f = module.f;
  const n = module.n;
  const values = module.values;
  const stride = (<usize>strideOf(n)) << 3;
  for (let s: usize = 0; s < <usize>n; s++) {
    const position = load<i32>(positions + (s << 2));
    const row = order ? load<i32>(order + ((<usize>position) << 2)) : position;
    let target = columns + (s << 3);
    for (let i: i32 = 0; i < f; i++) {
      let from = row;
      if (shifts) {
        from += load<i32>(shifts + ((<usize>i) << 2));
        if (from >= samples) from -= samples;
      }
      store<f64>(target, load<f64>(values + ((<usize>from * <usize>f + <usize>i) << 3)));
      target += stride;
    }
  }
}

/**
 * sum over samples of (sum_i loading_i z_i)^2 less sum_i loading_i^2, with z_i the values of feature i
 * centered and scaled to a sum of squares of 1: twice the sum over pairs i < j of both loadings times the correlation. A
 * feature that is constant or lacks support takes no part. Called once for each locality of a draw.
 * @param support least number of samples that must differ from the most frequent value; 0: no such rule.
 * @param loadings address of f signed f64. @param columns address of the gathered values; room for the other scratch follows.
 */
function pairSum(f: i32, n: i32, support: f64, loadings: usize, columns: usize): f64 {
  const stride = (<usize>strideOf(n)) << 3;
  const padded = <usize>((f + 3) & ~3);
  const means = columns + padded * stride;
  const scales = means + (padded << 3);
  const differing = scales + (padded << 3);
  const count = <f64>n;
  for (let i: i32 = 0; i < f; i += 4) {
    const column = columns + <usize>i * stride;
    const at = (<usize>i) << 3;
    sumFour(column, stride, n, means + at, scales + at);
    if (support > 0) {
      countDiffering(column, stride, n, differing + at);
      countDiffering(column + 2 * stride, stride, n, differing + at + 16);
    }
  }
  let center: f64 = 0;
  let selfPairs: f64 = 0;
  for (let at: usize = 0; at < (<usize>f) << 3; at += 8) {
    const mean = load<f64>(means + at);
    const loading = load<f64>(loadings + at);
    const spread = load<f64>(scales + at) - (mean * mean) / count;
    const varies = spread > 1e-9 * count && (support <= 0 || load<f64>(differing + at) >= support);
    const scale = varies ? loading / sqrt(spread) : 0;
    store<f64>(scales + at, scale);
    selfPairs += varies ? loading * loading : 0;
    center += (scale * mean) / count;
  }
  return sumOfScores(f, n, stride, center, scales, columns) - selfPairs;
}

/**
 * Sums (f64 at `sums`) and sums of squares (f64 at `squares`) of four columns of n f64, `stride` bytes apart, each in
 * the order of its samples.
 */
function sumFour(column: usize, stride: usize, n: i32, sums: usize, squares: usize): void {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let lowSquares = f64x2.splat(0);
  let highSquares = f64x2.splat(0);
  const end = column + ((<usize>n) << 3);
  for (let at = column; at < end; at += 8) {
    const a = v128.load64_lane(at + stride, v128.load64_zero(at), 1);
    const b = v128.load64_lane(at + 3 * stride, v128.load64_zero(at + 2 * stride), 1);
    low = f64x2.add(low, a);
    high = f64x2.add(high, b);
    lowSquares = f64x2.add(lowSquares, f64x2.mul(a, a));
    highSquares = f64x2.add(highSquares, f64x2.mul(b, b));
  }
  v128.store(sums, low);
  v128.store(sums, high, 16);
  v128.store(squares, lowSquares);
  v128.store(squares, highSquares, 16);
}

/**
 * For two columns of n f64, `stride` bytes apart, how many samples differ from the value that most of them have (Boyer
 * and Moore's majority vote), all of them where no value has a majority: two f64 at `counts`.
 */
function countDiffering(column: usize, stride: usize, n: i32, counts: usize): void {
  const one = f64x2.splat(1);
  const zero = f64x2.splat(0);
  const end = column + ((<usize>n) << 3);
  let value = zero;
  let votes = zero;
  for (let at = column; at < end; at += 8) {
    const v = v128.load64_lane(at + stride, v128.load64_zero(at), 1);
    value = v128.bitselect(v, value, f64x2.eq(votes, zero));
    const equal = f64x2.eq(v, value);
    votes = f64x2.add(votes, v128.bitselect(one, f64x2.neg(one), equal));
  }
  let same = zero;
  for (let at = column; at < end; at += 8) {
    const v = v128.load64_lane(at + stride, v128.load64_zero(at), 1);
    same = f64x2.add(same, v128.and(one, f64x2.eq(v, value)));
  }
  const all = f64x2.splat(<f64>n);
  const majority = v128.and(f64x2.gt(votes, zero), f64x2.gt(f64x2.add(same, same), all));
  v128.store(counts, v128.bitselect(f64x2.sub(all, same), all, majority));
}

/**
 * Sum over samples, in their order, of (sum_i scale_i value_i - center)^2; STEP samples at a time.
 * @param scales address of f f64, 0 for a feature that takes no part; scratch for the scores follows. @param columns as
 * in `pairSum`.
 */
function sumOfScores(f: i32, n: i32, stride: usize, center: f64, scales: usize, columns: usize): f64 {
  const scores = scales + ((<usize>((f + 3) & ~3)) << 4);
  let sum: f64 = 0;
  for (let s: i32 = 0; s < n; s += STEP) {
    let s0 = f64x2.splat(-center);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let column = columns + ((<usize>s) << 3);
    for (let i: usize = 0; i < <usize>f; i++) {
      const scale = v128.load_splat<f64>(scales + (i << 3));
      s0 = f64x2.add(s0, f64x2.mul(scale, v128.load(column)));
      s1 = f64x2.add(s1, f64x2.mul(scale, v128.load(column, 16)));
      s2 = f64x2.add(s2, f64x2.mul(scale, v128.load(column, 32)));
      s3 = f64x2.add(s3, f64x2.mul(scale, v128.load(column, 48)));
      column += stride;
    }
    v128.store(scores, s0);
    v128.store(scores, s1, 16);
    v128.store(scores, s2, 32);
    v128.store(scores, s3, 48);
    const together = min(STEP, n - s);
    for (let at: usize = 0; at < (<usize>together) << 3; at += 8) {
      const score = load<f64>(scores + at);
      sum += score * score;
    }
  }
  return sum;
}
