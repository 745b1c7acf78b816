/**
 * Weighted correlations of a module's features in drawn samples: the statistic of the significance tests.
 *
 * Source: the reference is src/engine/js/weighted-correlations.ts. Operations and their order are the same, so results
 *   are the same to the last bit.
 * Shapes: values samples x w, w the number of features rounded up to a multiple of 4, zeros past the last. The drawn values
 *   of a locality are gathered four features at a time: n rows of 4 doubles, then those of the next four. The samples of a
 *   locality come in runs of one level, each centered on its own; without levels there is one run.
 * Precision: float32 values, everything else double.
 * Cost: for each draw and locality, one gather that sums as it goes, and one pass for the scores.
 * Determinism: an item is one draw of one module and writes its own results.
 * Types (a field with an element type such as f32 is the address of an array): `WeightedCorrelationsArguments`:
 *   modules (u32: addresses of the `ModuleSamples`), draws (draws of each module), entries (of one order), orders
 *   (i32: draws x entries, the row that each entry takes its values from; or 0). `ModuleSamples`: values (f32: samples
 *   x f (rounded up to a multiple of 4, with zeros), each column standardized), f (number of features), positions (i32:
 *   localities x n, samples of each locality, run after run), n (most samples of a locality), offsets (i32: localities
 *   + 1, first run of each), lengths and numbers (i32 for each run: samples, number of its level), rows (i32: levels + 1,
 *   first row of each level in `values`), levels (their number), localities (number of localities), loadings
 *   (f64: localities x f, loading times sign), shifts (i32: draws x levels x f, rows by which each feature moves on cyclically;
 *   or 0), modes (f64 for each padded feature: the only value that most of a locality's samples can have; NaN where
 *   there is none), contested (u8 for each feature: 1 where there are several such values), support (A feature takes
 *   part where at least this many samples differ from the value that most have), results (f64: draws x localities, the
 *   results).
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { STOP_ADDRESS } from '../runtime/layout';
import { ModuleSamples, WeightedCorrelationsArguments } from './layout';
import { pairSum } from './pair-sum';

/**
 * Bytes of scratch that `weightedCorrelations` needs for up to w padded features, localities of n samples, and r runs of one
 * level in a locality.
 */
export function weightedCorrelationsScratch(w: i32, n: i32, r: i32): usize {
  const sums: usize = ((<usize>w) << 1) + <usize>r * (<usize>w + 1);
  return ((<usize>n * <usize>w + sums) << 3) + ((<usize>n) << 4) + ((<usize>n) << 3);
}

/**
 * Kernel: the statistic of module `item` / draws for draw `item` % draws, in all its localities, f64 each.
 * @param scratch bytes as `weightedCorrelationsScratch` says.
 */
export function weightedCorrelations(item: i32, scratch: usize, call: WeightedCorrelationsArguments): void {
  // draw after draw of one module: its values stay in the cache
  const draw = item % call.draws;
  const address = load<u32>(call.modules + ((<usize>(item / call.draws)) << 2));
  const module = changetype<ModuleSamples>(<usize>address);
  const f = module.f;
  const most = <usize>module.n;
  const w = <usize>((f + 3) & ~3);
  const order = call.orders ? call.orders + ((<usize>draw * <usize>call.entries) << 2) : 0;
  const stride = <usize>module.levels * <usize>f;
  const shifts = module.shifts ? module.shifts + ((<usize>draw * stride) << 2) : 0;
  const results = module.results + ((<usize>draw * <usize>module.localities) << 3);
  const columns = scratch;
  const scales = columns + ((most * w) << 3);
  const scores = scales + ((2 * w) << 3);
  const rows = scores + (most << 4);
  const sums = rows + (most << 3);
  for (let l: i32 = 0; l < module.localities; l++) {
    if (load<i32>(STOP_ADDRESS)) return;
    const first = load<i32>(module.offsets + ((<usize>l) << 2));
    const runs = load<i32>(module.offsets + ((<usize>l) << 2), 4) - first;
    const lengths = module.lengths + ((<usize>first) << 2);
    let n: usize = 0;
    for (let r: i32 = 0; r < runs; r++) n += <usize>load<i32>(lengths + ((<usize>r) << 2));
    drawRows(module.positions + ((<usize>l * most) << 2), n, order, rows);
    for (let i: i32 = 0; i < f; i += 4) {
      const block = columns + ((<usize>i * n) << 3);
      const at = (<usize>i) << 3;
      gatherFour(module, first, runs, rows, i, shifts, block, scales + at, sums + at);
      if (module.support > 0) countContested(module, n, i, block, scales + (w << 3) + at);
    }
    const loadings = module.loadings + ((<usize>l * <usize>f) << 3);
    store<f64>(
      results + ((<usize>l) << 3),
      pairSum(module, n, lengths, runs, loadings, columns, scales, scores, sums),
    );
  }
}

/**
 * Writes the row that each sample of a locality takes its values from (u32, n).
 * @param positions i32: of each sample in the values.
 * @param order i32: the drawn order of the samples, or 0.
 * @param rows where they are written.
 */
function drawRows(positions: usize, n: usize, order: usize, rows: usize): void {
  for (let s: usize = 0; s < n << 2; s += 4) {
    const position = load<i32>(positions + s);
    store<i32>(rows + s, order ? load<i32>(order + ((<usize>position) << 2)) : position);
  }
}

