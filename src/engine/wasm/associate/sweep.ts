/**
 * Coordinate sweeps over the loadings of modules, by `kernels/associate/sweep.ts`; an item is a module.
 *
 * Purpose: patterns of d x d floats a module are summed, mirrored and swept where they are, in the engine's memory.
 * Types: `Runtime`, of the engine: arena (its memory), run (runs a job on all threads; CancelledError when the watch
 *   ends), size (bytes that a kernel needs). `Inputs`, what is in the engine's memory. `Scope`, allocations that end
 *   together: copy (copies an array in, gives its address), copyStructure (writes a structure, gives its address), allocate
 *   (an address for so many bytes; MachineError when there is no room), free (ends it). `SweptModule`: loadings, k, q, and its
 *   pattern: features (null for all), full, image (null where it is made). `SweptModules`: loadings, first, presence, q.
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends. Loadings are then as they were.
 */

import type { Matrix } from '../../../model.js';
import type { Engine, SweptModule } from '../../engine.js';
import { unwatched } from '../../watch.js';
import type { Inputs } from '../runtime/inputs.js';
import { AS_SQUARE, type KernelArguments } from '../runtime/layouts.js';
import { createScope, type Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { sumInSegments } from './pattern-sums.js';

/** Rough number of operations of a sweep for each entry of a pattern. */
const ENTRY_WORK = 4;

/**
 * Makes `Engine.sweepAssociations`: sums the patterns of the modules over all groups of blocks, then sweeps the modules in
 * turn.
 */
export function createSweepAssociations(runtime: Runtime, inputs: Inputs): Engine['sweepAssociations'] {
  return async (groups, summed, { loadings, first, presence, q }, sweeps, watch = unwatched) => {
    const [d, count] = [loadings.columns, presence.columns];
    const scope = createScope(runtime.arena);
    try {
      const machine = { runtime, inputs, scope };
      const { total } = await sumInSegments(machine, groups, summed, presence, AS_SQUARE, watch);
      const shared = { ...place(scope, loadings, q), size: d, features: 0, hasImage: 0 };
      const modules = Array.from({ length: count }, (_, t) =>
        scope.copyStructure('SweptModule', {
          ...{ ...shared, k: first + t, full: total + t * d * d * 4, image: scope.allocate(d * 8) },
        }),
      );
      const plan = { sweeps, least: 0, mirrored: 0, done: scope.copy(new Int32Array(1)) };
      await sweep(runtime, scope, modules, plan, loadings.rows, d, watch);
      takeLoadings(runtime, shared.loadings, loadings);
    } finally {
      scope.free();
    }
  };
}

/** Makes `Engine.sweepPatterns`: sweeps modules whose patterns are given, in turn or each on its own. */
export function createSweepPatterns(runtime: Runtime): Engine['sweepPatterns'] {
  return async (modules, { sweeps, least, inTurn }, watch = unwatched) => {
    if (modules.length === 0) return;
    const scope = createScope(runtime.arena);
    try {
      const placed = new Map<Matrix, ReturnType<typeof place>>();
      for (const { loadings, q } of modules)
        if (!placed.has(loadings)) placed.set(loadings, place(scope, loadings, q));
      const structures = modules.map((module) =>
        scope.copyStructure('SweptModule', {
          ...placed.get(module.loadings)!,
          ...placePattern(scope, module),
          k: module.k,
        }),
      );
      const plan = { sweeps, least, mirrored: 1, done: inTurn ? scope.copy(new Int32Array(1)) : 0 };
      const most = (of: (module: SweptModule) => number) => Math.max(...modules.map(of));
      const size = most(({ full }) => Math.sqrt(full.length));
      await sweep(
        runtime,
        scope,
        structures,
        plan,
        most(({ loadings }) => loadings.rows),
        size,
        watch,
      );
      for (const [loadings, { loadings: address }] of placed) takeLoadings(runtime, address, loadings);
    } finally {
      scope.free();
    }
  };
}

/** Copies loadings and q of some modules into the engine's memory; their addresses and shape. */
const place = (scope: Scope, { rows, columns, data }: Matrix, q: Float64Array) => ({
  ...{ loadings: scope.copy(data), modules: rows, d: columns },
  q: scope.copy(q),
});

/** Copies the pattern of a module into the engine's memory; its addresses. */
function placePattern(scope: Scope, { features, full, image }: SweptModule) {
  const size = Math.sqrt(full.length);
  return {
    ...{ size, full: scope.copy(full), features: features ? scope.copy(features) : 0 },
    ...{ image: image ? scope.copy(image) : scope.allocate(size * 8), hasImage: image ? 1 : 0 },
  };
}

/**
 * Runs the job over the structures of all modules.
 * @param rows most modules of the loadings. @param size most features that are swept.
 */
async function sweep(
  runtime: Runtime,
  scope: Scope,
  structures: readonly number[],
  plan: Omit<KernelArguments<'sweepModule'>, 'modules'>,
  rows: number,
  size: number,
  watch = unwatched,
): Promise<void> {
  await runtime.run(
    {
      kernel: 'sweepModule',
      items: structures.length,
      scratch: runtime.size('sweepScratch', rows, size),
      work: structures.length * plan.sweeps * size * size * ENTRY_WORK,
      call: { ...plan, modules: scope.copy(Uint32Array.from(structures)) },
    },
    watch,
  );
}

/** Copies loadings back from the engine's memory. */
function takeLoadings({ arena }: Runtime, address: number, { data }: Matrix): void {
  data.set(new Float32Array(arena.memory.buffer, address, data.length));
}
