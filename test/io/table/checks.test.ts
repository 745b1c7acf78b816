import { expect, test } from 'vitest';
import { bytesSource, constantFeatures, readTable, selectColumns, selectRows, writeNpy } from 'whymap/io';
import { toDense } from '#whymap/core/csr.js';

const csv = (content: string) => bytesSource('x.csv', new TextEncoder().encode(content));
const codes = (table: { warnings: readonly { code: string }[] }) => table.warnings.map((w) => w.code);

test('each repair of missing cells, recorded and said', async () => {
  const source = csv('id,a,b,c\nr0,1,2,3\nr1,,5,6\nr2,7,8,inf\nr3,9,1,2\n');
  const rows = await readTable(source, { missing: 'drop-rows' });
  expect(rows.ids).toEqual(['r0', 'r3']);
  expect(rows.dropped).toEqual({ rows: 2, features: [], rowNumbers: Int32Array.of(1, 2) });
  expect(codes(rows)).toContain('missing-dropped-rows');

  const features = await readTable(csv('a,b,c\n1,2,3\n,5,6\n7,8,9\n'), { missing: 'drop-features' });
  expect(features.featureNames).toEqual(['b', 'c']);
  expect(features.dropped).toEqual({ rows: 0, features: ['a'] });
  expect(Array.from(toDense(features.features).data)).toEqual([2, 3, 5, 6, 8, 9]);

  const mean = await readTable(source, { missing: 'mean' });
  expect(toDense(mean.features).data[3]).toBeCloseTo((1 + 7 + 9) / 3);
  expect(toDense(mean.features).data[8]).toBeCloseTo((3 + 6 + 2) / 3);
  expect(mean.warnings.find((w) => w.code === 'missing-filled')?.message).toContain('row 2 (r1), a: missing');

  const emptyColumn = await readTable(csv('a,b,c\n,2,3\n,5,6\n'), { missing: 'mean' });
  expect(emptyColumn.featureNames).toEqual(['b', 'c']);
  expect(emptyColumn.dropped.features).toEqual(['a']);
});

test('which columns to leave out first is told only where they are mostly empty, and enough is left', async () => {
  const said = async (content: string, missing: 'error' | 'drop-rows' = 'error') =>
    readTable(csv(content), { missing }).then(
      ({ warnings }) => warnings[0]?.message,
      (error: Error) => error.message,
    );
  const one = await said('a,b,c\n,2,3\n,5,\n7,8,9\n,1,1\n');
  expect(one).toContain(
    'first leave out a (missing in 3 of 4 rows): drop: a; 3 of 4 rows then have no missing cell. Then choose',
  );
  const clean = await said('a,b,c\n,2,3\n,5,6\n7,8,9\n');
  expect(clean).toContain('drop: a; no cell is missing then, and all 3 of 3 rows stay');
  expect(clean).not.toContain('choose what to do');
  // emptiest first; a name with a comma stands in quotes
  const two = await said('a,"b,c",d,e\n,,3,1\n,,6,2\n7,,9,5\n,1,1,4\n,,1,4\n');
  expect(two).toContain(
    'leave out a (missing in 4 of 5 rows) and b,c (missing in 4 of 5 rows): drop: a,"b,c";',
  );
  expect(await said('a,b,c\n,2,3\n4,5,6\n7,8,9\n')).toMatch(/; choose what to do with them: missing/);
  expect(await said('a,b,c\n,,3\n,5,6\n7,,9\n')).not.toContain('leave out');
  const wide = Array.from({ length: 8 }, (_, c) => `c${c}`);
  const many = await said(
    `${wide},y,z\n${wide.map(() => '')},1,2\n${wide.map(() => '')},2,5\n${wide.map(() => 3)},2,7\n`,
  );
  expect(many).toContain(
    'leave out the 8 columns that are missing in more than half of the rows, with drop: c0, c1, c2 and 5 more',
  );
  expect(await said('a,b,c\n,2,3\n,5,6\n7,8,9\n1,1,2\n,3,3\n', 'drop-rows')).toMatch(
    /To keep more, first leave out a/,
  );
  expect(await said('a,b,c\n,2,3\n3,5,6\n7,8,9\n', 'drop-rows')).not.toContain('To keep more');
});

