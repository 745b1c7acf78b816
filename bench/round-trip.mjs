// node bench/round-trip.mjs FEATURES.npy MAP.npy [META.json]
// A table and a map become an .h5ad by Python's anndata, are explained with the results written into a copy, and the copy is
// opened with anndata again: presence must be equal (fixtures/io/check_written.py). META.json may hold genes and labels.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { folder, PYTHON } from './measure.mjs';

const [features, map, meta = ''] = process.argv.slice(2);
const [made, back, out] = ['made.h5ad', 'back.h5ad', 'out'].map((name) => join(folder, name));
const run = (program, ...args) => process.stdout.write(execFileSync(program, args, { encoding: 'utf8' }));
const script = (name) => join(import.meta.dirname, name);

run(PYTHON, script('peers/make_h5ad.py'), features, map, meta, made);
const options = ['-e', 'X_umap', '--write-to', back, '-o', out, '--quiet', '--draws', '0', '--trust', 'no'];
run(process.execPath, script('../dist/cli/main.js'), 'explain', made, ...options);
run(PYTHON, script('../fixtures/io/check_written.py'), back, join(out, 'presence.csv'));
