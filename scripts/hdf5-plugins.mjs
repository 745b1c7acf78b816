// Puts the decoders of HDF5 filters that whymap reads (src/io/store/hdf5/plugins.ts) into dist/, and beside the source, where
// the page's bundler takes them from. LZF is compiled from kernels/hdf5; the others are copied from h5wasm-plugins with their
// licences. That package is no dependency, since it brings seven more decoders.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const source = 'kernels/hdf5/lzf.ts';
const folders = ['src/io/store/hdf5/plugins', 'dist/io/store/hdf5/plugins'];
const COPIED = [
  'plugins/libH5Zblosc.so',
  'plugins/libH5Zlz4.so',
  'plugins/libH5Zzstd.so',
  'LICENSE',
  'COPYING',
];
/** The custom section that makes a module one for dynamic linking: it needs no memory and no table of its own. */
const DYLINK = [0, 15, 8, ...Buffer.from('dylink.0'), 1, 4, 0, 0, 0, 0];
/** Before it stand the magic number and the version. */
const HEADER_BYTES = 8;

function compileLzf(file) {
  const asc = join(dirname(require.resolve('assemblyscript/package.json')), 'bin/asc.js');
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--initialMemory', '0'];
  execFileSync(process.execPath, [asc, source, ...options, '-o', file], { stdio: 'inherit' });
  const module = readFileSync(file);
  const parts = [module.subarray(0, HEADER_BYTES), Buffer.from(DYLINK), module.subarray(HEADER_BYTES)];
  writeFileSync(file, Buffer.concat(parts));
}

const packageFolder = dirname(require.resolve('h5wasm-plugins/package.json'));
for (const folder of folders) {
  mkdirSync(folder, { recursive: true });
  for (const name of COPIED) copyFileSync(join(packageFolder, name), join(folder, basename(name)));
}
const [lzf, copy] = folders.map((folder) => join(folder, 'libH5Zlzf.so'));
if (!existsSync(lzf) || statSync(lzf).mtimeMs < statSync(source).mtimeMs) compileLzf(lzf);
copyFileSync(lzf, copy);
