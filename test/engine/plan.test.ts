// How rows are compared first: each data set of the conformance suite takes the way that it is named after, so that the
// suite covers them all; and where all values are multiples of one step, rounding to it loses nothing.
import { expect, test } from 'vitest';
import { multiply } from '#whymap/engine/js/multiply.js';
import { frameOf, uncentered } from '#whymap/engine/wasm/knn-exact/frame.js';
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
