// --messages json: what a program that runs whymap reads on standard error.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { writeNpy } from '#whymap/io/write.js';
import { temporaryFolder, whymap } from './run.js';

const folder = temporaryFolder();
const [rows, columns] = [80, 5];

beforeAll(() => {
  const random = createRandom(1);
  const put = (name: string, width: number, value: (row: number, column: number) => number) => {
    const values = Float32Array.from({ length: rows * width }, (_, i) =>
      value(Math.floor(i / width), i % width),
    );
    writeFileSync(join(folder, name), writeNpy(values, [rows, width]));
  };
  // three features go together in the first half of the map
  const shared = Array.from({ length: rows }, (_, row) => (row < rows / 2 ? 3 * random.normal() : 0));
  put('x.npy', columns, (row, column) => random.normal() + (column < 3 ? shared[row] : 0));
  put('map.npy', 2, (row) => random.normal() + (row < rows / 2 ? 0 : 8));
});

const messagesOf = (err: string) =>
  err
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

test('progress is a JSON object a line: stages in order, each from 0 on and never back', async () => {
  const options = ['-e', 'map.npy', '-m', '2', '-n', '20', '--draws', '0', '--messages', 'json', '--json'];
  const ran = await whymap(folder, 'explain', 'x.npy', ...options);
  expect(ran.code).toBe(0);
  const messages = messagesOf(ran.err);
  expect(messages.every(({ message }) => message === 'progress')).toBe(true);
  const stages = [...new Set(messages.map(({ stage }) => stage))];
  expect(stages).toEqual(expect.arrayContaining(['localities', 'associations', 'modules']));
  for (const stage of stages) {
    const done = messages.filter((m) => m.stage === stage).map((m) => m.done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.every((share) => share >= 0 && share <= 1)).toBe(true);
  }
  expect(JSON.parse(ran.out).data.rows).toBe(rows);
});

test.each([
  [['--modules', 'many'], 'option', 'many'],
  [['-e', 'absent.npy'], 'format', 'absent.npy'],
  [['--unknown-option', '1'], 'option', 'unknown'],
])('an error is one JSON object with its parts: %s', async (options, code, got) => {
  const ran = await whymap(folder, 'explain', 'x.npy', ...options, '--messages=json');
  expect(ran.code).toBe(2);
  const [error, ...others] = messagesOf(ran.err).filter(({ message }) => message === 'error');
  expect(others).toEqual([]);
  expect(error).toMatchObject({ code, exitCode: 2 });
  expect(error.got).toContain(got);
  expect(error.text).toMatch(/^whymap: /);
});

test('another word for --messages is refused', async () => {
  const ran = await whymap(folder, 'explain', 'x.npy', '--messages', 'xml');
  expect(ran.code).toBe(2);
  expect(ran.err).toBe(
    'whymap: got --messages xml; expected text, json; correct it, or leave it out for the default\n',
  );
});
