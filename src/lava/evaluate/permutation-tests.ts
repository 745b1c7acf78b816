/**
 * The two permutation tests of every module, over the same draws (significance.ts says what they test).
 *
 * Source: ours. For the test of *real*, each feature is shifted cyclically along the random order of the held-out samples,
 *   by a random amount. These shifts are a subgroup of all permutations, so the test is as exact as with free
 *   permutations, at one random number a feature. For the test of *local*, the samples are permuted. With levels both are
 *   inside these (one shift a feature and level), so that a draw keeps what differs between levels.
 * Sequence: a first batch of `draws`, then as many again as were made, until every module that is asked for is decided
 *   (sequential-decision.ts) or MOST_BATCHES are reached. Both tests go on for themselves.
 * Cost: draws evaluations of the statistic by the engine for each test, on all its threads. Only samples of the localities looked at
 *   are drawn: of 333,000 held-out samples 24,000 at 10 modules. Memory: BATCH_BYTES of drawn orders.
 * Determinism: random numbers are drawn here, in order; the same bytes for any number of threads and any engine.
 * Types: `HeldOutModule`: values (samples x its features, standardized), featureNumbers, presence (sum 1),
 *   pairWeight, and the localities of its test. `Random`, seeded numbers: stream (an independent stream by name), below
 *   (a whole number below the bound). `Engine`, the heavy routines; each rejects with CancelledError when its watch
 *   ends: weightedCorrelations (of modules under draws). `Watch`: takes the progress of a stage, and throws
 *   CancelledError at a checkpoint once the signal is aborted. `ModuleSamples`, one module in drawn samples: values
 *   (samples x features, standardized), features (how many).
 * Fails: CancelledError once the signal is aborted.
 */

import type { Random } from '../../core/random.js';
import type { Engine, SampleDraws, Watch } from '../../engine/engine.js';
import { partOf, withoutProgress } from '../../engine/watch.js';
import { drawnCorrelations } from './drawn-values.js';
import type { HeldOutModule } from './held-out-correlation.js';
import { type DrawnTest, largestStatisticTests } from './largest-statistic.js';
import { decision, MOST_BATCHES } from './sequential-decision.js';

/** Bytes of orders that are drawn before the engine evaluates them. */
const BATCH_BYTES = 2 ** 24;

export interface TestPlan {
  /** Draws of the first batch. */
  readonly draws: number;
  /** Largest corrected p that passes. */
  readonly level: number;
  /** Modules whose decision is waited for. */
  readonly awaited: readonly number[];
  /** Positions at which the levels of the held-out samples begin, and their number: samples of one level are exchanged. */
  readonly begins: Int32Array;
}

/**
 * Makes both permutation tests of every module, over the same draws; one test of each kind a module. Empty lists for
 * no modules.
 * @param modules prepared by `heldOutModule`, all on the same held-out samples.
 * @param plan draws of the first batch, level, and the modules whose decision is waited for.
 */
export async function permutationTests(
  modules: readonly HeldOutModule[],
  plan: TestPlan,
  random: Random,
  engine: Engine,
  watch: Watch,
): Promise<{ real: DrawnTest[]; local: DrawnTest[] }> {
  if (modules.length === 0) return { real: [], local: [] };
  const { begins } = plan;
  const none = { count: 1, orders: null, shifts: null };
  const ofObserved = await drawnCorrelations(modules, none, engine, withoutProgress(watch));
  const [observed] = await statistics(modules, ofObserved, watch);
  const shiftsFrom = random.stream('features');
  const ordersFrom = random.stream('samples');
  const statisticsOf = async (of: readonly HeldOutModule[], draws: SampleDraws, part: Watch) =>
    statistics(of, await drawnCorrelations(of, draws, engine, part), part);
  const present = modules.map(wherePresent);
  const shifted = async (count: number, part: Watch) => ({
    ...{ count, orders: null },
    shifts: await drawShifts(modules, count, begins, shiftsFrom, part),
  });
  const looked = positionsLookedAt(modules, begins);
  const entriesOf = modules.map((module) => ({
    ...module,
    positions: module.positions.map((position) => (position < 0 ? -1 : looked.entryOf[position])),
  }));
  const draw = orderDrawer(looked.counts, begins, ordersFrom);
  const permuted = async (count: number, part: Watch) => ({
    count,
    shifts: null,
    orders: await draw(count, part),
  });
  const batch = (numbers: number) => Math.max(1, Math.floor(BATCH_BYTES / (4 * Math.max(1, numbers))));
  const real = await drawnTests(
    observed.mean,
    async (count, part) =>
      (await statisticsOf(present, await shifted(count, part), part)).map(({ mean }) => mean),
    { ...plan, batch: batch(modules.reduce((sum, { features }) => sum + features, 0) * (begins.length - 1)) },
    partOf(watch, 0, 0.5),
  );
  const local = await drawnTests(
    observed.contrast,
    async (count, part) =>
      (await statisticsOf(entriesOf, await permuted(count, part), part)).map(({ contrast }) => contrast),
    // what is not real is not significant, local or not
    {
      ...plan,
      batch: batch(looked.counts.reduce((a, b) => a + b, 0)),
      awaited: plan.awaited.filter((k) => decision(real[k], plan.level) !== false),
    },
    partOf(watch, 0.5, 1),
  );
  return { real, local };
}

