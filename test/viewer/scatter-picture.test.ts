// Dots that are counted pixel by pixel look as if each were painted over the others.
import { expect, test } from 'vitest';
import { scatterPixels } from '../../viewer/src/panels/region/scatter-picture.js';

const size = { width: 30, height: 20, ratio: 2 };
const colors = { color: '#0072b2', ground: '#cfd4d8' };
type Point = readonly [number, number];

function pixelsOf(points: readonly Point[], inside: readonly number[]) {
  const dots = {
    rows: points.length,
    x: (row: number) => points[row][0],
    y: (row: number) => points[row][1],
  };
  return scatterPixels({ ...dots, ...colors, inside: Int32Array.from(inside) }, size);
}
const pixel = (pixels: Uint8ClampedArray, [x, y]: Point) => [
  ...pixels.subarray(4 * (2 * y * 60 + 2 * x)).slice(0, 4),
];

/** One layer after the other, as a canvas paints them: color and opacity from 0 to 1. */
function painted(layers: readonly number[][]): number[] {
  let [r, g, b, alpha] = [0, 0, 0, 0];
  for (const [lr, lg, lb] of layers) {
    const next = 0.8 + alpha * 0.2;
    [r, g, b] = [
      [r, lr],
      [g, lg],
      [b, lb],
    ].map(([under, over]) => (0.8 * over + alpha * 0.2 * under) / next);
    alpha = next;
  }
  return [r, g, b, 255 * alpha].map(Math.round);
}

test('marks one over another have the color of painting them in turn, those inside on top', () => {
  const [ground, color] = [
    [207, 212, 216],
    [0, 114, 178],
  ];
  const points: Point[] = [
    [5, 5],
    [5, 5],
    [20, 10],
    [12, 15],
  ];
  const pixels = pixelsOf(points, [0, 2]);
  const close = (found: number[], expected: number[]) =>
    expect(Math.max(...found.map((value, c) => Math.abs(value - expected[c])))).toBeLessThanOrEqual(1);
  close(pixel(pixels, [5, 5]), painted([ground, ground, color]));
  close(pixel(pixels, [20, 10]), painted([ground, color]));
  close(pixel(pixels, [12, 15]), painted([ground]));
  expect(pixel(pixels, [27, 2])).toEqual([0, 0, 0, 0]);
});

test('samples at the edge are cut off there, and those outside leave nothing elsewhere', () => {
  const pixels = pixelsOf(
    [
      [0, 0],
      [30, 20],
      [-50, 7],
      [12, 400],
    ],
    [],
  );
  const drawn = pixels.filter((value, at) => at % 4 === 3 && value > 0).length;
  expect(drawn).toBeGreaterThan(0);
  expect(drawn).toBeLessThan(2 * 36);
});
