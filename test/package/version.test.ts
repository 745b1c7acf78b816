// One version: every file that states it says the same, and the changelog has its entry.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const read = (file: string) => readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
const { version } = JSON.parse(read('package.json'));

test('citation, R package and lock file state the version of package.json', () => {
  expect(read('CITATION.cff')).toMatch(new RegExp(`^version: ${version}$`, 'm'));
  expect(read('r/DESCRIPTION')).toMatch(new RegExp(`^Version: ${version}$`, 'm'));
  expect(JSON.parse(read('package-lock.json')).version).toBe(version);
});

test('the changelog says what is new in this version', () => {
  expect(read('CHANGELOG.md')).toContain(`\n## ${version}\n`);
});
