// The example of docs/conditions.md runs and tells what was planted.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('examples/compare.mjs finds the programme of the ill', () => {
  const root = join(import.meta.dirname, '../../..');
  const printed = execFileSync(process.execPath, ['examples/compare.mjs'], { cwd: root, encoding: 'utf8' });
  expect(printed).toContain('4 against 4 replicates (donor)');
  expect(printed).toMatch(/M1 \(gene \d, .*\) is gained in ill: .* p 0\.029, corrected 0\.029/);
});
