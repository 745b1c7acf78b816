/**
 * UMAP's forces on one sample in three or four dimensions (in fewer: move-plane.ts), four pairs at a time, under the output kernel 1 / (1 +
 * a s^b) with s the squared distance.
 *
 * Precision: coefficients of forces come from tables over the bits of s, 64 entries for each power of two from 2^-40 to 2^40,
 *   linear between them: relative error below 1e-4. A power and two divisions took a third of an epoch.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { sumLanes } from '../runtime/lanes';
import { FORCE_STEP_BITS } from './layout';

/** Largest force along one axis (umap-learn 0.5). */
export const LIMIT: f32 = 4;
/** The first step of a table (2^-40) and bits below those that number a step. */
const FIRST_STEP: i32 = (127 - 40) << FORCE_STEP_BITS;
const STEP_SHIFT: i32 = 23 - FORCE_STEP_BITS;
const LAST_STEP: i32 = (80 << FORCE_STEP_BITS) - 1;

/**
 * (1 - e^-g) / g for g of 0 or more, with e^g by its series to the third power: 1 - g / 2 for small g, 1 / g for
 * large. Factor by which attractions with coefficients of sum g are damped.
 */
export function damping(g: f32): f32 {
  return (1 + g * (0.5 + g * <f32>(1.0 / 6))) / (1 + g * (1 + g * (0.5 + g * <f32>(1.0 / 6))));
}

/** What `moveSample` reads: one sample, its partners and the strength of the forces. */
@unmanaged
export class Move {
  /** f32: coordinates of the sample before and after, 2 (4 in three and four dimensions), unused ones 0. */
  from: usize;
  to: usize;
  /** f32: coordinates of all partners. */
  targets: usize;
  /**
   * i32 rows: positive partners from `list` to `negativesStart`, negative samples from there to `end`, either part
   * padded to a multiple of four with -1.
   */
  list: usize;
  negativesStart: usize;
  end: usize;
  /** Number of negative samples. */
  negatives: i32;
  /** The row that does not repulse itself, or -2. */
  self: i32;
  /** Coefficients of attraction and of repulsion: f32 value and rise to the next value, at each step. */
  attraction: usize;
  repulsion: usize;
  /** Learning rate of the epoch, and factor of the attraction beside it. */
  alpha: f32;
  pull: f32;
  /** 1 to 4. */
  dimensions: i32;
}
/** Bytes of a `Move`, rounded up. */
export const MOVE_BYTES: usize = 64;

/**
 * Moves a sample in three or four dimensions by the attraction of its positive partners and the repulsion of its negative samples: reads its
 * coordinates at `move.from` and writes them to `move.to`. Attraction is damped by the sum of its coefficients g
 * (`damping`), repulsion by the attraction that would follow it. Called once for each sample and turn.
 */
