/**
 * Presence of modules over samples: the mean over the localities that hold the sample.
 *
 * Source: LAVA (arXiv 2509.21149). Ours: a sample in no locality takes the presence of the locality with the
 * nearest probe (Euclidean, ties by number); those samples are listed in `Localities.uncovered`.
 * Types: `Embedding`, the map: coordinates (samples x dimensions). `Localities`, n-neighborhoods of probes: members
 *   (count x size sample rows, nearest first), size (n, samples in each), uncovered (samples in none), probes (count x
 *   dimensions). `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`.
 * Fails: never.
 */

import type { Embedding, Localities, Matrix } from '../../model.js';

/**
 * Presence of every module in every sample, samples x modules: the mean over the localities that hold the sample; for
 * a sample in none, that of the nearest probe's locality.
 * @param presence localities x modules.
 * @returns float32, in the units of presence. Sums are in double, in order of localities.
 */
export function samplePresence(embedding: Embedding, localities: Localities, presence: Matrix): Matrix {
  const points = embedding.coordinates;
  const m = presence.columns;
  const { members, size, count } = localities;
  const inLocalities = new Int32Array(points.rows);
  for (const sample of members) inLocalities[sample]++;
  const result = new Float32Array(points.rows * m);
  // one module after another: sums of all would take twice what the result takes
  const sums = new Float64Array(points.rows);
  for (let k = 0; k < m; k++) {
    sums.fill(0);
    for (let l = 0, t = 0; l < count; l++) {
      const value = presence.data[l * m + k];
      for (const end = t + size; t < end; t++) sums[members[t]] += value;
    }
    for (let s = 0; s < points.rows; s++) {
      if (inLocalities[s] > 0) result[s * m + k] = sums[s] / inLocalities[s];
    }
  }
  for (const sample of localities.uncovered) {
    const probe = nearestProbe(points, sample, localities.probes);
    result.set(presence.data.subarray(probe * m, (probe + 1) * m), sample * m);
  }
  return { rows: points.rows, columns: m, data: result };
}

/**
 * Index of the probe nearest to a sample of the embedding; of equals the smaller.
 * @param points samples x dimensions.
 * @param sample its row.
 * @param probes localities x dimensions.
 */
function nearestProbe(points: Matrix, sample: number, probes: Matrix): number {
  const d = points.columns;
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let l = 0; l < probes.rows; l++) {
    let sum = 0;
    for (let i = 0; i < d; i++) sum += (points.data[sample * d + i] - probes.data[l * d + i]) ** 2;
    if (sum < least) {
      least = sum;
      best = l;
    }
  }
  return best;
}