/**
 * Copies the drawn values of features i to i + 4 to n x 4 doubles at `block`; their sums of squares and how many equal the
 * mode go to `squares` and w doubles after it, their sums in each run to `sums`, w doubles a run.
 * @param first number of the locality's first run. @param runs their number.
 * @param shifts i32, levels x features: rows of the level to move on by, cyclically; or 0.
 */
function gatherFour(
  module: ModuleSamples,
  first: i32,
  runs: i32,
  rows: usize,
  i: i32,
  shifts: usize,
  block: usize,
  squares: usize,
  sums: usize,
): void {
  const w = (<usize>((module.f + 3) & ~3)) << 3;
  memory.fill(squares, 0, 32);
  memory.fill(squares + w, 0, 32);
  let at = block;
  let r = rows;
  for (let run: i32 = first; run < first + runs; run++) {
    gatherRun(module, run, r, i, shifts, at, squares, sums + <usize>(run - first) * w);
    const length = <usize>load<i32>(module.lengths + ((<usize>run) << 2));
    at += length << 5;
    r += length << 2;
  }
}

/**
 * Copies the drawn values of features i to i + 4 in one run to 4 doubles a sample at `block`, writes their sums to
 * `sums`, and adds their squares and how many equal the mode to those before.
 * @param rows u32: row of each sample of the locality.
 * @param shifts i32 a feature, or 0.
 */
function gatherRun(
  module: ModuleSamples,
  run: i32,
  rows: usize,
  i: i32,
  shifts: usize,
  block: usize,
  squares: usize,
  sums: usize,
): void {
  const w = (<usize>((module.f + 3) & ~3)) << 2;
  const values = module.values + ((<usize>i) << 2);
  const low = v128.load(module.modes + ((<usize>i) << 3));
  const high = v128.load(module.modes + ((<usize>i) << 3), 16);
  const level = load<i32>(module.numbers + ((<usize>run) << 2));
  const start = load<i32>(module.rows + ((<usize>level) << 2));
  const stop = load<i32>(module.rows + ((<usize>level) << 2), 4);
  const by = shifts ? shifts + ((<usize>level * <usize>module.f) << 2) : 0;
  const end = block + ((<usize>load<i32>(module.lengths + ((<usize>run) << 2))) << 5);
  let sum0 = f64x2.splat(0);
  let sum1 = sum0;
  let square0 = v128.load(squares);
  let square1 = v128.load(squares, 16);
  let equal0 = sum0;
  let equal1 = sum0;
  for (let at = block, r = rows; at < end; at += 32, r += 4) {
    const row = load<i32>(r);
    let a: v128;
    let b: v128;
    if (by) {
      a = v128.load32_zero(shifted(values, row, by, i, module.f, start, stop, w));
      a = v128.load32_lane(shifted(values, row, by, i + 1, module.f, start, stop, w) + 4, a, 1);
      b = v128.load32_zero(shifted(values, row, by, i + 2, module.f, start, stop, w) + 8);
      b = v128.load32_lane(shifted(values, row, by, i + 3, module.f, start, stop, w) + 12, b, 1);
    } else {
      a = v128.load64_zero(values + <usize>row * w);
      b = v128.load64_zero(values + <usize>row * w, 8);
    }
    a = f64x2.promote_low_f32x4(a);
    b = f64x2.promote_low_f32x4(b);
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
  v128.store(squares, square0);
  v128.store(squares, square1, 16);
  addCounts(squares + (w << 1), equal0);
  addCounts(squares + (w << 1) + 16, equal1);
}

/**
 * Adds two i64 to two f64 at an address.
 * @param target their address.
 * @param counts two i64.
 */
function addCounts(target: usize, counts: v128): void {
  store<f64>(target, load<f64>(target) + <f64>i64x2.extract_lane(counts, 0));
  store<f64>(target, load<f64>(target, 8) + <f64>i64x2.extract_lane(counts, 1), 8);
}

/**
 * Address of the row that lies feature i's shift further on, cyclically among the rows start to stop of its level;
 * past the last feature any.
 * @param values address of the rows.
 * @param shifts i32 a feature.
 * @param f features.
 * @param bytes of a row.
 */
function shifted(
  values: usize,
  row: i32,
  shifts: usize,
  i: i32,
  f: i32,
  start: i32,
  stop: i32,
  bytes: usize,
): usize {
  let from = row + load<i32>(shifts + ((<usize>min(i, f - 1)) << 2));
  if (from >= stop) from -= stop - start;
  return values + <usize>from * bytes;
}

/**
 * For those of features i to i + 4 that may have one of several majorities, and where the mode is too rare to exclude the others: how many
 * samples have the value that most of them have (Boyer and Moore's majority vote), or some where none has a majority.
 * @param equal f64 a feature: how many have the mode; changed in place.
 * @param n samples.
 * @param block 4 doubles a sample.
 */
function countContested(module: ModuleSamples, n: usize, i: i32, block: usize, equal: usize): void {
  const end = block + (n << 5);
  for (let lane: i32 = 0; lane < min(4, module.f - i); lane++) {
    const shift = (<usize>lane) << 3;
    // where so many samples hold the mode, no other value leaves fewer than the support that differ from it
    if (!load<u8>(module.contested + <usize>(i + lane)) || load<f64>(equal + shift) >= <f64>module.support)
      continue;
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
