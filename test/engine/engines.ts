// The engines that the conformance suite compares with `js`.

import type { Engine } from '#whymap/engine/engine.js';
import { createWasmEngine } from '#whymap/engine/wasm/engine.js';

export const ENGINES: Record<string, () => Promise<Engine>> = {
  'wasm, 2 threads': () => createWasmEngine({ threads: 2 }),
  'wasm without shared memory': () => createWasmEngine({ shared: false }),
};
