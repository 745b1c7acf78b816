// The engines that the conformance suite compares with `js`.

import type { Engine } from '#whymap/engine/engine.js';
import { createNativeEngine } from '#whymap/engine/native/engine.js';
import { createWasmEngine } from '#whymap/engine/wasm/engine.js';

/** Whether onnxruntime-node, which nobody needs to have, is installed. */
export const hasNative = await import('onnxruntime-node' as string).then(
  () => true,
  () => false,
);

export const ENGINES: Record<string, () => Promise<Engine>> = {
  'wasm, 2 threads': () => createWasmEngine({ threads: 2 }),
  'wasm without shared memory': () => createWasmEngine({ shared: false }),
  ...(hasNative ? { native: () => createNativeEngine({ threads: 2 }) } : {}),
};
