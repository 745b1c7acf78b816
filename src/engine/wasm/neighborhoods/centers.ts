/**
 * The nearest center of every sample while the centers move, by `kernels/neighborhoods/assign.ts`: one job lists the neighbors
 * of each center, then takes the samples, in segments of their order.
 * Types: `Runtime`, of the engine: arena (its memory), run (runs a job on all threads; CancelledError when the watch
 *   ends), size (bytes that a kernel needs). `Inputs`, what is in the engine's memory: features (addresses of a matrix, copied
 *   in once). `Scope`, allocations that end together: allocate (an address for so many bytes; MachineError when there is
 *   no room), free (ends it), copy (copies an array in, gives its address). `KdTree`, of the samples: points (the matrix, by
 *   row), coordinates (in the tree's order). `NearestCenters`: center, upper and lower bound, one a sample.
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends.
 */

import { buildKdTree } from '../../../core/kd-tree.js';
import type { Engine, NearestCenters } from '../../engine.js';
import { centerNeighborCount } from '../../js/nearest-centers.js';
import { unwatched } from '../../watch.js';
import type { Inputs } from '../runtime/inputs.js';
import { createScope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { copyTree, NEIGHBOR_WORK } from './graph.js';

/** Items that the centers, and the samples, are divided into; their numbers change no byte of the result. */
const PARTS = 16;
const SEGMENTS = 48;
/** Rough number of operations a sample, where bounds decide for most. */
const SAMPLE_WORK = 2000;

/** The nearest centers of each center (centers x k) that the last call listed, by what it found. */
const known = new WeakMap<NearestCenters, Int32Array>();

/**
 * Makes `Engine.nearestCenters`: called with the samples' tree, centers (count x dimensions), what the last call found and how
 * far each center has moved since, it brings `found` up to date. As it was where the call fails.
 */
export function createNearestCenters(runtime: Runtime, inputs: Inputs): Engine['nearestCenters'] {
  return async (samples, centers, found, moves, watch = unwatched) => {
    const { rows } = samples.points;
    if (rows === 0) return;
    const count = centers.rows;
    const k = Math.min(centerNeighborCount(centers.columns), count);
    const scope = createScope(runtime.arena);
    try {
      const state = {
        assigned: scope.copy(found.center),
        upper: scope.copy(found.upper),
        lower: scope.copy(found.lower),
      };
      const before = moves && known.get(found);
      const neighbors = scope.allocate(count * k * 4);
      await runtime.run(
        {
          kernel: 'assignSamples',
          items: PARTS + SEGMENTS,
          scratch: runtime.size('treeScratch', count),
          work: rows * SAMPLE_WORK + count * k * NEIGHBOR_WORK,
          call: {
            ...{ ...state, rows, parts: PARTS, segments: SEGMENTS, done: scope.copy(new Int32Array(1)) },
            samples: inputs.features({ ...samples.points, data: samples.coordinates }, scope).dense,
            tree: copyTree(scope, buildKdTree(centers)),
            centers: scope.copy(centers.data),
            ...{ k, neighbors, squared: scope.allocate(count * k * 8) },
            before: before ? scope.copy(before) : 0,
            ...{ reach: scope.allocate(count * 8), falls: scope.allocate(count * 8) },
            moves: moves ? scope.copy(moves) : 0,
          },
        },
        watch,
      );
      const { buffer } = runtime.arena.memory;
      found.center.set(new Int32Array(buffer, state.assigned, rows));
      found.upper.set(new Float64Array(buffer, state.upper, rows));
      found.lower.set(new Float64Array(buffer, state.lower, rows));
      known.set(found, new Int32Array(buffer, neighbors, count * k).slice());
    } finally {
      scope.free();
    }
  };
}
