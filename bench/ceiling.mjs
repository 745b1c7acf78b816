// What a core can do at most in WebAssembly's 128-bit vectors: multiplications and additions in registers, with enough
// independent chains (12, one addition and one multiplication long) to hide their latency. No memory is touched, so
// no kernel of float32 products without fused operations is faster.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { folder } from './measure.mjs';

const CHAINS = Array.from({ length: 12 }, (_, i) => i);
const UNROLLED = 4;
const STEPS = 25_000;

const SOURCE = `export function ceiling(steps: i32): f32 {
  const factor = f32x4.splat(<f32>0.999);
  const term = f32x4.splat(<f32>0.001);
  ${CHAINS.map((i) => `let c${i} = f32x4.splat(<f32>${i});`).join('\n  ')}
  for (let k = 0; k < steps; k++) {
    ${Array.from({ length: UNROLLED }, () => CHAINS.map((i) => `c${i} = f32x4.add(f32x4.mul(c${i}, factor), term);`).join('\n    ')).join('\n    ')}
  }
  ${CHAINS.slice(1)
    .map((i) => `c0 = f32x4.add(c0, c${i});`)
    .join('\n  ')}
  return f32x4.extract_lane(c0, 0);
}
`;

/** A function of a few milliseconds, and the operations that it does. */
export async function ceiling() {
  const require = createRequire(import.meta.url);
  const compiler = join(dirname(require.resolve('assemblyscript/package.json')), 'bin/asc.js');
  const [source, output] = ['ceiling.ts', 'ceiling.wasm'].map((name) => join(folder, name));
  writeFileSync(source, SOURCE);
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '-o', output];
  // paths are relative to the compiler's base directory
  execFileSync(process.execPath, [compiler, source, '--baseDir', folder, ...options], { stdio: 'inherit' });
  const { instance } = await WebAssembly.instantiate(readFileSync(output));
  return {
    operations: 2 * 4 * CHAINS.length * UNROLLED * STEPS,
    run: () => {
      const sum = instance.exports.ceiling(STEPS);
      if (!(Math.abs(sum - CHAINS.length) < 1e-2)) throw new Error(`wrong sum ${sum}`);
    },
  };
}
