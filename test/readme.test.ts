// The README's code prints what the README says, and is the example in examples/.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const block = (language: string) => readme.match(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``))?.[1];

test('the code of the README is examples/explain.mjs, and prints what stands below it', () => {
  expect(block('js')).toBe(readFileSync(join(root, 'examples/explain.mjs'), 'utf8'));
  const printed = execFileSync(process.execPath, ['examples/explain.mjs'], { cwd: root, encoding: 'utf8' });
  expect(block('text')).toBe(printed);
});

test('every file that the README and the docs link to is there', () => {
  for (const file of [
    'README.md',
    'CONTRIBUTING.md',
    'docs/README.md',
    'docs/method-lava.md',
    'docs/getting-started.md',
  ]) {
    const text = readFileSync(join(root, file), 'utf8');
    const links = [...text.matchAll(/\]\((?!http)([^)#]+)/g)].map((m) => m[1]);
    for (const link of links)
      expect(() => readFileSync(join(root, file, '..', link)), `${file}: ${link}`).not.toThrow();
  }
});
