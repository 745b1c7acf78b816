/**
 * Epochs of UMAP's sampled optimization in one to four dimensions.
 *
 * Source: McInnes, Healy, Melville (2018), algorithm 5, with umap-learn 0.5's schedule.
 * Ours: an epoch has `turns` turns, each over a part of every row's edges. All samples of a turn move at once,
 *   from where they were at its beginning, and negative samples come from a hash of (seed, turn, sample, draw).
 *   So the result depends neither on the order of edges nor on the number of threads
 *   (src/engine/js/negative-sampling.ts has the measurements). An edge of the symmetric graph is stored in both
 *   rows, and each of them pulls both ends.
 * Shapes: graph rows x targets with rates weight / largest weight, rows padded to multiples of 4 with rate 0.
 *   Coordinates rows x 2 f32 (rows x 4 in three and four dimensions) in two arrays that turns alternate
 *   between.
 * Precision: f32.
 * Determinism: an item is a block of rows of one turn and waits for all blocks of the turn before.
 * Types (a field with an element type such as f32 is the address of an array): `UmapArguments`: rows (number of
 *   samples that move), blocks (blocks of rows that a turn is divided into), first (number of the job's first epoch),
 *   total (epochs of the whole run), offsets (graph in compressed rows, padded to multiples of 4 entries: f64 offsets,
 *   i32 indices, f32 rates in 0 to 1), indices, rates, evenCoordinates (f32: coordinates before even turns and before
 *   odd turns, rows x 2 (rows x 4 in 3 and 4 dimensions)), oddCoordinates, targets (f32: coordinates of fixed samples
 *   that edges lead to, and their number; 0 where edges lead to moving samples), targetCount, counter (i32: blocks done
 *   so far), seed (of the negative samples), turns (turns of an epoch, each over a part of every row's edges),
 *   dimensions (1 to 4), attraction (coefficients of the forces over squared distance, as in `Move`), repulsion,
 *   learningRate, negativeSampleRate. `Move`: from (f32: coordinates of the sample before and after, 2 (4 in three and four
 *   dimensions), unused ones 0), to, targets (f32: coordinates of all partners), list (i32 rows: positive partners from
 *   `list` to `negativesStart`, negative samples from there to `end`, either part padded to a multiple of four with
 *   -1), negativesStart, end, negatives (number of negative samples), self (the row that does not repulse itself, or
 *   -2), attraction (f32 value and rise to the next, at each step of squared distance: coefficients), repulsion, alpha
 *   (learning rate of the epoch, and factor of the attraction beside it), pull, dimensions (1 to 4).
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { markDone, waitFor } from '../runtime/item-order';
import { UmapArguments } from './layout';
import { MOVE_BYTES, Move, moveSample } from './move';
import { moveInPlane } from './move-plane';

/**
 * Kernel: moves the rows of one block in one turn. Scratch: a `Move`, and 4 bytes for each edge of the longest row
 * and each of its negative samples.
 * @param item turn x blocks + block.
 */
export function umapItem(item: i32, scratch: usize, call: UmapArguments): void {
  const blocks = call.blocks;
  const turn = item / blocks;
  const block = item % blocks;
  if (!waitFor(call.counter, turn * blocks)) return;
  const from = turn & 1 ? call.oddCoordinates : call.evenCoordinates;
  const to = turn & 1 ? call.evenCoordinates : call.oddCoordinates;
  const first = <i32>((<i64>call.rows * block) / blocks);
  const end = <i32>((<i64>call.rows * (block + 1)) / blocks);
  const move = changetype<Move>(scratch);
  prepareMove(call, turn, from, move);
  const key = mixed(call.seed + <u32>(call.first * call.turns + turn) * 0x9e3779b9);
  const shift: usize = call.dimensions > 2 ? 4 : 3;
  for (let row = first; row < end; row++) {
    move.from = from + ((<usize>row) << shift);
    move.to = to + ((<usize>row) << shift);
    moveRow(call, turn, row, key, move);
  }
  markDone(call.counter);
}

/**
 * Writes to `move` what is the same for all rows of a turn; the list of partners follows it.
 * @param turn number of the turn in the job. @param from coordinates of all rows before it.
 */
function prepareMove(call: UmapArguments, turn: i32, from: usize, move: Move): void {
  const fixed = call.targets !== 0;
  const share: f32 = <f32>(call.first + turn / call.turns) / <f32>call.total;
  move.list = changetype<usize>(move) + MOVE_BYTES;
  move.targets = fixed ? call.targets : from;
  move.self = -2;
  move.attraction = call.attraction;
  move.repulsion = call.repulsion;
  move.alpha = call.learningRate * max<f32>(0, 1 - share);
  move.pull = fixed ? 1 : 2;
  move.dimensions = call.dimensions;
}

