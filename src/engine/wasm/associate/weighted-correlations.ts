/**
 * Weighted correlations of modules' features in drawn samples, by `kernels/associate/weighted-correlations.ts`.
 * Types: `Runtime`, of the engine: threads (how many), arena (its memory), run (runs a job on all threads;
 *   CancelledError when the watch ends), size (bytes that a kernel needs). `ModuleSamples`, one module in drawn
 *   samples: positions (localities x size, rows of values), size (of a locality), values (samples x features,
 *   standardized), features (how many), support (samples that must differ), loadings (localities x features, with
 *   sign), levels (runs of one level in each locality, or absent). `SampleDraws`: count of draws; orders (count x
 *   entries, or null); shifts (for each module count x features, or null). `Scope`, allocations that end together:
 *   copy (copies an array in, gives its address), free (ends it), allocate (an address for so many bytes;
 *   MachineError when there is no room), copyStructure (writes a structure, gives its address). `Watch`, of a stage:
 *   checkpoint (throws CancelledError once the signal is aborted). `Arena`, the allocator: memory (of WebAssembly).
 *   `SampleLevels`, runs of one level: offsets (localities + 1: first run of each), lengths (samples of each run),
 *   numbers (level of each run, from 0).
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends.
 */

import type { Engine, ModuleSamples, SampleDraws } from '../../engine.js';
import { extremesOf, levelsOf } from '../../sample-levels.js';
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
 * correlation. Returns one array a module, draws x localities. A feature that is constant in a locality's samples, or
 * without support there, counts as correlation 0.
 */
export function createWeightedCorrelations(runtime: Runtime): Engine['weightedCorrelations'] {
  return async (modules, draws, watch = unwatched) => {
    const results = modules.map(
      ({ positions, size }) => new Float64Array((draws.count * positions.length) / size),
    );
    if (modules.length === 0 || draws.count === 0) return results;
    const entries = (draws.orders?.length ?? 0) / draws.count;
    const together = Math.max(runtime.threads, Math.floor(ORDER_BYTES / (4 * Math.max(1, entries))));
    const batches = batchesOf(modules);
    for (let from = 0; from < draws.count; from += together) {
      const to = Math.min(draws.count, from + together);
      for (const batch of batches) {
        const done = (from + ((to - from) * batch.first) / modules.length) / draws.count;
        const end = (from + ((to - from) * batch.end) / modules.length) / draws.count;
        const chosen = modules.slice(batch.first, batch.end);
        const part = drawsBetween(modules, draws, entries, { from, to, ...batch });
        const found = await correlate(runtime, chosen, part, partOf(watch, done, end));
        found.forEach((values, k) => {
          results[batch.first + k].set(values, (from * values.length) / (to - from));
        });
      }
    }
    return results;
  };
}

/** Consecutive modules whose values are uploaded together. */
interface Batch {
  readonly first: number;
  readonly end: number;
}

/**
 * Divides the modules, in order, into batches whose values take at most VALUE_BYTES before padding, or of one module. Never throws.
 */
function batchesOf(modules: readonly ModuleSamples[]): Batch[] {
  const batches: Batch[] = [];
  for (let first = 0; first < modules.length; ) {
    let end = first + 1;
    let bytes = modules[first].values.byteLength;
    while (end < modules.length && bytes + modules[end].values.byteLength <= VALUE_BYTES) {
      bytes += modules[end++].values.byteLength;
    }
    batches.push({ first, end });
    first = end;
  }
  return batches;
}

/**
 * Draws `from` to `to` (exclusive) of modules `first` to `end` (exclusive). Views, no copies.
 * @param modules all of them.
 * @param entries of one order.
 */
