/**
 * Steps of a three-term recurrence over a sparse graph by `kernels/spectral/filter.ts`: one job does all steps of a call.
 * Types: `Runtime`, of the engine: arena (its memory), run (runs a job on all threads; CancelledError when the watch
 *   ends). `Inputs`, what is in the engine's memory: features (addresses of a graph, copied in once).
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends.
 */

import type { Engine } from '../../engine.js';
import { unwatched } from '../../watch.js';
import type { Inputs } from '../runtime/inputs.js';
import { createScope, floatsAt } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';

/** Rows of a block; blocks do not depend on the number of threads. */
const BLOCK_ROWS = 256;
const MOST_BLOCKS = 64;
/** Operations an entry, roughly. */
const ENTRY_WORK = 16;

/**
 * Makes `Engine.graphFilter`: called with a graph (rows x rows) and a block (rows x 4), it returns the block after the last
 * step.
 * @param inputs what the engine's memory already holds.
 */
export function createGraphFilter(runtime: Runtime, inputs: Inputs): Engine['graphFilter'] {
  return async (graph, block, steps, watch = unwatched) => {
    const { rows } = graph;
    const blocks = Math.max(1, Math.min(MOST_BLOCKS, Math.ceil(rows / BLOCK_ROWS)));
    const scope = createScope(runtime.arena);
    try {
      const { offsets, indices, values } = inputs.features(graph, scope);
      const buffers = [
        scope.copy(block),
        scope.allocate(block.byteLength),
        scope.allocate(block.byteLength),
      ] as const;
      const factors = Float64Array.from(
        steps.flatMap(({ image, itself, before }) => [image, itself, before]),
      );
      const call = {
        ...{ rows, blocks, offsets, indices, weights: values },
        ...{ first: buffers[0], second: buffers[1], third: buffers[2] },
        ...{ factors: scope.copy(factors), counter: scope.copy(new Uint8Array(64)) },
      };
      const work = graph.values.length * steps.length * ENTRY_WORK;
      await runtime.run({ kernel: 'filterItem', items: steps.length * blocks, work, call }, watch);
      return floatsAt(runtime.arena.memory, buffers[steps.length % 3], block.length);
    } finally {
      scope.free();
    }
  };
}
