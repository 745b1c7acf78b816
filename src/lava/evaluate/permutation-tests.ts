/**
 * The two permutation tests of every module, over the same draws (significance.ts says what they test).
 *
 * Source: ours. For the test of *real*, each feature is shifted cyclically along the random order of the held-out samples,
 *   by a random amount. These shifts are a subgroup of all permutations, so the test is as exact as with free
 *   permutations, at one random number a feature. For the test of *local*, the samples are permuted.
 * Cost: 2 x draws evaluations of the statistic by the engine, on all its threads. Memory: BATCH_BYTES of drawn orders.
 * Determinism: random numbers are drawn here, in order; the same bytes for any number of threads and any engine.
 */

import { permutation, type Random } from '../../core/random.js';
import type { Engine, Watch } from '../../engine/engine.js';
import { partOf } from '../../engine/watch.js';
import type { HeldOutModule } from './held-out-correlation.js';
import { type DrawnTest, largestStatisticTests } from './largest-statistic.js';

/** Bytes of orders that are drawn before the engine evaluates them. */
const BATCH_BYTES = 2 ** 24;

/** P-values of both tests, one of each for every module. @param draws number of permutations. */
export async function permutationTests(
  modules: readonly HeldOutModule[],
  draws: number,
  random: Random,
  engine: Engine,
  watch: Watch,
): Promise<{ real: DrawnTest[]; local: DrawnTest[] }> {
  if (modules.length === 0) return { real: [], local: [] };
  const samples = modules[0].values.length / modules[0].features;
  const none = { count: 1, orders: null, shifts: null };
  const [observed] = statistics(modules, await engine.weightedCorrelations(modules, none));
  const streams = { shifts: random.stream('features'), orders: random.stream('samples') };
  const real: Float64Array[] = [];
  const local: Float64Array[] = [];
  const batch = Math.max(1, Math.floor(BATCH_BYTES / (4 * samples)));
  for (let from = 0; from < draws; from += batch) {
    const count = Math.min(batch, draws - from);
    const part = (done: number) => (from + done * count) / draws;
    const shifts = drawShifts(modules, count, samples, streams.shifts);
    const shifted = { count, orders: null, shifts };
    const forReal = await engine.weightedCorrelations(modules, shifted, partOf(watch, part(0), part(0.5)));
    real.push(...statistics(modules, forReal).map(({ mean }) => mean));
    const permuted = { count, orders: drawOrders(count, samples, streams.orders), shifts: null };
    const forLocal = await engine.weightedCorrelations(modules, permuted, partOf(watch, part(0.5), part(1)));
    local.push(...statistics(modules, forLocal).map(({ contrast }) => contrast));
  }
  return {
    real: largestStatisticTests(observed.mean, real),
    local: largestStatisticTests(observed.contrast, local),
  };
}

/** For each module draws x features: by how many samples each feature is shifted; one shift for each feature of a draw. */
function drawShifts(
  modules: readonly HeldOutModule[],
  count: number,
  samples: number,
  random: Random,
): Int32Array[] {
  const features = 1 + modules.reduce((most, module) => Math.max(most, ...module.featureNumbers), 0);
  const shifts = modules.map((module) => new Int32Array(count * module.features));
  for (let draw = 0; draw < count; draw++) {
    const by = Int32Array.from({ length: features }, () => random.below(samples));
    modules.forEach(({ featureNumbers }, k) => {
      featureNumbers.forEach((feature, i) => {
        shifts[k][draw * featureNumbers.length + i] = by[feature];
      });
    });
  }
  return shifts;
}

/** draws x samples: a permutation of the samples for each draw. */
function drawOrders(count: number, samples: number, random: Random): Int32Array {
  const orders = new Int32Array(count * samples);
  for (let draw = 0; draw < count; draw++) orders.set(permutation(samples, random), draw * samples);
  return orders;
}

/**
 * For each draw and module: the mean of T over the module's localities, weighted by presence, and that mean less the plain
 * mean. @param sums for each module draws x localities (`Engine.weightedCorrelations`).
 */
function statistics(modules: readonly HeldOutModule[], sums: readonly Float64Array[]) {
  const draws = sums[0].length / modules[0].presence.length;
  return Array.from({ length: draws }, (_, draw) => {
    const mean = new Float64Array(modules.length);
    const contrast = new Float64Array(modules.length);
    modules.forEach(({ presence, pairWeight }, k) => {
      for (let l = 0; l < presence.length; l++) {
        const value = pairWeight > 0 ? sums[k][draw * presence.length + l] / pairWeight : 0;
        mean[k] += presence[l] * value;
        contrast[k] += (presence[l] - 1 / presence.length) * value;
      }
    });
    return { mean, contrast };
  });
}