export function moveSample(move: Move): void {
  const from = move.from;
  const to = move.to;
  const targets = move.targets;
  const negativesStart = move.negativesStart;
  const end = move.end;
  const self = move.self;
  const attraction = move.attraction;
  const repulsion = move.repulsion;
  const alpha = move.alpha;
  const pull = move.pull;
  const dimensions = move.dimensions;
  const x = f32x4.splat(load<f32>(from));
  const y = f32x4.splat(load<f32>(from, 4));
  const z = f32x4.splat(load<f32>(from, 8));
  const w = f32x4.splat(load<f32>(from, 12));
  const zero = i32x4.splat(0);
  const one = f32x4.splat(1);
  let moveX = f32x4.splat(0);
  let moveY = f32x4.splat(0);
  let moveZ = f32x4.splat(0);
  let moveW = f32x4.splat(0);
  let stiffness = f32x4.splat(0);
  let used = f32x4.splat(0);
  // damping of the attraction as a whole, and of one positive partner
  let whole: f32 = 1;
  let each: f32 = 1;
  for (let at = move.list; at < end; at += 16) {
    const pulling = at < negativesStart;
    if (at === negativesStart) {
      const g = alpha * sumLanes(stiffness);
      whole = damping(g);
      each = damping(g / max<f32>(1, sumLanes(used)));
      const kept = f32x4.splat(each);
      moveX = f32x4.mul(moveX, kept);
      moveY = f32x4.mul(moveY, kept);
      moveZ = f32x4.mul(moveZ, kept);
      moveW = f32x4.mul(moveW, kept);
    }
    const rows = v128.load(at);
    const partners = i32x4.max_s(rows, zero);
    const first = v128.load(targets + ((<usize>i32x4.extract_lane(partners, 0)) << 4));
    const second = v128.load(targets + ((<usize>i32x4.extract_lane(partners, 1)) << 4));
    const third = v128.load(targets + ((<usize>i32x4.extract_lane(partners, 2)) << 4));
    const fourth = v128.load(targets + ((<usize>i32x4.extract_lane(partners, 3)) << 4));
    const low = v128.shuffle<f32>(first, second, 0, 4, 1, 5);
    const high = v128.shuffle<f32>(third, fourth, 0, 4, 1, 5);
    const dx = f32x4.sub(x, v128.shuffle<f32>(low, high, 0, 1, 4, 5));
    const dy = f32x4.sub(y, v128.shuffle<f32>(low, high, 2, 3, 6, 7));
    const lower = v128.shuffle<f32>(first, second, 2, 6, 3, 7);
    const higher = v128.shuffle<f32>(third, fourth, 2, 6, 3, 7);
    const dz = f32x4.sub(z, v128.shuffle<f32>(lower, higher, 0, 1, 4, 5));
    const dw = f32x4.sub(w, v128.shuffle<f32>(lower, higher, 2, 3, 6, 7));
    const inPlane = f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy));
    const s = f32x4.add(inPlane, f32x4.add(f32x4.mul(dz, dz), f32x4.mul(dw, dw)));
    const c = coefficients(pulling ? attraction : repulsion, s);
    const apart = f32x4.gt(s, f32x4.splat(0));
    const listed = i32x4.ge_s(rows, zero);
    let kept = listed;
    if (pulling) {
      kept = v128.and(listed, apart);
      used = f32x4.add(used, v128.and(one, kept));
      stiffness = f32x4.sub(stiffness, v128.and(f32x4.mul(c, f32x4.splat(pull)), kept));
    } else kept = v128.andnot(listed, i32x4.eq(rows, i32x4.splat(self)));
    // samples at the same coordinates have no direction: umap-learn pushes the head by the limit
    const factor = f32x4.splat(pulling ? pull : 1);
    moveX = f32x4.add(moveX, along(c, dx, factor, apart, kept));
    moveY = f32x4.add(moveY, along(c, dy, factor, apart, kept));
    moveZ = f32x4.add(moveZ, along(c, dz, factor, apart, kept));
    moveW = f32x4.add(moveW, along(c, dw, factor, apart, kept));
  }
  if (negativesStart === end) whole = damping(alpha * sumLanes(stiffness));
  const step = (alpha * whole) / each;
  store<f32>(to, load<f32>(from) + step * sumLanes(moveX));
  store<f32>(to, load<f32>(from, 4) + step * sumLanes(moveY), 4);
  store<f32>(to, load<f32>(from, 8) + step * sumLanes(moveZ), 8);
  store<f32>(to, dimensions > 3 ? load<f32>(from, 12) + step * sumLanes(moveW) : 0, 12);
}

/**
 * Force along one axis for four pairs, clipped to LIMIT and then times `factor`. Pairs at the same coordinates
 * (`apart` false) get LIMIT, pairs that are not `kept` get 0.
 * @param c coefficients of the pairs.
 * @param d differences of coordinates along the axis.
 */
function along(c: v128, d: v128, factor: v128, apart: v128, kept: v128): v128 {
  const force = v128.bitselect(clipped(c, d), f32x4.splat(LIMIT), apart);
  return v128.and(f32x4.mul(force, factor), kept);
}

/** c x d for four pairs, clipped to LIMIT. */
export function clipped(c: v128, d: v128): v128 {
  return f32x4.pmax(f32x4.splat(-LIMIT), f32x4.pmin(f32x4.splat(LIMIT), f32x4.mul(c, d)));
}

/**
 * Coefficients of attraction, -2 a b s^(b - 1) / (1 + a s^b), or of repulsion, 2 b / ((0.001 + s) (1 + a s^b)) times the strength, at
 * four squared distances s.
 * @param table f32 value and rise to the next value, at each step.
 */
export function coefficients(table: usize, s: v128): v128 {
  const place = i32x4.sub(i32x4.shr_u(s, STEP_SHIFT), i32x4.splat(FIRST_STEP));
  const steps = i32x4.shl(i32x4.min_s(i32x4.splat(LAST_STEP), i32x4.max_s(i32x4.splat(0), place)), 3);
  let low = v128.load64_zero(table + <usize>i32x4.extract_lane(steps, 0));
  low = v128.load64_lane(table + <usize>i32x4.extract_lane(steps, 1), low, 1);
  let high = v128.load64_zero(table + <usize>i32x4.extract_lane(steps, 2));
  high = v128.load64_lane(table + <usize>i32x4.extract_lane(steps, 3), high, 1);
  const within = v128.and(s, i32x4.splat((1 << STEP_SHIFT) - 1));
  const past = f32x4.mul(f32x4.convert_i32x4_s(within), f32x4.splat(<f32>1.0 / <f32>(1 << STEP_SHIFT)));
  const rise = f32x4.mul(past, v128.shuffle<f32>(low, high, 1, 3, 5, 7));
  return f32x4.add(v128.shuffle<f32>(low, high, 0, 2, 4, 6), rise);
}
