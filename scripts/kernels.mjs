// Compiles kernels/ with AssemblyScript twice: over shared memory (threads), and over memory of one thread for
// pages that may not share. Writes the .wasm files into dist/ and both, in base64, as a module of the wasm
// engine: a module loads in Node, in browsers and from a single offline file alike, without a path.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const asc = join(dirname(require.resolve('assemblyscript/package.json')), 'bin/asc.js');
const folder = 'dist/engine/wasm';
// one page to begin with, at most 65536 (4 GiB): shared memory must say so
const shared = ['--enable', 'threads', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'];

function compile(name, options) {
  const file = `${folder}/${name}.wasm`;
  const fixed = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--importMemory'];
  execFileSync(process.execPath, [asc, 'kernels/index.ts', ...fixed, ...options, '-o', file], {
    stdio: 'inherit',
  });
  return readFileSync(file).toString('base64');
}

mkdirSync(folder, { recursive: true });
const text = [
  '// Made by scripts/kernels.mjs from kernels/.',
  `export const sharedKernels = '${compile('kernels', shared)}';`,
  `export const singleKernels = '${compile('kernels-single', [])}';`,
  '',
];
writeFileSync('src/engine/wasm/bytes.ts', text.join('\n'));
