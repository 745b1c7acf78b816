// --profile: the table of stages, beside results that are the same without it; never over an input.
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder, whymap } from './run.js';

const folder = temporaryFolder();
const data = join(import.meta.dirname, '../../data/penguins');

test('--profile writes the times of every stage, of threads where the system tells them', async () => {
  const file = join(folder, 'profile.csv');
  const options = ['--data', 'penguins', '--threads', '2', '-o', 'out', '--profile', 'profile.csv'];
  expect((await whymap(folder, 'demo', ...options)).code).toBe(0);
  const [header, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(header).toBe('stage,seconds,processor_seconds,main_thread_seconds,other_threads_seconds,memory_mib');
  const rows = lines.map((line) => line.split(','));
  const stages = rows.map(([stage]) => stage);
  expect(stages[0]).toBe('start');
  expect(stages.at(-1)).toBe('all');
  for (const stage of ['localities', 'associations', 'modules', 'significance', 'writing']) {
    expect(stages).toContain(stage);
  }
  const total = (column: number) => rows.slice(0, -1).reduce((sum, row) => sum + Number(row[column]), 0);
  const all = rows[rows.length - 1];
  for (const column of [1, 2]) {
    expect(Number(all[column])).toBeGreaterThan(0);
    expect(Math.abs(total(column) - Number(all[column]))).toBeLessThan(0.01 * rows.length);
  }
  if (process.platform === 'linux') {
    const others = rows.map((row) => row[4].split(' ').reduce((sum, one) => sum + Number(one), 0));
    rows.forEach((row, r) => {
      // the clock of the process ticks more coarsely than those of threads
      expect(Number(row[3]) + others[r]).toBeLessThan(Number(row[2]) + 0.1);
      expect(Number(row[3])).toBeGreaterThanOrEqual(0);
    });
  }
});

test('a profile is never written over an input', async () => {
  const input = join(folder, 'penguins.csv');
  copyFileSync(join(data, 'penguins.csv'), input);
  const { code, err } = await whymap(folder, 'explain', input, '--method', 'pca', '--profile', input);
  expect(code).toBe(2);
  expect(err).toContain('--profile');
  expect(readFileSync(input)).toEqual(readFileSync(join(data, 'penguins.csv')));
});