/** The module in those of its localities that have any presence: the others add nothing to its mean. As it is where none or all have. */
function wherePresent(module: HeldOutModule): HeldOutModule {
  const { presence, positions, size, loadings, features, levels } = module;
  const chosen = [...presence.keys()].filter((l) => presence[l] > 0);
  if (chosen.length === 0 || chosen.length === presence.length) return module;
  const runs = chosen.flatMap((l) =>
    levels ? [...levels.numbers.keys()].slice(levels.offsets[l], levels.offsets[l + 1]) : [],
  );
  const ends = chosen.map((l) => (levels ? levels.offsets[l + 1] - levels.offsets[l] : 0));
  return {
    ...module,
    presence: presence.filter((share) => share > 0),
    positions: joinedParts(positions, size, chosen),
    loadings: joinedParts(loadings, features, chosen),
    ...(levels && {
      levels: {
        rows: levels.rows,
        offsets: Int32Array.from([0, ...ends.map((_, i) => ends.slice(0, i + 1).reduce((a, b) => a + b, 0))]),
        lengths: Int32Array.from(runs, (run) => levels.lengths[run]),
        numbers: Int32Array.from(runs, (run) => levels.numbers[run]),
      },
    }),
  };
}

/** Parts of `size` entries, those chosen, one after another. */
function joinedParts<T extends Int32Array | Float64Array>(
  values: T,
  size: number,
  chosen: readonly number[],
): T {
  const result = values.slice(0, chosen.length * size) as T;
  chosen.forEach((part, i) => {
    result.set(values.subarray(part * size, (part + 1) * size), i * size);
  });
  return result;
}

/**
 * Draws batch after batch until the awaited modules are decided or ten times the first batch are made.
 * @param observed one statistic a module.
 * @param draw makes a number of draws and returns one statistic a module for each.
 * @param plan `draws` of the first batch; `level` of p by which a module is decided; `awaited`: indices of the modules that have to
 * be; `batch`: the most that may be drawn at once.
 * @returns one test a module, from all draws made.
 */
async function drawnTests(
  observed: Float64Array,
  draw: (count: number, watch: Watch) => Promise<Float64Array[]>,
  { draws, level, awaited, batch }: Omit<TestPlan, 'begins'> & { readonly batch: number },
  watch: Watch,
): Promise<DrawnTest[]> {
  const drawn: Float64Array[] = [];
  for (let goal = draws; ; goal = Math.min(2 * goal, MOST_BATCHES * draws)) {
    while (drawn.length < goal) {
      const count = Math.min(batch, goal - drawn.length);
      // how many draws it takes is not known: half of the progress is the first batch
      const done = (made: number) => made / (made + draws);
      drawn.push(...(await draw(count, partOf(watch, done(drawn.length), done(drawn.length + count)))));
    }
    const tests = largestStatisticTests(observed, drawn);
    const isOpen = awaited.some((k) => decision(tests[k], level) === null);
    if (!isOpen || goal === MOST_BATCHES * draws) return tests;
  }
}

/**
 * For each module, draws x levels x features: by how many samples of the level each feature is shifted cyclically. A
 * feature of several modules has the same shift in all of them. Shifts are from 0 to the level's samples less 1.
 * @param count draws.
 * @param begins positions at which levels begin, and the number of samples.
 */
