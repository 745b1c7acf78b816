/**
 * Non-negative least squares for many right-hand sides, by `kernels/associate/non-negative.ts`; an item is some rows.
 * Types: `Runtime`, of the engine: arena (its memory), run (runs a job on all threads; CancelledError when the watch
 *   ends), size (bytes that a kernel needs).
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends.
 */

import type { Engine } from '../../engine.js';
import { unwatched } from '../../watch.js';
import { NON_NEGATIVE_ROWS } from '../runtime/layouts.js';
import { createScope, floatsAt } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';

/** Makes `Engine.solveNonNegative`: called with S (m x m) and right-hand sides (rows x m), it returns rows x m. */
export function createSolveNonNegative(runtime: Runtime): Engine['solveNonNegative'] {
  return async (gram, right, watch = unwatched) => {
    const { rows, columns: m } = right;
    const scope = createScope(runtime.arena);
    try {
      const solutions = scope.allocate(rows * m * 4);
      await runtime.run(
        {
          kernel: 'solveNonNegative',
          items: Math.ceil(rows / NON_NEGATIVE_ROWS),
          scratch: runtime.size('nonNegativeScratch', m),
          // about half of the modules take part in a locality
          work: rows * m ** 4,
          call: { gram: scope.copy(gram), m, right: scope.copy(right.data), solutions, rows },
        },
        watch,
      );
      return { rows, columns: m, data: floatsAt(runtime.arena.memory, solutions, rows * m) };
    } finally {
      scope.free();
    }
  };
}
