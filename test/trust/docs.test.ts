// The example of docs/trust.md is examples/audit.mjs, and runs.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MEASURE_NAMES } from 'whymap/trust';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/trust.md'), 'utf8');

test('the example of the page equals examples/audit.mjs and prints a verdict', () => {
  const code = readFileSync(join(root, 'examples/audit.mjs'), 'utf8');
  expect(page).toContain(code);
  const printed = execFileSync(process.execPath, ['examples/audit.mjs'], { cwd: root, encoding: 'utf8' });
  expect(printed).toMatch(/^0\.9\d 0\.\d\d\nNeighbors may be read: /);
});

test('the page explains every measure', () => {
  const named = (name: string) => page.includes(`\`${name}\``) || page.includes('`...Missing`');
  expect(MEASURE_NAMES.filter((name) => !named(name))).toEqual([]);
});
