// The package as a user gets it: packed, installed in an empty folder, run and imported; and its manifest by publint and attw.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../cli/run.js';

const root = join(import.meta.dirname, '../..');
const folder = temporaryFolder();
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const subpaths = Object.keys(manifest.exports).filter((subpath) => subpath !== './package.json');
const named = subpaths.map((subpath) => `whymap${subpath.slice(1)}`);
const exec = promisify(execFile);
let tarball = '';
let installing = '';

/** Runs a program in the folder; both its outputs. */
async function run(program: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  // settings of the npm that runs the tests are not those of a user
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  return exec(program, args, { cwd: folder, env, maxBuffer: 2 ** 26 });
}

beforeAll(async () => {
  // the build is what this very run of the tests stands on
  const packed = await exec('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: root,
  });
  const [{ filename }] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('[')));
  tarball = join(folder, filename);
  writeFileSync(join(folder, 'package.json'), '{ "name": "user", "version": "1.0.0", "type": "module" }');
  const { stdout, stderr } = await run(
    'npm',
    'install',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    tarball,
  );
  installing = stdout + stderr;
});

test('it installs without a warning, and runs nothing of its own while it does', () => {
  expect(installing).not.toMatch(/warn/i);
  for (const script of ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'])
    expect(manifest.scripts).not.toHaveProperty(script);
});

test('npx whymap demo explains the bundled data', async () => {
  const { stdout } = await run('npx', 'whymap', 'demo', '--quiet');
  expect(stdout).toMatch(/2000 rows.*16 modules/s);
  expect(readFileSync(join(folder, 'whymap-demo/report.html'), 'utf8')).toContain('whymap-explanation');
});

test('every subpath is imported, in JavaScript and with its types', async () => {
  writeFileSync(
    join(folder, 'all.mjs'),
    named.map((name) => `console.log(Object.keys(await import('${name}')).length > 0);`).join('\n'),
  );
  const { stdout } = await run(process.execPath, 'all.mjs');
  expect(stdout.trim().split('\n')).toEqual(named.map(() => 'true'));
  const lines = named.map(
    (name, i) => `import * as module${i} from '${name}';\nexport const names${i}: object = module${i};`,
  );
  const use = `import { createContext, type Context } from 'whymap';\nexport const context: Promise<Context> = createContext();`;
  writeFileSync(join(folder, 'all.ts'), [...lines, use, ''].join('\n'));
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const compilerOptions = {
    noEmit: true,
    strict: true,
    target: 'es2022',
    module: 'nodenext',
    lib: ['es2023', 'dom'],
    types: [],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['all.ts'] }));
  const checked = await run(process.execPath, tsc, '-p', '.').catch((error) => error);
  expect(checked.stdout).toBe('');
});

test('publint finds nothing', async () => {
  const { messages, pkg } = await publint({
    pkgDir: join(folder, 'node_modules/whymap'),
    pack: false,
    strict: true,
  });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

test('types are right for every way of resolving that ES modules have', async () => {
  const result = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(tarball))));
  const problems = result.types ? result.problems : [{ kind: 'no types' }];
  // the package is of ES modules only: `require` of old resolutions does not apply
  const real = problems.filter(
    (problem) =>
      !('resolutionKind' in problem && ['node10', 'node16-cjs'].includes(String(problem.resolutionKind))),
  );
  expect(real).toEqual([]);
});
