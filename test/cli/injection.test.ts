// Names and labels with codes that a terminal would obey, formulas that a spreadsheet would run, and markup.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { pathSource, readTable } from 'whymap/io';
import { createRandom } from '#whymap/core/random.js';
import { writeCsv } from '#whymap/io/write.js';
import { temporaryFolder, whymap } from './run.js';

const folder = temporaryFolder();
const names = [
  "=cmd|'/C calc'!A0",
  '+SUM(A1)',
  '-2+3',
  '@SUM(A1)',
  '\u001b[31mRED\u001b]0;PWNED\u0007',
  'a\u202egnp.exe',
  '\u009b2J',
];
const labels = ['=1+1', '\u001b[2J\u001b[31mX', '<img src=x onerror=alert(1)>'];
const rows = 90;
/** What a terminal may be given: no control but the line feed, nothing that turns the direction. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
const reading = ['--id', 'id', '--label', 'lab', '-n', '20', '-m', '2', '--draws', '0', '--support', '0'];

beforeAll(() => {
  const random = createRandom(3);
  const lines = Array.from({ length: rows }, (_, r) => {
    const shared = random.normal();
    return [`=HYPERLINK("http://x/${r}")`, labels[r % 3], ...names.map(() => shared + random.normal())];
  });
  // as another program would write them: not made harmless
  const quoted = (cell: string | number) =>
    typeof cell === 'number' ? cell : `"${cell.replaceAll('"', '""')}"`;
  const text = [['id', 'lab', ...names], ...lines].map((line) => line.map(quoted).join(',')).join('\n');
  writeFileSync(join(folder, 'evil.csv'), text);
  const points = lines.map(() => `${random.normal()},${random.normal()}`);
  writeFileSync(join(folder, 'map.csv'), ['x,y', ...points].join('\n'));
  writeFileSync(join(folder, '\u001b[31mevil.csv'), text);
});

test('no text on the terminal is obeyed by it, in results, questions and errors', async () => {
  const runs = [
    await whymap(folder, 'explain', 'evil.csv', ...reading, '-e', 'map.csv', '--pair-by-row', '-o', 'out'),
    await whymap(
      folder,
      'explain',
      'evil.csv',
      ...reading,
      '-e',
      'map.csv',
      '--pair-by-row',
      '-o',
      'json',
      '--json',
    ),
    await whymap(
      folder,
      'audit',
      'evil.csv',
      '--id',
      'id',
      '--label',
      'lab',
      '--method',
      'pca',
      '-k',
      '5',
      '-o',
      'audit',
    ),
    await whymap(folder, 'query', 'out', '--region', `label:${labels[1]}`),
    await whymap(folder, 'query', 'out', '--region', 'label:\u001b[2Jnone'),
    await whymap(folder, 'explain', '\u001b[31mevil.csv', '--id', 'absent'),
    await whymap(
      folder,
      'explain',
      '\u001b[31mevil.csv',
      ...reading,
      '-e',
      'map.csv',
      '--pair-by-row',
      '-o',
      '\u001b[31mout',
    ),
    await whymap(folder, 'explain', 'evil.csv', '--\u001b[31mred'),
    await whymap(folder, '\u001b[31mred'),
  ];
  for (const { out, err } of runs) {
    expect(out).not.toMatch(OBEYED);
    expect(err).not.toMatch(OBEYED);
  }
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0, 2, 2, 0, 2, 2]);
  expect(runs[0].out).toContain('\\u001b[31mRED');
  // JSON means the same characters
  const { modules } = JSON.parse(runs[1].out);
  expect(JSON.stringify(modules)).toContain(JSON.stringify(names[4]).slice(1, -1));
});

test('no cell of a CSV file is run by a spreadsheet, and our reader gives every text as it was', async () => {
  for (const folderName of ['out', 'audit']) {
    for (const file of readdirSync(join(folder, folderName)).filter((name) => name.endsWith('.csv'))) {
      const cells = readFileSync(join(folder, folderName, file), 'utf8').split(/[,\n]/);
      const run = cells.filter((cell) => /^"?[=+@\t\r-]/.test(cell) && Number.isNaN(Number(cell)));
      expect(run, file).toEqual([]);
    }
  }
  const presence = await readTable(pathSource(join(folder, 'out/presence.csv')), { id: 'sample' });
  expect(presence.ids?.[7]).toBe('=HYPERLINK("http://x/7")');
});

test('texts of every kind come back from CSV as they were', async () => {
  const texts = [
    ...names,
    ...labels,
    "'=1",
    "''=1",
    "'",
    "'quoted'",
    '-',
    '+',
    '=',
    '-3',
    '+1e5',
    '-.5',
    '-a',
    '\t=1',
    "O'Neil",
  ];
  const table = texts.map((text, r) => [`s${r}`, text, r, -r / 2]);
  writeFileSync(join(folder, 'texts.csv'), writeCsv(['id', 'text', '=value', '-other'], table));
  const read = await readTable(pathSource(join(folder, 'texts.csv')), { id: 'id', label: 'text' });
  expect(read.labels?.map((label) => label.trim())).toEqual(texts.map((text) => text.trim()));
  expect(read.featureNames).toEqual(['=value', '-other']);
});

test('markup in names and labels stays text in the reports', () => {
  expect(existsSync(join(folder, 'out/report.html'))).toBe(true);
  for (const file of ['out/report.html', 'audit/report.html'])
    expect(readFileSync(join(folder, file), 'utf8')).not.toContain('<img src=x');
});
