// Queries on planted truth: regions, what two share, one feature against all, the raw pair; by naive counting.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { explain } from 'whymap';
import {
  compareRegions,
  comparisonSentences,
  describeRegion,
  featureAgainstAll,
  featureSentences,
  keepFeatures,
  pairSentences,
  pairValues,
  parseRegion,
  regionRows,
  regionSentences,
} from 'whymap/lava';
import { correlation } from '#whymap/core/statistics.js';
import { OptionError, ShapeError } from '#whymap/errors.js';
import { encodeExplanation } from '#whymap/io/explanation-file.js';
import type { Explanation } from '#whymap/model.js';
import { plantModules } from '#whymap/reproduce/lava/planted.js';
import { matchModules } from '#whymap/reproduce/lava/score.js';

const planted = plantModules({
  seed: 3,
  correlation: 0.8,
  samples: 900,
  features: 60,
  modules: 3,
  clusters: 6,
});
const table = { ...planted.table, ids: Array.from({ length: 900 }, (_, i) => `s${i}`) };
let explanation: Explanation;
beforeAll(async () => {
  const options = { localitySize: 60, overlap: 3, modules: 5, evaluations: 0 };
  explanation = await explain({ ...planted, table }, options, {});
});

const labels = [...new Set(table.labels)];
const activeIn = (label: string, k: number) =>
  planted.active.data[(table.labels?.indexOf(label) ?? 0) * 3 + k] === 1;
const value = (row: number, feature: number) =>
  'data' in table.features ? table.features.data[row * 60 + feature] : 0;

test('regions of every kind hold the rows that their definition says', () => {
  const { data } = explanation.embedding.coordinates;
  const rows = (text: string) => [...regionRows(explanation, parseRegion(text))];
  const all = Array.from({ length: 900 }, (_, row) => row);
  expect(rows('rectangle:10,10,2,3')).toEqual(
    all.filter((r) => data[2 * r] >= 2 && data[2 * r] <= 10 && data[2 * r + 1] >= 3 && data[2 * r + 1] <= 10),
  );
  expect(rows('polygon:2,3;10,3;10,10;2,10')).toEqual(rows('rectangle:2,3,10,10'));
  expect(rows('polygon:0,0;14,0;0,14')).toEqual(
    all.filter((r) => data[2 * r] > 0 && data[2 * r + 1] > 0 && data[2 * r] + data[2 * r + 1] < 14),
  );
  expect(rows(`label:${labels[1]}`)).toEqual(all.filter((r) => table.labels?.[r] === labels[1]));
  expect(rows('ids:s7, s3')).toEqual([3, 7]);
  expect(rows('rows:5,5,2')).toEqual([2, 5]);
  const members = explanation.localities.members.slice(2 * 60, 3 * 60).sort();
  expect(rows('locality:2')).toEqual([...members]);
});

test.each([
  '',
  'label:',
  'circle:1',
  'locality:x',
  'locality:1e9',
  'rectangle:1,2,3',
  'polygon:1,2;3',
  'label:none',
  'ids:nobody',
  'rows:-1',
  'module:M99',
  'rectangle:90,90,91,91',
  'rectangle:0,0,0,1,1,1',
])('the region %j is refused in words', (text) => {
  expect(() => regionRows(explanation, parseRegion(text))).toThrow(OptionError);
});

test('a region holds the modules that are active there, with means and shares as counted', () => {
  const matches = matchModules(planted.loadings, explanation.modules.loadings);
  for (const label of labels) {
    const found = describeRegion(explanation, { kind: 'label', label });
    matches.forEach(({ found: m }, k) => {
      const module = found.modules.find(({ id }) => id === `M${m + 1}`);
      expect((module?.presentInside ?? 0) >= 0.5).toBe(activeIn(label, k));
      const presence = [...regionRows(explanation, { kind: 'label', label })].map(
        (row) => explanation.samplePresence.data[row * explanation.modules.count + m],
      );
      expect(module?.inside).toBeCloseTo(presence.reduce((a, b) => a + b, 0) / presence.length, 10);
    });
    expect(found.labels).toEqual([{ label, samples: found.samples }]);
    expect(regionSentences(found)[0]).toContain(`${found.samples} samples`);
  }
});

test('two regions share what is active in both, and differ in the rest', () => {
  const matches = matchModules(planted.loadings, explanation.modules.loadings);
  const [a, b] = labels;
  const regions = { first: { kind: 'label', label: a }, second: { kind: 'label', label: b } } as const;
  const found = compareRegions(explanation, regions, table);
  matches.forEach(({ found: m }, k) => {
    const [inA, inB] = [activeIn(a, k), activeIn(b, k)];
    const where = inA && inB ? 'both' : inA ? 'first' : inB ? 'second' : 'neither';
    expect(found.modules[m].where).toBe(where);
    if (where === 'both') expect(found.modules[m].agreement).toBeGreaterThan(0.9);
  });
  expect(found.overlap).toBe(0);
  expect(comparisonSentences(found).join(' ')).toContain(a);
  const same = compareRegions(explanation, { first: regions.first, second: regions.first });
  expect(same.overlap).toBe(same.first.samples);
  expect(
    same.modules.every(
      ({ where, agreement }) => agreement === null && (where === 'both' || where === 'neither'),
    ),
  ).toBe(true);
  // the same samples correlate alike, so the agreement with themselves is 1
  for (const { agreement } of compareRegions(explanation, { ...regions, second: regions.first }, table)
    .modules)
    expect(agreement).toBeCloseTo(1, 12);
});

