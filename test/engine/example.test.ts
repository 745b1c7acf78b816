// examples/neighbors.mjs runs and does what it says.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('examples/neighbors.mjs', () => {
  const root = join(import.meta.dirname, '../..');
  const printed = execFileSync(process.execPath, ['examples/neighbors.mjs'], { cwd: root, encoding: 'utf8' });
  expect(printed).toMatch(/^(wasm|native): /);
  expect(printed).toContain('neighbors of row 100: 99 and 101');
});