test('features are chosen before cells are looked at, in formats without roles of columns too', async () => {
  const nan = Number.NaN;
  const npy = writeNpy(Float32Array.of(1, nan, 3, 4, nan, 7, 2, 5, 9), [3, 3]);
  const kept = await readTable(bytesSource('x.npy', npy), { drop: ['f1'] });
  expect([kept.featureNames, Array.from(toDense(kept.features).data)]).toEqual([
    ['f0', 'f2'],
    [1, 3, 4, 7, 2, 9],
  ]);
  await expect(readTable(bytesSource('x.npy', npy))).rejects.toThrow(
    'first leave out f1 (missing in 2 of 3 rows)',
  );
  await expect(readTable(bytesSource('x.npy', npy), { drop: ['f1', 'f2'] })).rejects.toThrow(
    '1 column of numbers',
  );
});

test('looking at a file tells of missing cells and gives back finite ones', async () => {
  const seen = await readTable(csv('a,b,c\n,2,3\n4,5,inf\n7,8,9\n'), { tellMissing: true });
  expect(Array.from(toDense(seen.features).data)).toEqual([4, 2, 3, 4, 5, 3, 7, 8, 9]);
  expect(seen.reading.missing).toEqual([
    { name: 'a', cells: 1 },
    { name: 'c', cells: 1 },
  ]);
  expect(codes(seen)).toContain('missing-cells');
  const whole = await readTable(csv('a,b\n1,2\n3,4\n'), { tellMissing: true });
  expect([whole.reading.missing, codes(whole)]).toEqual([undefined, []]);
});

test('a repair that leaves too little is an error', async () => {
  await expect(readTable(csv('a,b\n,2\n3,4\n'), { missing: 'drop-rows' })).rejects.toThrow('1 of 2 rows');
  await expect(readTable(csv('a,b\n,2\n3,4\n'), { missing: 'drop-features' })).rejects.toThrow(
    '1 of 2 features',
  );
  await expect(readTable(csv('a,b\n1,2\n3,4\n'), { missing: 'maybe' as 'mean' })).rejects.toThrow(
    'missing: maybe',
  );
});

test('constant features and repeated ids and names are shown', async () => {
  const table = await readTable(csv('id,a,a,c\nx,1,2,3\nx,1,5,6\ny,1,2,2\n'), { id: 'id' });
  expect(codes(table)).toEqual(['constant-features', 'duplicate-names', 'duplicate-ids']);
  expect(table.warnings[0].message).toContain('1 of 3 features of x.csv are constant');
});

test('constant features of sparse rows count their zeros', () => {
  const sparse = {
    rows: 3,
    columns: 4,
    offsets: Float64Array.of(0, 2, 4, 5),
    indices: Int32Array.of(0, 1, 0, 1, 0),
    values: Float32Array.of(2, 7, 2, 7, 2),
  };
  expect(Array.from(constantFeatures(sparse))).toEqual([1, 0, 1, 1]);
  expect(constantFeatures(toDense(sparse))).toEqual(constantFeatures(sparse));
  for (const rows of [[2, 0], [1], []]) {
    expect(toDense(selectRows(sparse, rows))).toEqual(selectRows(toDense(sparse), rows));
  }
  expect(toDense(selectColumns(sparse, [1, 3]))).toEqual(selectColumns(toDense(sparse), [1, 3]));
});

