/**
 * Quadratic forms and pattern sums over a block of associations.
 *
 * Source: the reference is src/engine/js/factorize/products.ts.
 * Shapes: loadings and presence are padded with zeros to a multiple of 4 modules (`width`), so that modules
 *   fill the lanes of a vector.
 * Precision: float32 along a row of entries, double across rows.
 * Cost: entries x width.
 * Determinism: an item is a locality (forms) or a feature (patterns), so sums have one order for any number of
 *   threads.
 * Types (a field with an element type such as f32 is the address of an array): `QuadraticArguments`: blocks (u32:
 *   addresses of the `BlockParts`, whose localities follow one another), d (number of features), signed (1 to use
 *   signed values, 0 to use absolute values), loadings (f32: loadings, d x width), width (number of modules, padded to
 *   a multiple of 4), forms (f32: result, localities x width). `BlockParts`: offsets (u32, u16, f32: offsets, columns
 *   and values), columns, values, count (number of localities), ends (1 where a segment ends with the block, 2 where its group
 *   does, too). `PatternArguments`: blocks (u32: addresses of the
 *   `BlockParts`, whose localities follow one another, and their number), blockCount, d (number of features), signed (1
 *   to use signed values, 0 to use absolute values), presence (f32: presence, localities x width), width (number of
 *   modules, padded to a multiple of 4), modules (number of modules), total (f32: sums of the modules,
 *   one after another, changed in place), layout (of the sums: factor-layout.ts), fresh (1 where sums begin at 0), open
 *   (f32: sums of a segment that goes on in the next call, or 0), carried (1 where the call before left such sums), closes
 *   (1 where any segment ends in the call), group, groupCarried and completes (the same for groups of segments).
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { AS_PAIRS, BlockParts, PatternArguments, QuadraticArguments } from './factor-layout';

/**
 * A mask of the bits of a float32 that are kept: all for signed associations (`signed` 1), all but the sign for
 * others.
 */
export function strengthMask(signed: i32): v128 {
  return signed ? i32x4.splat(-1) : i32x4.splat(0x7fffffff);
}

/**
 * Kernel: forms[item, k] = sum over the entries (i, j) of locality `item` of A[i, j] u_k[i] u_k[j], for all modules
 * k. Scratch: 8 bytes x width.
 */
export function quadraticForms(item: i32, scratch: usize, call: QuadraticArguments): void {
  const d = call.d;
  const width = call.width;
  memory.fill(scratch, 0, (<usize>width) << 3);
  let index: i32 = 0;
  let local = item;
  let block = blockAt(call.blocks, 0);
  while (local >= block.count) {
    local -= block.count;
    block = blockAt(call.blocks, ++index);
  }
  const rows = block.offsets + ((<usize>local * <usize>d) << 2);
  for (let i: i32 = 0; i < d; i++) {
    const begin = load<u32>(rows + ((<usize>i) << 2));
    const end = load<u32>(rows + ((<usize>i) << 2), 4);
    if (begin === end) continue;
    let k: i32 = 0;
    for (; k + 16 <= width; k += 16) addRowForms16(call, block, begin, end, i, k, scratch);
    for (; k < width; k += 4) addRowForms4(call, block, begin, end, i, k, scratch);
  }
  const result = call.forms + ((<usize>item * <usize>width) << 2);
  for (let k: i32 = 0; k < width; k++) {
    store<f32>(result + ((<usize>k) << 2), <f32>load<f64>(scratch + ((<usize>k) << 3)));
  }
}

/**
 * Block `index` of a table of addresses (u32 each).
 * @param blocks address of the table.
 */
function blockAt(blocks: usize, index: i32): BlockParts {
  return changetype<BlockParts>(<usize>load<u32>(blocks + ((<usize>index) << 2)));
}

/**
 * Adds what the entries `begin` to `end`, those of feature i in a locality, contribute to the quadratic forms of the
 * 16 modules from k on.
 * @param sums f64, one a module.
 */
