/**
 * The dense product by `kernels/associate/multiply.ts`: packs both operands, then computes strips of C.
 * Types: `Runtime`, of the engine: arena (its memory), run (runs a job on all threads; CancelledError when the watch
 *   ends). `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `Scope`, allocations that end
 *   together: allocate (an address for so many bytes; MachineError when there is no room), free (ends it), copy (copies
 *   an array in, gives its address). `Arena`, the allocator: memory (of WebAssembly).
 * Fails: ShapeError for sides that do not fit; MachineError where memory cannot be had; CancelledError when the watch
 *   ends.
 */

import { ShapeError } from '../../../errors.js';
import type { Matrix } from '../../../model.js';
import type { Engine, Watch } from '../../engine.js';
import { checkProduct } from '../../js/multiply.js';
import { unwatched, withoutProgress } from '../../watch.js';
import { PANEL_ROWS, STRIP_PANELS } from '../runtime/layouts.js';
import { createScope, floatsAt, type Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';

/** Rows of C in one item of `multiplyStrip`. */
const STRIP_ROWS = PANEL_ROWS * STRIP_PANELS;

/**
 * Makes `Engine.multiply`: C = op(A) op(B) in float32, where op transposes with `transposeA` or `transposeB`.
 * ShapeError where the inner sizes differ or data has another length than rows x columns.
 * @returns rows x columns, a copy; zeros where the depth is 0.
 */
export function createMultiply(runtime: Runtime): Engine['multiply'] {
  return async (a, b, options = {}, watch = unwatched) => {
    const left = transposedShape(a, options.transposeA);
    const right = transposedShape(b, options.transposeB);
    checkProduct(left, right);
    const [rows, depth, columns] = [left.rows, left.columns, right.columns];
    if (rows === 0 || columns === 0) return { rows, columns, data: new Float32Array(0) };
    const scope = createScope(runtime.arena);
    try {
      const address = await pack(runtime, scope, a, !options.transposeA, depth, watch);
      return await multiplyPacked(runtime, { address, rows, depth }, b, watch, options.transposeB);
    } finally {
      scope.free();
    }
  };
}

/**
 * The product of an operand that is packed already with b, or with its transpose.
 * @param a its panels, and its shape.
 */
export async function multiplyPacked(
  runtime: Runtime,
  a: { readonly address: number; readonly rows: number; readonly depth: number },
  b: Matrix,
  watch: Watch,
  transposeB = false,
): Promise<Matrix> {
  const { rows, depth } = a;
  const columns = transposeB ? b.rows : b.columns;
  const scope = createScope(runtime.arena);
  try {
    const packedB = await pack(runtime, scope, b, transposeB, depth, watch);
    const stride = panelsOf(columns) * PANEL_ROWS;
    const c = scope.allocate(panelsOf(rows) * PANEL_ROWS * stride * 4);
    await runtime.run(
      {
        kernel: 'multiplyStrip',
        items: Math.ceil(rows / STRIP_ROWS),
        work: 2 * rows * columns * depth,
        call: {
          ...{ a: a.address, aPanels: panelsOf(rows), b: packedB, bPanels: panelsOf(columns), depth, c },
        },
      },
      watch,
    );
    return { rows, columns, data: unpad(runtime, c, rows, columns, stride) };
  } finally {
    scope.free();
  }
}

/** Panels of 8 rows that hold a number of rows. */
export const panelsOf = (rows: number): number => Math.ceil(rows / PANEL_ROWS);

/**
 * The matrix with rows and columns exchanged where `transposed`, for its shape only: the data is neither read nor
 * moved. ShapeError when data has another length than rows x columns.
 * @param m an operand.
 */
function transposedShape(m: Matrix, transposed = false): Matrix {
  if (m.data.length !== m.rows * m.columns) {
    throw new ShapeError({
      got: `${m.data.length} values for ${m.rows} x ${m.columns}`,
      expected: `${m.rows * m.columns} values`,
      remedy: 'pass data of rows * columns values, row by row',
    });
  }
  return transposed ? { rows: m.columns, columns: m.rows, data: m.data } : m;
}

/**
 * Packs an operand of the product into panels of 8 rows: for each panel `depth` times 8 float32 side by side, zeros
 * below the last row.
 * @param byRows whether the operand's rows are the rows of m, else its columns.
 * @param depth columns of the operand.
 * @returns address of the panels, freed with the scope.
 */
async function pack(
  runtime: Runtime,
  scope: Scope,
  m: Matrix,
  byRows: boolean,
  depth: number,
  watch: Watch,
): Promise<number> {
  const rows = byRows ? m.rows : m.columns;
  const source = await scope.copyInPieces(m.data, watch);
  const target = scope.allocate(panelsOf(rows) * PANEL_ROWS * depth * 4);
  await runtime.run(
    {
      kernel: byRows ? 'packRows' : 'packColumns',
      items: panelsOf(rows),
      work: rows * depth * 4,
      call: { source, rows, depth, stride: m.columns, target },
    },
    withoutProgress(watch),
  );
  return target;
}

/**
 * Copies a product (rows x columns) out of the engine's memory.
 * @param c its address.
 * @param stride float32 of one of its rows, at least `columns`.
 */
function unpad(runtime: Runtime, c: number, rows: number, columns: number, stride: number): Float32Array {
  const { memory } = runtime.arena;
  if (columns === stride) return floatsAt(memory, c, rows * columns);
  const result = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    result.set(new Float32Array(memory.buffer, c + r * stride * 4, columns), r * columns);
  }
  return result;
}
