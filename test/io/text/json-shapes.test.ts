// A JSON object that is a whole table, in the ways that pandas and people write one, as a map and as labels.
import { expect, test } from 'vitest';
import { bytesSource, joinEmbedding, joinLabels, readEmbedding, readLabels, readTable } from 'whymap/io';

const N = 25;
const order = Array.from({ length: N }, (_, i) => (i * 7) % N);
const json = (name: string, value: unknown) =>
  bytesSource(name, new TextEncoder().encode(JSON.stringify(value)));
const csv = Array.from({ length: N }, (_, i) => `s${i},${i + 0.5},${(i * i) % 11},${Math.sin(i)}`);
const table = await readTable(
  bytesSource('x.csv', new TextEncoder().encode(`id,v0,v1,v2\n${csv.join('\n')}\n`)),
);
const at = (i: number) => [i + 0.5, Math.cos(i)];

test.each([
  ['records', order.map((i) => ({ id: `s${i}`, x: at(i)[0], y: at(i)[1] }))],
  ['split', { columns: ['x', 'y'], index: order.map((i) => `s${i}`), data: order.map(at) }],
  [
    'table',
    {
      schema: { primaryKey: ['index'] },
      data: order.map((i) => ({ index: `s${i}`, x: at(i)[0], y: at(i)[1] })),
    },
  ],
  ['index', Object.fromEntries(order.map((i) => [`s${i}`, { x: at(i)[0], y: at(i)[1] }]))],
  ['columns', { x: byId(0), y: byId(1) }],
  ['lists by id', Object.fromEntries(order.map((i) => [`s${i}`, at(i)]))],
])('a map by ids, written as %s', async (_, value) => {
  const {
    embedding,
    table: joined,
    pairing,
  } = joinEmbedding(table, await readEmbedding(json('e.json', value)));
  expect([pairing.how, pairing.matched, embedding.coordinates.columns]).toEqual(['id', N, 2]);
  for (let r = 0; r < N; r++)
    expect(embedding.coordinates.data[2 * r]).toBe(joined.features.rows === N ? r + 0.5 : Number.NaN);
});

function byId(c: number) {
  return Object.fromEntries(order.map((i) => [`s${i}`, at(i)[c]]));
}

test('features by columns stay columns, however many there are', async () => {
  const wide = Object.fromEntries(Array.from({ length: 40 }, (_, c) => [`g${c}`, [c, c + 1.5, c * c]]));
  const { features, featureNames } = await readTable(json('x.json', wide));
  expect([features.rows, featureNames.length]).toEqual([3, 40]);
});

test('labels by ids', async () => {
  const labels = await readLabels(
    json('l.json', Object.fromEntries(order.map((i) => [`s${i}`, i % 5 ? `k${i % 3}` : null]))),
  );
  const joined = joinLabels(table, { ...labels });
  expect(joined.pairing.how).toBe('id');
  expect(joined.table.labels).toEqual(Array.from({ length: N }, (_, i) => (i % 5 ? `k${i % 3}` : '')));
});

test('records in another encoding are read by the option', async () => {
  const text = [1, 2, 3].map((v) => `{"größe": ${v}, "b": ${v * v}}`).join('\n');
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const { featureNames } = await readTable(bytesSource('x.jsonl', bytes), { encoding: 'windows-1252' });
  expect(featureNames).toEqual(['größe', 'b']);
});
