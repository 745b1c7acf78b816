/**
 * The products of the factorization by `kernels/associate/quadratic.ts` and `kernels/associate/leading.ts`.
 *
 * Shapes: loadings and presence are padded with zeros to a multiple of 4 modules.
 */

import type { AssociationForm, Matrix } from '../../../model.js';
import type { Engine } from '../../engine.js';
import { unwatched } from '../../watch.js';
import type { Inputs } from '../runtime/inputs.js';
import { copyIn, createScope, floatsAt } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';

type FactorRoutines = Pick<
  Engine,
  'quadraticForms' | 'accumulatePatterns' | 'accumulateSquares' | 'leadingVectors'
>;

/** The factorization routines over the kernels. */
export function createFactor(runtime: Runtime, inputs: Inputs): FactorRoutines {
  return {
    quadraticForms: createQuadraticForms(runtime, inputs),
    accumulatePatterns: createAccumulatePatterns(runtime, inputs),
    accumulateSquares: createAccumulateSquares(runtime, inputs),
    leadingVectors: createLeadingVectors(runtime, inputs),
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

/** `Engine.quadraticForms` over the kernels. */
function createQuadraticForms(runtime: Runtime, inputs: Inputs): Engine['quadraticForms'] {
  return async (block, form, loadings, watch = unwatched) => {
    const modules = loadings.columns;
    const width = lanes(modules);
    const scope = createScope(runtime.arena);
    try {
      const { offsets, columns, values } = inputs.block(block, scope);
      const u = scope.copy(padColumns(loadings, width));
      const forms = scope.allocate(block.count * width * 4);
      await runtime.run(
        {
          kernel: 'quadraticForms',
          items: block.count,
          scratch: width * 8,
          work: block.values.length * width * 2 + block.count * block.features,
          call: {
            offsets,
            columns,
            values,
            d: block.features,
            signed: signedFlag(form),
            loadings: u,
            width,
            forms,
          },
        },
        watch,
      );
      const padded = floatsAt(runtime.arena.memory, forms, block.count * width);
      const data = new Float32Array(block.count * modules);
      for (let l = 0; l < block.count; l++) {
        data.set(padded.subarray(l * width, l * width + modules), l * modules);
      }
      return { rows: block.count, columns: modules, data };
    } finally {
      scope.free();
    }
  };
}

/** `Engine.accumulatePatterns` over the kernels. */
function createAccumulatePatterns(runtime: Runtime, inputs: Inputs): Engine['accumulatePatterns'] {
  return async (block, form, presence, total, watch = unwatched) => {
    const d = block.features;
    const modules = presence.columns;
    const width = lanes(modules);
    const scope = createScope(runtime.arena);
    try {
      const { offsets, columns, values } = inputs.block(block, scope);
      const weights = scope.copy(padColumns(presence, width));
      const sums = scope.copy(total.data);
      await runtime.run(
        {
          kernel: 'accumulatePatterns',
          items: d,
          scratch: d * width * 4,
          work: block.values.length * width * 2 + total.data.length,
          call: {
            ...{ offsets, columns, values, count: block.count, d, signed: signedFlag(form) },
            ...{ presence: weights, width, modules, total: sums, pairs: total.columns },
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

/** `Engine.accumulateSquares` over the kernels. */
function createAccumulateSquares(runtime: Runtime, inputs: Inputs): Engine['accumulateSquares'] {
  return async (block, { supported, factors, expected }, sums, watch = unwatched) => {
    const d = block.features;
    const scope = createScope(runtime.arena);
    try {
      const { offsets, columns, values } = inputs.block(block, scope);
      const copied = scope.copy(sums);
      await runtime.run(
        {
          kernel: 'accumulateSquares',
          items: d,
          work: (block.count * d * d) / 2 + block.values.length * 4,
          call: {
            ...{ expected, offsets, columns, values, count: block.count, d, sums: copied },
            ...{ supported: scope.copy(supported), factors: scope.copy(factors) },
          },
        },
        watch,
      );
      sums.set(new Float32Array(runtime.arena.memory.buffer, copied, sums.length));
    } finally {
      scope.free();
    }
  };
}

/** `Engine.leadingVectors` over the kernels. */
function createLeadingVectors(runtime: Runtime, inputs: Inputs): Engine['leadingVectors'] {
  return async (block, form, presence, loadings, options, watch = unwatched) => {
    const d = block.features;
    const width = lanes(loadings.columns);
    const { memory } = runtime.arena;
    const scope = createScope(runtime.arena);
    try {
      const { offsets, columns, values } = inputs.block(block, scope);
      const p = scope.copy(padColumns(presence, width));
      const u = scope.copy(padColumns(loadings, width));
      const wanted = scope.copy(options.wanted);
      const vectors = scope.allocate(block.count * d * 4);
      const eigenvalues = scope.allocate(block.count * 4);
      copyIn(memory, new Float32Array(block.count * d), vectors);
      copyIn(memory, new Float32Array(block.count), eigenvalues);
      await runtime.run(
        {
          kernel: 'leadingVector',
          items: block.count,
          scratch: runtime.size('leadingScratch', d, width),
          work: block.values.length * (options.iterations + 3) * 4 + block.count * d * (width + 1),
          call: {
            ...{ offsets, columns, values, d, signed: signedFlag(form), presence: p, loadings: u, width },
            ...{ iterations: options.iterations, wanted, vectors, eigenvalues },
          },
        },
        watch,
      );
      return {
        vectors: { rows: block.count, columns: d, data: floatsAt(memory, vectors, block.count * d) },
        eigenvalues: floatsAt(memory, eigenvalues, block.count),
      };
    } finally {
      scope.free();
    }
  };
}
