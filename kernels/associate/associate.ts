/**
 * Associations of one locality: support, standardization, one triangle of the correlation matrix, gate and
 * debiasing; with levels inside these.
 *
 * Source: the reference is src/engine/js/associate.ts, which states the rules.
 * Shapes: n samples x d features; only supported features enter the product.
 * Precision: float32 products of columns that are standardized in double.
 * Cost: n * supported^2 / 2 multiply-adds and two passes over n x d. A strip of correlations is gated while it
 *   is in the cache, so the full matrix is never in memory.
 * Determinism: an item is a locality, so results do not depend on the number of threads.
 * Types (a field with an element type such as f32 is the address of an array): `AssociateArguments`: dense (f32: the
 *   features, samples x d, row-major; 0 when they are sparse), offsets (f64, i32, f32: offsets, indices and values of
 *   compressed rows; read when `dense` is 0), indices, values, d (number of features), members (i32: sample rows, n for
 *   each locality), n (samples of a locality), measure (code of the association measure), raw (1 to store correlations,
 *   0 to store debiased squares with the correlation's sign), support (samples that must differ from a feature's lower
 *   median; 0 switches the rule off), gate (smallest squared correlation that is kept, times
 *   the degrees of freedom), levels (address of `LevelParts`; 0 where all samples are one level), slotColumns (u16 and f32:
 *   columns and values of the kept entries, `slotEntries` for each locality), slotValues, slotEntries, rowCounts (u32:
 *   entries for each (locality, feature); the first is SLOT_OVERFLOW when the slot was too small), supported (u8 for
 *   each (locality, feature): 1 where the feature has support), constants (i32 for each locality: number of constant
 *   features). `CompactArguments`: slotColumns (u16 and f32: slots of `slotEntries` entries for each locality),
 *   slotValues, slotEntries, positions (u32: index of the first entry of each locality in the block, and the end of the
 *   last), columns (u16 and f32: columns and values of the block), values.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { STOP_ADDRESS } from '../runtime/layout';
import { sortBytes } from '../runtime/sort';
import { AssociateArguments, CompactArguments, SLOT_MARGIN, SLOT_OVERFLOW } from './layout';
import { freedomOf, runCountOf, runsOf, takingPart } from './levels';
import { standardizePanels } from './standardize';
import { findSupported } from './support';
import { panels } from './tile';

/** Rows of one strip of correlations, in panels of 8. */
const CORRELATION_PANELS: i32 = 2;

/** A number of bytes rounded up to a multiple of 64. */
function padded(bytes: usize): usize {
  return (bytes + 63) & ~63;
}

/**
 * Bytes of scratch that `associateLocality` needs.
 * @param d features.
 * @param n samples of a locality.
 * @param sparse 1 where features are compressed rows, which are then spread out in the scratch.
 */
export function associateScratch(d: i32, n: i32, sparse: i32): usize {
  const width = <usize>((d + 7) & ~7);
  const dense = sparse ? padded(((<usize>n * <usize>d) << 2) + 64) : 0;
  return (
    padded((<usize>n) << 2) +
    padded((<usize>d) << 2) +
    padded((width * <usize>n) << 2) +
    padded((width * <usize>CORRELATION_PANELS * 8) << 2) +
    padded(sortBytes(n) + ((<usize>n) << 2) + 128) +
    dense
  );
}

/**
 * Kernel: writes the associations of locality `item`, those that pass the gate, to its slot (u16 columns, f32
 * values), the number of entries of each feature, which features have support, and the number of constant features.
 * Scratch: `associateScratch`.
 */
export function associateLocality(item: i32, scratch: usize, call: AssociateArguments): void {
  const d = call.d;
  const most = call.n;
  const width = <usize>((d + 7) & ~7);
  const rows = scratch;
  const features = rows + padded((<usize>most) << 2);
  const packed = features + padded((<usize>d) << 2);
  const strip = packed + padded((width * <usize>most) << 2);
  const sorting = strip + padded((width * <usize>CORRELATION_PANELS * 8) << 2);
  const gathered = sorting + padded(sortBytes(most) + ((<usize>most) << 2) + 128);

  const flags = call.supported + <usize>item * <usize>d;
  const counts = call.rowCounts + ((<usize>item * <usize>d) << 2);
  memory.fill(counts, 0, (<usize>d) << 2);
  const n = takingPart(call.levels, item, most);
  if (n === 0) {
    memory.fill(flags, 0, <usize>d);
    return;
  }
  const members = call.members + ((<usize>item * <usize>most) << 2);
  if (call.dense) addressRows(members, n, call.dense, d, rows);
  else gatherSparse(call, members, n, gathered, rows);

  const constant = call.constants + ((<usize>item) << 2);
  const count = findSupported(rows, n, d, call.support, features, flags, constant, sorting);
  const runs = runsOf(call.levels, item);
  const runCount = runCountOf(call.levels, item);
  standardizePanels(rows, n, features, count, flags, call.measure, packed, sorting, runs, runCount);
  keepPairs(item, call, packed, n, count, features, strip);
}

