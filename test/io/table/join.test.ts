import { describe, expect, test } from 'vitest';
import { bytesSource, joinEmbedding, joinLabels, readEmbedding, readTable, readTexts } from 'whymap/io';
import { toDense } from '#whymap/core/csr.js';

const csv = (name: string, content: string) => bytesSource(name, new TextEncoder().encode(content));
const table = (content: string, missing: 'error' | 'drop-rows' = 'error') =>
  readTable(csv('t.csv', content), { missing });
const embedding = (content: string) => readEmbedding(csv('e.csv', content));
const T = 'id,a,b\np,1,2\nq,3,4\nr,5,6\n';

test('by id, in another order', async () => {
  const joined = joinEmbedding(await table(T), await embedding('id,x,y\nr,3,3\np,1,1\nq,2,2\n'));
  expect(joined.table.ids).toEqual(['p', 'q', 'r']);
  expect(joined.embedding.ids).toEqual(['p', 'q', 'r']);
  expect(Array.from(joined.embedding.coordinates.data)).toEqual([1, 1, 2, 2, 3, 3]);
  expect(joined.warnings[0].message).toContain('joined by id (id): 3 samples match');
});

test('by id, with samples that only one side has', async () => {
  const joined = joinEmbedding(await table(T), await embedding('id,x\nr,3\nz,9\np,1\n'), { minMatched: 0.5 });
  expect(joined.table.ids).toEqual(['p', 'r']);
  expect(Array.from(toDense(joined.table.features).data)).toEqual([1, 2, 5, 6]);
  expect(Array.from(joined.embedding.coordinates.data)).toEqual([1, 3]);
  expect(joined.table.dropped).toEqual({ rows: 1, features: [], rowNumbers: Int32Array.of(1) });
  expect(joined.warnings[0].code).toBe('ids-unmatched');
  expect(joined.warnings[0].message).toMatch(
    /2 samples match; 1 only in t.csv .*\(q\); 1 only in e.csv .*\(z\)/,
  );
});

test('ids that match nothing, or occur twice', async () => {
  const t = await table(T);
  const other = await embedding('id,x\nu,3\nv,9\n');
  expect(() => joinEmbedding(t, other)).toThrow(
    /0 common ids between t.csv \(id: "p", "q", "r"\) and e.csv \(id: "u", "v"\)/,
  );
  const twice = await readEmbedding(csv('e.csv', 'id,x\np,3\np,9\n'), { id: 'id' });
  expect(() => joinEmbedding(t, twice)).toThrow(
    '1 id that occurs more than once ("p" in rows 1, 2) in id of e.csv',
  );
});

test('by row order without ids; other counts are an error with both numbers', async () => {
  const e = await embedding('x,y\n1,1\n2,2\n3,3\n');
  expect(joinEmbedding(await table(T), e).embedding.coordinates).toEqual(e.coordinates);
  const short = await embedding('x,y\n1,1\n2,2\n');
  await expect(table(T).then((t) => joinEmbedding(t, short))).rejects.toMatchObject({
    name: 'ShapeError',
    got: '3 rows in t.csv and 2 in e.csv',
  });
});

test('rows dropped for missing cells stay aligned with an embedding of all rows', async () => {
  const t = await table('a,b\n1,2\n,4\n5,6\n', 'drop-rows');
  const joined = joinEmbedding(t, await embedding('x,y\n1,1\n2,2\n3,3\n'));
  expect(Array.from(joined.embedding.coordinates.data)).toEqual([1, 1, 3, 3]);
  const left = joinEmbedding(t, await embedding('x,y\n1,1\n3,3\n'));
  expect(left.pairing.text).toContain('2 rows that are left');
  const four = await embedding('x,y\n1,1\n2,2\n3,3\n4,4\n');
  expect(() => joinEmbedding(t, four)).toThrow('(3 before rows were dropped)');
});

describe('labels from JSON records', () => {
  const labels = async (content: string, options = {}) =>
    joinLabels(await table(T), await readTexts(csv('l.json', content), options)).table.labels;
  const records = [{ id: 'p' }, { id: 'q', kind: 'u' }, { id: 'r', kind: 'v' }];
  const lines = (some: readonly object[]) => some.map((record) => JSON.stringify(record)).join('\n');
  const byKind = { key: 'kind', id: 'id' };

  test('a record without the key has no label, whichever it is and however they are written', async () => {
    for (const order of [records, [...records].reverse()]) {
      for (const text of [lines(order), JSON.stringify(order)])
        expect(await labels(text, byKind)).toEqual(['', 'u', 'v']);
    }
  });

  test('a key that no record has is an error that names those that are there', async () => {
    for (const text of [lines(records), JSON.stringify(records)]) {
      const error = await labels(text, { key: 'kinds', id: 'id' }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'option',
        got: 'column "kinds", which is no column of l.json',
        expected: 'the name of one of its columns',
        remedy: 'did you mean kind? There is id, kind',
      });
    }
  });

  test('without a key, records of several are an error that asks for one', async () => {
    await expect(labels(lines(records))).rejects.toMatchObject({ got: '2 columns in l.json' });
    expect(await labels(lines(records), { id: 'id' })).toEqual(['', 'u', 'v']);
  });

  test('a broken record is told with its line', async () => {
    await expect(labels(`${lines(records)}\n{"id":`, byKind)).rejects.toThrow(/not JSON on line 4/);
  });
});

test('labels from CSV, lines, JSON and NPY, by order or id', async () => {
  const t = await table(T);
  const labels = async (name: string, content: string, options = {}) =>
    joinLabels(t, await readTexts(csv(name, content), options)).table.labels;
  expect(await labels('l.csv', 'label\nu\nv\nv\n')).toEqual(['u', 'v', 'v']);
  expect(await labels('l.csv', 'id,label\nr,w\np,u\nq,u\n')).toEqual(['u', 'u', 'w']);
  expect(await labels('l.csv', 'id,kind,n\nr,w,1\np,u,2\nq,u,3\n', { key: 'kind' })).toEqual(['u', 'u', 'w']);
  expect(await labels('l.txt', 'T cell\nB cell\nT cell\n\n')).toEqual(['T cell', 'B cell', 'T cell']);
  expect(await labels('l.json', '["u", 2, true]')).toEqual(['u', '2', 'true']);
  expect(await labels('l.json', '{"labels": ["u", "v", "w"], "n": 3}')).toEqual(['u', 'v', 'w']);
  expect(
    await labels('l.json', '{"labels": ["u", "v", "w"], "genes": ["g"]}', { key: 'labels' }),
  ).toHaveLength(3);
  await expect(labels('l.json', '{"labels": [], "genes": []}', { key: 'lables' })).rejects.toThrow(
    'did you mean labels?',
  );
  await expect(labels('l.json', '["u", ')).rejects.toThrow('not JSON');
  await expect(labels('l.csv', 'label\nu\nv\n')).rejects.toThrow('3 rows in t.csv and 2 in l.csv');
});