function drawsBetween(
  modules: readonly ModuleSamples[],
  { orders, shifts }: SampleDraws,
  entries: number,
  { from, to, first, end }: Batch & { readonly from: number; readonly to: number },
): SampleDraws {
  const ofModule = (shift: Int32Array, k: number) => {
    const { features, levels } = modules[first + k];
    const stride = features * (levels ? levels.rows.length - 1 : 1);
    return shift.subarray(from * stride, to * stride);
  };
  return {
    count: to - from,
    orders: orders?.subarray(from * entries, to * entries) ?? null,
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
    const uploaded: ReturnType<typeof uploadModule>[] = [];
    for (const [k, module] of modules.entries()) {
      await watch.checkpoint();
      uploaded.push(uploadModule(scope, module, draws, k));
    }
    const most = (of: (module: ModuleSamples) => number) => Math.max(...modules.map(of));
    const values = modules.reduce((sum, module) => sum + module.positions.length * module.features, 0);
    await runtime.run(
      {
        kernel: 'weightedCorrelations',
        items: draws.count * modules.length,
        scratch: runtime.size(
          'weightedCorrelationsScratch',
          most(({ features }) => padded(features)),
          most(({ size }) => size),
          most((module) => extremesOf(module).mostRuns),
        ),
        work: draws.count * values * VALUE_WORK,
        call: {
          modules: scope.copy(Uint32Array.from(uploaded, ({ address }) => address)),
          draws: draws.count,
          entries: (draws.orders?.length ?? 0) / draws.count,
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

/** Number of features rounded up to a multiple of 4. */
const padded = (features: number): number => Math.ceil(features / 4) * 4;

/** Columns with zeros up to a multiple of 4. */
function padColumns({ values, features }: ModuleSamples): Float32Array {
  const width = padded(features);
  if (width === features) return values;
  const result = new Float32Array((values.length / features) * width);
  // number by number: a view of each row would be millions of objects
  for (let from = 0, to = 0; from < values.length; to += width) {
    for (let i = 0; i < features; i++) result[to + i] = values[from++];
  }
  return result;
}

/** Values of a feature that so many samples hold that it may be without support in a locality (`majorities`). */
interface Majorities {
  /** For each feature, with padding, such a value (of several the one that most hold); NaN where there is none. */
  readonly modes: Float64Array;
  /** For each feature 1 where there are several of them. */
  readonly contested: Uint8Array;
}

/** Those found before, by values and how many samples have to hold one: the same values come with every batch of draws, and with both tests. */
const known = new WeakMap<Float32Array, Map<number, Majorities>>();

/**
 * The values that can leave a feature without support: held by so many samples in all that a locality may hold that
 * many. Rows are not drawn twice, so others need not be looked for.
 * @returns for each feature that value, NaN where there is none, and 1 where there are several.
 */
function majorities(module: ModuleSamples): Majorities {
  const { values, support } = module;
  const { fewest: size } = extremesOf(module);
  const least = Math.max(size / 2, size - support);
  const ofValues = known.get(values) ?? new Map<number, Majorities>();
  known.set(values, ofValues);
  const found = ofValues.get(least) ?? heldByMore(module, least);
  ofValues.set(least, found);
  return found;
}

/** For each feature the value that most samples hold of those held by more than `least`; of several the smallest. */
function heldByMore({ values, features }: ModuleSamples, least: number): Majorities {
  const modes = new Float64Array(padded(features)).fill(Number.NaN);
  const contested = new Uint8Array(features);
  for (let i = 0; i < features; i++) {
    let most = 0;
    countValues(oftenHeld(values, features, i, least), (value, count) => {
      if (count <= least) return;
      if (most > 0) contested[i] = 1;
      if (count > most || (count === most && value < modes[i])) modes[i] = value;
      most = Math.max(most, count);
    });
  }
  return { modes, contested };
}

/** Values that are taken out of a column one by one before the others are sorted: in sparse data nearly all are one value. */
const TAKEN_OUT = 2;

/** Tells each value of a column and how often it is there. The column is used up. */
function countValues(column: Float32Array, tell: (value: number, count: number) => void): void {
  let rest = column;
  for (let taken = 0; taken < TAKEN_OUT && rest.length > 0; taken++) {
    const value = rest[0];
    let kept = 0;
    for (let r = 0; r < rest.length; r++) if (rest[r] !== value) rest[kept++] = rest[r];
    tell(value, rest.length - kept);
    rest = rest.subarray(0, kept);
  }
  rest.sort();
  for (let first = 0, next = 1; first < rest.length; first = next++) {
    while (next < rest.length && rest[next] === rest[first]) next++;
    tell(rest[first], next - first);
  }
}

/** Most bits of the number of counters among which values are spread, and a multiplier that spreads them (Knuth's). */
const MOST_BITS = 16;
const SPREAD = 2654435761;

/**
 * The values of feature i that more than `least` samples may hold, each as often as it is held: all others share no counter with so
 * many. Values that all differ leave few or none, so that they need not be sorted.
 * @param values samples x features.
 */
function oftenHeld(values: Float32Array, features: number, i: number, least: number): Float32Array {
  const rows = values.length / features;
  const number = new Float32Array(1);
  const bits = new Uint32Array(number.buffer);
  // about as many as there are values
  const unused = 32 - Math.min(MOST_BITS, 32 - Math.clz32(rows));
  const counters = new Uint32Array(2 ** (32 - unused));
  const counterOf = new Uint16Array(rows);
  for (let r = 0; r < rows; r++) {
    // 0 is added since -0 equals 0
    number[0] = values[r * features + i] + 0;
    counterOf[r] = Math.imul(bits[0] ^ (bits[0] >>> 15), SPREAD) >>> unused;
    counters[counterOf[r]]++;
  }
  let often = 0;
  for (const count of counters) if (count > least) often += count;
  const held = new Float32Array(often);
  let at = 0;
  for (let r = 0; r < rows; r++) if (counters[counterOf[r]] > least) held[at++] = values[r * features + i];
  return held;
}

/**
 * Copies a module into the engine's memory; returns the address of its `ModuleSamples` and of its results.
 * @param k number of the module.
 */
function uploadModule(scope: Scope, module: ModuleSamples, draws: SampleDraws, k: number) {
  const localities = module.positions.length / module.size;
  const length = draws.count * localities;
  const results = scope.allocate(length * 8);
  const { modes, contested } = majorities(module);
  const { offsets, lengths, numbers, rows } = levelsOf(module);
  const address = scope.copyStructure('ModuleSamples', {
    ...{ f: module.features, n: module.size, localities, support: module.support, results },
    values: scope.copy(padColumns(module)),
    modes: scope.copy(modes),
    contested: scope.copy(contested),
    positions: scope.copy(module.positions),
    ...{ offsets: scope.copy(offsets), lengths: scope.copy(lengths), numbers: scope.copy(numbers) },
    ...{ rows: scope.copy(rows), levels: rows.length - 1 },
    loadings: scope.copy(module.loadings),
    shifts: draws.shifts ? scope.copy(draws.shifts[k]) : 0,
  });
  return { address, results, length };
}