function addRowForms16(
  call: QuadraticArguments,
  block: BlockParts,
  begin: u32,
  end: u32,
  i: i32,
  k: i32,
  sums: usize,
): void {
  const columns = block.columns;
  const values = block.values;
  const loadings = call.loadings;
  const width = call.width;
  const mask = strengthMask(call.signed);
  const lanes = loadings + ((<usize>k) << 2);
  const stride = (<usize>width) << 2;
  let t0 = f32x4.splat(0);
  let t1 = f32x4.splat(0);
  let t2 = f32x4.splat(0);
  let t3 = f32x4.splat(0);
  for (let p = <usize>begin; p < <usize>end; p++) {
    const a = v128.and(v128.load_splat<f32>(values + (p << 2)), mask);
    const u = lanes + <usize>load<u16>(columns + (p << 1)) * stride;
    t0 = f32x4.add(t0, f32x4.mul(a, v128.load(u)));
    t1 = f32x4.add(t1, f32x4.mul(a, v128.load(u, 16)));
    t2 = f32x4.add(t2, f32x4.mul(a, v128.load(u, 32)));
    t3 = f32x4.add(t3, f32x4.mul(a, v128.load(u, 48)));
  }
  const rowLoadings = lanes + <usize>i * stride;
  const target = sums + ((<usize>k) << 3);
  addDoubles(target, f32x4.mul(t0, v128.load(rowLoadings)));
  addDoubles(target + 32, f32x4.mul(t1, v128.load(rowLoadings, 16)));
  addDoubles(target + 64, f32x4.mul(t2, v128.load(rowLoadings, 32)));
  addDoubles(target + 96, f32x4.mul(t3, v128.load(rowLoadings, 48)));
}

/**
 * Adds what the entries `begin` to `end`, those of feature i in a locality, contribute to the quadratic forms of the
 * 4 modules from k on.
 * @param sums f64, one a module.
 */
function addRowForms4(
  call: QuadraticArguments,
  block: BlockParts,
  begin: u32,
  end: u32,
  i: i32,
  k: i32,
  sums: usize,
): void {
  const columns = block.columns;
  const values = block.values;
  const loadings = call.loadings;
  const width = call.width;
  const mask = strengthMask(call.signed);
  const lanes = loadings + ((<usize>k) << 2);
  const stride = (<usize>width) << 2;
  let t = f32x4.splat(0);
  for (let p = <usize>begin; p < <usize>end; p++) {
    const a = v128.and(v128.load_splat<f32>(values + (p << 2)), mask);
    t = f32x4.add(t, f32x4.mul(a, v128.load(lanes + <usize>load<u16>(columns + (p << 1)) * stride)));
  }
  addDoubles(sums + ((<usize>k) << 3), f32x4.mul(t, v128.load(lanes + <usize>i * stride)));
}

/**
 * Adds the four f32 lanes of a vector to four f64 at `target`.
 * @param floats four f32.
 */
