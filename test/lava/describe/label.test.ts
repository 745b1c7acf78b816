import { expect, test } from 'vitest';
import { moduleLabel } from '#whymap/lava/describe/label.js';

const image = { width: 9, height: 9 };

function labelOf(inside: (r: number, c: number) => boolean): string {
  const data = Float32Array.from({ length: 81 }, (_, p) => (inside(Math.floor(p / 9), p % 9) ? 1 : 0.2));
  return moduleLabel({ rows: 1, columns: 81, data }, 0, [], [], image);
}

test.each([
  ['horizontal band, lower (rows 7-8, columns 1-7)', (r: number, c: number) => r >= 7 && c >= 1 && c <= 7],
  ['vertical band, left (rows 0-8, columns 1-2)', (_r: number, c: number) => c === 1 || c === 2],
  ['patch, upper right (rows 0-2, columns 6-8)', (r: number, c: number) => r < 3 && c > 5],
  [
    'patch, center (rows 3-5, columns 3-5)',
    (r: number, c: number) => Math.abs(r - 4) < 2 && Math.abs(c - 4) < 2,
  ],
  [
    'both sides, middle (rows 2-6, columns 0-8)',
    (r: number, c: number) => Math.abs(r - 4) < 3 && (c < 2 || c > 6),
  ],
])('%s', (expected, inside) => {
  expect(labelOf(inside)).toBe(expected);
});

test('features with names are named, the strongest three', () => {
  const loadings = { rows: 1, columns: 4, data: Float32Array.of(0.5, 1, 0.8, 0.9) };
  const top = [1, 3, 2, 0].map((feature) => ({ feature }));
  expect(moduleLabel(loadings, 0, top, ['a', 'b', 'c', 'd'], null)).toBe('b, d, c');
});
