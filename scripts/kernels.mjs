// Compiles kernels/ with AssemblyScript twice: over shared memory (threads), and over memory of one thread for
// pages that may not share. Writes the .wasm files into dist/ and both, in base64, as a module of the wasm
// engine: a module loads in Node, in browsers and from a single offline file alike, without a path. Also writes the
// structures that kernels and TypeScript share (kernel-layouts.mjs).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { layoutModule } from './kernel-layouts.mjs';

const require = createRequire(import.meta.url);
const asc = join(dirname(require.resolve('assemblyscript/package.json')), 'bin/asc.js');
const folder = 'dist/engine/wasm';
// one page to begin with, at most 65536 (4 GiB): shared memory must say so
const shared = ['--enable', 'threads', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'];

function compile(name, options) {
  const file = `${folder}/${name}.wasm`;
  const fixed = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--importMemory'];
  // 112: vectors in the signature of an exported function; only kernels/index.ts is seen from outside, and has none
  fixed.push('--disableWarning', '112');
  execFileSync(process.execPath, [asc, 'kernels/index.ts', ...fixed, ...options, '-o', file], {
    stdio: 'inherit',
  });
  return readFileSync(file).toString('base64');
}

/** A hash of what the result depends on: the sources, this script and the compiler's version. */
function fingerprint() {
  const hash = createHash('sha256').update(require('assemblyscript/package.json').version);
  const sources = readdirSync('kernels', { recursive: true })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => `kernels/${file}`);
  for (const file of [...sources, 'scripts/kernels.mjs', 'scripts/kernel-layouts.mjs'])
    hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}

/** One module for each, since a page or a process loads the one that its platform can use. */
const modules = {
  'src/engine/wasm/runtime/shared-kernels.ts': () => compile('kernels', shared),
  'src/engine/wasm/runtime/single-kernels.ts': () => compile('kernels-single', []),
};
const layouts = 'src/engine/wasm/runtime/layouts.ts';
const stamp = `${folder}/kernels.sha256`;
const wanted = fingerprint();
const made = [...Object.keys(modules), layouts, stamp];
if (made.every((file) => existsSync(file)) && readFileSync(stamp, 'utf8') === wanted) process.exit(0);

mkdirSync(folder, { recursive: true });
writeFileSync(layouts, layoutModule());
for (const [file, compiled] of Object.entries(modules)) {
  writeFileSync(
    file,
    `// Made by scripts/kernels.mjs from kernels/.\nexport const kernels = '${compiled()}';\n`,
  );
}
writeFileSync(stamp, wanted);
