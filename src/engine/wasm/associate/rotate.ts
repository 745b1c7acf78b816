/**
 * Varimax of some starts, by `kernels/associate/rotate.ts`; an item is a start.
 * Types: `Runtime`, of the engine: arena (its memory), run (runs a job on all threads; CancelledError when the watch ends).
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends. Factors are then as they were.
 */

import type { Engine } from '../../engine.js';
import { unwatched } from '../../watch.js';
import { MOST_SWEEPS } from '../runtime/layouts.js';
import { createScope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';

/** Rough number of operations for an entry of a plane; about a tenth of the sweeps are needed. */
const ENTRY_WORK = 2;

/** Makes `Engine.rotateFactors`: turns the factors of each start in place. */
export function createRotateFactors(runtime: Runtime): Engine['rotateFactors'] {
  return async (starts, features, watch = unwatched) => {
    const m = starts[0]?.length ?? 0;
    if (m < 2) return;
    const d = starts[0][0].length;
    const scope = createScope(runtime.arena);
    try {
      const address = scope.allocate(starts.length * m * d * 8);
      const view = () => new Float64Array(runtime.arena.memory.buffer, address, starts.length * m * d);
      starts.flat().forEach((factor, i) => {
        view().set(factor, i * d);
      });
      await runtime.run(
        {
          kernel: 'rotateFactors',
          items: starts.length,
          work: starts.length * MOST_SWEEPS * m * m * d * ENTRY_WORK,
          call: { factors: address, m, d, features },
        },
        watch,
      );
      starts.flat().forEach((factor, i) => {
        factor.set(view().subarray(i * d, (i + 1) * d));
      });
    } finally {
      scope.free();
    }
  };
}
