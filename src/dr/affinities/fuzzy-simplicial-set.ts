/**
 * UMAP's input affinity: the fuzzy simplicial set of a neighbor graph.
 *
 * Source: McInnes, Healy, Melville (2018), section 4.1; umap-learn 0.5 for what the paper leaves open (the
 * sample counts as its first neighbor, bandwidth tolerance 1e-5, the floors on bandwidths).
 * Paper symbols: rho, distance to the nearest neighbor; sigma, bandwidth; psum, sum of memberships.
 * Shapes: neighbors rows x (k - 1), without the samples themselves. Precision: double; equal to umap-learn
 * to 1e-4 (float32 there). Cost: O(rows * k), about six exponentials an entry. Deterministic.
 */

import type { Csr, Neighbors } from '../../model.js';

const ITERATIONS = 64;
const TOLERANCE = 1e-5;
/** Newton's steps towards a bandwidth at most; a row needs four. */
const APPROACHES = 12;
/** Sums of distances over a bandwidth above this say nothing of other rows. */
const MOST_RATIO = 1e4;
/** A bandwidth is at least this share of the mean distance. */
const FLOOR = 1e-3;

export interface Bandwidths {
  readonly sigmas: Float64Array;
  readonly rhos: Float64Array;
}

/**
 * Bandwidths at which the memberships of a sample's listed neighbors sum to log2(nNeighbors).
 * @param nNeighbors those listed and the sample itself, unless the lists are of new samples.
 */
export function bandwidths(
  neighbors: Neighbors,
  localConnectivity: number,
  nNeighbors = neighbors.k + 1,
): Bandwidths {
  const { rows, k, distances } = neighbors;
  const sigmas = new Float64Array(rows);
  const rhos = new Float64Array(rows);
  let total = 0;
  for (let at = 0; at < rows * k; at++) total += distances[at];
  const overallMean = total / (rows * nNeighbors);
  const target = Math.log2(nNeighbors);
  const beyond = new Float64Array(k);
  // distances beyond rho, summed, over the bandwidth: rows have similar ones, so that of one is where the next begins
  let ratio = 1;
  for (let i = 0; i < rows; i++) {
    const rho = connectedDistance(distances, i * k, k, localConnectivity);
    let sum = 0;
    let spread = 0;
    for (let p = 0; p < k; p++) {
      const distance = distances[i * k + p];
      sum += distance;
      beyond[p] = Math.max(0, distance - rho);
      spread += beyond[p];
    }
    const sigma = solveBandwidth(beyond, target, ratio / spread);
    if (spread > 0 && spread < MOST_RATIO * sigma) ratio = spread / sigma;
    rhos[i] = rho;
    sigmas[i] = Math.max(FLOOR * (rho > 0 ? sum / nNeighbors : overallMean), sigma);
  }
  return { sigmas, rhos };
}

/**
 * Distance within which the k neighbors listed from `first` on are at full strength: interpolated between distances above
 * zero.
 */
function connectedDistance(
  distances: Float32Array,
  first: number,
  k: number,
  localConnectivity: number,
): number {
  const index = Math.floor(localConnectivity);
  const between = localConnectivity - index;
  let apart = 0;
  let low = 0;
  for (let p = first; p < first + k; p++) {
    const distance = distances[p];
    if (!(distance > 0)) continue;
    if (apart === index) return between > TOLERANCE || index === 0 ? low + between * (distance - low) : low;
    low = distance;
    apart++;
  }
  return low;
}

/**
 * The bandwidth at which the memberships of neighbors sum to `target`, by bisection as in umap-learn. Memberships rise with the
 * bandwidth, so that steps outside the range in which the sum is near the target need no sum.
 * @param beyond distances beyond that of full strength, 0 or more. @param guess the inverse of a bandwidth near that sought.
 */
function solveBandwidth(beyond: Float64Array, target: number, guess: number): number {
  const near = nearTarget(beyond, target, guess);
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let sigma = 1;
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    let above = sigma > near.high;
    if (!above && sigma >= near.low) {
      let psum = 0;
      for (let p = 0; p < beyond.length; p++) psum += beyond[p] > 0 ? Math.exp(-beyond[p] / sigma) : 1;
      if (Math.abs(psum - target) < TOLERANCE) break;
      above = psum > target;
    }
    if (above) {
      high = sigma;
      sigma = (low + high) / 2;
    } else {
      low = sigma;
      sigma = high === Number.POSITIVE_INFINITY ? 2 * sigma : (low + high) / 2;
    }
  }
  return sigma;
}

/** Where nothing is known of a sum of memberships before it is computed. */
const ANYWHERE = { low: 0, high: Number.POSITIVE_INFINITY };

/**
 * Bandwidths below and above which the sum of memberships is known to be farther from `target` than TOLERANCE. Newton's method finds
 * the root in the inverse bandwidth u, in which the sum is convex and falls: at u - step it is higher by slope x step or more, at u + step
 * lower by slope x step - curve step^2 / 2 or more.
 */
