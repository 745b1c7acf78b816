// Where rows form groups, bounds along few directions prune most tiles of rows in the order in which they are compared;
// elsewhere they prune none, and the trial says so beforehand.
import { expect, test } from 'vitest';
import { multiply } from '#whymap/engine/js/multiply.js';
import { subspace } from '#whymap/engine/wasm/knn-exact/directions.js';
import {
  framedRows,
  framedSample,
  frameOf,
  PROBES,
  SAMPLED_ROWS,
} from '#whymap/engine/wasm/knn-exact/frame.js';
import { openStrips, stripRows } from '#whymap/engine/wasm/knn-exact/prune-trial.js';
import { identityOrder, orderRows, type RowOrder } from '#whymap/engine/wasm/knn-exact/row-order.js';
import type { Matrix } from '#whymap/model.js';
import { makeMatrix, rowsComparedBy } from './cases.js';

/** The share of strips with a row nearer to a probe than its `k` nearest rows are. */
async function shareOf(data: Matrix, order: RowOrder, k: number): Promise<number> {
  const frame = frameOf(data, 'euclidean');
  const basis = await subspace(multiply, framedSample(data, SAMPLED_ROWS, frame), 16);
  const probes = framedSample(data, PROBES, frame);
  const every = framedRows(data, [...identityOrder(data.rows).rows], frame);
  const nearest = Array.from({ length: probes.rows }, (_, p) => {
    const distances = new Float64Array(data.rows);
    for (let i = 0; i < every.data.length; i++) {
      const probe = probes.data[p * data.columns + (i % data.columns)];
      distances[Math.floor(i / data.columns)] += (probe - every.data[i]) ** 2;
    }
    // the probe itself is the first
    return distances.sort().slice(k, k + 1);
  });
  const strips = framedRows(data, stripRows(order), frame);
  return openStrips(multiply, basis, { probes, strips }, nearest);
}

test('pruning leaves few strips of clustered rows open where near rows are stored beside each other', async () => {
  const data = rowsComparedBy('groups');
  const order = await orderRows(multiply, data, frameOf(data, 'euclidean'));
  expect([...order.rows].sort((a, b) => a - b)).toEqual([...identityOrder(data.rows).rows]);
  expect([...order.rows].every((row, assign) => order.positions[row] === assign)).toBe(true);
  expect(await shareOf(data, order, 6)).toBeLessThan(0.35);
  expect(await shareOf(data, identityOrder(data.rows), 6)).toBeGreaterThan(0.9);
});

test('pruning leaves every strip of unclustered rows open', async () => {
  const data = makeMatrix(2050, 80, 'plain', 27);
  expect(await shareOf(data, await orderRows(multiply, data, frameOf(data, 'euclidean')), 6)).toBeGreaterThan(
    0.9,
  );
});

test('few rows keep their order', async () => {
  const data = makeMatrix(100, 40, 'plain', 28);
  expect(await orderRows(multiply, data, frameOf(data, 'euclidean'))).toEqual(identityOrder(100));
});