function addDoubles(target: usize, floats: v128): void {
  v128.store(target, f64x2.add(v128.load(target), f64x2.promote_low_f32x4(floats)));
  const high = i8x16.shuffle(floats, floats, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
  v128.store(target, f64x2.add(v128.load(target, 16), f64x2.promote_low_f32x4(high)), 16);
}

/**
 * Kernel: adds sum over localities of P[l, k] A_l[i, j] to total[k, pair(i, j)] for i = item: over each segment of localities
 *   in their order, then over the segments of each group, then over the groups. So how localities are divided into blocks, and
 *   blocks into calls, changes nothing. Scratch: 12 bytes x d x width.
 */
export function accumulatePatterns(item: i32, scratch: usize, call: PatternArguments): void {
  const d = call.d;
  const stride = (<usize>call.width) << 2;
  const group = scratch + <usize>d * stride;
  const totals = group + <usize>d * stride;
  const first = <usize>item * stride;
  const bytes = <usize>(d - item) * stride;
  memory.fill(scratch + first, 0, bytes);
  memory.fill(group + first, 0, bytes);
  memory.fill(totals + first, 0, bytes);
  if (call.carried) moveSums(item, scratch, call, call.open, 0);
  if (call.closes && call.groupCarried) moveSums(item, group, call, call.group, 0);
  if (call.completes && !call.fresh) moveSums(item, totals, call, call.total, 0);
  let presence = call.presence;
  let ended: i32 = 1;
  let completed: i32 = 1;
  // the first segment of a group is summed where the group's sums are: nothing has to be added to it
  let begins = !call.carried && !call.groupCarried;
  for (let b: i32 = 0; b < call.blockCount; b++) {
    const block = blockAt(call.blocks, b);
    addBlock(item, begins ? group : scratch, call, block, presence);
    presence += <usize>block.count * stride;
    ended = block.ends;
    if (ended) {
      if (!begins) addAndClear(scratch + first, group + first, bytes);
      completed = ended === 2 ? 1 : 0;
      begins = completed === 1;
      if (completed) addAndClear(group + first, totals + first, bytes);
    }
  }
  if (!ended) moveSums(item, begins ? group : scratch, call, call.open, 1);
  if (!completed) moveSums(item, group, call, call.group, 1);
  if (call.completes) moveSums(item, totals, call, call.total, 1);
}

/**
 * Adds sums to others and clears them.
 * @param sums f32, a multiple of 16 bytes. @param totals likewise.
 */
function addAndClear(sums: usize, totals: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(totals + at, f32x4.add(v128.load(totals + at), v128.load(sums + at)));
    v128.store(sums + at, f32x4.splat(0));
  }
}

/**
 * Adds presence x association, for the entries of feature `item` in all localities of a block, to the sums of its
 * pairs.
 * @param scratch f32 sums, features x width (modules).
 * @param presence f32, width for each locality, of the block's first.
 */
function addBlock(
  item: i32,
  scratch: usize,
  call: PatternArguments,
  block: BlockParts,
  presence: usize,
): void {
  const columns = block.columns;
  const values = block.values;
  const d = call.d;
  const mask = strengthMask(call.signed);
  const stride = (<usize>call.width) << 2;
  for (let l: i32 = 0; l < block.count; l++) {
    const row = block.offsets + ((<usize>(l * d + item)) << 2);
    const end = <usize>load<u32>(row, 4);
    const weights = presence + <usize>l * stride;
    for (let p = <usize>load<u32>(row); p < end; p++) {
      const a = v128.and(v128.load_splat<f32>(values + (p << 2)), mask);
      const sums = scratch + <usize>load<u16>(columns + (p << 1)) * stride;
      for (let k: usize = 0; k < stride; k += 16) {
        v128.store(sums + k, f32x4.add(v128.load(sums + k), f32x4.mul(a, v128.load(weights + k))));
      }
    }
  }
}

/**
 * Copies what stands of feature `item`'s pairs at `matrix` (f32, in the layout of the call: pairs of the feature with later
 * ones) to the sums at `scratch` (f32, features x width), or back where `back` is 1.
 */
function moveSums(item: i32, scratch: usize, call: PatternArguments, matrix: usize, back: i32): void {
  const d = call.d;
  const stride = (<usize>call.width) << 2;
  let first = <usize>item * <usize>(d + 1) + 1;
  let ofModule = <usize>d * <usize>d;
  if (call.layout === AS_PAIRS) {
    // pairs of row i begin after those of rows 0 to i - 1: i d - i (i + 1) / 2
    first = <usize>item * <usize>d - ((<usize>item * <usize>(item + 1)) >> 1);
    ofModule = (<usize>d * <usize>(d - 1)) >> 1;
  }
  for (let k: i32 = 0; k < call.modules; k++) {
    let total = matrix + ((<usize>k * ofModule + first) << 2);
    let sum = scratch + <usize>(item + 1) * stride + ((<usize>k) << 2);
    for (let j = item + 1; j < d; j++) {
      if (back) store<f32>(total, load<f32>(sum));
      else store<f32>(sum, load<f32>(total));
      total += 4;
      sum += stride;
    }
  }
}
