/**
 * UMAP's input affinity: the fuzzy simplicial set of a neighbor graph.
 *
 * Source: McInnes, Healy, Melville (2018), section 4.1; umap-learn 0.5 for what the paper leaves open (the
 * sample counts as its first neighbor, bandwidth tolerance 1e-5, the floors on bandwidths).
 * Paper symbols: rho, distance to the nearest neighbor; sigma, bandwidth; psum, sum of memberships.
 * Shapes: neighbors rows x (k - 1), without the samples themselves. Precision: double; equal to umap-learn
 * to 1e-4 (float32 there). Cost: O(rows * k * 64). Deterministic.
 */

import type { Csr, Neighbors } from '../../model.js';

const ITERATIONS = 64;
const TOLERANCE = 1e-5;
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
  for (let i = 0; i < rows; i++) {
    const row = distances.subarray(i * k, (i + 1) * k);
    let sum = 0;
    for (let p = 0; p < k; p++) sum += row[p];
    rhos[i] = connectedDistance(row, localConnectivity);
    const floor = FLOOR * (rhos[i] > 0 ? sum / nNeighbors : overallMean);
    sigmas[i] = Math.max(floor, solveBandwidth(row, rhos[i], Math.log2(nNeighbors)));
  }
  return { sigmas, rhos };
}

/** Distance within which neighbors are at full strength: interpolated between distances above zero. */
function connectedDistance(row: Float32Array, localConnectivity: number): number {
  const apart = row.filter((distance) => distance > 0);
  if (apart.length < localConnectivity) return apart.length > 0 ? apart[apart.length - 1] : 0;
  const index = Math.floor(localConnectivity);
  const between = localConnectivity - index;
  if (index === 0) return between * apart[0];
  const low = apart[index - 1];
  return between > TOLERANCE ? low + between * (apart[index] - low) : low;
}

/** The bandwidth at which memberships of a row's distances sum to `target`, by bisection. */
function solveBandwidth(row: Float32Array, rho: number, target: number): number {
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let sigma = 1;
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    let psum = 0;
    for (let p = 0; p < row.length; p++) {
      const beyond = row[p] - rho;
      psum += beyond > 0 ? Math.exp(-beyond / sigma) : 1;
    }
    if (Math.abs(psum - target) < TOLERANCE) break;
    if (psum > target) {
      high = sigma;
      sigma = (low + high) / 2;
    } else {
      low = sigma;
      sigma = high === Number.POSITIVE_INFINITY ? 2 * sigma : (low + high) / 2;
    }
  }
  return sigma;
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
