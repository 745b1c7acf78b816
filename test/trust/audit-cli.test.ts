// `whymap audit` as a person runs it: files, exit codes, JSON, nothing left behind.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeExplanation } from 'whymap/io';
import { tornAndGlued } from './made-maps.js';

const main = join(import.meta.dirname, '../../dist/cli/main.js');
let folder = '';
const at = (name: string) => join(folder, name);
const audit = (...args: string[]) =>
  spawnSync(process.execPath, [main, 'audit', ...args, '--engine', 'js'], { encoding: 'utf8', cwd: folder });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'whymap-audit-'));
  const { features, embedding, cluster } = tornAndGlued(40, 6);
  const lines = (m: typeof features, extra: (i: number) => string[]) =>
    cluster.map((_, i) =>
      [`s${i}`, ...m.data.subarray(i * m.columns, (i + 1) * m.columns), ...extra(i)].join(),
    );
  const names = Array.from({ length: 10 }, (_, c) => `g${c}`).join();
  writeFileSync(
    at('data.csv'),
    [`id,${names},kind`, ...lines(features, (i) => [`c${cluster[i]}`])].join('\n'),
  );
  writeFileSync(at('map.csv'), ['id,x,y', ...lines(embedding, () => [])].join('\n'));
  writeFileSync(at('short.csv'), ['x,y', '1,2', '3,4'].join('\n'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The map with its ids and labels, on small neighborhoods. */
const MAP = ['-e', 'map.csv', '--id', 'id', '--label', 'kind', '-k', '8'];

test('writes audit.json, pointwise.csv, links.csv and report.html', () => {
  const { status, stdout, stderr } = audit('data.csv', ...MAP, '-o', 'out');
  expect(stderr).not.toMatch(/whymap:/);
  expect(status).toBe(0);
  expect(stdout).toMatch(/Take care with .*c0 \(\d+% torn\)/);
  expect(readdirSync(at('out')).sort()).toEqual(['audit.json', 'links.csv', 'pointwise.csv', 'report.html']);
  const found = JSON.parse(readFileSync(at('out/audit.json'), 'utf8'));
  expect([found.rows, found.k]).toEqual([240, 8]);
  expect(found.measures.trustworthiness).toEqual({
    value: expect.any(Number),
    null: expect.any(Number),
    pca: expect.any(Number),
  });
  for (const sentence of found.verdict) {
    expect(sentence.text.length).toBeGreaterThan(20);
    expect(sentence.figures.length).toBeGreaterThan(0);
  }
  const points = readFileSync(at('out/pointwise.csv'), 'utf8').trimEnd().split('\n');
  expect(points[0]).toMatch(
    /^sample,trustworthiness,continuity,neighborhood_preservation,torn,glued,p_adjusted/,
  );
  expect(points.length).toBe(241);
  expect(points[1]).toMatch(/^s0,/);
  const links = readFileSync(at('out/links.csv'), 'utf8').split('\n');
  expect(links.some((line) => /^torn,s\d+,s\d+,\d+$/.test(line))).toBe(true);
  const report = readFileSync(at('out/report.html'), 'utf8');
  expect(report).not.toMatch(/https?:\/\//);
  expect(report).toContain(found.verdict[0].text.slice(0, 60));
});

test('--method repeats its map with other seeds and on permuted data', () => {
  const { status, stdout, stderr } = audit(
    'data.csv',
    '--id',
    'id',
    '--label',
    'kind',
    '--method',
    'pca',
    '-k',
    '8',
    '-o',
    'made',
  );
  expect(stderr).not.toMatch(/whymap:/);
  expect(status).toBe(0);
  expect(stdout).toMatch(/Made again with 2 other seeds, maps share 100% of each sample's 8 neighbors/);
  expect(readdirSync(at('made'))).toContain('embedding.npy');
  expect(readFileSync(at('made/pointwise.csv'), 'utf8').split('\n')[0]).toMatch(/seed_agreement,p_permuted$/);
  const { verdict } = JSON.parse(readFileSync(at('made/audit.json'), 'utf8'));
  expect(verdict.at(-1).figures.map((f: { measure: string }) => f.measure)).toEqual([
    'seedAgreement',
    'permutedTrustworthiness',
    'samplesAbovePermuted',
  ]);
});

/** Classes of the report's sentences by answer. */
const TONE: Record<string, string> = {
  'in the data': 'yes',
  'made by the projection': 'no',
  'cannot be told': 'unknown',
};

test('--structure traces what the map shows, and a region', () => {
  const args = [...MAP, '--structure', '--region', 'label:c3'];
  const { status, stdout, stderr } = audit(
    'data.csv',
    ...args,
    '--map-seeds',
    '1',
    '--null-maps',
    '1',
    '-o',
    's',
  );
  expect(stderr).not.toMatch(/whymap:/);
  expect(status).toBe(0);
  expect(stdout).toMatch(
    /Structure: \d+ structures on the map, \d+ in the data, \d+ made by the projection and/,
  );
  const { structure } = JSON.parse(readFileSync(at('s/audit.json'), 'utf8'));
  const region = structure.structures.find(({ kind }: { kind: string }) => kind === 'region');
  expect(region).toMatchObject({ name: 'label:c3', samples: [40], seeds: { of: 1 } });
  expect(['in the data', 'made by the projection', 'cannot be told']).toContain(region.answer);
  expect(readFileSync(at('s/pointwise.csv'), 'utf8').split('\n')[0]).toMatch(/,cluster$/);
  const page = readFileSync(at('s/report.html'), 'utf8');
  expect(page).toContain(`<p class="${TONE[region.answer]}">${region.text}</p>`);
  // one line a structure on the terminal, the region in words, and everything in the file that is named
  const lines = stdout.split('\n');
  for (const { name, answer } of structure.structures) {
    const row = lines.find((line) => line.toLowerCase().startsWith(`  ${name.toLowerCase()}  `));
    expect(row).toMatch(new RegExp(` ${answer} .* [\\d.<]+$`));
    expect(row?.length).toBeLessThanOrEqual(80);
  }
  expect(stdout).toContain(`. ${region.text}\n`);
  expect(stdout).toContain(join('s', 'structure.csv'));
  const told = readFileSync(at('s/structure.csv'), 'utf8');
  expect(told.split('\n')[0]).toBe(
    'structure,kind,answer,samples,x0,x1,statistic,value,value_without,p,p_adjusted,text',
  );
  for (const { text } of structure.structures) expect(told).toContain(text.replaceAll('"', '""'));
});

test('an audit without --structure removes the file of an earlier one', () => {
  const args = ['--structure', '--map-seeds', '0', '--null-maps', '0', '-o', 'again'];
  expect(audit('data.csv', ...MAP, ...args).status).toBe(0);
  expect(readdirSync(at('again'))).toContain('structure.csv');
  expect(audit('data.csv', ...MAP, '-o', 'again').status).toBe(0);
  expect(readdirSync(at('again'))).not.toContain('structure.csv');
});

test('--json prints the audit alone on standard output', () => {
  const { status, stdout } = audit('data.csv', ...MAP, '-o', 'j', '--json', '--sample', '60');
  expect(status).toBe(0);
  const found = JSON.parse(stdout);
  expect(found.evaluated).toBe(60);
  expect(found.measures.continuity.interval).toHaveLength(2);
  expect(found.groups).toBeNull();
});

test.each([
  ['no embedding', ['data.csv', '--label', 'kind'], /got no --embedding/],
  ['other rows', ['data.csv', '-e', 'short.csv', '--id', 'id', '--label', 'kind'], /got .*; expected .*;/],
  ['no file', ['data.csv', '-e', 'absent.npy'], /absent\.npy/],
  [
    'neighbors',
    ['data.csv', '-e', 'map.csv', '--id', 'id', '--label', 'kind', '-k', '500'],
    /k 500; expected an integer from 1 to 239/,
  ],
  [
    'region without structure',
    ['data.csv', '-e', 'map.csv', '--id', 'id', '--region', 'rows:1'],
    /--region rows:1 without --structure/,
  ],
  [
    'region of an explanation',
    ['data.csv', '-e', 'map.csv', '--id', 'id', '--label', 'kind', '--structure', '--region', 'locality:1'],
    /got a locality of a map that was not explained/,
  ],
  ['metric', ['data.csv', '-e', 'map.csv', '--metric', 'sideways'], /--metric sideways/],
])('exits with 2 and one line: %s', (_, args, message) => {
  const { status, stderr } = audit(...args, '-o', 'wrong', '--quiet');
  expect(stderr).toMatch(message);
  expect(stderr.trim().split('\n').length).toBe(1);
  expect(status).toBe(2);
  expect(readdirSync(folder).filter((name) => /wrong/.test(name))).toEqual([]);
});

test('explain reports the trust of every module and locality, and leaves it out with --trust no', () => {
  const explain = (...args: string[]) =>
    spawnSync(
      process.execPath,
      [
        main,
        'explain',
        'data.csv',
        '-e',
        'map.csv',
        '--id',
        'id',
        '--label',
        'kind',
        '-m',
        '3',
        '-n',
        '30',
        ...args,
      ],
      { encoding: 'utf8', cwd: folder },
    );
  const table = (name: string) =>
    readFileSync(at(name), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
  const withTrust = explain('-o', 'explained', '--engine', 'js');
  expect(withTrust.status).toBe(0);
  const { modules } = JSON.parse(readFileSync(at('explained/summary.json'), 'utf8'));
  for (const module of modules) {
    expect(module.trust).toBeGreaterThan(0.5);
    expect(module.trust).toBeLessThanOrEqual(1);
  }
  const [header, ...rows] = table('explained/localities.csv');
  expect(header.at(-1)).toBe('trust');
  // islands lie 12 apart: cluster 1 and 2 share the one at x = 12, y = 0
  const glued = rows.filter((row) => Math.hypot(Number(row[1]) - 12, Number(row[2])) < 3);
  const sound = rows.filter((row) => Math.hypot(Number(row[1]) - 36, Number(row[2])) < 3);
  const least = Math.min(...sound.map((row) => Number(row.at(-1))));
  for (const row of glued) expect(Number(row.at(-1))).toBeLessThan(least);
  const structure = ['--structure', '--map-seeds', '0', '--null-maps', '0'];
  const traced = explain('-o', 'plain', '--trust', 'no', ...structure);
  expect(traced.status).toBe(0);
  const { structure: found } = JSON.parse(readFileSync(at('plain/summary.json'), 'utf8'));
  const layer = decodeExplanation(readFileSync(at('plain/explanation.whymap'))).structure!;
  expect(traced.stdout).toContain(layer.summary[0]);
  expect(layer.findings.length).toBe(found.structures.length);
  const told = readFileSync(at('plain/structure.csv'), 'utf8');
  for (const { answer, text, name, rows } of layer.findings) {
    expect(told).toContain(text);
    const samples = found.structures.find((one: { name: string }) => one.name === name);
    expect(samples).toMatchObject({ answer, text });
    expect(rows.length).toBe(samples.samples.reduce((sum: number, size: number) => sum + size, 0));
  }
  expect(table('plain/localities.csv')[1].at(-1)).toBe('');
});
