/**
 * Sum over pairs of features of both loadings times their correlation inside levels, in one drawn locality.
 *
 * Source: the reference is src/engine/js/weighted-correlations.ts; operations and their order are the same.
 * Shapes: n samples in runs of one level; w features, a multiple of 4; values four features at a time, n rows of 4 doubles.
 * Precision: double. Cost: one pass over the values for the scores.
 * Types: `ModuleSamples`: f (number of features), support (a feature takes part where at least this many samples differ
 *   from the value that most have).
 */

import { ModuleSamples } from './layout';

/**
 * sum over samples of (sum_i loading_i z_i)^2 less sum_i loading_i^2, with z_i the standardized values of the
 * features that vary and have support: twice the sum over pairs of both loadings times the correlation.
 * @param samples that take part, in `runs` runs of `lengths` (i32).
 * @param scales sums of squares of the features, and w doubles after it how many equal the mode.
 * @param scores room for 2 doubles a sample.
 * @param sums of the features in each run, w doubles a run; behind them room for a double a run.
 * @param columns values, 4 features x n samples (f64) a block.
 */
export function pairSum(
  module: ModuleSamples,
  samples: usize,
  lengths: usize,
  runs: i32,
  loadings: usize,
  columns: usize,
  scales: usize,
  scores: usize,
  sums: usize,
): f64 {
  const n = <f64>samples;
  const f = <usize>module.f;
  const w = (f + 3) & ~3;
  const equal = scales + (w << 3);
  const centers = sums + ((<usize>runs * w) << 3);
  memory.fill(centers, 0, (<usize>runs) << 3);
  let selfPairs: f64 = 0;
  for (let at: usize = 0; at < w << 3; at += 8) {
    const spread = load<f64>(scales + at) - betweenRuns(sums + at, w, lengths, runs);
    const same = load<f64>(equal + at);
    const differing = 2 * same > n ? n - same : n;
    const takesPart = at < f << 3 && spread > 1e-9 * n && differing >= module.support;
    const loading = takesPart ? load<f64>(loadings + at) : 0;
    const scale = takesPart ? loading / sqrt(spread) : 0;
    store<f64>(scales + at, scale);
    selfPairs += loading * loading;
    for (let r: usize = 0; r < <usize>runs; r++) {
      const center = centers + (r << 3);
      const sum = load<f64>(sums + ((r * w) << 3) + at);
      store<f64>(center, load<f64>(center) + (scale * sum) / <f64>load<i32>(lengths + (r << 2)));
    }
  }
  startScores(lengths, runs, centers, scores);
  return sumOfScores(samples, w, columns, scales, scores) - selfPairs;
}

/**
 * Sum over runs of a feature's squared sum over the run's samples.
 * @param sums f64, w doubles a run.
 * @param lengths i32: samples of each run.
 * @param runs how many.
 */
function betweenRuns(sums: usize, w: usize, lengths: usize, runs: i32): f64 {
  let between: f64 = 0;
  for (let r: usize = 0; r < <usize>runs; r++) {
    const sum = load<f64>(sums + ((r * w) << 3));
    between += (sum * sum) / <f64>load<i32>(lengths + (r << 2));
  }
  return between;
}

/**
 * Writes minus the center of its run, and 0, as the scores of every sample.
 * @param centers f64, one a run.
 * @param lengths i32: samples of each run.
 * @param runs how many.
 */
function startScores(lengths: usize, runs: i32, centers: usize, scores: usize): void {
  let at = scores;
  for (let r: usize = 0; r < <usize>runs; r++) {
    const start = f64x2.replace_lane(f64x2.splat(0), 0, -load<f64>(centers + (r << 3)));
    const end = at + ((<usize>load<i32>(lengths + (r << 2))) << 4);
    for (; at < end; at += 16) v128.store(at, start);
  }
}

/**
 * Sum over n samples of (score + sum_i scale_i value_i)^2, even and odd features apart.
 * @param scores 2 doubles a sample, with what each begins with.
 * @param n samples.
 * @param w features, a multiple of 4.
 * @param columns values, 4 features x n samples (f64) a block.
 * @param scales f64 a feature.
 */
function sumOfScores(n: usize, w: usize, columns: usize, scales: usize, scores: usize): f64 {
  const end = scores + (n << 4);
  let block = columns;
  for (let i: usize = 0; i < w; i += 4) {
    const low = v128.load(scales + (i << 3));
    const high = v128.load(scales + (i << 3), 16);
    for (let at = scores; at < end; at += 16) {
      const score = f64x2.add(v128.load(at), f64x2.mul(low, v128.load(block)));
      v128.store(at, f64x2.add(score, f64x2.mul(high, v128.load(block, 16))));
      block += 32;
    }
  }
  let sum: f64 = 0;
  for (let at = scores; at < end; at += 16) {
    const score = load<f64>(at) + load<f64>(at, 8);
    sum += score * score;
  }
  return sum;
}