/**
 * Correlates all pairs of the packed features of locality `item`, a strip of rows at a time, and keeps what passes
 * the gate. Writes SLOT_OVERFLOW as the first row count where the slot is too small.
 * @param packed f32 panels of standardized values.
 * @param n samples that take part.
 * @param count supported features.
 * @param features i32: their numbers, ascending.
 * @param strip room for CORRELATION_PANELS x 8 rows of `count` correlations (rounded up to a multiple of 8), f32.
 */
function keepPairs(
  item: i32,
  call: AssociateArguments,
  packed: usize,
  n: i32,
  count: i32,
  features: usize,
  strip: usize,
): void {
  const slotEntries = call.slotEntries;
  const counts = call.rowCounts + ((<usize>item * <usize>call.d) << 2);
  const freedom = freedomOf(call.levels, item, n);
  const debias: f32 = call.raw ? 0 : <f32>(1 / freedom);
  const gate = <f32>(call.gate / freedom);
  let column = call.slotColumns + ((<usize>item * <usize>slotEntries) << 1);
  let value = call.slotValues + ((<usize>item * <usize>slotEntries) << 2);
  let room = slotEntries - SLOT_MARGIN;
  const allPanels = (count + 7) >> 3;
  for (let p: i32 = 0; p < allPanels; p += CORRELATION_PANELS) {
    if (load<i32>(STOP_ADDRESS)) return;
    const height = min(CORRELATION_PANELS, allPanels - p);
    const across = allPanels - p;
    const stride = (<usize>across) << 5;
    const start = packed + ((<usize>p * <usize>n) << 5);
    panels(start, height, start, across, n, strip, stride);
    const last = min(count, (p + height) << 3);
    for (let i = p << 3; i < last; i++) {
      if (room < count - 1 - i) {
        store<u32>(counts, SLOT_OVERFLOW);
        return;
      }
      // column 0 of the strip is feature p * 8: the address of column j is row + 4 j
      const row = strip + <usize>(i - (p << 3)) * stride - ((<usize>p) << 5);
      const kept = keepRow(call.raw, gate, row, i, count, features, debias, column, value);
      store<u32>(counts + ((<usize>load<i32>(features + ((<usize>i) << 2))) << 2), kept);
      room -= kept;
      column += (<usize>kept) << 1;
      value += (<usize>kept) << 2;
    }
  }
}

/**
 * Writes the address of each member's row of dense features (u32, n in all) to `rows`.
 * @param members i32: row numbers of the locality's n samples.
 * @param dense address of the features, samples x d f32.
 */
function addressRows(members: usize, n: i32, dense: usize, d: i32, rows: usize): void {
  for (let s: i32 = 0; s < n; s++) {
    const at = (<usize>s) << 2;
    store<u32>(rows + at, <u32>(dense + ((<usize>load<i32>(members + at) * <usize>d) << 2)));
  }
}

/**
 * Spreads the members' compressed rows out into a dense n x d f32 array at `target` and writes the rows' addresses
 * (u32, n in all) to `rows`.
 * @param members i32: row numbers of the locality's samples.
 */
function gatherSparse(call: AssociateArguments, members: usize, n: i32, target: usize, rows: usize): void {
  const d = call.d;
  const indices = call.indices;
  const values = call.values;
  memory.fill(target, 0, (<usize>n * <usize>d) << 2);
  for (let s: i32 = 0; s < n; s++) {
    const at = (<usize>s) << 2;
    const row = target + ((<usize>s * <usize>d) << 2);
    store<u32>(rows + at, <u32>row);
    const bounds = call.offsets + ((<usize>load<i32>(members + at)) << 3);
    const end = <usize>load<f64>(bounds, 8);
    for (let p = <usize>load<f64>(bounds); p < end; p++) {
      store<f32>(row + ((<usize>load<i32>(indices + (p << 2))) << 2), load<f32>(values + (p << 2)));
    }
  }
}

