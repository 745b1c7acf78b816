// The policy between tree and products, and the recall that is reported.
import { expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import { unwatched } from '#whymap/engine/watch.js';
import { exactNeighbors } from '#whymap/neighbors/exact.js';
import { usesKdTree } from '#whymap/neighbors/policy.js';
import { sampledRecall } from '#whymap/neighbors/recall.js';

test('the tree is used up to 8 columns for neighbors, up to 12 for localities, for euclidean only', () => {
  expect([8, 9].map((columns) => usesKdTree(columns, 'euclidean'))).toEqual([true, false]);
  expect([12, 13].map((columns) => usesKdTree(columns, 'euclidean', 'localities'))).toEqual([true, false]);
  expect(usesKdTree(2, 'cosine')).toBe(false);
});

const random = createRandom(5);
const data = (columns: number) => ({
  rows: 300,
  columns,
  data: Float32Array.from({ length: 300 * columns }, () => Math.round(2 * random.normal())),
});

test.each([
  [3, 'by tree'],
  [11, 'by products'],
])('neighbors of some rows in %i columns, %s, are those of all rows', async (columns) => {
  const rows = data(columns);
  const engine = createJsEngine();
  const queries = Int32Array.of(299, 4, 0, 150);
  const options = { k: 6, metric: 'euclidean' } as const;
  const all = await exactNeighbors(rows, options, engine, unwatched);
  const some = await exactNeighbors(rows, { ...options, queries }, engine, unwatched);
  queries.forEach((row, q) => {
    expect(some.indices.subarray(q * 6, q * 6 + 6)).toEqual(all.indices.subarray(row * 6, row * 6 + 6));
    expect(some.distances.subarray(q * 6, q * 6 + 6)).toEqual(all.distances.subarray(row * 6, row * 6 + 6));
    expect(some.indices.subarray(q * 6, q * 6 + 6)).not.toContain(row);
  });
});

test('recall is the share of true neighbors found; another row at the same distance counts', async () => {
  const rows = data(5);
  const engine = createJsEngine();
  const exact = await exactNeighbors(rows, { k: 4, metric: 'euclidean' }, engine, unwatched);
  expect(await sampledRecall(engine, rows, exact, 'euclidean', unwatched)).toBe(1);
  // of every list the last two are replaced by rows that are too far
  const worse = { ...exact, distances: exact.distances.map((d, n) => (n % 4 > 1 ? d + 100 : d)) };
  expect(await sampledRecall(engine, rows, worse, 'euclidean', unwatched)).toBe(0.5);
});
