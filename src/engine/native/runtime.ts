/** onnxruntime-node, an optional package that the user adds, loaded at run time. */

import { MachineError, UnsupportedError } from '../../errors.js';
import type { Matrix } from '../../model.js';
import { type Graph, productModel } from './graph.js';

/** The part of onnxruntime-node that is used. */
interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<Session>;
  };
  readonly Tensor: new (type: string, data: Float32Array, sides: readonly number[]) => unknown;
}

interface Session {
  run(inputs: Record<string, unknown>): Promise<Record<string, { readonly data: unknown }>>;
  release(): Promise<void>;
}

/** Products by onnxruntime-node. */
export interface NativeRuntime {
  /** C = op(A) op(B), row-major, in one call that cannot be stopped half way. No side may be 0. */
  product(
    a: Matrix,
    b: Matrix,
    transpose: { readonly a: boolean; readonly b: boolean },
  ): Promise<Float32Array>;
  close(): Promise<void>;
}

const PACKAGE = 'onnxruntime-node';

/**
 * Loads the package. Throws UnsupportedError, with what to install, where it is missing or does not load.
 * @param threads threads of a product.
 */
export async function loadNative(threads: number): Promise<NativeRuntime> {
  const onnx = await load();
  const sessions = new Map<string, Promise<Session>>();
  const options = {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionProviders: ['cpu'],
    logSeverityLevel: 3,
    // its threads sleep between products: by default they spin, on processors that the kernels need
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
  const sessionFor = (graph: Graph): Promise<Session> => {
    const key = JSON.stringify(graph);
    const known = sessions.get(key);
    if (known) return known;
    const made = onnx.InferenceSession.create(productModel(graph), options);
    sessions.set(key, made);
    return made;
  };
  const run = async (graph: Graph, a: unknown, b: unknown): Promise<unknown> => {
    try {
      const session = await sessionFor(graph);
      return (await session.run({ a, b })).c.data;
    } catch (cause) {
      throw new MachineError(
        {
          got: `a failure of ${PACKAGE} (${String(cause)})`,
          expected: 'a product',
          remedy: 'use the wasm engine, or less data at once',
        },
        { cause },
      );
    }
  };
  return {
    async product(a, b, transpose) {
      const graph = { transposeA: transpose.a, transposeB: transpose.b };
      return (await run(graph, tensorOf(onnx, a), tensorOf(onnx, b))) as Float32Array;
    },
    async close() {
      const open = [...sessions.values()];
      sessions.clear();
      for (const session of open) await (await session).release();
    },
  };
}

/** Imports the package, as a CommonJS or an ES module. */
async function load(): Promise<OnnxRuntime> {
  try {
    const found = (await import(PACKAGE)) as OnnxRuntime & { default?: OnnxRuntime };
    return found.InferenceSession ? found : (found.default as OnnxRuntime);
  } catch (cause) {
    throw new UnsupportedError(
      {
        got: `the native engine, which needs the package ${PACKAGE}`,
        expected: 'that package to be installed beside whymap',
        remedy: `run \`npm install ${PACKAGE} --onnxruntime-node-install=skip\`, or use the wasm engine`,
      },
      { cause },
    );
  }
}

/** A tensor over the matrix. Memory that threads share is copied, because the package does not accept it. */
function tensorOf(onnx: OnnxRuntime, m: Matrix): unknown {
  const shared = typeof SharedArrayBuffer !== 'undefined' && m.data.buffer instanceof SharedArrayBuffer;
  return new onnx.Tensor('float32', shared ? m.data.slice() : m.data, [m.rows, m.columns]);
}