test('one feature against all others is its correlations inside and outside', () => {
  const region = { kind: 'label', label: labels[2] } as const;
  const found = featureAgainstAll(explanation, { region, feature: 'f4' }, table);
  const inside = [...regionRows(explanation, region)];
  const column = (rows: number[], f: number) => rows.map((row) => value(row, f));
  const outside = Array.from({ length: 900 }, (_, row) => row).filter((row) => !inside.includes(row));
  expect(found.features.length + found.constant).toBe(59);
  for (const { feature, ...rho } of found.features.slice(0, 8)) {
    const f = Number(feature.slice(1));
    expect(rho.inside).toBeCloseTo(correlation(column(inside, 4), column(inside, f)), 6);
    expect(rho.outside).toBeCloseTo(correlation(column(outside, 4), column(outside, f)), 6);
  }
  const sizes = found.features.map((f) => Math.abs(f.inside));
  expect(sizes).toEqual([...sizes].sort((x, y) => y - x));
  expect(featureSentences(found)[0]).toContain('f4');
});

test('of a region of all samples nothing is said of what is outside', () => {
  const region = { kind: 'rows', rows: Array.from({ length: 900 }, (_, row) => row) } as const;
  const sentences = [
    ...featureSentences(featureAgainstAll(explanation, { region, feature: 'f4' }, table)),
    ...pairSentences(pairValues(explanation, { region, a: 'f1', b: 'f3' }, table)),
    ...regionSentences(describeRegion(explanation, region)),
  ].join(' ');
  expect(sentences).toMatch(/f4 correlates most with f[0-9]+ \([^ ]+\)/);
  expect(sentences).not.toMatch(/outside|elsewhere|nowhere|rest of the map/);
});

test('a pair gives its raw values on either side; a table with more columns is read by name', () => {
  const question = { region: { kind: 'rows', rows: [4, 9, 2, 7] }, a: 'f1', b: 'f3' } as const;
  const found = pairValues(explanation, question, table);
  expect([...found.inside.rows]).toEqual([2, 4, 7, 9]);
  expect([...found.inside.a]).toEqual([2, 4, 7, 9].map((row) => value(row, 1)));
  expect(found.outside.rows.length).toBe(896);
  expect(pairSentences(found)[0]).toContain('4 samples');
  const fewer = { ...explanation, featureNames: ['f3', 'f1'] };
  expect(pairValues(fewer, question, table).inside).toEqual(found.inside);
  const other = keepFeatures(table, Int32Array.of(0, 1));
  expect(() => pairValues(explanation, question, other)).toThrow(ShapeError);
  expect(() => pairValues(explanation, { ...question, a: 'F1' }, table)).toThrow(/f1/);
});

const folder = mkdtempSync(join(tmpdir(), 'whymap-query-'));
afterAll(() => rmSync(folder, { recursive: true }));
const main = join(import.meta.dirname, '../../../dist/cli/main.js');
const query = (...args: string[]) =>
  spawnSync(process.execPath, [main, 'query', ...args, '--quiet'], { encoding: 'utf8' });

test('the command answers in sentences, as CSV and as JSON, and refuses in one line', () => {
  writeFileSync(join(folder, 'explanation.whymap'), encodeExplanation(explanation));
  const names = table.featureNames;
  const rows = Array.from({ length: 900 }, (_, r) =>
    [table.ids[r], ...names.map((_, f) => value(r, f))].join(','),
  );
  writeFileSync(join(folder, 'table.csv'), ['id', ...names].join(',') + '\n' + rows.join('\n'));
  const region = `label:${labels[0]}`;
  expect(query(folder, '--region', region).stdout).toContain('samples');
  const compared = JSON.parse(
    query(folder, '--region', region, '--and', `label:${labels[1]}`, '--json').stdout,
  );
  expect(compared.modules.length).toBe(explanation.modules.count);
  const features = ['--features', join(folder, 'table.csv'), '--id', 'id'];
  const csv = query(folder, '--region', region, '--pair', 'f1,f2', '--format', 'csv', ...features).stdout;
  expect(csv.trim().split('\n').length).toBe(901);
  expect(csv.split('\n')[0]).toBe('row,side,f1,f2');
  const wrong = query(folder, '--region', 'label:nobody');
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toContain('nobody');
  expect(query(folder, '--region', region, '--feature', 'f1').stderr).toContain('--features');
  expect(query(join(folder, 'none'), '--region', region).status).toBe(2);
  expect(readFileSync(join(folder, 'explanation.whymap')).length).toBeGreaterThan(1000);
});
