// What a command loads before its options and files are checked: little, so that what is wrong is said at once.
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { staticImports } from '../static-imports.js';

const dist = join(import.meta.dirname, '../../dist');
const loadedBy = (entry: string) => {
  const { files, packages } = staticImports(join(dist, entry));
  return { files: [...files].map((file) => relative(dist, file)), packages };
};
/** What computes, and what reads the content of files. */
const WORK =
  /^(lava|dr|trust|neighbors|linalg|report|reproduce\/.*\/|engine\/(js|wasm|native)|io\/(table|plan|store|csv|read))/;

test.each(['explain', 'demo', 'audit', 'embed', 'query', 'compare', 'reproduce'])(
  'whymap %s loads neither readers nor methods before it has checked what was named',
  (command) => {
    const { files, packages } = loadedBy(`cli/${command}.js`);
    expect(files.filter((file) => WORK.test(file))).toEqual([]);
    expect(files.length).toBeLessThan(60);
    expect(packages.filter((name) => !/: node:/.test(name))).toEqual([]);
    // the scan follows imports
    expect(files).toContain('cli/request.js');
    expect(files).toContain('options/values.js');
  },
);

test('the command line itself loads the table of options and no command', () => {
  const { files } = loadedBy('cli/main.js');
  expect(files.length).toBeLessThan(40);
  expect(files).toContain('options/parse.js');
  // of reading and writing only the flag that interrupts look at, a file without imports
  const io = files.filter((file) => file.startsWith('io/'));
  expect([...io, ...files.filter((file) => WORK.test(file))]).toEqual(['io/output/unfinished.js']);
});
