/**
 * UMAP's forces on one sample in the plane (or on a line), four pairs at a time: as move.ts, with a loop for attraction and one for
 * repulsion, which leaves the vectors of either in registers.
 *
 * Precision: as move.ts.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { sumLanes } from '../runtime/lanes';
import { clipped, coefficients, damping, LIMIT, Move } from './move';

/** Moves a sample in one or two dimensions; otherwise as `moveSample`. */
export function moveInPlane(move: Move): void {
  const from = move.from;
  const targets = move.targets;
  const negativesStart = move.negativesStart;
  const end = move.end;
  const alpha = move.alpha;
  const x = f32x4.splat(load<f32>(from));
  const y = f32x4.splat(load<f32>(from, 4));
  const zero = i32x4.splat(0);
  let moveX = f32x4.splat(0);
  let moveY = f32x4.splat(0);
  let stiffness = f32x4.splat(0);
  let used = f32x4.splat(0);
  const pull = f32x4.splat(move.pull);
  for (let at = move.list; at < negativesStart; at += 16) {
    const rows = v128.load(at);
    const partners = i32x4.shl(i32x4.max_s(rows, zero), 3);
    const low = pairAt(targets, i32x4.extract_lane(partners, 0), i32x4.extract_lane(partners, 1));
    const high = pairAt(targets, i32x4.extract_lane(partners, 2), i32x4.extract_lane(partners, 3));
    const dx = f32x4.sub(x, v128.shuffle<f32>(low, high, 0, 2, 4, 6));
    const dy = f32x4.sub(y, v128.shuffle<f32>(low, high, 1, 3, 5, 7));
    const s = f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy));
    const c = coefficients(move.attraction, s);
    // samples at the same coordinates do not attract
    const kept = v128.and(i32x4.ge_s(rows, zero), f32x4.gt(s, f32x4.splat(0)));
    used = f32x4.add(used, v128.and(f32x4.splat(1), kept));
    stiffness = f32x4.sub(stiffness, v128.and(f32x4.mul(c, pull), kept));
    moveX = f32x4.add(moveX, v128.and(f32x4.mul(clipped(c, dx), pull), kept));
    moveY = f32x4.add(moveY, v128.and(f32x4.mul(clipped(c, dy), pull), kept));
  }
  const g = alpha * sumLanes(stiffness);
  const whole = damping(g);
  let each: f32 = 1;
  if (negativesStart < end) {
    each = damping(g / max<f32>(1, sumLanes(used)));
    moveX = f32x4.mul(moveX, f32x4.splat(each));
    moveY = f32x4.mul(moveY, f32x4.splat(each));
  }
  const self = i32x4.splat(move.self);
  for (let at = negativesStart; at < end; at += 16) {
    const rows = v128.load(at);
    const partners = i32x4.shl(i32x4.max_s(rows, zero), 3);
    const low = pairAt(targets, i32x4.extract_lane(partners, 0), i32x4.extract_lane(partners, 1));
    const high = pairAt(targets, i32x4.extract_lane(partners, 2), i32x4.extract_lane(partners, 3));
    const dx = f32x4.sub(x, v128.shuffle<f32>(low, high, 0, 2, 4, 6));
    const dy = f32x4.sub(y, v128.shuffle<f32>(low, high, 1, 3, 5, 7));
    const s = f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy));
    const c = coefficients(move.repulsion, s);
    const kept = v128.andnot(i32x4.ge_s(rows, zero), i32x4.eq(rows, self));
    // samples at the same coordinates have no direction: umap-learn pushes the head by the limit
    const apart = f32x4.gt(s, f32x4.splat(0));
    const most = f32x4.splat(LIMIT);
    moveX = f32x4.add(moveX, v128.and(v128.bitselect(clipped(c, dx), most, apart), kept));
    moveY = f32x4.add(moveY, v128.and(v128.bitselect(clipped(c, dy), most, apart), kept));
  }
  const step = (alpha * whole) / each;
  store<f32>(move.to, load<f32>(from) + step * sumLanes(moveX));
  store<f32>(move.to, move.dimensions > 1 ? load<f32>(from, 4) + step * sumLanes(moveY) : 0, 4);
}

/** The coordinates of two samples, x y x y, at byte offsets `first` and `second` from `targets`. */
function pairAt(targets: usize, first: i32, second: i32): v128 {
  return v128.load64_lane(targets + <usize>second, v128.load64_zero(targets + <usize>first), 1);
}
