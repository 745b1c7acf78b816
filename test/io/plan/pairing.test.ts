// How rows of two files are paired: the decision alone, from columns that may hold ids.
import { expect, test } from 'vitest';
import { type IdColumn, planPairing } from 'whymap/io';

const column = (values: readonly string[], more: Partial<IdColumn> = {}): IdColumn => ({
  name: 'id',
  values,
  declared: true,
  requested: false,
  counter: null,
  feature: null,
  ...more,
});
const side = (
  source: string,
  rows: number,
  candidates: readonly IdColumn[],
  featureNames: string[] = [],
) => ({
  source,
  rows,
  rowsBefore: rows,
  candidates,
  featureNames,
  option: source === 'x.csv' ? ('id' as const) : ('mapId' as const),
});
const pair = (
  a: readonly IdColumn[],
  b: readonly IdColumn[],
  options = {},
  rows: [number, number] = [20, 20],
) => planPairing(side('x.csv', rows[0], a), side('e.csv', rows[1], b), options);
const ids = Array.from({ length: 20 }, (_, i) => `cell${i}`);
const reversed = [...ids].reverse();
const numbers = (from: number) => Array.from({ length: 20 }, (_, i) => String(from + i));
const counter = (from: number) => column(numbers(from), { counter: from, declared: false });

test('ids in another order are matched row by row', () => {
  const found = pair([column(ids)], [column(reversed)]);
  expect(found.how === 'id' && Array.from(found.rows)).toEqual(ids.map((_, i) => 19 - i));
});

test('the columns with the most ids in common are taken, wherever they stand', () => {
  const batch = column(
    ids.map((_, i) => `b${i % 2}`),
    { name: 'batch', declared: false },
  );
  const found = pair(
    [column(numbers(500)), batch, column(ids, { name: 'barcode' })],
    [batch, column(reversed)],
  );
  expect(found).toMatchObject({ how: 'id', first: { name: 'barcode' }, second: { name: 'id' } });
});

test('groups that match are no ids', () => {
  const batch = column(
    ids.map((_, i) => `b${i % 2}`),
    { name: 'batch', declared: false },
  );
  expect(pair([batch], [batch])).toEqual({ how: 'row', reason: 'neither has ids' });
});

test.each([
  ['repeated', [...ids.slice(0, 19), 'cell3'], '"cell3" in rows 4, 20'],
  ['missing', [...ids.slice(0, 18), '', ''], '2 rows without an id (19, 20)'],
])('%s ids in either file stop the run with their rows', (_, values, message) => {
  expect(() => pair([column(values)], [column(reversed)])).toThrow(message);
  expect(() => pair([column(reversed)], [column(values)])).toThrow(message);
  expect(pair([column(values)], [column(reversed)], { pairByRow: true })).toEqual({
    how: 'row',
    reason: 'as requested',
  });
});

test('numbers of rows agree only with the same numbers in the same order', () => {
  expect(pair([counter(0)], [counter(0)])).toMatchObject({ how: 'id', counters: true });
  const shuffled = column([...numbers(0)].reverse(), { declared: false });
  expect(() => pair([shuffled], [counter(0)])).toThrow('only count the rows of e.csv');
  expect(() => pair([counter(0)], [shuffled])).toThrow('only count the rows of x.csv');
  expect(() => pair([counter(1)], [counter(0)])).toThrow('rows numbered from 1 in x.csv and from 0 in e.csv');
  const gaps = column(
    numbers(0).map((_, i) => String(i < 10 ? i : i + 1)),
    { declared: false },
  );
  expect(() => pair([gaps], [counter(0)])).toThrow('with gaps in x.csv');
  expect(() => pair([column(ids)], [counter(0)])).toThrow('only numbers of rows in e.csv');
});

test('a part of a table that was numbered whole keeps its numbers, and the plan says so', () => {
  const part = column(
    numbers(0).filter((_, i) => i !== 7),
    { declared: false },
  );
  expect(pair([counter(0)], [part], {}, [20, 19])).toMatchObject({ how: 'id', doubtful: true });
  expect(() => pair([part], [counter(0)], {}, [19, 20])).not.toThrow();
  const longer = column([...numbers(0), '30', '31'], { declared: false });
  expect(() => pair([longer], [counter(0)], {}, [22, 20])).toThrow('only count the rows of e.csv');
});

