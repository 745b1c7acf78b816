// The viewer stands on the public names of the library, so that it shows what any other caller can have.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'viewer/src');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) => /\.tsx?$/.test(f));
const { exports: subpaths } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, unknown>;
};
const publicNames = new Set(Object.keys(subpaths).map((subpath) => subpath.replace(/^\./, 'whymap')));

const importsOf = (file: string): string[] =>
  [...readFileSync(join(folder, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
    (match) => match[1],
  );

test('the viewer imports the library by its public names only', () => {
  const imported = files.flatMap((file) => importsOf(file).map((target) => ({ file, target })));
  const library = imported.filter(({ target }) => target.startsWith('whymap'));
  expect(library.length).toBeGreaterThan(20);
  expect(library.filter(({ target }) => !publicNames.has(target))).toEqual([]);
});

test('no file of the viewer reaches out of its folder, but for the example data', () => {
  const outside = files.flatMap((file) => {
    const depth = file.split('/').length - 1;
    return importsOf(file)
      .filter(
        (target) => (target.match(/\.\.\//g)?.length ?? 0) > depth && !/\/data\/.*\?(url|raw)/.test(target),
      )
      .map((target) => `${file} -> ${target}`);
  });
  expect(outside).toEqual([]);
});