test('columns of text are left out and named; numbers in every spelling are read', async () => {
  const table = await readTable(csv('kind,a,b,c\nu,1e3,-.5,+7\nu,2E-2, 4 ,1.\nv,0,00,-0\n'));
  expect(codes(table)).toContain('text-columns');
  expect(Array.from(toDense(table.features).data)).toEqual([
    1000,
    -0.5,
    7,
    Math.fround(0.02),
    4,
    1,
    0,
    0,
    -0,
  ]);
});

test.each([
  ['names over numbers', 'a,b\n1,2\n3,4\n', ['a', 'b']],
  ['none', '5,6\n1,2\n3,4\n', ['f0', 'f1']],
  ['years over fractions', 'country,2019,2020\nx,1.5,2\nx,3,4\n', ['2019', '2020']],
  ['numbers from 0', '0,1,2\n7,7,8\n3,4,9\n', ['0', '1', '2']],
  ['R row names', 'a\tb\nr1\t1\t2\nr2\t3\t5\n', ['a', 'b']],
  ['a gap above numbers', ',a\n1.5,2\n1.5,3\n2,2\n', ['f0', 'a']],
])('header: %s', async (_, content, names) => {
  expect((await readTable(csv(content))).featureNames).toEqual(names);
});

test('the options overrule what was found', async () => {
  expect((await readTable(csv('0,1,2\n7,7,8\n3,4,9\n'), { header: false })).features.rows).toBe(3);
  expect((await readTable(csv('5,6\n1,2\n3,4\n'), { header: true })).featureNames).toEqual(['5', '6']);
  const headed = { header: false, featureNames: ['gene', 'x', 'y'] };
  expect((await readTable(csv('5,6\n1,2\n3,4\n'), headed)).featureNames).toEqual(['x', 'y']);
  await expect(
    readTable(csv('5,6\n1,2\n3,4\n'), { ...headed, featureNames: ['z', 'x', 'y'] }),
  ).rejects.toThrow('3 feature names for 2');
  const names = { featureNames: ['x', 'y'] };
  expect((await readTable(csv('5,6\n1,2\n3,4\n'), names)).featureNames).toEqual(['x', 'y']);
  await expect(readTable(csv('5,6,7\n1,2,7\n3,4,8\n'), names)).rejects.toThrow(
    '2 feature names for 3 features',
  );
  const spaced = await readTable(csv('a b\n1,5 2\n3 4,25\n'), { delimiter: ' ', decimal: ',' });
  expect(Array.from(toDense(spaced.features).data)).toEqual([1.5, 2, 3, 4.25]);
});

test('text that arrives in pieces is cut at no matter which character', async () => {
  const content = `name,"x ""q""",y\r\n${Array.from({ length: 40 }, (_, i) => `"c,${i}\r\nd",${i},${i * i}`).join('\r\n')}`;
  const whole = await readTable(csv(content));
  const bytes = new TextEncoder().encode(content);
  // A source that reads fewer bytes than asked makes every piece a different length.
  for (const step of [1, 7, 64]) {
    const slow = {
      ...bytesSource('x.csv', bytes),
      read: async (start = 0) => bytes.subarray(start, start + step),
    };
    const table = await readTable({ ...slow, stat: async () => ({ size: bytes.length, folder: false }) });
    expect(table.features).toEqual(whole.features);
    expect(table.ids).toEqual(whole.ids);
  }
  expect(whole.featureNames).toEqual(['x "q"', 'y']);
});

test('a column of one text that is a number in another writing is named; so is an option for a column that is not there', async () => {
  await expect(readTable(csv('a,b,c\n1,2,5 %\n3,4,5 %\n5,7,5 %\n'))).rejects.toThrow('5 %');
  // the first column has no name: only `index` and the like mean it
  const unnamed = csv(',a,b\nr0,1,2\nr1,3,4\nr2,5,7\n');
  expect((await readTable(unnamed, { id: 'index' })).ids).toEqual(['r0', 'r1', 'r2']);
  await expect(readTable(unnamed, { id: 'nothing' })).rejects.toThrow('nothing');
});