test('columns that both are requested are joined even if one counts its rows', () => {
  const requested = { requested: true };
  const shuffled = column([...numbers(0)].reverse(), requested);
  const found = pair([shuffled], [{ ...counter(0), ...requested }]);
  expect(found.how === 'id' && found.rows[0]).toBe(19);
});

test('fewer than nine of ten ids stop the run; a lower share may be allowed', () => {
  const few = ids.map((id, i) => (i < 15 ? id : `other${i}`));
  expect(() => pair([column(ids)], [column(few)])).toThrow('15 common ids (75% of the smaller file)');
  expect(pair([column(ids)], [column(few)], { minMatched: 0.7 })).toMatchObject({ how: 'id', matched: 15 });
  const most = ids.map((id, i) => (i < 18 ? id : `other${i}`));
  expect(pair([column(ids)], [column(most)])).toMatchObject({ how: 'id', matched: 18 });
});

test.each([
  ['a suffix', (id: string) => `${id}-1`, 'a number behind - _ or . at the end'],
  ['spaces', (id: string) => `${id} `, 'spaces at the ends'],
  ['case', (id: string) => id.toUpperCase(), 'upper and lower case'],
])('ids that agree but for %s are told, and joined loosely on request', (_, change, words) => {
  const barcodes = ids.map((_id, i) => `ACGT${String.fromCharCode(65 + i)}x`);
  const other = barcodes.map(change);
  expect(() => pair([column(barcodes)], [column(other)])).toThrow(`20 agree but for ${words}`);
  expect(pair([column(barcodes)], [column(other)], { looseIds: true })).toMatchObject({
    how: 'id',
    matched: 20,
  });
});

test('a table whose column names are the ids of the map is called transposed', () => {
  const transposed = side('x.csv', 5, [column(['g0', 'g1', 'g2', 'g3', 'g4'])], ids);
  expect(() => planPairing(transposed, side('e.csv', 20, [column(ids)]))).toThrow(
    'are the ids of the other file; expected samples in rows and features in columns; say transpose',
  );
});

test('without ids on one side rows are paired by order, and the file is named', () => {
  expect(pair([column(ids)], [])).toEqual({ how: 'row', reason: 'e.csv has no ids' });
  expect(() => pair([column(ids)], [], {}, [20, 19])).toThrow('20 rows in x.csv and 19 in e.csv');
});

test('a feature is an id if the other file calls it so, or by the same name, or holds the same numbers that fill no range', () => {
  const feature = column(numbers(500), { name: 'patient', declared: false, feature: 'patient' });
  const same = column([...numbers(500)].reverse(), { name: 'patient' });
  expect(pair([feature], [same])).toMatchObject({ how: 'id', first: { name: 'patient' } });
  expect(pair([feature], [{ ...same, name: 'id' }])).toMatchObject({ how: 'id', first: { name: 'patient' } });
  const weak = { ...same, name: 'n', declared: false, weak: true };
  // ranks fill their range, in any two files
  expect(() => pair([feature], [weak])).toThrow('the same whole numbers in patient of x.csv');
  expect(pair([feature], [{ ...weak, values: feature.values }])).toMatchObject({ how: 'id', matched: 20 });
  const far = (column: IdColumn) => ({
    ...column,
    values: column.values.map((id) => String(7 * Number(id))),
  });
  expect(pair([far(feature)], [far(weak)])).toMatchObject({ how: 'id', first: { name: 'patient' } });
});

test('columns of one name that are different in every row and do not agree stop the run', () => {
  const serial = { name: 'serial', declared: false, weak: true };
  const zeros = column(
    numbers(10).map((id) => `000${id}`),
    { ...serial, weak: false },
  );
  expect(() => pair([zeros], [column([...numbers(10)].reverse(), serial)])).toThrow(
    'agree but for zeros in front',
  );
  const other = column(numbers(300), { ...serial, name: 'population' });
  expect(pair([zeros], [other])).toEqual({ how: 'row', reason: 'e.csv has no ids' });
});