/**
 * Moves one sample in one turn: lists its positive partners and its negative samples, and applies their forces.
 * @param turn number of the turn in the job.
 * @param key of the turn's negative samples.
 * @param move with the row's coordinates, and all that is the same for all rows.
 */
function moveRow(call: UmapArguments, turn: i32, row: i32, key: u32, move: Move): void {
  listPositives(call, turn, row, move);
  if (move.negativesStart === move.list && move.negatives === 0) {
    memory.copy(move.to, move.from, call.dimensions > 2 ? 16 : 8);
    return;
  }
  const fixed = call.targets !== 0;
  listNegativeSamples(mixed(key ^ (<u32>row * 0x85ebca6b)), fixed ? call.targetCount : call.rows, move);
  if (!fixed) move.self = row;
  if (call.dimensions > 2) moveSample(move);
  else moveInPlane(move);
}

/**
 * Writes the positive partners of a sample to `move.list`: the targets of the edges of the turn's part of its row that are used
 * in the turn's epoch, padded to a multiple of four with -1. Sets `negativesStart` and the number of negative samples that the
 * used edges ask for.
 */
function listPositives(call: UmapArguments, turn: i32, row: i32, move: Move): void {
  // turns are a power of two: dividing by them took a tenth of an epoch
  const turnBits = ctz(call.turns);
  const epoch = call.first + (turn >> turnBits);
  const part = <usize>(turn & (call.turns - 1));
  const bounds = call.offsets + ((<usize>row) << 3);
  const start = <usize>load<f64>(bounds);
  const groups = (<usize>load<f64>(bounds, 8) - start) >> 2;
  const from = (start << 2) + (((groups * part) >> <usize>turnBits) << 4);
  const end = (start << 2) + (((groups * (part + 1)) >> <usize>turnBits) << 4);
  const now = f32x4.splat(<f32>epoch);
  // as in umap-learn, no edge is used in epoch 0: using all of them at once would contract the initial coordinates
  const before = f32x4.splat(<f32>max(0, epoch - 1));
  const rate = f32x4.splat(call.negativeSampleRate);
  const one = f32x4.splat(1);
  let to = move.list;
  let negatives = f32x4.splat(0);
  for (let e = from; e < end; e += 16) {
    const rates = v128.load(call.rates + e);
    const uses = f32x4.floor(f32x4.mul(rates, now));
    const used = f32x4.gt(uses, f32x4.floor(f32x4.mul(rates, before)));
    let mask = i32x4.bitmask(used);
    if (mask === 0) continue;
    const due = f32x4.floor(f32x4.mul(uses, rate));
    const drawn = f32x4.sub(due, f32x4.floor(f32x4.mul(f32x4.sub(uses, one), rate)));
    negatives = f32x4.add(negatives, v128.and(drawn, used));
    while (mask !== 0) {
      store<i32>(to, load<i32>(call.indices + e + ((<usize>ctz(mask)) << 2)));
      to += 4;
      mask &= mask - 1;
    }
  }
  const pair = f32x4.add(negatives, v128.shuffle<f32>(negatives, negatives, 2, 3, 0, 1));
  move.negatives = <i32>(f32x4.extract_lane(pair, 0) + f32x4.extract_lane(pair, 1));
  for (; ((to - move.list) & 15) !== 0; to += 4) store<i32>(to, -1);
  move.negativesStart = to;
}

/**
 * Writes the negative samples to `move.negativesStart`: rows below `count`, drawn with the keys that follow `key`,
 * padded to a multiple of four with -1. Sets `end`.
 */
function listNegativeSamples(key: u32, count: i32, move: Move): void {
  const negatives = move.negatives;
  const golden = i32x4.splat(0x9e3779b9);
  const first = i32x4.splat(0x85ebca6b);
  const second = i32x4.splat(0xc2b2ae35);
  const rows = i32x4.splat(count);
  let number = i32x4(1, 2, 3, 4);
  let to = move.negativesStart;
  for (let left = negatives; left > 0; left -= 4) {
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
  for (let past = (4 - (negatives & 3)) & 3; past > 0; past--) store<i32>(to - ((<usize>past) << 2), -1);
  move.end = to;
}

/** A key whose bits are well mixed: the finalizer of MurmurHash3 (Appleby). Negative samples are drawn by it. */
function mixed(key: u32): u32 {
  let h = key;
  h = (h ^ (h >>> 16)) * 0x85ebca6b;
  h = (h ^ (h >>> 13)) * 0xc2b2ae35;
  return h ^ (h >>> 16);
}
