/**
 * The sum of all associations as a matrix that is multiplied by many, in the engine's memory until it is released.
 *
 * Purpose: the start of the factorization applies it about a hundred times. It is packed once into the panels that the product
 *   reads (kernels/associate/tile.ts), rows and columns by degree, so that another order of the table's columns adds the same
 *   numbers in the same order.
 * Types: `Runtime`, of the engine: arena (its memory), run (runs a job on all threads; CancelledError when the watch
 *   ends). `Inputs`, what is in the engine's memory. `Arena`, the allocator: allocate (an address; MachineError when there is
 *   no room), free.
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends.
 */

import { byDegree } from '../../../core/by-degree.js';
import { gatherRows, matrix } from '../../../core/matrix.js';
import type { AssociationSum, Engine } from '../../engine.js';
import { positionsIn } from '../../js/factorize/association-sum.js';
import { unwatched } from '../../watch.js';
import type { Inputs } from '../runtime/inputs.js';
import { AS_PAIRS, PANEL_ROWS } from '../runtime/layouts.js';
import { createScope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { multiplyPacked, panelsOf } from './multiply.js';
import { sumInSegments } from './pattern-sums.js';

/** Makes `Engine.associationSum`. */
export function createAssociationSum(runtime: Runtime, inputs: Inputs): Engine['associationSum'] {
  const { arena } = runtime;
  const forgotten = new FinalizationRegistry((address: number) => arena.free(address));
  return async (groups, summed, factor, watch = unwatched) => {
    const scope = createScope(arena);
    try {
      const equal = matrix(summed.count, 1);
      equal.data.fill(factor);
      const machine = { runtime, inputs, scope };
      const { total: pairs, d } = await sumInSegments(machine, groups, summed, equal, AS_PAIRS, watch);
      const sums = scope.allocate(d * 8);
      const call = { pairs, d, order: 0, sums, panels: 0 };
      await runtime.run({ kernel: 'sumRows', items: panelsOf(d), work: d * d, call }, watch);
      const degrees = new Float64Array(arena.memory.buffer, sums, d).map((sum) => Math.max(0, sum));
      const order = byDegree(degrees);
      let sum: AssociationSum | null = null;
      const panels = arena.allocate(panelsOf(d) * d * PANEL_ROWS * 4);
      scope.defer(() => {
        if (!sum) arena.free(panels);
      });
      const packing = { ...call, order: scope.copy(order), panels };
      await runtime.run({ kernel: 'packPairs', items: panelsOf(d), work: 4 * d * d, call: packing }, watch);
      sum = sumOver(runtime, { address: panels, rows: d, depth: d }, degrees, order, (made) =>
        forgotten.unregister(made),
      );
      forgotten.register(sum, panels, sum);
      return sum;
    } finally {
      scope.free();
    }
  };
}

/**
 * The sum over its panels, whose rows and columns stand in the order of the features by degree.
 * @param released is told of the sum when it is released.
 */
function sumOver(
  runtime: Runtime,
  panels: { readonly address: number; readonly rows: number; readonly depth: number },
  degrees: Float64Array,
  order: Int32Array,
  released: (sum: AssociationSum) => void,
): AssociationSum {
  const positions = positionsIn(order);
  const sum: AssociationSum = {
    ...{ degrees, order },
    async times(b, watch = unwatched) {
      return gatherRows(await multiplyPacked(runtime, panels, gatherRows(b, order), watch), positions);
    },
    release() {
      released(sum);
      runtime.arena.free(panels.address);
    },
  };
  return sum;
}
