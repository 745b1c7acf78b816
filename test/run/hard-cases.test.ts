// All hard cases, where HARD_CASES names the folder with their files; small files of the same kinds are in the other tests.
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, whymap } from '../cli/run.js';
import { HARD_CASES, type HardCase } from './hard-cases.js';

const source = process.env.HARD_CASES;

const table = readFileSync(join(import.meta.dirname, '../../docs/lab/cases.md'), 'utf8');

test('commands are known, and their numbers are rows of the table of cases', () => {
  const rows = new Set([...table.matchAll(/^\| ([\d, ]+) \|/gm)].flatMap((row) => row[1].split(', ')));
  for (const { number, command } of HARD_CASES) {
    expect(['explain', 'audit', 'embed', 'query', 'inspect']).toContain(command.split(' ')[0]);
    if (number !== '') expect(rows, command).toContain(number);
  }
});

/** A copy of the folder of a case that may be written to. */
function copied(from: string, folder: string): string {
  cpSync(from, folder, { recursive: true });
  chmodSync(folder, 0o755);
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o644);
  return folder;
}

/** The words of a command; ` | ` keeps a word with a space together. */
const wordsOf = (command: string) =>
  command.includes(' | ')
    ? command.split(' | ').flatMap((part, i) => (i === 1 ? [part] : part.split(' ')))
    : command.split(' ');

/** Runs one command and holds it against what should come of it. */
async function check(hard: HardCase, folder: string): Promise<void> {
  const { command, code, says, not = [], wrote, gone = [], unchanged = [], copy } = hard;
  if (copy) cpSync(join(folder, copy[0]), join(folder, copy[1]));
  const before = unchanged.map((name) => readFileSync(join(folder, name)));
  const ran = await whymap(folder, ...wordsOf(command));
  const text = `${ran.out}\n${ran.err}`;
  expect(ran.code, text).toBe(code);
  expect(text).not.toMatch(/defect/);
  for (const pattern of says) expect(text).toMatch(pattern);
  for (const pattern of not) expect(text).not.toMatch(pattern);
  for (const name of gone) expect(existsSync(join(folder, name)), name).toBe(false);
  expect(unchanged.map((name) => readFileSync(join(folder, name)))).toEqual(before);
  if (!wrote) return;
  const written = readFileSync(join(folder, wrote.file), 'utf8');
  if (wrote.begins !== undefined) expect(written.startsWith(wrote.begins), written.slice(0, 80)).toBe(true);
  if (wrote.trust === undefined && wrote.accuracy === undefined) return;
  const { measures } = JSON.parse(written);
  if (wrote.trust !== undefined) expect(measures.trustworthiness.value).toBeCloseTo(wrote.trust, 2);
  if (wrote.accuracy !== undefined) expect(measures.labelAccuracy.value).toBeCloseTo(wrote.accuracy, 2);
}

const root = temporaryFolder();
const folders = [...new Set(HARD_CASES.map(({ folder }) => folder))];

describe.skipIf(source === undefined)(
  'hard cases (name their folder in HARD_CASES; without it they are passed over)',
  () => {
    test.each(folders)('%s', async (name) => {
      const folder = copied(join(source ?? '', name), join(root, name));
      for (const hard of HARD_CASES.filter((each) => each.folder === name)) await check(hard, folder);
    });
  },
);
