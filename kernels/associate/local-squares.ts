/**
 * Sums over localities of unbiased squared correlations, for every pair of some chosen features.
 *
 * Source: the reference is src/engine/js/local-squares.ts.
 * Shapes: f chosen features of n samples a locality, packed in panels of 8 features: n x 8 floats (tile.ts). `weights` has a
 *   float a feature, 1 with support and 0 without, 32 bytes a panel. The sums of a module have a
 *   row for each of its features and ceil(f / 8) * 8 columns, and only those right of the diagonal mean anything.
 * Precision: float32 correlations of columns that are standardized in double; float32 sums in the order of localities.
 * Cost: of the panels of 8 features, and of pairs of these, only those that a module present in a locality has features
 *   in are packed and multiplied there, once for all modules; n x 64 multiply-adds a pair.
 * Determinism: an item is a locality (packing) or a strip of rows of the sums, which adds up localities in their order.
 * Types (a field with an element type such as f32 is the address of an array): `LocalSquaresArguments`: dense (f32:
 *   the features, samples x d, row-major; 0 when they are sparse), offsets (f64, i32, f32: offsets, indices and values
 *   of compressed rows; read when `dense` is 0), indices, values, d (number of features), chosen (i32: the chosen
 *   features, and their number), f, members (i32: sample rows, n for each locality), n (samples of a locality), count
 *   (number of localities), measure (code of the association measure), support (samples that must differ from a
 *   feature's lower median; 0 switches the rule off), levels (address of `LevelParts`; 0 where all samples are one level), factors
 *   (f64: localities x modules, 0 where a module takes no part), modules, rows (i32: modules x f rounded up to a
 *   multiple of 8, the row of the sums for the features of a module, -1 for others), panels (u8: modules x ceil(f / 8), 1 for the panels that hold any
 *   of them), packed (f32: panels of every locality, n x f rounded up to a multiple of 8), supported (u8, localities x
 *   f rounded up to a multiple of 8: 1 where a feature is needed and has support), weights (f32, localities x f rounded
 *   up to a multiple of 8: the same, 0 past the last), sums (f32: rows of all modules, f rounded up to a multiple
 *   of 8; changed in place right of the diagonal), stripPanels (panels of 8 rows that one item of `addLocalSquares`
 *   adds up).
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { STOP_ADDRESS } from '../runtime/layout';
import { sortBytes } from '../runtime/sort';
import { LocalSquaresArguments } from './layout';
import { freedomOf, runCountOf, runsOf, takingPart } from './levels';
import { standardizePanels } from './standardize';
import { findSupported } from './support';
import { panels } from './tile';

/** A number of bytes rounded up to a multiple of 64. */
function padded(bytes: usize): usize {
  return (bytes + 63) & ~63;
}

/**
 * Bytes of scratch that `packChosen` and `addLocalSquares` need.
 * @param d features of the table.
 * @param sparse not 0 for compressed rows.
 * @param n members of a locality.
 * @param f chosen features.
 * @param stripPanels panels of 8 features of a strip.
 */
export function localSquaresScratch(d: i32, n: i32, f: i32, stripPanels: i32, sparse: i32): usize {
  const dense = sparse ? padded((<usize>d) << 2) + (((<usize>n * <usize>f) << 2) + 64) : 0;
  const packing =
    <usize>64 + padded((<usize>n) << 2) + ((<usize>n) << 5) + padded(sortBytes(n) + ((<usize>n) << 2) + 128);
  return max(packing + dense, (<usize>stripPanels) << 8) + 64;
}

/**
 * Kernel: for locality `item`, packs those chosen features that a module taking part there has: judges their support,
 * standardizes them, and writes them in panels of 8 with a weight for each (1 with support, else 0). Scratch:
 * `localSquaresScratch`. Called for all localities of a group before `addLocalSquares`.
 */
