/** Weighted correlations of modules' features in drawn samples, by `kernels/associate/weighted-correlations.ts`. */

import type { Engine, ModuleSamples, SampleDraws } from '../../engine.js';
import { partOf, unwatched } from '../../watch.js';
import { createScope, type Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';

/** Bytes of orders, and of the values of modules, that one job takes; more of either are several jobs. */
const ORDER_BYTES = 2 ** 24;
const VALUE_BYTES = 2 ** 26;
/** Rough number of operations for each gathered value. */
const VALUE_WORK = 10;

/**
 * Makes `Engine.weightedCorrelations`: for every module, draw (a permutation of the samples, or a cyclic shift of
 * each feature) and locality, twice the sum over pairs of the module's features of both loadings times their
 * correlation. Returns one array a module, draws x localities.
 */
export function createWeightedCorrelations(runtime: Runtime): Engine['weightedCorrelations'] {
  return async (modules, draws, watch = unwatched) => {
    const results = modules.map(
      ({ positions, size }) => new Float64Array((draws.count * positions.length) / size),
    );
    if (modules.length === 0 || draws.count === 0) return results;
    const samples = modules[0].values.length / modules[0].features;
    const together = Math.max(runtime.threads, Math.floor(ORDER_BYTES / (4 * samples)));
    const groups = groupsOf(modules);
    for (let from = 0; from < draws.count; from += together) {
      const to = Math.min(draws.count, from + together);
      for (const group of groups) {
        const done = (from + ((to - from) * group.first) / modules.length) / draws.count;
        const end = (from + ((to - from) * group.end) / modules.length) / draws.count;
        const chosen = modules.slice(group.first, group.end);
        const part = drawsBetween(modules, draws, samples, { from, to, ...group });
        const found = await correlate(runtime, chosen, part, partOf(watch, done, end));
        found.forEach((values, k) => {
          results[group.first + k].set(values, (from * values.length) / (to - from));
        });
      }
    }
    return results;
  };
}

/** Consecutive modules whose values are uploaded together. */
interface Group {
  readonly first: number;
  readonly end: number;
}

/**
 * Divides the modules, in order, into groups whose values (samples x features, float32) take at most VALUE_BYTES; a
 * larger module is alone.
 */
function groupsOf(modules: readonly ModuleSamples[]): Group[] {
  const groups: Group[] = [];
  for (let first = 0; first < modules.length; ) {
    let end = first + 1;
    let bytes = modules[first].values.byteLength;
    while (end < modules.length && bytes + modules[end].values.byteLength <= VALUE_BYTES) {
      bytes += modules[end++].values.byteLength;
    }
    groups.push({ first, end });
    first = end;
  }
  return groups;
}

/**
 * The draws `from` to `to` for the modules `first` to `end`.
 * @param draws `orders`: draws x samples, or null; `shifts`: for each module draws x features, or null.
 * @param samples of a draw.
 */
function drawsBetween(
  modules: readonly ModuleSamples[],
  { orders, shifts }: SampleDraws,
  samples: number,
  { from, to, first, end }: Group & { readonly from: number; readonly to: number },
): SampleDraws {
  const ofModule = (shift: Int32Array, k: number) => {
    const { features } = modules[first + k];
    return shift.subarray(from * features, to * features);
  };
  return {
    count: to - from,
    orders: orders?.subarray(from * samples, to * samples) ?? null,
    shifts: shifts?.slice(first, end).map(ofModule) ?? null,
  };
}

/**
 * Runs one job over all these draws and modules. Returns for each module draws x localities weighted sums of
 * correlations.
 */
async function correlate(
  runtime: Runtime,
  modules: readonly ModuleSamples[],
  draws: SampleDraws,
  watch: Parameters<Runtime['run']>[1],
): Promise<Float64Array[]> {
  const scope = createScope(runtime.arena);
  try {
    const uploaded = modules.map((module, k) => uploadModule(scope, module, draws, k));
    const most = (of: (module: ModuleSamples) => number) => Math.max(...modules.map(of));
    const values = modules.reduce((sum, module) => sum + module.positions.length * module.features, 0);
    await runtime.run(
      {
        kernel: 'weightedCorrelations',
        items: draws.count * modules.length,
        scratch: runtime.size(
          'weightedCorrelationsScratch',
          most(({ features }) => features),
          most(({ size }) => size),
        ),
        work: draws.count * values * VALUE_WORK,
        call: {
          modules: scope.copy(Uint32Array.from(uploaded, ({ address }) => address)),
          moduleCount: modules.length,
          samples: modules[0].values.length / modules[0].features,
          orders: draws.orders ? scope.copy(draws.orders) : 0,
        },
      },
      watch,
    );
    return uploaded.map(({ results, length }) =>
      new Float64Array(runtime.arena.memory.buffer, results, length).slice(),
    );
  } finally {
    scope.free();
  }
}

/**
 * Copies module k into the engine's memory: values (samples x features), positions of samples (localities x size),
 * loadings and shifts. Returns the address of its `ModuleSamples` structure, and of the room for its results,
 * `length` = draws x localities float64.
 */
function uploadModule(scope: Scope, module: ModuleSamples, draws: SampleDraws, k: number) {
  const localities = module.positions.length / module.size;
  const length = draws.count * localities;
  const results = scope.allocate(length * 8);
  const address = scope.copyStructure('ModuleSamples', {
    ...{ f: module.features, n: module.size, localities, support: module.support, results },
    values: scope.copy(module.values),
    positions: scope.copy(module.positions),
    loadings: scope.copy(module.loadings),
    shifts: draws.shifts ? scope.copy(draws.shifts[k]) : 0,
  });
  return { address, results, length };
}