async function drawShifts(
  modules: readonly HeldOutModule[],
  count: number,
  begins: Int32Array,
  random: Random,
  watch: Watch,
): Promise<Int32Array[]> {
  const features = 1 + modules.reduce((most, module) => Math.max(most, ...module.featureNumbers), 0);
  const levels = begins.length - 1;
  const by = new Int32Array(features);
  const shifts = modules.map((module) => new Int32Array(count * levels * module.features));
  for (let draw = 0; draw < count; draw++) {
    for (let g = 0; g < levels; g++) {
      const samples = begins[g + 1] - begins[g];
      for (let f = 0; f < features; f++) by[f] = random.below(samples);
      modules.forEach(({ featureNumbers }, k) => {
        const to = shifts[k].subarray((draw * levels + g) * featureNumbers.length);
        for (let i = 0; i < featureNumbers.length; i++) to[i] = by[featureNumbers[i]];
      });
    }
    await watch.checkpoint();
  }
  return shifts;
}

/**
 * The positions of held-out samples that any module's localities hold, numbered level after level.
 * @param begins as for `drawShifts`.
 * @returns `entryOf`: the number of each position; `counts`: how many are in each level.
 */
function positionsLookedAt(modules: readonly HeldOutModule[], begins: Int32Array) {
  const entryOf = new Int32Array(begins[begins.length - 1]);
  for (const { positions } of modules)
    for (const position of positions) if (position >= 0) entryOf[position] = 1;
  const counts = new Int32Array(begins.length - 1);
  let entries = 0;
  for (let g = 0; g < counts.length; g++) {
    const before = entries;
    for (let p = begins[g]; p < begins[g + 1]; p++) if (entryOf[p] === 1) entryOf[p] = entries++;
    counts[g] = entries - before;
  }
  return { entryOf, counts };
}

/**
 * Makes a function that draws, for each of a number of draws, the samples that entries take their values from: of each level as many as
 * it has entries, in random order, from all of its samples. What it returns is draws x entries, draw after draw.
 * @param counts entries of each level.
 * @param begins as for `drawShifts`.
 */
function orderDrawer(counts: Int32Array, begins: Int32Array, random: Random) {
  const samples = Int32Array.from({ length: begins[counts.length] }, (_, position) => position);
  const inLevels = Array.from(counts, (_, g) => samples.subarray(begins[g], begins[g + 1]));
  const entries = counts.reduce((a, b) => a + b, 0);
  return async (count: number, watch: Watch): Promise<Int32Array> => {
    const orders = new Int32Array(count * entries);
    let at = 0;
    for (let draw = 0; draw < count; draw++) {
      inLevels.forEach((level, g) => {
        // those drawn are the last ones; the next draw begins with the level as this one left it
        orders.set(random.shuffle(level, counts[g]).subarray(level.length - counts[g]), at);
        at += counts[g];
      });
      await watch.checkpoint();
    }
    return orders;
  };
}

/**
 * The statistics of both tests for each draw, one a module: `mean`, the mean correlation over the module's localities
 * weighted by presence, and `contrast`, that less the plain mean.
 * @param sums for each module draws x localities (`Engine.weightedCorrelations`).
 * @returns one entry a draw, with one number a module; 0 for a module without pairs.
 * @param modules those that are tested.
 */
async function statistics(
  modules: readonly HeldOutModule[],
  sums: readonly Float64Array[],
  watch: Watch,
): Promise<{ readonly mean: Float64Array; readonly contrast: Float64Array }[]> {
  const draws = sums[0].length / modules[0].presence.length;
  const found: { readonly mean: Float64Array; readonly contrast: Float64Array }[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const mean = new Float64Array(modules.length);
    const contrast = new Float64Array(modules.length);
    modules.forEach(({ presence, pairWeight }, k) => {
      for (let l = 0; l < presence.length; l++) {
        const value = pairWeight > 0 ? sums[k][draw * presence.length + l] / pairWeight : 0;
        mean[k] += presence[l] * value;
        contrast[k] += (presence[l] - 1 / presence.length) * value;
      }
    });
    found.push({ mean, contrast });
    await watch.checkpoint();
  }
  return found;
}