/**
 * Appends the correlations of feature i with features i + 1 to `count` that pass the gate; returns how many. Writes
 * up to SLOT_MARGIN entries past the last one it keeps.
 * @param raw 1 to store correlations, 0 debiased squares.
 * @param gate smallest squared correlation that is kept.
 * @param row address of the f32 correlation of feature i with feature 0 of the supported ones.
 * @param features i32: the features' numbers.
 * @param debias subtracted from a squared correlation, 1 / degrees of freedom.
 * @param column address where the next entry's u16 column goes.
 * @param value address where its f32 value goes.
 */
function keepRow(
  raw: i32,
  gate: f32,
  row: usize,
  i: i32,
  count: i32,
  features: usize,
  debias: f32,
  column: usize,
  value: usize,
): u32 {
  const one = f32x4.splat(1);
  const limit = f32x4.splat(gate);
  const shift = f32x4.splat(debias);
  const zero = f32x4.splat(0);
  let kept: u32 = 0;
  // the first group of four may begin before column i + 1: its leading lanes are masked
  for (let j = (i + 1) & ~3; j < count; j += 4) {
    const rho = f32x4.max(f32x4.min(v128.load(row + ((<usize>j) << 2)), one), f32x4.neg(one));
    const squared = f32x4.mul(rho, rho);
    const strength = f32x4.sub(squared, shift);
    // raw: any correlation but 0 that passes the gate; debiased: what is left must be positive
    const positive = raw ? f32x4.ne(rho, zero) : f32x4.gt(strength, zero);
    let mask = i32x4.bitmask(v128.and(f32x4.ge(squared, limit), positive));
    if (j <= i) mask &= 14 << (i - j);
    if (j + 4 > count) mask &= (1 << (count - j)) - 1;
    if (mask === 0) continue;
    const sign = v128.and(rho, f32x4.splat(-0.0));
    const result = raw ? rho : v128.or(strength, sign);
    const from = features + ((<usize>j) << 2);
    kept = keepLane(column, value, kept, load<i32>(from), f32x4.extract_lane(result, 0), mask & 1);
    kept = keepLane(column, value, kept, load<i32>(from, 4), f32x4.extract_lane(result, 1), (mask >> 1) & 1);
    kept = keepLane(column, value, kept, load<i32>(from, 8), f32x4.extract_lane(result, 2), (mask >> 2) & 1);
    kept = keepLane(column, value, kept, load<i32>(from, 12), f32x4.extract_lane(result, 3), mask >> 3);
  }
  return kept;
}

/**
 * Writes an entry at position `at`, and returns the position of the next: at + 1 where it is kept, else `at`, so that
 * it is written over (no branch to mispredict).
 * @param column address of the u16 columns.
 * @param value address of the f32 values.
 * @param keep 1 or 0.
 * @param feature column j.
 * @param result its association.
 */
function keepLane(column: usize, value: usize, at: u32, feature: i32, result: f32, keep: i32): u32 {
  store<u16>(column + ((<usize>at) << 1), <u16>feature);
  store<f32>(value + ((<usize>at) << 2), result);
  return at + keep;
}

/**
 * Kernel: moves the entries (u16 columns, f32 values) of locality `item` from its slot to their range of the block, and sums
 * their squares in double, in order. Called once the number of entries of every locality is known.
 */
export function compactLocality(item: i32, _scratch: usize, call: CompactArguments): void {
  const first = load<u32>(call.positions + ((<usize>item) << 2));
  const count = load<u32>(call.positions + ((<usize>item) << 2), 4) - first;
  const slot = <usize>item * <usize>call.slotEntries;
  memory.copy(call.columns + ((<usize>first) << 1), call.slotColumns + (slot << 1), (<usize>count) << 1);
  memory.copy(call.values + ((<usize>first) << 2), call.slotValues + (slot << 2), (<usize>count) << 2);
  const values = call.slotValues + (slot << 2);
  let sum: f64 = 0;
  for (let p: usize = 0; p < <usize>count; p++) {
    const value = <f64>load<f32>(values + (p << 2));
    sum += value * value;
  }
  store<f64>(call.norms + ((<usize>item) << 3), sum);
}
