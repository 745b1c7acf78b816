// The direction of imports (CONTRIBUTING.md, "The tree"), and that there is no cycle.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../src');

/** Which folders of src each folder may import from, besides itself. */
const allowed: Record<string, readonly string[]> = {
  'model.ts': [],
  'errors.ts': [],
  core: ['model.ts', 'errors.ts'],
  options: ['model.ts', 'errors.ts'],
  engine: ['model.ts', 'errors.ts', 'core'],
  linalg: ['model.ts', 'errors.ts', 'core', 'engine'],
  neighbors: ['model.ts', 'errors.ts', 'core', 'engine'],
  lava: ['model.ts', 'errors.ts', 'core', 'engine', 'linalg', 'neighbors'],
  dr: ['model.ts', 'errors.ts', 'core', 'engine', 'linalg', 'neighbors'],
  trust: ['model.ts', 'errors.ts', 'core', 'engine', 'linalg', 'neighbors'],
  io: ['model.ts', 'errors.ts', 'core'],
  report: ['model.ts', 'errors.ts', 'io'],
  run: [
    'model.ts',
    'errors.ts',
    'core',
    'engine',
    'linalg',
    'lava',
    'dr',
    'trust',
    'io',
    'report',
    'options',
  ],
};

const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'));

function relativeImports(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((m) => m[1]);
}

function importsOf(file: string): string[] {
  return relativeImports(join(root, file)).map((target) =>
    normalize(join(dirname(file), target)).replace(/\.js$/, '.ts'),
  );
}

const room = (file: string) => file.split('/')[0];

test('imports go one way', () => {
  const wrong = files.flatMap((file) => {
    const may = allowed[room(file)];
    if (!may) return [];
    return importsOf(file)
      .filter((target) => room(target) !== room(file) && !may.includes(room(target)))
      .map((target) => `${file} -> ${target}`);
  });
  expect(wrong).toEqual([]);
});

test('every relative import names a file, so that the scan misses none', () => {
  const known = new Set(files);
  const unknown = files.flatMap((file) =>
    importsOf(file).filter((target) => !known.has(target) && !target.endsWith('.wasm')),
  );
  expect(unknown).toEqual([]);
  expect(files.flatMap(importsOf).length).toBeGreaterThan(10);
});

test('there is no cycle of imports', () => {
  expect(cycleIn(files, importsOf)).toEqual([]);
});

test.each(['../viewer/src', '../kernels'])('there is none in %s', (folder) => {
  const place = join(import.meta.dirname, folder);
  const inside = readdirSync(place, { recursive: true, encoding: 'utf8' }).filter((f) => /\.tsx?$/.test(f));
  const targets = (file: string) =>
    relativeImports(join(place, file))
      .map((target) => normalize(join(dirname(file), target)).replace(/\.js$/, ''))
      .flatMap((target) => inside.filter((f) => f.replace(/\.tsx?$/, '') === target));
  expect(inside.flatMap(targets).length).toBeGreaterThan(inside.length);
  expect(cycleIn(inside, targets)).toEqual([]);
});

/** A cycle of imports, its first file last again; empty where there is none. */
function cycleIn(all: readonly string[], targetsOf: (file: string) => readonly string[]): string[] {
  const known = new Set(all);
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const target of targetsOf(file)) {
      const cycle = known.has(target) ? visit(target, [...path, file]) : [];
      if (cycle.length > 0) return cycle;
    }
    done.add(file);
    return [];
  };
  for (const file of all) {
    const cycle = visit(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

test('engines are reached through the interface, not by one another', () => {
  const wrong = files
    .filter((f) => f.startsWith('engine/js/'))
    .flatMap((f) => importsOf(f).filter((t) => /engine\/(wasm|native)/.test(t)));
  expect(wrong).toEqual([]);
});
