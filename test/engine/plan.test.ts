// How rows are compared first: each data set of the conformance suite takes the way that it is named after, so that the
// suite covers them all; and where all values are multiples of one step, rounding to it loses nothing.
import { expect, test } from 'vitest';
import { multiply } from '#whymap/engine/js/multiply.js';
import { byteRowsOf, frameOf, uncentered } from '#whymap/engine/wasm/knn-exact/frame.js';
import { choosePlan } from '#whymap/engine/wasm/knn-exact/plan.js';
import { roundingOf } from '#whymap/engine/wasm/knn-exact/rounding.js';
import type { Matrix } from '#whymap/model.js';
import { makeMatrix, rowsComparedBy } from './cases.js';

const planOf = (data: Matrix, metric: 'euclidean' | 'cosine' | 'correlation') =>
  choosePlan(multiply, frameOf(data, metric), {
    data,
    queries: data,
    thresholds: null,
    k: 6,
    order: null,
    bytes: null,
  });

test.each([
  ['euclidean', 'directions', 'projected'],
  ['cosine', 'directions', 'projected'],
  ['correlation', 'directions', 'projected'],
  ['euclidean', 'whole numbers', 'int16'],
  ['cosine', 'whole numbers', 'int16'],
  ['euclidean', 'lists', 'sparse'],
  ['cosine', 'lists', 'sparse'],
  ['euclidean', 'lists of counts', 'sparse'],
] as const)('%s: %s', async (metric, first, kind) => {
  expect((await planOf(rowsComparedBy(first), metric)).kind).toBe(kind);
});

test('correlation takes no sparse product, since it centers every row', async () => {
  expect((await planOf(rowsComparedBy('lists'), 'correlation')).kind).not.toBe('sparse');
});

test('values that are multiples of a step are rounded to the step without loss', () => {
  const bytes = makeMatrix(500, 30, 'sparse', 3);
  bytes.data.forEach((value, at) => {
    bytes.data[at] = Math.min(255, Math.ceil(40 * value)) / 255;
  });
  const frame = frameOf(bytes, 'euclidean');
  expect(frame.step / frame.scale).toBeCloseTo(1 / 255, 9);
  for (const [listed, own] of [
    [false, frame],
    [true, uncentered(frame)],
  ] as const) {
    const { factor } = roundingOf([bytes], own, listed);
    const off = Array.from(bytes.data, (value, at) => {
      const whole = (value - own.center[at % 30]) * own.scale * factor;
      return Math.abs(whole - Math.round(whole));
    });
    expect(Math.max(...off)).toBeLessThan(1e-4);
  }
});

test('continuous values, and values of too many steps, have no step', () => {
  expect(frameOf(makeMatrix(500, 30), 'euclidean').step).toBe(0);
  const many = makeMatrix(500, 30);
  many.data.forEach((value, at) => {
    many.data[at] = Math.round(10_000 * value);
  });
  expect(frameOf(many, 'euclidean').step).toBe(0);
  expect(frameOf(makeMatrix(20, 3, 'zeros'), 'euclidean').step).toBe(0);
});

test('another engine multiplies bytes where it can, and only where every value is a byte', async () => {
  const data = rowsComparedBy('bytes');
  const frame = frameOf(data, 'euclidean');
  const bytes = byteRowsOf(data, frame);
  const sought = { data, queries: data, thresholds: null, k: 6, order: null };
  expect((await choosePlan(multiply, frame, { ...sought, bytes })).kind).toBe('bytes');
  expect((await choosePlan(multiply, frame, { ...sought, bytes: null })).kind).not.toBe('bytes');
  // values need not begin at 0
  const moved = { ...data, data: data.data.map((value) => value - 3) };
  expect(byteRowsOf(moved, frameOf(moved, 'euclidean'))?.frame.center[0]).toBe(-3);
  // one value outside, in a row that is not among those looked at
  data.data[data.columns] = 256 / 255;
  expect(byteRowsOf(data, frame)).toBe(null);
  const plain = makeMatrix(2050, 40, 'plain', 30);
  expect(byteRowsOf(plain, frameOf(plain, 'euclidean'))).toBe(null);
});
