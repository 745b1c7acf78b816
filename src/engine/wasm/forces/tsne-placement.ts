/**
 * New samples on a finished t-SNE map by `kernels/forces/tsne-placement.ts`: one job does all steps of all samples, in
 * two dimensions. Other numbers of dimensions use the reference loops on this thread.
 * Types: `Runtime`, of the engine: arena (its memory), run (runs a job on all threads; CancelledError when the watch
 *   ends), size (bytes that a kernel needs). `Inputs`, what is in the engine's memory: features (addresses of a table,
 *   copied in once). `Csr`: sparse, entries of row r are at `offsets[r]` to `offsets[r + 1]` of `indices` (columns) and
 *   `values`. `TsnePlacement`: dimensions, steps, theta, learningRate, momentum, exaggeration, longestForce.
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends, the coordinates as they were.
 */

import type { Engine } from '../../engine.js';
import { tsnePlacement } from '../../js/tsne-placement.js';
import { unwatched } from '../../watch.js';
import type { Inputs } from '../runtime/inputs.js';
import { createScope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { padEntries } from './padded-rows.js';

/** Samples of a block: some milliseconds of work, so that a cancellation is heard soon. */
const BLOCK_ROWS = 16;
/** Rough number of operations of a sample's step, and of one for each target once. */
const STEP_WORK = 6000;
const TARGET_WORK = 200;

/** Makes `Engine.tsnePlacement`: moves new samples (y, samples x dimensions float64, in place) over fixed targets. */
export function createTsnePlacement(runtime: Runtime, inputs: Inputs): Engine['tsnePlacement'] {
  return async (p, y, targets, options, watch = unwatched) => {
    if (options.dimensions !== 2) return tsnePlacement(p, y, targets, options, watch);
    const scope = createScope(runtime.arena);
    try {
      const n = targets.length / 2;
      const { offsets, indices, values } = inputs.features(padEntries(p), scope);
      const placed = scope.copy(y);
      const counter = scope.copy(new Uint8Array(64));
      const tree = scope.allocate(runtime.size('treeBytes', n));
      const { steps, theta, learningRate, momentum, exaggeration, longestForce } = options;
      await runtime.run(
        {
          kernel: 'placeItem',
          items: 1 + Math.ceil(p.rows / BLOCK_ROWS),
          scratch: runtime.size('placeScratch', n),
          work: p.rows * steps * STEP_WORK + n * TARGET_WORK,
          call: {
            ...{ n, rows: p.rows, blockRows: BLOCK_ROWS, steps, offsets, indices, values },
            ...{ y: placed, targets: scope.copy(Float32Array.from(targets)), tree, counter },
            ...{ theta, learningRate, momentum, exaggeration, longestForce },
          },
        },
        watch,
      );
      y.set(new Float64Array(runtime.arena.memory.buffer, placed, y.length));
    } finally {
      scope.free();
    }
  };
}