export function packChosen(item: i32, scratch: usize, call: LocalSquaresArguments): void {
  const most = call.n;
  const n = takingPart(call.levels, item, most);
  const f = call.f;
  const all = (f + 7) >> 3;
  const numbers = scratch;
  const rows = numbers + 64;
  const buffer = rows + padded((<usize>most) << 2);
  const sorting = buffer + ((<usize>most) << 5);
  const line = sorting + padded(sortBytes(most) + ((<usize>most) << 2) + 128);
  const members = call.members + ((<usize>item * <usize>most) << 2);
  const gathered = line + padded((<usize>call.d) << 2);
  const runs = runsOf(call.levels, item);
  const runCount = runCountOf(call.levels, item);
  if (!call.dense) gatherSparse(call, members, n, line, gathered);
  for (let s: i32 = 0; s < n; s++) store<u32>(rows + ((<usize>s) << 2), <u32>(buffer + ((<usize>s) << 5)));
  const flags = call.supported + ((<usize>item) << 3) * <usize>all;
  const weights = call.weights + ((<usize>item * <usize>all) << 5);
  memory.fill(flags, 0, (<usize>all) << 3);
  for (let q: i32 = 0; q < all && n > 0; q++) {
    if (!isNeeded(call, item, q, q)) continue;
    const lanes = min(8, f - (q << 3));
    if (call.dense) gatherPanel(call, members, n, q, lanes, buffer);
    else copyPanel(gathered, n, f, q, lanes, buffer);
    const panelFlags = flags + ((<usize>q) << 3);
    findSupported(rows, n, lanes, call.support, numbers, panelFlags, sorting, sorting + 16);
    for (let i: i32 = 0; i < lanes; i++) store<i32>(numbers + ((<usize>i) << 2), i);
    const packed = call.packed + ((<usize>most * (<usize>item * <usize>all + <usize>q)) << 5);
    standardizePanels(rows, n, numbers, lanes, panelFlags, call.measure, packed, sorting, runs, runCount);
    memory.fill(packed + ((<usize>n) << 5), 0, (<usize>(most - n)) << 5);
  }
  for (let i: usize = 0; i < (<usize>all) << 3; i++)
    store<f32>(weights + (i << 2), load<u8>(flags + i) ? 1 : 0);
}

/** Whether a module that takes part in locality `item` has features in both panels, p and q (numbers from 0). */
function isNeeded(call: LocalSquaresArguments, item: i32, p: i32, q: i32): bool {
  const all = <usize>((call.f + 7) >> 3);
  const factors = call.factors + ((<usize>item * <usize>call.modules) << 3);
  for (let k: usize = 0; k < <usize>call.modules; k++) {
    const holds = call.panels + k * all;
    if (load<f64>(factors + (k << 3)) !== 0 && load<u8>(holds + <usize>p) && load<u8>(holds + <usize>q))
      return true;
  }
  return false;
}

/**
 * Copies the `lanes` (up to 8) chosen features of panel q, dense, to n rows of 8 floats at `target`.
 * @param members i32 sample rows.
 */
function gatherPanel(
  call: LocalSquaresArguments,
  members: usize,
  n: i32,
  q: i32,
  lanes: i32,
  target: usize,
): void {
  const bytes = (<usize>call.d) << 2;
  for (let lane: i32 = 0; lane < lanes; lane++) {
    const feature = <usize>load<i32>(call.chosen + ((<usize>((q << 3) + lane)) << 2));
    const column = call.dense + (feature << 2);
    const to = target + ((<usize>lane) << 2);
    for (let s: usize = 0; s < <usize>n; s++) {
      store<f32>(to + (s << 5), load<f32>(column + <usize>load<i32>(members + (s << 2)) * bytes));
    }
  }
}

/** Copies the `lanes` (up to 8) columns of panel q from n x f floats at `gathered` to n rows of 8 floats at `target`. */
function copyPanel(gathered: usize, n: i32, f: i32, q: i32, lanes: i32, target: usize): void {
  for (let s: usize = 0; s < <usize>n; s++) {
    memory.copy(target + (s << 5), gathered + ((s * <usize>f + ((<usize>q) << 3)) << 2), (<usize>lanes) << 2);
  }
}

/** Copies the chosen features of the n members' compressed rows to n x f floats at `target`. @param line room for d floats. */
function gatherSparse(call: LocalSquaresArguments, members: usize, n: i32, line: usize, target: usize): void {
  memory.fill(line, 0, (<usize>call.d) << 2);
  const bytes = (<usize>call.f) << 2;
  for (let s: usize = 0; s < <usize>n; s++) {
    const member = <usize>load<i32>(members + (s << 2));
    spreadRow(call, member, line, 1);
    for (let i: usize = 0; i < bytes; i += 4) {
      store<f32>(target + s * bytes + i, load<f32>(line + ((<usize>load<i32>(call.chosen + i)) << 2)));
    }
    spreadRow(call, member, line, 0);
  }
}

