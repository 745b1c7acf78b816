/**
 * Hartigan's dip: how far a sample of numbers is from having one mode.
 *
 * Source: Hartigan and Hartigan (1985), Annals of Statistics 13; Hartigan (1985), AS 217. The dip is the largest distance
 *   between the empirical distribution and the nearest distribution with one mode. p is taken against uniform samples of the
 *   same size, which have the largest dip among distributions with one mode (asymptotically), so that p errs to the safe side.
 * Shapes: one number a sample, ascending. Precision: double. Cost: O(n) for sorted numbers; the null n log n a draw.
 * Determinism: the null has a seed of its own.
 */

import { createRandom } from '../../core/random.js';

/** Dips of uniform samples; p is at least 1 / (1 + NULL_DRAWS). */
const NULL_DRAWS = 9999;
/** Fewer numbers are not tested. */
const FEWEST = 6;
/** Sizes from which the null, scaled by the root of the size, is taken to change no more (it grows by 3% to infinity). */
const LARGEST = 128;

/** The dip of numbers in ascending order, between 1 / (2 n) and 1/4. */
export function dip(sorted: ArrayLike<number>): number {
  const n = sorted.length;
  if (n < 2 || sorted[0] === sorted[n - 1]) return n > 0 ? 1 / (2 * n) : 0;
  const below = minorantLinks(sorted);
  const above = majorantLinks(sorted);
  let [low, high, largest] = [0, n - 1, 1];
  for (;;) {
    const minorant = chain(below, high, low);
    const majorant = chain(above, low, high);
    const { distance, left, right } = widest(sorted, minorant, majorant);
    if (distance < largest) break;
    largest = Math.max(
      largest,
      ...minorant
        .slice(left)
        .map((end, at, all) => (at + 1 < all.length ? bulge(sorted, all[at + 1], end, 1) : 0)),
      ...majorant
        .slice(right)
        .map((from, at, all) => (at + 1 < all.length ? bulge(sorted, from, all[at + 1], -1) : 0)),
    );
    if (low === minorant[left] && high === majorant[right]) break;
    [low, high] = [minorant[left], majorant[right]];
  }
  return largest / (2 * n);
}

/** For each position the one before it on the greatest convex minorant of the distribution up to it. */
function minorantLinks(x: ArrayLike<number>): Int32Array {
  const links = new Int32Array(x.length);
  for (let j = 1; j < x.length; j++) {
    let at = j - 1;
    for (; at > 0; at = links[at]) {
      const before = links[at];
      if ((x[j] - x[at]) * (at - before) < (x[at] - x[before]) * (j - at)) break;
    }
    links[j] = at;
  }
  return links;
}

/** For each position the one after it on the least concave majorant of the distribution from it on. */
function majorantLinks(x: ArrayLike<number>): Int32Array {
  const last = x.length - 1;
  const links = new Int32Array(x.length).fill(last);
  for (let j = last - 1; j >= 0; j--) {
    let at = j + 1;
    for (; at < last; at = links[at]) {
      const after = links[at];
      if ((x[at] - x[j]) * (after - at) < (x[after] - x[at]) * (at - j)) break;
    }
    links[j] = at;
  }
  return links;
}

/** Positions along the links from one end to the other, which it holds or passes. */
function chain(links: Int32Array, from: number, to: number): number[] {
  const direction = Math.sign(to - from);
  const positions = [from];
  for (let at = from; (to - at) * direction > 0; ) {
    at = links[at];
    positions.push(at);
  }
  return positions;
}

/**
 * The largest distance between minorant and majorant, in samples, and where it is.
 * @param minorant positions from high to low. @param majorant positions from low to high.
 * @returns `left` into minorant, `right` into majorant: the interval that holds the mode.
 */
function widest(x: ArrayLike<number>, minorant: number[], majorant: number[]) {
  let [left, right] = [minorant.length - 1, majorant.length - 1];
  if (minorant.length === 2 && majorant.length === 2) return { distance: 1, left, right };
  let [ix, iv, distance] = [minorant.length - 2, 1, 0];
  do {
    const [g, l] = [minorant[ix], majorant[iv]];
    if (g > l) {
      const from = minorant[ix + 1];
      const gap = l - from + 1 - ((x[l] - x[from]) * (g - from)) / (x[g] - x[from]);
      iv++;
      if (gap >= distance) [distance, left, right] = [gap, ix + 1, iv - 1];
    } else {
      const from = majorant[iv - 1];
      const gap = ((x[g] - x[from]) * (l - from)) / (x[l] - x[from]) - (g - from - 1);
      ix--;
      if (gap >= distance) [distance, left, right] = [gap, ix + 1, iv];
    }
    ix = Math.max(ix, 0);
    iv = Math.min(iv, majorant.length - 1);
  } while (minorant[ix] !== majorant[iv]);
  return { distance, left, right };
}

/** Largest distance, in samples, of the distribution from the chord between two positions; above it (1) or below (-1). */
function bulge(x: ArrayLike<number>, from: number, to: number, side: 1 | -1): number {
  let most = 1;
  if (to - from <= 1 || x[to] === x[from]) return most;
  const slope = (to - from) / (x[to] - x[from]);
  for (let at = from; at <= to; at++) {
    most = Math.max(most, side * (at - from - (x[at] - x[from]) * slope) + 1);
  }
  return most;
}

/** Nulls by sample size: the same for every call, since they depend on nothing else. */
const nulls = new Map<number, Float64Array>();

/** The dip of some numbers (any order) and the share of uniform samples of that size with as large a dip. */
export function dipTest(values: ArrayLike<number>): { readonly dip: number; readonly p: number } {
  const sorted = Float64Array.from(values).sort();
  const observed = dip(sorted);
  if (sorted.length < FEWEST) return { dip: observed, p: 1 };
  const size = nullSize(sorted.length);
  const known = nulls.get(size) ?? uniformDips(size);
  nulls.set(size, known);
  const scaled = observed * Math.sqrt(sorted.length / size);
  const atLeast = known.filter((value) => value >= scaled).length;
  return { dip: observed, p: (1 + atLeast) / (1 + NULL_DRAWS) };
}

/** The null's size: a power of two, or one and a half times it, up to the sample's; dips are scaled by its square root. */
function nullSize(n: number): number {
  const power = 2 ** Math.floor(Math.log2(Math.min(n, LARGEST)));
  return 1.5 * power <= Math.min(n, LARGEST) ? 1.5 * power : power;
}

/** Dips of uniform samples. */
function uniformDips(size: number): Float64Array {
  const random = createRandom(0, `dip-${size}`);
  const sample = new Float64Array(size);
  return Float64Array.from({ length: NULL_DRAWS }, () => {
    for (let i = 0; i < size; i++) sample[i] = random.uniform();
    return dip(sample.sort());
  });
}
