// Folders of more than six code files have a README.md that names each of them, and no README names a file that is gone.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Files under version control or new, relative to the repository. */
const filesOf = (...folders: string[]): string[] =>
  execFileSync('git', ['ls-files', '-co', '--exclude-standard', ...folders], { cwd: root, encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((file) => existsSync(join(root, file)));

const code = filesOf('src', 'kernels', 'viewer/src').filter((file) => /\.tsx?$/.test(file));
const folders = [...new Set(code.map((file) => dirname(file)))];
const readmes = filesOf('src', 'kernels', 'viewer/src').filter((file) => basename(file) === 'README.md');

test('folders of more than six code files have a README.md', () => {
  const large = folders.filter((folder) => code.filter((file) => dirname(file) === folder).length > 6);
  expect(large.filter((folder) => !readmes.includes(`${folder}/README.md`))).toEqual([]);
  expect(large.length).toBeGreaterThan(20);
});

test.each(readmes)('%s names every file beside it', (readme) => {
  const text = readFileSync(join(root, readme), 'utf8');
  const beside = code.filter((file) => dirname(file) === dirname(readme)).map((file) => basename(file));
  expect(beside.filter((name) => !text.includes(name))).toEqual([]);
});

test.each(readmes)('%s names no code file that is gone', (readme) => {
  const names = [...readFileSync(join(root, readme), 'utf8').matchAll(/`([\w./-]+\.tsx?)`/g)].map(
    (m) => m[1],
  );
  const here = dirname(readme);
  const isThere = (name: string): boolean =>
    existsSync(join(root, here, name)) ||
    existsSync(join(root, name)) ||
    code.some((f) => f.startsWith(here) && f.endsWith(`/${name}`));
  expect(names.filter((name) => !isThere(name))).toEqual([]);
});
