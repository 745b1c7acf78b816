/**
 * Sums of unbiased squared correlations by `kernels/associate/local-squares.ts`.
 *
 * Purpose: modules are summed together (module-groups.ts): a locality's features are packed and correlated once for all
 *   of them. Then every strip of the sums adds up localities in their order; segments of localities are added up in theirs,
 *   and groups of segments (`SummedLocalities`).
 * Memory: GROUP_BYTES of packed values at a time, and the sums of a group of modules. Neither the division into groups of
 *   localities nor that into groups of modules changes a byte of the result.
 * Types: `Runtime`, of the engine: arena (its memory), size (bytes that a kernel needs), run (runs a job on all
 *   threads; CancelledError when the watch ends). `Inputs`, what is in the engine's memory: features (addresses of a
 *   table, copied in once). `FeatureAddresses`: dense, or offsets, indices and values with dense 0.
 *   `WeightedLocalities`: members (localities x size), size, factors (localities x modules, 0 for none).
 *   `ModuleGroup`: modules, union of their features, localities, factors, rows (of the sums, one a feature of a module, else -1), firstRows, panels (1 for features of a
 *   module). `AssociationRules`, how correlations become associations: measure (of correlation), support (samples
 *   that must differ from the lower median; 0 is off), levels (one a sample, -1 for none, or absent: centered in
 *   each). `Scope`, allocations that end together: free (ends it), copy (copies an array in, gives its address),
 *   allocate (an address for so many bytes; MachineError when there is no room). `Arena`, the allocator: memory (of
 *   WebAssembly). `Matrix`, row-major float32: columns (how many). `PlacedMembers`, localities in memory: partsFrom
 *   (address of the levels of localities from a number on, 0 for none).
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends.
 */

