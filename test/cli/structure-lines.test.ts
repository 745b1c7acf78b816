// What `--structure` prints: a sentence, a table that fits a terminal, a few structures in words, and where all of them are.
import { expect, test } from 'vitest';
import { structureCsv, structureLines } from '#whymap/cli/outputs/structure.js';
import type { StructureTrace, TracedStructure } from '#whymap/trust/index.js';

const rows = (count: number) => Int32Array.from({ length: count }, (_, i) => i);

function made(some: Partial<TracedStructure>, ...sizes: number[]): TracedStructure {
  const parts = sizes.map(rows);
  return {
    kind: 'gap',
    name: 'gap A | B',
    answer: 'made by the projection',
    statistic: { name: 'valleyDensity', value: 0.5, null: 1 },
    p: 0.5,
    pAdjusted: 1,
    text: `${some.name}: in words.`,
    rows: parts,
    center: [-3.5, 12.5],
    ...some,
  } as TracedStructure;
}

const trace = (structures: TracedStructure[]) => ({ structures }) as unknown as StructureTrace;

const many = trace([
  ...Array.from({ length: 120 }, (_, i) => made({ name: `gap ${i} | ${i + 1}` }, 30 + i, 2000)),
  made({ name: 'gap A | B', answer: 'in the data', p: 1e-5, pAdjusted: 0.004 }, 1500, 600),
  made({ name: 'bridge A - B', kind: 'bridge', answer: 'cannot be told' }, 12),
  made({ name: 'cluster C', kind: 'cluster', answer: 'in the data', pAdjusted: 0.01 }, 900),
  made({ name: `label:${'long '.repeat(30)}`, kind: 'region', answer: 'made by the projection' }, 40),
]);

test('one line a structure that matters, none wider than 80 characters, however many and however long their names', () => {
  const lines = structureLines(['Structure: 124 structures.'], many, 'out/structure.csv');
  const header = lines.findIndex((line) => line.startsWith('  structure '));
  const table = lines.slice(header + 1, lines.indexOf('  The statistic, in the data:'));
  // all in the data, the region and the twelve largest of the others; the rest are counted
  expect(table.length).toBe(2 + 13 + 1 + 1);
  expect(table.at(-1)).toBe('  and smaller ones, 108 made by the projection, in out/structure.csv');
  for (const line of lines.slice(header, lines.indexOf('', header)))
    expect(line.length).toBeLessThanOrEqual(80);
  expect(new Set(table.slice(0, -1).map((line) => line.length)).size).toBe(1);
  // by answer, then the largest first
  expect(table[0]).toMatch(/^ {2}Cluster C +900 +-3\.5, 13 +in the data +0\.50 +0\.010$/);
  expect(table[1]).toMatch(/^ {2}Gap A \| B +1,500 \| 600 +-3\.5, 13 +in the data +0\.50 +0\.004$/);
  expect(table[2]).toMatch(/^ {2}Gap 119 \| … +149 \| 2,000 +-3\.5, 13 +made by the projection/);
  expect(table.at(-2)).toMatch(/^ {2}Bridge A -… +12 +-3\.5, 13 +cannot be told/);
});

test('the two largest of each answer and every region asked for are in words, and the file of all is named', () => {
  const lines = structureLines(['Structure.'], many, 'out/structure.csv');
  const told = lines.filter((line) => line.startsWith('  - '));
  expect(lines).toContain('The largest in words (all 124: out/structure.csv):');
  expect(told.map((line) => line.replace(/^ {2}- ([^.]*)\. (.{0,12}).*/, '$1, $2'))).toEqual([
    'In the data, cluster C: i',
    'In the data, gap A | B: i',
    'Made by the projection, label:long l',
    'Made by the projection, gap 119 | 12',
    'Made by the projection, gap 118 | 11',
    'Cannot be told, bridge A - B',
  ]);
});

test('few structures are all in words; none leave the sentence alone', () => {
  const few = structureLines(['Structure.'], trace([made({ name: 'gap A | B' }, 3, 4)]), 'x/structure.csv');
  expect(few.filter((line) => line.startsWith('  - ')).length).toBe(1);
  expect(few.at(-1)).toContain('x/structure.csv');
  expect(structureLines(['One cluster.'], trace([]), 'x')).toEqual(['One cluster.']);
});

test('a group without another has no statistic: a dash, and an empty cell', () => {
  const alone = made(
    { name: 'cluster A', kind: 'cluster', statistic: { name: 'valleyDensity', value: Number.NaN, null: 1 } },
    50,
  );
  expect(structureLines(['One.'], trace([alone]), 'x').join('\n')).toMatch(/Cluster A .* - +1\.000/);
  expect(structureCsv(trace([alone]))).toMatch(
    /\ncluster A,cluster,made by the projection,50,-3.5,12.5,valleyDensity,,1,/,
  );
});

test('structure.csv has every structure in the order of the table, with its figures and its words', () => {
  const [header, ...lines] = structureCsv(many).trimEnd().split('\n');
  expect(header).toBe('structure,kind,answer,samples,x0,x1,statistic,value,value_without,p,p_adjusted,text');
  expect(lines.length).toBe(124);
  expect(lines[1]).toBe(
    'gap A | B,gap,in the data,1500 and 600,-3.5,12.5,valleyDensity,0.5,1,0.00001,0.004,gap A | B: in words.',
  );
});
