/**
 * Weighted k-means in few dimensions by `kernels/neighborhoods/lloyd.ts`: all iterations in one job.
 * Types: `Runtime`, of the engine: arena (its memory), run (runs a job on all threads; CancelledError when the watch
 *   ends), size (bytes that a kernel needs). `Inputs`, what is in the engine's memory: features (addresses of a matrix, copied
 *   in once). `Scope`, allocations that end together: allocate (an address for so many bytes; MachineError when there is
 *   no room), free (ends it), copy (copies an array in, gives its address). `KdTree`, of the samples: points (the matrix, by
 *   row), coordinates (in the tree's order).
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends.
 */

import { buildKdTree } from '../../../core/kd-tree.js';
import type { Matrix } from '../../../model.js';
import type { Engine } from '../../engine.js';
import { centerNeighborCount } from '../../js/nearest-centers.js';
import { unwatched } from '../../watch.js';
import type { Inputs } from '../runtime/inputs.js';
import { CENTER_LEAF, SAMPLE_BLOCK, WIDE_BOX } from '../runtime/layouts.js';
import { createScope, floatsAt, type Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';

/** Items that the leaves of centers, and the samples, are divided into; their numbers change no byte of the centers. */
const PARTS = 16;
const SEGMENTS = 48;
/** Rough number of operations a sample and a center of an iteration: 20 and 500 ns. */
const SAMPLE_WORK = 400;
const CENTER_WORK = 10_000;

/**
 * Makes `Engine.kMeans`: called with the samples' tree, a weight for each position of its order, the centers to begin with (count x
 * dimensions) and when to end, it returns the centers, moved.
 */
export function createKMeans(runtime: Runtime, inputs: Inputs): Engine['kMeans'] {
  return async (samples, weights, start, { iterations, tolerance }, watch = unwatched) => {
    const { rows, columns } = samples.points;
    if (rows === 0 || iterations === 0) return start;
    const scope = createScope(runtime.arena);
    try {
      const { order, ...ofCenters } = centersIn(scope, start);
      const items = { parts: PARTS, segments: SEGMENTS, groups: Math.max(1, ofCenters.leaves / WIDE_BOX) };
      await runtime.run(
        {
          kernel: 'lloydItem',
          items: items.groups + iterations * (items.parts + items.segments + items.groups),
          scratch: runtime.size('lloydScratch', start.rows, columns),
          work: iterations * (rows * SAMPLE_WORK + start.rows * CENTER_WORK),
          call: {
            ...{ ...items, rows, d: columns, tolerance },
            samples: inputs.features({ ...samples.points, data: samples.coordinates }, scope).dense,
            weights: scope.copy(weights),
            ...ofCenters,
            nearest: scope.copy(new Int32Array(rows).fill(-1)),
            blocks: scope.allocate(Math.ceil(rows / SAMPLE_BLOCK) * 8),
            spread: scope.allocate(SEGMENTS * 8),
            moved: scope.allocate(2 * items.groups * 8),
            ...{ done: scope.copy(new Int32Array(1)), settled: scope.copy(new Int32Array(1)) },
          },
        },
        watch,
      );
      const moved = floatsAt(runtime.arena.memory, ofCenters.centers, start.data.length);
      return byNumber(start, order, moved);
    } finally {
      scope.free();
    }
  };
}

/** Copies the centers in, in the order of a kd-tree, with room for what is kept of each. */
function centersIn(scope: Scope, start: Matrix) {
  const { rows: count, columns: d } = start;
  const { order, coordinates } = buildKdTree(start);
  const k = Math.min(centerNeighborCount(d), count);
  const begins = leafBegins(count);
  const leaves = begins.length - 1;
  const each = (bytes: number) => scope.allocate(count * bytes);
  return {
    ...{ order, count, k, leaves },
    ...{ centers: scope.copy(coordinates), numbers: scope.copy(order), begins: scope.copy(begins) },
    ...{ boxes: scope.allocate(leaves * d * 8), wideBoxes: scope.allocate(leaves * d * 8) },
    ...{ neighbors: each(k * 4), apart: each(k * 8), packed: each(Math.ceil(k / 4) * d * 16) },
    ...{ keeps: each(8), decides: each(8) },
    ...{ moves: scope.copy(new Float64Array(count)), sums: each(d * 8), mass: each(8) },
  };
}

/**
 * Positions at which the leaves of a kd-tree's order begin, and their end: as many halves of halves as leave CENTER_LEAF positions or fewer. A
 * median (core/kd-tree.ts) belongs to the leaf before it.
 */
function leafBegins(count: number): Int32Array {
  let ranges: [number, number][] = [[0, count]];
  while (count / ranges.length > CENTER_LEAF)
    ranges = ranges.flatMap(([low, high]) => {
      const middle = (low + high) >> 1;
      return [
        [low, middle],
        [middle + 1, high],
      ];
    });
  return Int32Array.from([...ranges.map(([low]) => low), count]);
}

/** The centers by their numbers. @param moved in the order of the tree. */
function byNumber(start: Matrix, order: Int32Array, moved: Float32Array): Matrix {
  const d = start.columns;
  const data = new Float32Array(moved.length);
  order.forEach((number, position) => {
    data.set(moved.subarray(position * d, (position + 1) * d), number * d);
  });
  return { ...start, data };
}
