// What whymap writes into an .h5ad is opened by Python's anndata: presence equal, and written again by it. Where there is no
// Python with anndata, this says so on standard error, and only whymap's own reading (cli-h5ad.test.ts) has been checked.
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder, whymap } from '../../cli/run.js';

const fixtures = join(import.meta.dirname, '../../../fixtures/io');
const folder = temporaryFolder();
const python = ['python3', '/usr/bin/python3'].find(
  (command) => spawnSync(command, ['-c', 'import anndata, pandas'], { stdio: 'ignore' }).status === 0,
);
const options = '-e umap -n 6 --overlap 3 -m 2 --support 0 --gate 0 --engine js --quiet --draws 0'.split(' ');

test.each(['anndata-0.8.h5ad', 'anndata-0.7.5.h5ad'])('%s, explained, is equal in Python', async (name) => {
  const written = join(folder, name);
  const out = join(folder, `${name}-out`);
  const input = join(fixtures, 'tables', name);
  const args = ['explain', input, ...options, '--write-to', written, '-o', out];
  const ran = await whymap(folder, ...args);
  expect(ran).toMatchObject({ code: 0 });
  if (python === undefined) {
    process.stderr.write(
      `\nNOT CHECKED: no Python with anndata here, so nothing but whymap read ${name} back.\n`,
    );
    return;
  }
  const checks = [join(fixtures, 'check_written.py'), written, join(out, 'presence.csv')];
  expect(execFileSync(python, checks, { encoding: 'utf8' })).toMatch(/samples x 2 modules, equal/);
});
