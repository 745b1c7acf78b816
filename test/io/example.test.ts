// examples/read.mjs is the code of docs/formats.md, and runs.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

test('examples/read.mjs', () => {
  const code = readFileSync(join(root, 'examples/read.mjs'), 'utf8');
  expect(readFileSync(join(root, 'docs/formats.md'), 'utf8')).toContain(code.trim());
  const printed = execFileSync(process.execPath, ['examples/read.mjs'], { cwd: root, encoding: 'utf8' });
  expect(printed).toContain('samples, 3 features: ');
  expect(printed).toContain('Kept the 3 of');
});