function nearTarget(beyond: Float64Array, target: number, guess: number): { low: number; high: number } {
  let full = 0;
  for (let p = 0; p < beyond.length; p++) if (beyond[p] === 0) full++;
  // whatever the bandwidth, the sum is above the target
  if (full > target + 2 * TOLERANCE) return { low: 0, high: 0 };
  let u = guess;
  for (let approach = 0; approach < APPROACHES && u > 0 && u < Number.POSITIVE_INFINITY; approach++) {
    let psum = full;
    let slope = 0;
    let curve = 0;
    for (let p = 0; p < beyond.length; p++) {
      if (beyond[p] === 0) continue;
      const membership = Math.exp(-beyond[p] * u);
      psum += membership;
      slope += beyond[p] * membership;
      curve += beyond[p] * beyond[p] * membership;
    }
    const off = psum - target;
    if (Math.abs(off) < TOLERANCE) {
      const step = (5 * TOLERANCE) / slope;
      if (!(step * step * curve < TOLERANCE && step < u / 2)) return ANYWHERE;
      return { low: 1 / (u + step), high: 1 / (u - step) };
    }
    u = Math.max(u + off / slope, u / 8);
  }
  return ANYWHERE;
}

/** Membership of each listed neighbor in its sample's fuzzy set, rows x k. */
export function memberships(neighbors: Neighbors, { sigmas, rhos }: Bandwidths): Float64Array {
  const { rows, k, distances } = neighbors;
  const result = new Float64Array(rows * k);
  for (let i = 0; i < rows; i++) {
    for (let p = i * k; p < (i + 1) * k; p++) {
      const beyond = distances[p] - rhos[i];
      result[p] = beyond <= 0 || sigmas[i] === 0 ? 1 : Math.exp(-beyond / sigmas[i]);
    }
  }
  return result;
}

/** Joins both directions: `mix` of the fuzzy union a + a' - a a' and 1 - mix of the intersection a a'. */
export function fuzzyUnion(neighbors: Neighbors, values: Float64Array, mix: number): Csr {
  return joinDirections(neighbors, values, (a, b) => mix * (a + b - a * b) + (1 - mix) * a * b);
}

/**
 * Symmetric sparse matrix of join(a_ij, a_ji), i < j, where `values` lists a row by row and a missing entry is 0 and
 * comes second. Entries that come out as 0 are left out. Cost: a few passes over the entries (maps of each row took
 * fifty times as long on 10,000 x 90).
 */
export function joinDirections(
  neighbors: Neighbors,
  values: Float64Array,
  join: (a: number, b: number) => number,
): Csr {
  const { rows, k, indices } = neighbors;
  const offsets = Float64Array.from({ length: rows + 1 }, (_, i) => i * k);
  const backward = transposed({ rows, offsets, indices, values });
  const forward = transposed(backward);
  const most = forward.values.length + backward.values.length;
  const joined = { indices: new Int32Array(most), values: new Float32Array(most) };
  const starts = new Float64Array(rows + 1);
  let at = 0;
  const add = (j: number, value: number): void => {
    if (value === 0) return;
    joined.indices[at] = j;
    joined.values[at++] = value;
  };
  for (let i = 0; i < rows; i++) {
    let f = forward.offsets[i];
    let b = backward.offsets[i];
    while (f < forward.offsets[i + 1] || b < backward.offsets[i + 1]) {
      const ahead = f < forward.offsets[i + 1] ? forward.indices[f] : rows;
      const behind = b < backward.offsets[i + 1] ? backward.indices[b] : rows;
      if (ahead < behind) add(ahead, join(forward.values[f++], 0));
      else if (behind < ahead) add(behind, join(backward.values[b++], 0));
      else {
        const [forth, back] = [forward.values[f++], backward.values[b++]];
        add(ahead, i < ahead ? join(forth, back) : join(back, forth));
      }
    }
    starts[i + 1] = at;
  }
  const columns = rows;
  return {
    rows,
    columns,
    offsets: starts,
    indices: joined.indices.slice(0, at),
    values: joined.values.slice(0, at),
  };
}

interface DoubleRows {
  readonly rows: number;
  readonly offsets: Float64Array;
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

/** The transpose of a square matrix of compressed rows; its columns are ascending. */
function transposed({ rows, offsets, indices, values }: DoubleRows): DoubleRows {
  const starts = new Float64Array(rows + 1);
  for (const j of indices) starts[j + 1]++;
  for (let j = 0; j < rows; j++) starts[j + 1] += starts[j];
  const next = starts.slice();
  const turned = { indices: new Int32Array(indices.length), values: new Float64Array(indices.length) };
  for (let i = 0; i < rows; i++) {
    for (let p = offsets[i]; p < offsets[i + 1]; p++) {
      const at = next[indices[p]]++;
      turned.indices[at] = i;
      turned.values[at] = values[p];
    }
  }
  return { rows, offsets: starts, ...turned };
}
