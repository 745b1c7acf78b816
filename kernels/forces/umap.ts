/**
 * Epochs of UMAP's sampled optimization in one to four dimensions, each sample moved by its own item.
 *
 * Source: McInnes, Healy, Melville (2018), algorithm 5, with umap-learn 0.5's schedule. Ours: an epoch is some
 * turns, each over a part of every row, and all samples of a turn move at once, from where they were at its beginning;
 * strangers come from a hash of (seed, turn, sample, draw). So no order of edges and no number of threads shows in the
 * result (engine/js/negative-sampling.ts has what was measured). An edge of the
 * symmetric graph stands in both of its rows and pulls both ends twice, as it does there.
 * Shapes: graph rows x targets, rates w / largest w, rows filled up to fours with rate 0; places rows x 2 f32 (x 4
 * in three and four dimensions), two of them, from and to which turns go in turn. An item is a block of rows of one
 * turn, which waits for all blocks of the turn before (item-order.ts). Precision: f32. Scratch: 64 bytes, and 4 for each
 * entry of the longest row and each of its strangers.
 */

import { passOn, reached } from '../runtime/item-order';
import { movePlace } from './power';

/** What a job is told; src/engine/wasm/forces/umap.ts writes the same. */
@unmanaged
class Problem {
  rows: i32;
  blocks: i32;
  /** Number of the first epoch, and how many there are in all (of the whole run). */
  first: i32;
  total: i32;
  offsets: usize;
  indices: usize;
  rates: usize;
  places: usize;
  others: usize;
  /** Places of fixed samples that edges lead to, and their number; 0 where edges lead to the moving ones. */
  targets: usize;
  targetCount: i32;
  flow: usize;
  seed: u32;
  /** Turns of an epoch, each over a part of every row. */
  turns: i32;
  dimensions: i32;
  a: f32;
  b: f32;
  learningRate: f32;
  negativeSampleRate: f32;
  repulsionStrength: f32;
}

export function umapItem(item: i32, scratch: usize, at: usize): void {
  const problem = changetype<Problem>(at);
  const blocks = problem.blocks;
  const turn = item / blocks;
  const block = item % blocks;
  if (!reached(problem.flow, turn * blocks)) return;
  const from = turn & 1 ? problem.others : problem.places;
  const to = turn & 1 ? problem.places : problem.others;
  const first = <i32>((<i64>problem.rows * block) / blocks);
  const end = <i32>((<i64>problem.rows * (block + 1)) / blocks);
  for (let row = first; row < end; row++) moveRow(problem, turn, row, from, to, scratch);
  passOn(problem.flow);
}

function moveRow(problem: Problem, turn: i32, row: i32, from: usize, to: usize, scratch: usize): void {
  const shift: usize = problem.dimensions > 2 ? 4 : 3;
  const place = (<usize>row) << shift;
  const list = scratch + 16;
  const epoch = problem.first + turn / problem.turns;
  const pulls = listPulls(problem, epoch, turn % problem.turns, row, list, scratch);
  const strangers = load<i32>(scratch);
  if (pulls === list && strangers === 0) {
    memory.copy(to + place, from + place, (<usize>1) << shift);
    return;
  }
  const fixed = problem.targets !== 0;
  const count = fixed ? problem.targetCount : problem.rows;
  const key = mixed(problem.seed + <u32>(problem.first * problem.turns + turn) * 0x9e3779b9);
  const pushes = listStrangers(mixed(key ^ (<u32>row * 0x85ebca6b)), count, strangers, pulls);
  const share: f32 = <f32>epoch / <f32>problem.total;
  movePlace(
    from + place,
    to + place,
    fixed ? problem.targets : from,
    list,
    pulls,
    pushes,
    fixed ? -2 : row,
    problem.a,
    problem.b,
    problem.learningRate * max<f32>(0, 1 - share),
    fixed ? 1 : 2,
    problem.repulsionStrength,
    problem.dimensions,
  );
}

