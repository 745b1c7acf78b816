/**
 * sampledEdges.ts written out for two dimensions: table look-ups and the generator of strangers inline.
 * A test holds the two to the same bytes.
 */

import { TABLE_FIRST, TABLE_FRACTION, TABLE_LAST, TABLE_MASK, TABLE_SHIFT } from './coefficients.js';
import { LIMIT, type Stretch, type Work } from './sampledEdges.js';

// Imported bindings are looked up each time they are used: copies made the loop a third faster (measured).
const SHIFT = TABLE_SHIFT;
const FIRST = TABLE_FIRST;
const LAST = TABLE_LAST;
const MASK = TABLE_MASK;
const FRACTION = TABLE_FRACTION;
const MOST = LIMIT;

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

function coefficient(table: Float64Array, squared: number): number {
  float[0] = squared;
  const pattern = bits[0];
  let at = (pattern >>> SHIFT) - FIRST;
  at = at < 0 ? 0 : at > LAST ? LAST : at;
  const left = table[at];
  return left + (pattern & MASK) * FRACTION * (table[at + 1] - left);
}

function clip(value: number): number {
  return value > MOST ? MOST : value < -MOST ? -MOST : value;
}

export function runPlaneEdges(work: Work, stretch: Stretch): void {
  const { heads, tails, period, next, nextNegative } = work.edges;
  const { attraction, repulsion } = work.tables;
  const { y, targets, moveTargets, epoch, alpha, from, to, parameters } = stretch;
  const { negativeSampleRate: rate, repulsionStrength: strength } = parameters;
  const scale = targets.length / 2 / 0x100000000;
  let s0 = work.state[0];
  let s1 = work.state[1];
  let s2 = work.state[2];
  let s3 = work.state[3];
  for (let e = from; e < to; e++) {
    if (next[e] > epoch) continue;
    next[e] += period[e];
    const head = 2 * heads[e];
    const tail = 2 * tails[e];
    const dx = y[head] - targets[tail];
    const dy = y[head + 1] - targets[tail + 1];
    const squared = dx * dx + dy * dy;
    if (squared > 0) {
      const c = coefficient(attraction, squared);
      const mx = alpha * clip(c * dx);
      const my = alpha * clip(c * dy);
      y[head] += mx;
      y[head + 1] += my;
      if (moveTargets) {
        targets[tail] -= mx;
        targets[tail + 1] -= my;
      }
    }
    if (!(rate > 0)) continue;
    const spacing = period[e] / rate;
    const count = Math.floor((epoch - nextNegative[e]) / spacing);
    if (!(count > 0)) continue;
    nextNegative[e] += count * spacing;
    const x0 = y[head];
    const x1 = y[head + 1];
    let f0 = 0;
    let f1 = 0;
    for (let drawn = 0; drawn < count; drawn++) {
      const t = s0 ^ (s0 << 11);
      s0 = s1;
      s1 = s2;
      s2 = s3;
      s3 = s3 ^ (s3 >>> 19) ^ t ^ (t >>> 8);
      const other = ((s3 >>> 0) * scale) << 1;
      if (moveTargets && other === head) continue;
      const ex = x0 - targets[other];
      const ey = x1 - targets[other + 1];
      const apart = ex * ex + ey * ey;
      const c = apart > 0 ? strength * coefficient(repulsion, apart) : 0;
      f0 += c > 0 ? clip(c * ex) : MOST;
      f1 += c > 0 ? clip(c * ey) : MOST;
    }
    y[head] = x0 + alpha * f0;
    y[head + 1] = x1 + alpha * f1;
  }
  work.state.set([s0, s1, s2, s3]);
}
