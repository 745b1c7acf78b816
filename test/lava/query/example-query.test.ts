// The example of docs/queries.md runs and speaks of every label.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('examples/query.mjs answers in sentences', () => {
  const root = join(import.meta.dirname, '../../..');
  const printed = execFileSync(process.execPath, ['examples/query.mjs'], { cwd: root, encoding: 'utf8' });
  for (const species of ['Adelie', 'Chinstrap', 'Gentoo']) expect(printed).toContain(`${species}:`);
  expect(printed).toContain('Correlation of');
});