/**
 * Lists the targets of the edges of a part of a row that are used in an epoch, filled up to fours with -1, and returns
 * where the list ends; writes how many strangers they ask for to `strangersAt`.
 */
function listPulls(
  problem: Problem,
  epoch: i32,
  part: i32,
  row: i32,
  list: usize,
  strangersAt: usize,
): usize {
  const bounds = problem.offsets + ((<usize>row) << 3);
  const start = <usize>load<f64>(bounds);
  const groups = (<usize>load<f64>(bounds, 8) - start) >> 2;
  const from = (start << 2) + (((groups * <usize>part) / <usize>problem.turns) << 4);
  const end = (start << 2) + (((groups * <usize>(part + 1)) / <usize>problem.turns) << 4);
  const now = f32x4.splat(<f32>epoch);
  // as in umap-learn, no edge is used in epoch 0: all at once would draw the start together
  const before = f32x4.splat(<f32>max(0, epoch - 1));
  const rate = f32x4.splat(problem.negativeSampleRate);
  const one = f32x4.splat(1);
  let to = list;
  let strangers = f32x4.splat(0);
  for (let e = from; e < end; e += 16) {
    const rates = v128.load(problem.rates + e);
    const uses = f32x4.floor(f32x4.mul(rates, now));
    const used = f32x4.gt(uses, f32x4.floor(f32x4.mul(rates, before)));
    let mask = i32x4.bitmask(used);
    if (mask === 0) continue;
    const due = f32x4.floor(f32x4.mul(uses, rate));
    const asked = f32x4.sub(due, f32x4.floor(f32x4.mul(f32x4.sub(uses, one), rate)));
    strangers = f32x4.add(strangers, v128.and(asked, used));
    while (mask !== 0) {
      store<i32>(to, load<i32>(problem.indices + e + ((<usize>ctz(mask)) << 2)));
      to += 4;
      mask &= mask - 1;
    }
  }
  const pair = f32x4.add(strangers, v128.shuffle<f32>(strangers, strangers, 2, 3, 0, 1));
  store<i32>(strangersAt, <i32>(f32x4.extract_lane(pair, 0) + f32x4.extract_lane(pair, 1)));
  for (; ((to - list) & 15) !== 0; to += 4) store<i32>(to, -1);
  return to;
}

/** Lists `strangers` rows below `count`, drawn with keys that follow `key`, filled up to fours with -1. */
function listStrangers(key: u32, count: i32, strangers: i32, list: usize): usize {
  const golden = i32x4.splat(0x9e3779b9);
  const first = i32x4.splat(0x85ebca6b);
  const second = i32x4.splat(0xc2b2ae35);
  const rows = i32x4.splat(count);
  let number = i32x4(1, 2, 3, 4);
  let to = list;
  for (let left = strangers; left > 0; left -= 4) {
    // the finalizer of MurmurHash3, four keys at a time
    let h = i32x4.add(i32x4.splat(key), i32x4.mul(number, golden));
    h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 16)), first);
    h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 13)), second);
    h = v128.xor(h, i32x4.shr_u(h, 16));
    const low = i64x2.extmul_low_i32x4_u(h, rows);
    const high = i64x2.extmul_high_i32x4_u(h, rows);
    v128.store(to, v128.shuffle<i32>(low, high, 1, 3, 5, 7));
    number = i32x4.add(number, i32x4.splat(4));
    to += 16;
  }
  for (let past = (4 - (strangers & 3)) & 3; past > 0; past--) store<i32>(to - ((<usize>past) << 2), -1);
  return to;
}

/** The finalizer of MurmurHash3 (Appleby). */
function mixed(key: u32): u32 {
  let h = key;
  h = (h ^ (h >>> 16)) * 0x85ebca6b;
  h = (h ^ (h >>> 13)) * 0xc2b2ae35;
  return h ^ (h >>> 16);
}
