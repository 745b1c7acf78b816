// Ctrl-C while a library that reads a file, or a computation, never comes back (simulated by a module that goes round in WebAssembly as soon as
// whymap decodes text, or looks at the clock), and while results are written.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { start, temporaryFolder } from './run.js';

const folder = temporaryFolder();
/** (module (func (export "f") (loop (br 0)))) */
const LOOP = '[0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,7,5,1,1,102,0,0,10,9,1,7,0,3,64,12,0,11,11]';
const HANG = `import { writeSync } from 'node:fs';
const { instance } = await WebAssembly.instantiate(Uint8Array.from(${LOOP}));
const { decode } = TextDecoder.prototype;
TextDecoder.prototype.decode = function (...given) {
  if (!new Error().stack.includes('/dist/io/')) return decode.apply(this, given);
  writeSync(2, 'spinning');
  instance.exports.f();
};`;

test.each(['SIGINT', 'SIGTERM'] as const)(
  'a reader that hangs is ended by %s, and nothing is left behind',
  async (name) => {
    writeFileSync(join(folder, 'x.csv'), 'a,b\n1,2\n3,5\n4,4\n');
    writeFileSync(join(folder, 'hang.mjs'), HANG);
    const before = readdirSync(folder);
    const hang = ['--import', pathToFileURL(join(folder, 'hang.mjs')).href];
    const { process: child, done } = start(folder, ['explain', 'x.csv', '--engine', 'js', '-o', 'out'], hang);
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    child.stderr?.on('data', (data) => {
      if (String(data).includes('spinning')) child.kill(name);
    });
    const { err } = await done;
    expect(err).toContain('spinning');
    expect(child.signalCode).toBe(name);
    expect(readdirSync(folder)).toEqual(before);
  },
);

/** Goes round in WebAssembly at the third look at the clock in a computation. */
const ENDLESS = `import { writeSync } from 'node:fs';
const { instance } = await WebAssembly.instantiate(Uint8Array.from(${LOOP}));
const { now } = performance;
let looks = 0;
performance.now = () => {
  if (new Error().stack.includes('/dist/lava/') && ++looks === 3) {
    writeSync(2, 'spinning');
    instance.exports.f();
  }
  return now.call(performance);
};`;

/** Sends Ctrl-C as soon as the folder is made into which results are written. */
const WRITING = `import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
const { mkdir } = promises;
promises.mkdir = async (path, ...options) => {
  const made = await mkdir(path, ...options);
  if (String(path).includes('whymap-partial')) process.kill(process.pid, 'SIGINT');
  return made;
};
syncBuiltinESMExports();`;

const points = Array.from({ length: 60 }, (_, i) => [Math.sin(i), Math.cos(2 * i), Math.sin(3 * i)]);
const EXPLAIN = ['explain', 'points.csv', '-e', 'map.csv', '--engine', 'js', '-n', '20', '-o', 'out'];

/** Writes a table and its map, and `code` as a module that the command loads first; what the folder holds then. */
function prepared(code: string): { readonly before: readonly string[]; readonly preload: readonly string[] } {
  const lines = (columns: number) => points.map((point) => point.slice(0, columns).join(','));
  writeFileSync(join(folder, 'points.csv'), ['a,b,c', ...lines(3), ''].join('\n'));
  writeFileSync(join(folder, 'map.csv'), ['x,y', ...lines(2), ''].join('\n'));
  writeFileSync(join(folder, 'preload.mjs'), code);
  const preload = ['--import', pathToFileURL(join(folder, 'preload.mjs')).href];
  return { before: readdirSync(folder), preload };
}

test('a computation that never comes back is ended by Ctrl-C, and nothing is left behind', async () => {
  const { before, preload } = prepared(ENDLESS);
  const { process: child, done } = start(folder, EXPLAIN, preload);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  child.stderr?.on('data', (data) => {
    if (String(data).includes('spinning')) child.kill('SIGINT');
  });
  await done;
  expect(child.signalCode).toBe('SIGINT');
  expect(readdirSync(folder)).toEqual(before);
});

test('Ctrl-C while results are written is heard, and what was written is put away', async () => {
  const { before, preload } = prepared(WRITING);
  const { code, err } = await start(folder, EXPLAIN, preload).done;
  expect(err).toContain('whymap: stopped; nothing was written');
  expect(code).toBe(130);
  expect(readdirSync(folder)).toEqual(before);
});
