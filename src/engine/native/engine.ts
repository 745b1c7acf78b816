/**
 * The native engine: the wasm engine with dense products by onnxruntime-node (AVX-512 where the machine has
 * it).
 *
 * Cost: dense products are three to four times faster than in WebAssembly (docs/engines.md), so `multiply` uses
 *   onnxruntime-node. Associations stay in WebAssembly, where the triangle, the support rule and the gate are
 *   one pass, and so do the skinny products of the factorization. Neighbors and ranks stay there too: products of pixels here,
 *   compared in WebAssembly, took fewer processor seconds and more time (docs/lab/speed.md).
 * Determinism: within one machine and version the same input gives the same bytes.
 */

import type { Matrix } from '../../model.js';
import type { Engine } from '../engine.js';
import { checkProduct } from '../js/multiply.js';
import { defaultThreads } from '../pool.js';
import { createWasmEngine, type WasmOptions } from '../wasm/engine.js';
import { unwatched } from '../watch.js';
import { loadNative, type NativeRuntime } from './runtime.js';

/** Creates the engine. Throws UnsupportedError, with what to install, where onnxruntime-node is missing. */
export async function createNativeEngine(options: Omit<WasmOptions, 'shared'> = {}): Promise<Engine> {
  const threads = options.threads ?? (await defaultThreads());
  const native = await loadNative(threads);
  const wasm = await createWasmEngine({ ...options, threads });
  return {
    ...wasm,
    name: 'native',
    multiply: createMultiply(native),
    async close() {
      await native.close();
      await wasm.close();
    },
  };
}

/** `Engine.multiply` by onnxruntime-node; it can be stopped before and after a product only. */
function createMultiply(native: NativeRuntime): Engine['multiply'] {
  return async (a, b, { transposeA = false, transposeB = false } = {}, watch = unwatched) => {
    const left = shapeOf(a, transposeA);
    const right = shapeOf(b, transposeB);
    checkProduct(left, right);
    await watch.checkpoint();
    const [rows, columns] = [left.rows, right.columns];
    if (rows === 0 || columns === 0 || left.columns === 0) {
      return { rows, columns, data: new Float32Array(rows * columns) };
    }
    const data = await native.product(a, b, { a: transposeA, b: transposeB });
    await watch.checkpoint();
    return { rows, columns, data };
  };
}

/** The shape of op(M); the data is not read. */
const shapeOf = (m: Matrix, transposed: boolean): Matrix =>
  transposed ? { rows: m.columns, columns: m.rows, data: m.data } : m;
