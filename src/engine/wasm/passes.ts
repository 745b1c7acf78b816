/**
 * The passes of `nearest` and `ranks` over their products: segment of data by segment, with products made by the
 * kernel itself or, tile by tile, by another library (the native engine).
 */

import type { Matrix } from '../../model.js';
import { direction } from '../descent.js';
import type { Watch } from '../engine.js';
import { partOf } from '../watch.js';
import { createScope } from './memory.js';
import { BLOCK_ROWS, type Frame, segments } from './points.js';
import type { Job, Runtime } from './runtime.js';

/** A B' of row-major matrices, from another library. */
export type TileProduct = (a: Matrix, b: Matrix) => Promise<Float32Array>;

/** Fewer columns than this are not worth handing over: copying the tile costs more than making it. */
const GIVEN_COLUMNS = 32;
/** Rows of data of a given tile, and operations that may pass before the caller's signal is looked at. */
const TILE_ROWS = 4096;
const TILE_WORK = 1e10;

/** Whether products come from the other library. */
export const takesProducts = (frame: Frame, product: TileProduct | null): product is TileProduct =>
  product !== null && frame.metric !== 'manhattan' && frame.columns >= GIVEN_COLUMNS;

/** A kernel over blocks of queries; its last parameters (from, to, given, base) are added here. */
export interface Pass extends Pick<Job, 'kernel' | 'scratch' | 'parameters'> {
  readonly queries: Matrix;
  readonly data: Matrix;
  /** Operations for each pair, beside the product. */
  readonly pairWork: number;
}

export async function runPasses(
  runtime: Runtime,
  pass: Pass,
  frame: Frame,
  product: TileProduct | null,
  watch: Watch,
): Promise<void> {
  if (takesProducts(frame, product)) return runGiven(runtime, pass, frame, product, watch);
  const { data, queries, parameters, pairWork } = pass;
  for (const { from, to } of segments(data.rows, data.columns)) {
    await runtime.run(
      {
        ...pass,
        items: Math.ceil(queries.rows / BLOCK_ROWS),
        work: queries.rows * (to - from) * (2 * data.columns + pairWork),
        parameters: [...parameters, from, to, 0, 0],
      },
      partOf(watch, from / data.rows, to / data.rows),
    );
  }
}

async function runGiven(
  runtime: Runtime,
  pass: Pass,
  frame: Frame,
  product: TileProduct,
  watch: Watch,
): Promise<void> {
  const rows = framed(pass.data, frame);
  const asked = pass.queries === pass.data ? rows : framed(pass.queries, frame);
  const height = Math.ceil(TILE_WORK / (2 * TILE_ROWS * frame.columns) / BLOCK_ROWS) * BLOCK_ROWS;
  for (let from = 0; from < rows.rows; from += TILE_ROWS) {
    const to = Math.min(rows.rows, from + TILE_ROWS);
    for (let first = 0; first < asked.rows; first += height) {
      await watch.checkpoint();
      const some = slice(asked, first, Math.min(asked.rows, first + height));
      const products = await product(some, slice(rows, from, to));
      const scope = createScope(runtime.arena);
      try {
        const given = scope.place(products);
        const done = (from + ((to - from) * (first + some.rows)) / asked.rows) / rows.rows;
        await runtime.run(
          {
            ...pass,
            items: Math.ceil(some.rows / BLOCK_ROWS),
            work: some.rows * (to - from) * pass.pairWork,
            parameters: [...pass.parameters, from, to, given, first / BLOCK_ROWS],
          },
          { ...watch, progress: () => {} },
        );
        watch.progress(done);
      } finally {
        scope.free();
      }
    }
  }
}

function slice(m: Matrix, from: number, to: number): Matrix {
  return { rows: to - from, columns: m.columns, data: m.data.subarray(from * m.columns, to * m.columns) };
}

/** Rows in the frame, rounded as `kernels/points.ts` rounds them. */
function framed(m: Matrix, { metric, center, scale, columns }: Frame): Matrix {
  const data = new Float32Array(m.data.length);
  for (let r = 0; r < m.rows; r++) {
    const angular = metric === 'euclidean' ? null : direction(m, r, metric);
    for (let c = 0, i = r * columns; c < columns; c++, i++) {
      data[i] = angular ? (m.data[i] - angular.mean) * angular.scale : (m.data[i] - center[c]) * scale;
    }
  }
  return { rows: m.rows, columns, data };
}
