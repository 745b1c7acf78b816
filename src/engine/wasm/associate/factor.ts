/**
 * The two products of the factorization on the wasm engine, by `kernels/associate/quadratic.ts`.
 *
 * Definition: A_l is the d x d association matrix of locality l, u_k the loadings of module k, P[l, k] its presence.
 *   `quadraticForms`: B[l, k] = sum over i < j of A_l[i, j] u_k[i] u_k[j].
 *   `accumulatePatterns`: G[k, pair(i, j)] += sum over l of P[l, k] A_l[i, j].
 * Shapes: loadings d x m, presence localities x m, both padded with zeros to a multiple of 4 modules. `blocks` hold the
 *   associations of successive localities, upper triangles only.
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
import { AS_PAIRS, type KernelArguments } from '../runtime/layouts.js';
import { createScope, floatsAt, type Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';

type FactorRoutines = Pick<Engine, 'quadraticForms' | 'accumulatePatterns'>;

/** Both routines. @param inputs keeps blocks in the engine's memory between calls. */
export function createFactor(runtime: Runtime, inputs: Inputs): FactorRoutines {
  return {
    quadraticForms: createQuadraticForms(runtime, inputs),
    accumulatePatterns: createAccumulatePatterns(runtime, inputs),
  };
}

/** The kernels' code of an association form: 1 for `signed`, else 0. */
const signedFlag = (form: AssociationForm): number => (form === 'signed' ? 1 : 0);

/** A number of modules rounded up to a multiple of 4, the float32 lanes of a vector. */
const lanes = (modules: number): number => Math.ceil(modules / 4) * 4;

/** The rows of m, padded with zeros to `width` columns; its data itself when it has as many. */
function padColumns(m: Matrix, width: number): Float32Array {
  if (m.columns === width) return m.data;
  const result = new Float32Array(m.rows * width);
  for (let r = 0; r < m.rows; r++) {
    result.set(m.data.subarray(r * m.columns, (r + 1) * m.columns), r * width);
  }
  return result;
}

/** Copies the blocks to the engine's memory until `scope` ends; returns the address of a u32 table of their structures. */
function copyBlocks(blocks: readonly AssociationBlock[], inputs: Inputs, scope: Scope): number {
  const parts = blocks.map((block) =>
    scope.copyStructure('BlockParts', { ...inputs.block(block, scope), count: block.count }),
  );
  return scope.copy(Uint32Array.from(parts));
}

/** Number of associations stored in all blocks. */
const entriesOf = (blocks: readonly AssociationBlock[]): number =>
  blocks.reduce((sum, { values }) => sum + values.length, 0);

/**
 * Makes `Engine.quadraticForms`, called with blocks, association form and loadings: returns B, localities x m. No
 * blocks give a matrix without rows.
 */
function createQuadraticForms(runtime: Runtime, inputs: Inputs): Engine['quadraticForms'] {
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

/**
 * Makes `Engine.accumulatePatterns`, called with blocks, association form, presence and `total`: adds to `total`,
 * which is G (m x d (d - 1) / 2, pairs i < j in row order), in place. Nothing happens without blocks; `total` is as
 * it was where the call fails.
 */
function createAccumulatePatterns(runtime: Runtime, inputs: Inputs): Engine['accumulatePatterns'] {
  return async (blocks, form, presence, total, watch = unwatched) => {
    if (blocks.length === 0) return;
    const scope = createScope(runtime.arena);
    try {
      const sums = { total: scope.copy(total.data), layout: AS_PAIRS, fresh: 0 };
      await addPatterns(runtime, inputs, blocks, form, presence, sums, watch);
      total.data.set(new Float32Array(runtime.arena.memory.buffer, sums.total, total.data.length));
    } finally {
      scope.free();
    }
  };
}

/**
 * Adds presence times associations of some blocks to sums in the engine's memory.
 * @param presence localities of the blocks x m.
 * @param sums address of `total`, its layout (AS_PAIRS and others), and `fresh`: 1 where sums begin at 0 whatever stands there.
 */
export async function addPatterns(
  runtime: Runtime,
  inputs: Inputs,
  blocks: readonly AssociationBlock[],
  form: AssociationForm,
  presence: Matrix,
  sums: Pick<KernelArguments<'accumulatePatterns'>, 'total' | 'layout' | 'fresh'>,
  watch = unwatched,
): Promise<void> {
  const d = blocks[0].features;
  const modules = presence.columns;
  const width = lanes(modules);
  const scope = createScope(runtime.arena);
  try {
    await runtime.run(
      {
        kernel: 'accumulatePatterns',
        items: d,
        scratch: d * width * 4,
        work: entriesOf(blocks) * width * 2 + (modules * d * d) / 2,
        call: {
          ...{ blocks: copyBlocks(blocks, inputs, scope), blockCount: blocks.length, d },
          ...{ signed: signedFlag(form), presence: scope.copy(padColumns(presence, width)) },
          ...{ ...sums, width, modules },
        },
      },
      watch,
    );
  } finally {
    scope.free();
  }
}
