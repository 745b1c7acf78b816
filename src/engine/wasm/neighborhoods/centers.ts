/**
 * The nearest center of every sample while the centers move, by `kernels/neighborhoods/`: first the neighbors of each center,
 * then the samples, in segments of their order.
 * Types: `Runtime`, of the engine: arena (its memory), run (runs a job on all threads; CancelledError when the watch
 *   ends), size (bytes that a kernel needs). `Inputs`, what is in the engine's memory: features (addresses of a matrix, copied
 *   in once). `Scope`, allocations that end together: allocate (an address for so many bytes; MachineError when there is
 *   no room), free (ends it), copy (copies an array in, gives its address). `KdTree`, of the samples: points (the matrix, by
 *   row), coordinates (in the tree's order). `NearestCenters`: center, upper and lower bound, one a sample.
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends.
 */

import { buildKdTree } from '../../../core/kd-tree.js';
import type { Engine } from '../../engine.js';
import { centerNeighborCount, largestMoves } from '../../js/nearest-centers.js';
import { unwatched } from '../../watch.js';
import type { Inputs } from '../runtime/inputs.js';
import { createScope, type Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { copyTree, NEIGHBOR_WORK } from './graph.js';

/** Items that the samples are divided into; their number changes no byte of the result. */
const SEGMENTS = 64;
/** Rough number of operations a sample, where bounds decide for most. */
const SAMPLE_WORK = 2000;

/**
 * Makes `Engine.nearestCenters`: called with the samples' tree, centers (count x dimensions), what the last call found and how
 * far each center has moved since, it brings `found` up to date. As it was where the call fails.
 */
export function createNearestCenters(runtime: Runtime, inputs: Inputs): Engine['nearestCenters'] {
  return async (samples, centers, found, moves, watch = unwatched) => {
    const { rows } = samples.points;
    if (rows === 0) return;
    const scope = createScope(runtime.arena);
    try {
      const around = await centerNeighbors(runtime, scope, centers);
      const { k, neighbors } = around;
      const state = {
        assigned: scope.copy(found.center),
        upper: scope.copy(found.upper),
        lower: scope.copy(found.lower),
      };
      const falls = moves && largestMoves({ k, rows: listed(runtime, neighbors, centers.rows * k) }, moves);
      await runtime.run(
        {
          kernel: 'assignSamples',
          items: SEGMENTS,
          scratch: centers.rows * 4,
          work: rows * SAMPLE_WORK,
          call: {
            ...{ ...around, ...state, rows, segments: SEGMENTS },
            samples: inputs.features({ ...samples.points, data: samples.coordinates }, scope).dense,
            centers: scope.copy(centers.data),
            moves: moves ? scope.copy(moves) : 0,
            falls: falls ? scope.copy(falls) : 0,
          },
        },
        watch,
      );
      const { buffer } = runtime.arena.memory;
      found.center.set(new Int32Array(buffer, state.assigned, rows));
      found.upper.set(new Float64Array(buffer, state.upper, rows));
      found.lower.set(new Float64Array(buffer, state.lower, rows));
    } finally {
      scope.free();
    }
  };
}

/** A view of `length` i32 in the engine's memory, until that grows. */
const listed = ({ arena }: Runtime, address: number, length: number) =>
  new Int32Array(arena.memory.buffer, address, length);

/**
 * The k nearest centers of each center, itself included, in the engine's memory: addresses of their numbers and squared
 * distances (centers x k), of the distances below which none is missing, and of the tree of the centers.
 */
async function centerNeighbors(
  runtime: Runtime,
  scope: Scope,
  { rows: count, columns, data }: Parameters<Engine['nearestCenters']>[1],
) {
  const k = Math.min(centerNeighborCount(columns), count);
  const tree = copyTree(scope, buildKdTree({ rows: count, columns, data }));
  const neighbors = scope.allocate(count * k * 4);
  const squared = scope.allocate(count * k * 8);
  const call = { tree, queries: scope.copy(data), n: k, found: neighbors, squared };
  const scratch = runtime.size('treeScratch', count);
  const work = count * k * NEIGHBOR_WORK;
  await runtime.run({ kernel: 'findNearest', items: count, scratch, work, call }, unwatched);
  const distances = new Float64Array(runtime.arena.memory.buffer, squared, count * k);
  const reach = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  if (k < count) for (let c = 0; c < count; c++) reach[c] = Math.sqrt(distances[(c + 1) * k - 1]);
  return { k, tree, neighbors, squared, reach: scope.copy(reach) };
}