import { groupSize } from '../../association-rules.js';
import type { AssociationRules, Engine, WeightedLocalities } from '../../engine.js';
import { addAndClear } from '../../js/factorize/products.js';
import { partOf, unwatched } from '../../watch.js';
import type { FeatureAddresses, Inputs } from '../runtime/inputs.js';
import type { KernelArguments } from '../runtime/layouts.js';
import { createScope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { MEASURE_CODES } from './associate.js';
import { placeMembers } from './levels.js';
import { groupModules, type ModuleGroup } from './module-groups.js';

const GROUP_BYTES = 2 ** 26;
/** Panels of 8 rows of the sums in one item. */
const STRIP_PANELS = 2;

/**
 * Makes `Engine.sumLocalSquares`: for each module a symmetric matrix (chosen features x chosen features, zero
 * diagonal) of sums over localities of factor x (squared correlation - 1 / degrees of freedom). One
 * Float32Array a module, row by row; empty for a module without features.
 * @param inputs what the engine's memory already holds.
 */
export function createSumLocalSquares(runtime: Runtime, inputs: Inputs): Engine['sumLocalSquares'] {
  return async (features, localities, chosen, rules, watch = unwatched) => {
    const results: Float32Array[] = chosen.map(() => new Float32Array(0));
    const groups = groupModules(chosen, localities.factors);
    const scope = createScope(runtime.arena);
    try {
      await inputs.upload(features, scope, watch);
      const table = { ...inputs.features(features, scope), d: features.columns };
      for (const [g, group] of groups.entries()) {
        const part = partOf(watch, g / groups.length, (g + 1) / groups.length);
        const sums = await sumGroup(runtime, table, localities, group, chosen, rules, part);
        group.modules.forEach((k, position) => {
          results[k] = sums[position];
        });
      }
      return results;
    } finally {
      scope.free();
    }
  };
}

/**
 * Sums the modules of one group. Returns for each module its sums, features x features.
 * @param table addresses of the features, and `d` their number.
 * @param localities `members`: int32 rows, `size` for each locality of the table; `segment`: localities of a segment.
 * @param chosen features of all modules, each ascending.
 */
async function sumGroup(
  runtime: Runtime,
  table: FeatureAddresses & { readonly d: number },
  { members, size: n, segment }: WeightedLocalities,
  group: ModuleGroup,
  chosen: readonly Int32Array[],
  rules: AssociationRules,
  watch = unwatched,
): Promise<Float32Array[]> {
  const { union, modules, localities, factors, rows, firstRows, panels } = group;
  const f = union.length;
  const width = Math.ceil(f / 8) * 8;
  const scope = createScope(runtime.arena);
  try {
    const floats = firstRows[modules.length] * width;
    const sums = scope.allocate(floats * 4);
    const sumsNow = () => new Float32Array(runtime.arena.memory.buffer, sums, floats);
    sumsNow().fill(0);
    const ofGroup = new Float32Array(floats);
    const groupLocalities = groupSize(members.length / n, segment);
    const totals = new Float32Array(floats);
    const together = Math.max(1, Math.min(localities.length, Math.floor(GROUP_BYTES / (4 * n * width))));
    const shared = {
      ...table,
      ...{ chosen: scope.copy(union), f, n, modules: modules.length, sums },
      ...{ rows: scope.copy(rows), panels: scope.copy(panels) },
      ...{ measure: MEASURE_CODES[rules.measure], support: rules.support },
      packed: scope.allocate(together * n * width * 4),
      supported: scope.allocate(together * width),
      weights: scope.allocate(together * width * 4),
      stripPanels: STRIP_PANELS,
    };
    for (let from = 0; from < localities.length; ) {
      const some = batchFrom(localities, from, together, segment);
      const to = from + some.length;
      const part = partOf(watch, from / localities.length, to / localities.length);
      const factorsOfSome = factors.subarray(from * modules.length, to * modules.length);
      const added = { members: membersOf(members, n, some), levels: rules.levels, factors: factorsOfSome };
      await addLocalities(runtime, shared, added, part);
      const endsIn = (size: number) => segmentOf(localities[to], size) !== segmentOf(some[0], size);
      if (endsIn(segment)) addAndClear(sumsNow(), ofGroup);
      if (endsIn(groupLocalities)) addAndClear(ofGroup, totals);
      from = to;
    }
    return modules.map((k, position) =>
      pickSums(totals.subarray(firstRows[position] * width), union, chosen[k]),
    );
  } finally {
    scope.free();
  }
}

/** The segment, or another run of so many localities, that a locality lies in; NaN for none. */
const segmentOf = (locality: number | undefined, segment: number): number =>
  Math.floor((locality ?? NaN) / segment);

/** The localities of the list from position `from` on that are packed together: `most` at most, all of one segment. */
function batchFrom(localities: Int32Array, from: number, most: number, segment: number): Int32Array {
  const inSegment = localities
    .subarray(from)
    .findIndex((l) => segmentOf(l, segment) !== segmentOf(localities[from], segment));
  return localities.subarray(from, from + Math.min(most, inSegment < 0 ? most : inSegment));
}

type SharedArguments = Omit<KernelArguments<'packChosen'>, 'members' | 'count' | 'factors' | 'levels'>;

/**
 * Packs the features of some localities and adds their squared correlations to the sums in the engine's memory.
 * @param shared arguments that all calls of a group have in common.
 * @param localities `members`: int32 rows, n for each of these localities; `levels`: code of each sample's level, or
 *   nothing; `factors`: localities x modules of the group, 0 where a module takes no part.
 */
async function addLocalities(
  runtime: Runtime,
  shared: SharedArguments,
  {
    members,
    levels,
    factors,
  }: {
    readonly members: Int32Array;
    readonly levels: AssociationRules['levels'];
    readonly factors: Float64Array;
  },
  watch = unwatched,
): Promise<void> {
  const { d, n, f, stripPanels } = shared;
  const count = members.length / n;
  const scope = createScope(runtime.arena);
  try {
    const placed = placeMembers(scope, members, n, levels);
    const call = {
      ...{ ...shared, count, members: placed.members, factors: scope.copy(factors) },
      levels: placed.partsFrom(scope, 0),
    };
    const sparse = shared.dense === 0 ? 1 : 0;
    const scratch = runtime.size('localSquaresScratch', d, n, f, stripPanels, sparse);
    const cells = count * n * f;
    await runtime.run({ kernel: 'packChosen', items: count, scratch, work: cells * 20, call }, watch);
    const items = Math.ceil(f / (8 * stripPanels));
    await runtime.run({ kernel: 'addLocalSquares', items, scratch, work: cells * f, call }, watch);
  } finally {
    scope.free();
  }
}

/**
 * Rows of the samples in some localities, `size` for each, in the order of `some`.
 * @param members rows in all localities.
 * @param some numbers of localities.
 */
function membersOf(members: Int32Array, size: number, some: Int32Array): Int32Array {
  const result = new Int32Array(some.length * size);
  some.forEach((l, t) => {
    result.set(members.subarray(l * size, (l + 1) * size), t * size);
  });
  return result;
}

/**
 * The sums of one module as a full symmetric matrix (features x features of the module, zero diagonal). Never throws.
 * @param padded a row for each of the module's features, as long as the union rounded up to a multiple of 8, of which what is
 * right of the diagonal is read.
 * @param union the group's features, ascending.
 * @param chosen the module's, ascending, all in the union.
 */
function pickSums(padded: Float32Array, union: Int32Array, chosen: Int32Array): Float32Array {
  const width = Math.ceil(union.length / 8) * 8;
  const f = chosen.length;
  const at = new Map(Array.from(union, (feature, position) => [feature, position]));
  const positions = Int32Array.from(chosen, (feature) => at.get(feature) ?? 0);
  const result = new Float32Array(f * f);
  for (let i = 0; i < f; i++) {
    const base = i * width;
    for (let j = i + 1; j < f; j++) {
      result[i * f + j] = result[j * f + i] = padded[base + positions[j]];
    }
  }
  return result;
}
