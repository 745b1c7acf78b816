// Ctrl-C while a library that reads a file never comes back: simulated by a module that goes round in WebAssembly as soon as
// whymap decodes text.
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
