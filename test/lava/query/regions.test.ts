// Regions combined: the same rows as by counting, whatever the expression.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRegion, quotedName, type Region, regionName, regionRows } from 'whymap/lava';
import { OptionError } from '#whymap/errors.js';
import type { Explanation } from '#whymap/model.js';

const ROWS = 12;
const explanation = {
  rows: ROWS,
  labels: ['T & B', 'T & B', '', ...Array.from({ length: 9 }, () => 'mono (CD14)')],
  ids: null,
  options: { label: 'cell' },
  metadata: [
    {
      name: 'disease',
      kind: 'categorical',
      levels: ['DKD', 'normal'],
      codes: Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1, -1, -1, 0, 1),
    },
    {
      name: 'region',
      kind: 'categorical',
      levels: ['tubule', 'glomerulus'],
      codes: Int32Array.from({ length: ROWS }, (_, row) => row % 2),
    },
    {
      name: 'age',
      kind: 'numeric',
      values: Float64Array.of(10, 20, 30, 40, 50, 60, 70, 80, 90, 100, NaN, NaN),
    },
  ],
} as unknown as Explanation;

const rows = (text: string, named?: Record<string, string>) => [
  ...regionRows(explanation, parseRegion(text, { named: new Map(Object.entries(named ?? {})) })),
];

test('a shape without samples says where the map lies; other regions do not', () => {
  const coordinates = { rows: ROWS, columns: 2, data: Float32Array.from({ length: 2 * ROWS }, (_, t) => t) };
  const mapped = { ...explanation, embedding: { coordinates } } as unknown as Explanation;
  const empty = (text: string) => () => regionRows(mapped, parseRegion(text));
  expect(empty('rectangle:100,100,200,200')).toThrow(/between 0,1 and 22,23/);
  expect(empty('disease:DKD & disease:normal')).toThrow(/samples are left/);
});

test.each([
  ['disease:DKD', [0, 1, 2, 3, 10]],
  ['disease:DKD & region:tubule', [0, 2, 10]],
  ['!disease:DKD', [4, 5, 6, 7, 8, 9, 11]],
  ['missing:disease', [8, 9]],
  ['!disease:DKD & !missing:disease', [4, 5, 6, 7, 11]],
  ['disease:DKD | region:glomerulus & age:>=80', [0, 1, 2, 3, 7, 9, 10]],
  ['(disease:DKD | region:glomerulus) & age:>=80', [7, 9]],
  ['age:20..40', [1, 2, 3]],
  ['age:..20', [0, 1]],
  ['age:90..', [8, 9]],
  ['age:<20', [0]],
  ['age:>90', [9]],
  ['age:<=20', [0, 1]],
  ['age:50', [4]],
  ['missing:age', [10, 11]],
  ['label:mono (CD14) & disease:DKD', [3, 10]],
  ['label:"T & B"', [0, 1]],
  ['cell:"T & B" | rows:5', [0, 1, 5]],
  ['missing:cell', [2]],
  ['!!rows:3', [3]],
])('%s', (text, expected) => {
  expect(rows(text)).toEqual(expected);
});

test('a named region stands for its text; it cannot stand for itself', () => {
  expect(rows('@sick & age:>20', { sick: 'disease:DKD' })).toEqual([2, 3]);
  expect(rows('@b', { a: 'rows:1', b: '@a | rows:2' })).toEqual([1, 2]);
  expect(() => rows('@a', { a: '@a' })).toThrow(OptionError);
  expect(() => rows('@none', { a: 'rows:1' })).toThrow(/@a/);
});

test.each([
  'disease:',
  'disease:DKD &',
  '(disease:DKD',
  'disease:DKD)',
  '! ',
  'label:"open',
  'sex:male',
  'disease:flu',
  'age:old',
  'age:1..2..3',
  'age:..',
  'disease:DKD & disease:normal',
])('%j is refused in words', (text) => {
  expect(() => rows(text)).toThrow(OptionError);
});

test('by a tree of any depth the rows are those that the definition says', () => {
  const leaf = fc
    .subarray(
      Array.from({ length: ROWS }, (_, row) => row),
      { minLength: 1 },
    )
    .map((some): Region => ({ kind: 'rows', rows: some }));
  const { region } = fc.letrec<{ region: Region }>((tie) => ({
    region: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.record({ kind: fc.constant('not' as const), of: tie('region') }),
      fc.record({
        kind: fc.constant('all' as const),
        of: fc.array(tie('region'), { minLength: 1, maxLength: 3 }),
      }),
      fc.record({
        kind: fc.constant('any' as const),
        of: fc.array(tie('region'), { minLength: 1, maxLength: 3 }),
      }),
    ),
  }));
  const isIn = (row: number, each: Region): boolean => {
    if (each.kind === 'not') return !isIn(row, each.of);
    if (each.kind === 'all') return each.of.every((part) => isIn(row, part));
    if (each.kind === 'any') return each.of.some((part) => isIn(row, part));
    return each.kind === 'rows' && each.rows.includes(row);
  };
  const textOf = (each: Region): string => {
    if (each.kind === 'not') return `!${textOf(each.of)}`;
    if (each.kind === 'all') return `(${each.of.map(textOf).join(' & ')})`;
    if (each.kind === 'any') return `(${each.of.map(textOf).join('|')})`;
    return each.kind === 'rows' ? `rows:${each.rows.join(',')}` : '';
  };
  fc.assert(
    fc.property(region, (each) => {
      const expected = Array.from({ length: ROWS }, (_, row) => row).filter((row) => isIn(row, each));
      const found = () => [...regionRows(explanation, each)];
      if (expected.length === 0) expect(found).toThrow(OptionError);
      else expect([found(), rows(textOf(each))]).toEqual([expected, expected]);
    }),
  );
});

test('any name of a label, column, level and sample survives quoting', () => {
  const kinds = ['label', 'module', 'rows', 'ids', 'missing', 'locality', 'rectangle', 'polygon'];
  const name = fc.oneof(fc.string(), fc.constantFrom(...kinds, '5" pipe', '"', 'a":b', ' x '));
  fc.assert(
    fc.property(name, name, (a, b) => {
      const [quotedA, quotedB] = [quotedName(a), quotedName(b)];
      expect(parseRegion(`label:${quotedA}`)).toEqual({ kind: 'label', label: a });
      expect(parseRegion(`${quotedA}:${quotedB}`)).toEqual({ kind: 'column', column: a, value: b });
      expect(parseRegion(`ids:${quotedA},${quotedB}`)).toEqual({ kind: 'ids', ids: [a, b] });
      const both = parseRegion(`!(label:${quotedA}) & missing:${quotedB}`);
      expect(both).toMatchObject({ kind: 'all', of: [{ of: { label: a } }, { column: b }] });
    }),
  );
});

test('a combination of no regions is refused', () => {
  for (const kind of ['all', 'any'] as const)
    expect(() => regionRows(explanation, { kind, of: [] })).toThrow(OptionError);
});

test('a locality is one number', () => {
  expect(() => parseRegion('locality:3,4')).toThrow(OptionError);
});

test('a combined region is named in words', () => {
  expect(regionName(parseRegion('disease:DKD & !(region:tubule | label:a)'))).toBe(
    'disease DKD and not (region tubule or a)',
  );
});
