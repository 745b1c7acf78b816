/**
 * Quadratic forms of the factorization on the wasm engine, by `kernels/associate/quadratic.ts`; and what they share with sums
 * of patterns (pattern-sums.ts).
 *
 * Definition: A_l is the d x d association matrix of locality l, u_k the loadings of module k:
 *   B[l, k] = sum over i < j of A_l[i, j] u_k[i] u_k[j].
 * Shapes: loadings d x m, padded with zeros to a multiple of 4 modules. `blocks` hold the associations of successive
 *   localities, upper triangles only.
 * Types: `Runtime`, of the engine: arena (its memory), run (runs a job on all threads; CancelledError when the watch
 *   ends). `Inputs`, what is in the engine's memory: block (addresses of a block). `AssociationForm`: `debiased`,
 *   `absolute` or `signed`. `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `AssociationBlock`,
 *   of consecutive localities: count (localities), values (strength with the sign of the correlation), features (d).
 *   `Scope`, allocations that end together: copyStructure (writes a structure, gives its address), copy (copies an
 *   array in, gives its address), allocate (an address for so many bytes; MachineError when there is no room), free
 *   (ends it). `Arena`, the allocator: memory (of WebAssembly).
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends.
 */

import type { AssociationBlock, AssociationForm, Matrix } from '../../../model.js';
import type { Engine } from '../../engine.js';
import { localitiesOf } from '../../js/factorize/products.js';
import { unwatched } from '../../watch.js';
import type { Inputs } from '../runtime/inputs.js';
import { createScope, floatsAt, type Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';

/** The kernels' code of an association form: 1 for `signed`, else 0. */
export const signedFlag = (form: AssociationForm): number => (form === 'signed' ? 1 : 0);

/** A number of modules rounded up to a multiple of 4, the float32 lanes of a vector. */
export const lanes = (modules: number): number => Math.ceil(modules / 4) * 4;

/** The rows of m, padded with zeros to `width` columns; its data itself when it has as many. */
export function padColumns(m: Matrix, width: number): Float32Array {
  if (m.columns === width) return m.data;
  const result = new Float32Array(m.rows * width);
  for (let r = 0; r < m.rows; r++) {
    result.set(m.data.subarray(r * m.columns, (r + 1) * m.columns), r * width);
  }
  return result;
}

/**
 * Copies the blocks to the engine's memory until `scope` ends; returns the address of a u32 table of their structures.
 * @param ends 1 for the blocks that end a segment; where segments matter.
 */
export function copyBlocks(
  blocks: readonly AssociationBlock[],
  inputs: Inputs,
  scope: Scope,
  ends: readonly number[] = [],
): number {
  const parts = blocks.map((block, b) =>
    scope.copyStructure('BlockParts', {
      ...inputs.block(block, scope),
      count: block.count,
      ends: ends[b] ?? 0,
    }),
  );
  return scope.copy(Uint32Array.from(parts));
}

/** Number of associations stored in all blocks. */
export const entriesOf = (blocks: readonly AssociationBlock[]): number =>
  blocks.reduce((sum, { values }) => sum + values.length, 0);

/**
 * Makes `Engine.quadraticForms`, called with blocks, association form and loadings: returns B, localities x m. No
 * blocks give a matrix without rows.
 */
export function createQuadraticForms(runtime: Runtime, inputs: Inputs): Engine['quadraticForms'] {
  return async (blocks, form, loadings, watch = unwatched) => {
    const modules = loadings.columns;
    const width = lanes(modules);
    const rows = localitiesOf(blocks);
    const scope = createScope(runtime.arena);
    try {
      const forms = scope.allocate(rows * width * 4);
      await runtime.run(
        {
          kernel: 'quadraticForms',
          items: rows,
          scratch: width * 8,
          work: entriesOf(blocks) * width * 2 + rows * loadings.rows,
          call: {
            ...{ blocks: copyBlocks(blocks, inputs, scope), d: loadings.rows, signed: signedFlag(form) },
            ...{ loadings: scope.copy(padColumns(loadings, width)), width, forms },
          },
        },
        watch,
      );
      const padded = floatsAt(runtime.arena.memory, forms, rows * width);
      const data = new Float32Array(rows * modules);
      for (let l = 0; l < rows; l++) data.set(padded.subarray(l * width, l * width + modules), l * modules);
      return { rows, columns: modules, data };
    } finally {
      scope.free();
    }
  };
}
