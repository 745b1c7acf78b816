// The direction of imports (CONTRIBUTING.md, "The tree"), and that there is no cycle.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { pages } from '../vitest.config.js';

const root = join(import.meta.dirname, '../src');

/** Which folders of src each folder may import from, besides itself. */
const allowed: Record<string, readonly string[]> = {
  'model.ts': ['model'],
  // only model.ts imports these
  model: [],
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
  report: ['model.ts', 'errors.ts', 'core', 'io'],
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
  const base = join(import.meta.dirname, folder);
  const inside = readdirSync(base, { recursive: true, encoding: 'utf8' }).filter((f) => /\.tsx?$/.test(f));
  const targets = (file: string) =>
    relativeImports(join(base, file))
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

const repository = join(import.meta.dirname, '..');
/** Code files of a folder, relative to the repository. */
const codeOf = (folder: string): string[] =>
  readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|tsx|mjs)$/.test(file) && !/node_modules|\/dist\//.test(file))
    .filter((file) => !/runtime\/(bytes|layouts)\.ts$/.test(file))
    .map((file) => join(folder, file));
const code = ['src', 'kernels', 'viewer/src'].flatMap(codeOf);
/** Code of the packages for Python and R, which live by the same sizes. */
const doors = ['python/src', 'r/R'].flatMap((folder) =>
  readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(py|R|mjs)$/.test(file) && !/_engine\/|node_modules/.test(file))
    // written by the build, where it ran
    .filter((file) => !/_functions\.py$/.test(file))
    .map((file) => join(folder, file)),
);

/** Functions above 60 lines, each with the reason. */
const UNROLLED = 'kernels/forces/move.ts moveSample';
const longFunctions: Record<string, string> = { [UNROLLED]: 'unrolled by hand (kernels/README.md)' };

test('no folder holds more than 20 code files', () => {
  const counts = new Map<string, number>();
  for (const file of [...code, ...doors]) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  expect([...counts].filter(([, count]) => count > 20)).toEqual([]);
  expect(counts.size).toBeGreaterThan(30);
});

test('no file is longer than 300 lines', () => {
  const long = [...code, ...doors].filter(
    (file) => readFileSync(join(repository, file), 'utf8').split('\n').length > 301,
  );
  expect(long).toEqual([]);
});

test('no function is longer than 60 lines', () => {
  const long = code.flatMap((file) => longFunctionsIn(file).map((name) => `${file} ${name}`));
  expect(long.filter((found) => !(found in longFunctions))).toEqual([]);
  // the scan sees the one that has to stay
  expect(long).toContain(UNROLLED);
});

test('no function of the packages for Python and R is longer than 60 lines', () => {
  const blocks = doors.flatMap((file) => indentedFunctions(file));
  expect(blocks.length).toBeGreaterThan(100);
  expect(blocks.filter(({ lines }) => lines > 60)).toEqual([]);
});

/** Functions of a Python or R file with their lines: from the line that opens one to the last that is indented further. */
function indentedFunctions(file: string): { name: string; lines: number }[] {
  const lines = readFileSync(join(repository, file), 'utf8').split('\n');
  const indentOf = (line: string) => line.length - line.trimStart().length;
  return lines.flatMap((line, start) => {
    const name = /^\s*(?:async )?def (\w+)|^([\w.]+) <- function/.exec(line);
    if (!name) return [];
    const ends = (below: string) =>
      /\S/.test(below) && indentOf(below) <= indentOf(line) && !/^\s*[)}]/.test(below);
    const after = lines.slice(start + 1).findIndex(ends);
    const body = lines
      .slice(start, after < 0 ? undefined : start + 1 + after)
      .join('\n')
      .trimEnd();
    return [{ name: `${file} ${name[1] ?? name[2]}`, lines: body.split('\n').length }];
  });
}

/** Words of an earlier dialect of this project (docs/glossary.md has the terms): names are made of others. */
const BANNED = new Set(['asked', 'places', 'given', 'own', 'strangers']);

test('no name is made of a word that meant several things', () => {
  const wrong = code.flatMap((file) => namesIn(file).map((name) => `${file} ${name}`));
  expect(wrong).toEqual([]);
});

/** Identifiers of a file of which a part is a banned word; those of the language aside. */
function namesIn(file: string): string[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(repository, file), 'utf8'),
    ts.ScriptTarget.Latest,
  );
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text !== 'hasOwn') {
      const parts = node.text
        .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
        .toLowerCase()
        .split(/[ _]/);
      if (parts.some((part) => BANNED.has(part))) found.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...found];
}

test('a test that drives a browser is one of the pages', () => {
  const tests = codeOf('test').filter((file) => file.endsWith('.test.ts') && !file.startsWith('test/site/'));
  const matches = tests.filter((file) => pages.some((pattern) => matchesGlob(file, pattern)));
  const drives = (file: string) =>
    /from '(playwright-core|[^']*\/(browser|site-page|report-page)\.js)'/.test(
      readFileSync(join(repository, file), 'utf8'),
    );
  expect(tests.filter((file) => drives(file) && !matches.includes(file))).toEqual([]);
  expect(matches.filter(drives).length).toBeGreaterThan(12);
});

/** Whether a path fits a pattern in which `*` stands for a part of a name and `{a,b}` for either. */
function matchesGlob(path: string, pattern: string): boolean {
  const source = pattern
    .replaceAll('.', '\\.')
    .replaceAll('*', '[^/]*')
    .replace(/\{([^}]*)\}/g, (_, names: string) => `(${names.replaceAll(',', '|')})`);
  return new RegExp(`^${source}$`).test(path);
}

/** Names of the functions of a file that are longer than 60 lines. */
function longFunctionsIn(file: string): string[] {
  const text = readFileSync(join(repository, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && lineAt(source, node.end) - lineAt(source, node.getStart(source)) >= 60) {
      const { name, parent } = node as ts.FunctionDeclaration;
      const named = name ?? (ts.isVariableDeclaration(parent) ? parent.name : undefined);
      found.push(named?.getText(source) ?? 'unnamed');
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const lineAt = (source: ts.SourceFile, position: number): number =>
  source.getLineAndCharacterOfPosition(position).line;

test('file and folder names are kebab-case; components and hooks have the names of what they export', () => {
  const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|d|bench))?(\.(ts|tsx|mjs))?$/;
  const component = /^[A-Z][A-Za-z]*\.tsx$|^use[A-Z][A-Za-z]*\.ts$/;
  // the compiler takes the name of a file of declarations for that of the module they come from
  const names = [...code, ...codeOf('test')]
    .flatMap((file) => file.split('/'))
    .filter((name) => name !== 'GOT.func.ts');
  expect(names.filter((name) => !kebab.test(name) && !component.test(name))).toEqual([]);
});
