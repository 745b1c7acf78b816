// Builds dist/: the library and command line with tsc. Steps that other folders add (kernels, viewer)
// are listed here in order, so that one command makes everything that the package ships.
import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const run = (script, ...args) => execFileSync(process.execPath, [script, ...args], { stdio: 'inherit' });

run('scripts/kernels.mjs');
run(require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.json');
chmodSync('dist/cli/main.js', 0o755);
run('scripts/hdf5-plugins.mjs');
run('scripts/build-viewer.mjs');
