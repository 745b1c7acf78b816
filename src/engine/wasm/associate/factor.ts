/**
 * The products of the factorization by `kernels/associate/quadratic.ts`.
 *
 * Shapes: loadings and presence are padded with zeros to a multiple of 4 modules.
 */

import type { AssociationBlock, AssociationForm, Matrix } from '../../../model.js';
import type { Engine } from '../../engine.js';
import { localitiesOf } from '../../js/factor.js';
import { unwatched } from '../../watch.js';
import type { Inputs } from '../runtime/inputs.js';
import { createScope, floatsAt, type Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';

type FactorRoutines = Pick<Engine, 'quadraticForms' | 'accumulatePatterns'>;

/** The factorization routines over the kernels. */
export function createFactor(runtime: Runtime, inputs: Inputs): FactorRoutines {
  return {
    quadraticForms: createQuadraticForms(runtime, inputs),
    accumulatePatterns: createAccumulatePatterns(runtime, inputs),
  };
}

/** 1 for signed associations, else 0. */
const signedFlag = (form: AssociationForm): number => (form === 'signed' ? 1 : 0);

/** Number of modules rounded up to a multiple of 4. */
const lanes = (modules: number): number => Math.ceil(modules / 4) * 4;

/** The rows of m, padded with zeros to `width` columns. */
function padColumns(m: Matrix, width: number): Float32Array {
  if (m.columns === width) return m.data;
  const result = new Float32Array(m.rows * width);
  for (let r = 0; r < m.rows; r++) {
    result.set(m.data.subarray(r * m.columns, (r + 1) * m.columns), r * width);
  }
  return result;
}

/** Writes where the blocks are to the engine's memory; returns the address of that table. */
function copyBlocks(blocks: readonly AssociationBlock[], inputs: Inputs, scope: Scope): number {
  const parts = blocks.map((block) =>
    scope.copyStructure('BlockParts', { ...inputs.block(block, scope), count: block.count }),
  );
  return scope.copy(Uint32Array.from(parts));
}

/** Entries of all blocks. */
const entriesOf = (blocks: readonly AssociationBlock[]): number =>
  blocks.reduce((sum, { values }) => sum + values.length, 0);

/** Makes `Engine.quadraticForms` (u_k' A_l u_k, localities x modules) of the kernel of that name. */
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

/** `Engine.accumulatePatterns` over the kernels. */
function createAccumulatePatterns(runtime: Runtime, inputs: Inputs): Engine['accumulatePatterns'] {
  return async (blocks, form, presence, total, watch = unwatched) => {
    if (blocks.length === 0) return;
    const d = blocks[0].features;
    const modules = presence.columns;
    const width = lanes(modules);
    const scope = createScope(runtime.arena);
    try {
      const sums = scope.copy(total.data);
      await runtime.run(
        {
          kernel: 'accumulatePatterns',
          items: d,
          scratch: d * width * 4,
          work: entriesOf(blocks) * width * 2 + total.data.length,
          call: {
            ...{ blocks: copyBlocks(blocks, inputs, scope), blockCount: blocks.length, d },
            ...{ signed: signedFlag(form), presence: scope.copy(padColumns(presence, width)) },
            ...{ width, modules, total: sums, pairs: total.columns },
          },
        },
        watch,
      );
      total.data.set(new Float32Array(runtime.arena.memory.buffer, sums, total.data.length));
    } finally {
      scope.free();
    }
  };
}