/** Writes the entries of a compressed row to `line`, d floats; with `written` 0, zeros there, which clears the line again. */
function spreadRow(call: LocalSquaresArguments, row: usize, line: usize, written: i32): void {
  const bounds = call.offsets + (row << 3);
  const end = <usize>load<f64>(bounds, 8);
  for (let p = <usize>load<f64>(bounds); p < end; p++) {
    const value: f32 = written ? load<f32>(call.values + (p << 2)) : 0;
    store<f32>(line + ((<usize>load<i32>(call.indices + (p << 2))) << 2), value);
  }
}

/**
 * Kernel: for every module, adds factor x (squared correlation - expected) of all packed localities to the rows of
 * strip `item` of its sums. Scratch: `localSquaresScratch`.
 */
export function addLocalSquares(item: i32, scratch: usize, call: LocalSquaresArguments): void {
  const n = call.n;
  const all = (call.f + 7) >> 3;
  const first = item * call.stripPanels;
  const height = min(call.stripPanels, all - first);
  const width = (<usize>all) << 5;
  for (let l: i32 = 0; l < call.count; l++) {
    if (load<i32>(STOP_ADDRESS)) return;
    const packed = call.packed + ((<usize>l * <usize>n * <usize>all) << 5);
    const weights = call.weights + <usize>l * width;
    if (!anyWeight(weights + ((<usize>first) << 5), height)) continue;
    const expected = <f32>(1 / freedomOf(call.levels, l, n));
    for (let q = first; q < all; q++) {
      const across = (<usize>q) << 5;
      if (!anyWeight(weights + across, 1) || !stripNeeded(call, l, first, height, q)) continue;
      panels(
        packed + ((<usize>first * <usize>n) << 5),
        height,
        packed + across * <usize>n,
        1,
        n,
        scratch,
        32,
      );
      for (let k: i32 = 0; k < call.modules; k++) {
        const factor = <f32>load<f64>(call.factors + ((<usize>(l * call.modules + k)) << 3));
        if (factor !== 0) addBlock(call, k, first, height, factor, expected, weights, across, scratch);
      }
    }
  }
}

/** Whether a module that takes part in locality `l` has features in panel q and in one of `height` panels from `first` on. */
function stripNeeded(call: LocalSquaresArguments, l: i32, first: i32, height: i32, q: i32): bool {
  for (let p = first; p < first + height; p++) if (isNeeded(call, l, p, q)) return true;
  return false;
}

/**
 * Whether any feature of `count` panels has support; if not, they are skipped. @param weights address of those of the
 * first panel.
 */
function anyWeight(weights: usize, count: i32): bool {
  let any = v128.load(weights);
  for (let at: usize = 16; at < (<usize>count) << 5; at += 16) any = v128.or(any, v128.load(weights + at));
  return v128.any_true(any);
}

/**
 * Adds factor (rho^2 - expected) to eight columns of module k's sums, in the rows of its features that have support.
 * @param first panel of the rows. @param height panels of rows. @param factor of module k in this locality.
 * @param expected subtracted from every squared correlation: 1 / degrees of freedom.
 * @param weights address of the locality's weights. @param across bytes before the columns in a row of sums and in the weights.
 * @param rho address of the correlations, f32, height * 8 rows of eight.
 */
function addBlock(
  call: LocalSquaresArguments,
  k: i32,
  first: i32,
  height: i32,
  factor: f32,
  expected: f32,
  weights: usize,
  across: usize,
  rho: usize,
): void {
  const rows = (call.f + 7) & ~7;
  const width = (<usize>rows) << 2;
  const shift = f32x4.splat(expected);
  const low = v128.load(weights + across);
  const high = v128.load(weights + across, 16);
  for (let i: i32 = 0; i < height << 3; i++) {
    const row = <usize>((first << 3) + i);
    const weight = factor * load<f32>(weights + (row << 2));
    const rowOfSums = load<i32>(call.rows + ((<usize>k * <usize>rows + row) << 2));
    if (weight === 0 || rowOfSums < 0) continue;
    const target = call.sums + <usize>rowOfSums * width + across;
    const scale = f32x4.splat(weight);
    const a = v128.load(rho + ((<usize>i) << 5));
    const b = v128.load(rho + ((<usize>i) << 5), 16);
    const left = f32x4.mul(f32x4.sub(f32x4.mul(a, a), shift), low);
    const right = f32x4.mul(f32x4.sub(f32x4.mul(b, b), shift), high);
    v128.store(target, f32x4.add(v128.load(target), f32x4.mul(scale, left)));
    v128.store(target, f32x4.add(v128.load(target, 16), f32x4.mul(scale, right)), 16);
  }
}
