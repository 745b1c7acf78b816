// The contract of `compare`: its files, their columns, and what a person reads.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { explainCohort, SIDES } from './cohort.js';
import { temporaryFolder, whymap } from './run.js';

const folder = temporaryFolder();

beforeAll(() => explainCohort(folder));

const compare = (...more: string[]) =>
  whymap(folder, 'compare', 'out', '--features', 'features.csv', ...SIDES, '--quiet', ...more);

test('writes a row a module and stratum with the columns of the contract, and tells what is gained', async () => {
  const ran = await compare('--replicate', 'donor', '--in', 'type', '-o', 'found');
  expect([ran.code, ran.err]).toEqual([0, '']);
  const [header, ...lines] = readFileSync(join(folder, 'found/comparison.csv'), 'utf8').trim().split('\n');
  expect(header).toBe(
    'module,stratum,verdict,presence_case,presence_control,relative_score_case,relative_score_control,score_difference,abundance_ratio,p,p_adjusted,replicates_case,replicates_control',
  );
  const { rows, sentences, options } = JSON.parse(
    readFileSync(join(folder, 'found/comparison.json'), 'utf8'),
  );
  expect(rows.length).toBe(lines.length);
  expect(options).toMatchObject({ condition: 'condition', replicate: 'donor', in: 'type', seed: 0 });
  const gained = lines.filter((line) => /^M\d,all,gained,/.test(line));
  expect(gained.length).toBeGreaterThan(0);
  expect(gained[0].endsWith(',4,4')).toBe(true);
  expect(ran.out).toContain('case against control (condition), 4 against 4 replicates (donor)');
  expect(ran.out).toMatch(
    /M\d \(f\d, .*\) is gained in case: presence 0\.\d\d in case, 0\.0\d in control; p 0\.029/,
  );
  const page = readFileSync(join(folder, 'found/report.html'), 'utf8');
  expect(page).toContain('<title>case against control');
  const held = page.match(/<script type="application\/json" id="whymap-comparison">(.*?)<\/script>/s);
  const shown = JSON.parse(held?.[1] ?? '') as { rows: unknown[]; sentences: string[]; source?: string };
  expect([shown.rows, shown.sentences, shown.source]).toEqual([rows, sentences, undefined]);
  expect(sentences.every((sentence: string) => ran.out.includes(sentence))).toBe(true);
}, 60_000);

test('without replicates there are sizes and no p, on the terminal and in the cells', async () => {
  const ran = await compare('--discover', 'no', '-o', 'without');
  expect(ran.out).toContain('without replicates: sizes of differences only');
  expect(ran.out).toContain('samples of one donor or slide are not replicates');
  const [, first] = readFileSync(join(folder, 'without/comparison.csv'), 'utf8').trim().split('\n');
  expect(first).toMatch(/,,,1,1$/);
}, 60_000);

test('what is wrong is refused before anything is written', async () => {
  const cases = [
    [['compare', 'out', '--features', 'features.csv'], /no --condition/],
    [['compare', 'out', ...SIDES], /no --features/],
    [['compare', 'nothing', '--features', 'features.csv', ...SIDES], /no file at nothing/],
    [['compare', 'out', '--features', 'map.csv', ...SIDES], /features that were explained/],
    [
      ['compare', 'out', '--features', 'features.csv', ...SIDES, '--replicate', 'slide'],
      /metadata column slide/,
    ],
  ] as const;
  for (const [args, words] of cases) {
    const ran = await whymap(folder, ...args, '--quiet', '-o', 'refused');
    expect([ran.code, existsSync(join(folder, 'refused'))]).toEqual([2, false]);
    expect(ran.err).toMatch(words);
  }
}, 60_000);

test('markers as CSV have the columns of the contract, and those of replicates behind them', async () => {
  const ask = (...more: string[]) =>
    whymap(
      folder,
      ...['query', 'out', '--features', 'features.csv', '--region', 'condition:case', '--markers', '--quiet'],
      ...['--format', 'csv', ...more],
    );
  const columns = 'feature,difference,log_fold_change,auc,p,p_adjusted,above_zero_in,above_zero_out';
  const [header, first] = (await ask()).out.split('\n');
  expect(header).toBe(columns);
  expect(first.split(',').length).toBe(8);
  const [withReplicates, row] = (await ask('--replicate', 'donor')).out.split('\n');
  expect(withReplicates).toBe(`${columns},replicate_difference,replicate_p,replicates_in,replicates_out`);
  expect(row.endsWith(',4,4')).toBe(true);
  // nothing tells that values which came as they are were logged, but the person may; values below 0 are no logs
  expect(first.split(',')[2]).toBe('');
  const refused = await ask('--logged');
  expect([refused.code, refused.out]).toEqual([2, '']);
  expect(refused.err).toMatch(/got --logged with -\d.* in \w+; expected .*; leave --logged out/);
}, 60_000);

test('explain --within says which columns, records them, and leaves their levels out of what compare measures', async () => {
  const explain = (within: string, ...more: string[]) =>
    whymap(
      folder,
      ...[
        'explain',
        'features.csv',
        '-e',
        'map.csv',
        '--labels',
        'meta.csv',
        '--label',
        'type',
        '-o',
        'within',
      ],
      ...[
        '-n',
        '100',
        '-m',
        '3',
        '--draws',
        '0',
        '--refits',
        '0',
        '--trust',
        'no',
        '--within',
        within,
        ...more,
      ],
    );
  const ran = await explain('donor,type');
  expect(ran.code).toBe(0);
  expect(ran.out).toContain(
    'Within: features are correlated inside the levels of donor (8 levels) and type (6 levels)',
  );
  expect(ran.out).toContain('of 100 samples all over the map, inside the levels of donor and type.');
  const { options, data } = JSON.parse(readFileSync(join(folder, 'within/summary.json'), 'utf8'));
  expect([options.within, options.label, data.reading.within]).toEqual([
    ['donor', 'type'],
    'type',
    ['donor', 'type'],
  ]);
  const compared = await whymap(
    folder,
    ...['compare', 'within', '--features', 'features.csv', ...SIDES, '--replicate', 'donor', '--quiet'],
    ...['-o', 'found-within'],
  );
  expect([compared.code, compared.err]).toEqual([0, '']);
  expect(compared.out).toContain('is gained in case');
  const refused = await explain('donr', '--quiet');
  expect(refused.code).toBe(2);
  expect(refused.err).toMatch(
    /--within donr, which is no column of the metadata[\s\S]*condition, donor, type/,
  );
}, 60_000);
