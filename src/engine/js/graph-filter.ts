/**
 * Steps of a three-term recurrence over a sparse graph, for four vectors at once, reference.
 *
 * Precision: products and sums in double, a row's entries in their order; float32 between steps.
 * Determinism: sequential.
 * Types: `Watch`, of a stage: checkpoint (throws CancelledError once the signal is aborted).
 * Fails: CancelledError once the signal is aborted.
 */

import type { Engine, FilterStep } from '../engine.js';
import { unwatched } from '../watch.js';

/** Vectors of a block: numbers of a row. */
const WIDTH = 4;

/** See `Engine.graphFilter`. */
export const graphFilter: Engine['graphFilter'] = async (
  { offsets, indices, values },
  block,
  steps,
  watch = unwatched,
) => {
  // whole numbers: a loop from one double to another takes 2.7 times as long
  const graph = { starts: Int32Array.from(offsets), indices, weights: values };
  let [before, from] = [block, block];
  for (const step of steps) {
    const to = new Float32Array(block.length);
    stepRows(graph, from, before, to, step);
    [before, from] = [from, to];
    await watch.checkpoint();
  }
  return from.slice();
};

/** A graph in compressed rows. */
interface CompressedRows {
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly weights: Float32Array;
}

/** to = factors.image x graph x from + factors.itself x from + factors.before x before, for all vectors of a block. */
function stepRows(
  { starts, indices, weights }: CompressedRows,
  from: Float32Array,
  before: Float32Array,
  to: Float32Array,
  { image, itself, before: earlier }: FilterStep,
): void {
  for (let i = 0; i + 1 < starts.length; i++) {
    const end = starts[i + 1];
    let a = 0.0;
    let b = 0.0;
    let c = 0.0;
    let d = 0.0;
    for (let p = starts[i]; p < end; p++) {
      const weight = weights[p];
      const at = indices[p] * WIDTH;
      a += weight * from[at];
      b += weight * from[at + 1];
      c += weight * from[at + 2];
      d += weight * from[at + 3];
    }
    const at = i * WIDTH;
    to[at] = image * a + itself * from[at] + earlier * before[at];
    to[at + 1] = image * b + itself * from[at + 1] + earlier * before[at + 1];
    to[at + 2] = image * c + itself * from[at + 2] + earlier * before[at + 2];
    to[at + 3] = image * d + itself * from[at + 3] + earlier * before[at + 3];
  }
}
