/**
 * Weighted correlations of modules' features in drawn samples, reference.
 *
 * Purpose: the statistic of the significance tests (lava/evaluate/significance.ts), for many draws.
 * Source: ours. For standardized values z_i, sum over samples of (sum_i loading_i z_i)^2 is the sum over all pairs of
 *   features of both loadings times their correlation; less the pairs of a feature with itself. With levels, values are
 *   centered in each level of a locality, and draws exchange samples of one level only.
 * Precision: double.
 * Cost: draws x localities x n x features for each module.
 * Determinism: sums in the order of samples and features, even and odd features apart, which other engines keep.
 */

import type { Engine, ModuleSamples, SampleDraws } from '../engine.js';
import { levelsOf } from '../sample-levels.js';
import { unwatched } from '../watch.js';

/** Variance in a locality, as a share of the variance over all samples, below which a feature is constant. */
const CONSTANT = 1e-9;

/** See `Engine.weightedCorrelations`. */
export const weightedCorrelations: Engine['weightedCorrelations'] = async (
  modules,
  draws,
  watch = unwatched,
) => {
  const results = modules.map(
    ({ positions, size }) => new Float64Array((draws.count * positions.length) / size),
  );
  for (let draw = 0; draw < draws.count; draw++) {
    modules.forEach((module, k) => {
      oneDraw(module, draws, k, draw, results[k]);
    });
    watch.progress((draw + 1) / draws.count);
    await watch.checkpoint();
  }
  return results;
};

/** The statistic of module k for one draw, in all its localities. @param results draws x localities. */
function oneDraw(
  module: ModuleSamples,
  { count, orders, shifts }: SampleDraws,
  k: number,
  draw: number,
  results: Float64Array,
): void {
  const { values, features: f, positions, size, loadings, support } = module;
  const { offsets, lengths, numbers, rows } = levelsOf(module);
  const localities = offsets.length - 1;
  const entries = (orders?.length ?? 0) / count;
  const order = orders?.subarray(draw * entries, (draw + 1) * entries) ?? null;
  const stride = (rows.length - 1) * f;
  const shift = shifts?.[k].subarray(draw * stride, (draw + 1) * stride) ?? null;
  const gathered = new Float64Array(size * f);
  for (let l = 0; l < localities; l++) {
    let at = 0;
    let s = l * size;
    for (let run = offsets[l]; run < offsets[l + 1]; run++) {
      const level = numbers[run];
      const end = rows[level + 1];
      for (const last = s + lengths[run]; s < last; s++) {
        const row = order ? order[positions[s]] : positions[s];
        for (let i = 0; i < f; i++) {
          const from = shift ? row + shift[level * f + i] : row;
          gathered[at++] = values[(from < end ? from : from - end + rows[level]) * f + i];
        }
      }
    }
    const inLocality = lengths.subarray(offsets[l], offsets[l + 1]);
    const weights = loadings.subarray(l * f, (l + 1) * f);
    results[draw * localities + l] = pairSum(gathered.subarray(0, at), inLocality, weights, support);
  }
}

/**
 * Sum over pairs i != j of both loadings times the correlation inside levels, over features that vary and have support.
 * @param gathered samples x features, run after run.
 * @param lengths samples of each run.
 */
function pairSum(
  gathered: Float64Array,
  lengths: Int32Array,
  loadings: Float64Array,
  support: number,
): number {
  const f = loadings.length;
  const n = gathered.length / f;
  const { sums, squares } = runSums(gathered, lengths, f);
  const scales = new Float64Array(f);
  const centers = new Float64Array(lengths.length);
  let selfPairs = 0;
  for (let i = 0; i < f; i++) {
    let between = 0;
    for (let r = 0; r < lengths.length; r++) between += (sums[r * f + i] * sums[r * f + i]) / lengths[r];
    const spread = squares[i] - between;
    const varies = spread > CONSTANT * n && differing(gathered, i, f) >= support;
    scales[i] = varies ? loadings[i] / Math.sqrt(spread) : 0;
    selfPairs += varies ? loadings[i] * loadings[i] : 0;
    for (let r = 0; r < lengths.length; r++) centers[r] += (scales[i] * sums[r * f + i]) / lengths[r];
  }
  let sum = 0;
  let at = 0;
  for (let r = 0; r < lengths.length; r++) {
    for (const end = at + lengths[r] * f; at < end; at += f) {
      let even = -centers[r];
      let odd = 0;
      for (let i = 0; i < f; i += 2) even += scales[i] * gathered[at + i];
      for (let i = 1; i < f; i += 2) odd += scales[i] * gathered[at + i];
      const score = even + odd;
      sum += score * score;
    }
  }
  return sum - selfPairs;
}

/** Sums of each feature in every run (runs x f), and sums of squares over all runs (f). */
function runSums(gathered: Float64Array, lengths: Int32Array, f: number) {
  const sums = new Float64Array(lengths.length * f);
  const squares = new Float64Array(f);
  let at = 0;
  for (let r = 0; r < lengths.length; r++) {
    for (const end = at + lengths[r] * f; at < end; ) {
      for (let i = 0; i < f; i++, at++) {
        sums[r * f + i] += gathered[at];
        squares[i] += gathered[at] * gathered[at];
      }
    }
  }
  return { sums, squares };
}

/**
 * How many samples differ in column i of f from the value that most of them have (Boyer and Moore's majority vote); all
 * of them where no value has a majority, which is no fewer than differ from the median wherever support is at most half.
 */
function differing(values: Float64Array, i: number, f: number): number {
  const n = values.length / f;
  let value = Number.NaN;
  let votes = 0;
  for (let at = i; at < values.length; at += f) {
    if (votes === 0) value = values[at];
    votes += values[at] === value ? 1 : -1;
  }
  if (votes <= 0) return n;
  let same = 0;
  for (let at = i; at < values.length; at += f) if (values[at] === value) same++;
  return 2 * same > n ? n - same : n;
}
