// A map in its own axes: distances stay, and turning, mirroring or reordering the samples changes nothing but rounding.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom, permutation } from '#whymap/core/random.js';
import { principalAxes } from '#whymap/lava/localities/principal-axes.js';
import type { Matrix } from '#whymap/model.js';

const SAMPLES = 60;

/** Samples with other spreads and skews along their axes. */
function skewed(seed: number, d: number): Matrix {
  const random = createRandom(seed);
  const data = Float32Array.from(
    { length: SAMPLES * d },
    (_, t) => ((t % d) + 1) * Math.exp(random.normal()),
  );
  return { rows: SAMPLES, columns: d, data };
}

const changed = (
  map: Matrix,
  value: (at: (c: number) => number, c: number, r: number) => number,
): Matrix => ({
  ...map,
  data: map.data.map((_, t) => {
    const first = t - (t % map.columns);
    return value((c) => map.data[first + c], t % map.columns, first / map.columns);
  }),
});

const seeds = fc.integer({ min: 1, max: 1e6 });

test.each([1, 2, 3])('points of %i dimensions keep their distances, and come back by toMap', (d) => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const map = skewed(seed, d);
      const { points, toMap } = principalAxes(map);
      const distance = ({ data }: Matrix, a: number, b: number) =>
        Math.hypot(...Array.from({ length: d }, (_, c) => data[a * d + c] - data[b * d + c]));
      for (let r = 1; r < SAMPLES; r++) expect(distance(points, 0, r)).toBeCloseTo(distance(map, 0, r), 4);
      toMap(points).data.forEach((value, t) => {
        expect(value).toBeCloseTo(map.data[t], 4);
      });
    }),
    { numRuns: 10, seed: 1 },
  );
});

test('mirrored and swapped axes and another order of samples give the same bytes; a turned map the same to rounding', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const map = skewed(seed, 2);
      const { data } = principalAxes(map).points;
      expect(principalAxes(changed(map, (at, c) => (c === 0 ? -at(0) : at(1)))).points.data).toEqual(data);
      expect(principalAxes(changed(map, (at, c) => at(1 - c))).points.data).toEqual(data);
      const order = permutation(SAMPLES, createRandom(seed));
      const shuffled = changed(map, (_, c, r) => map.data[order[r] * 2 + c]);
      const reordered = principalAxes(shuffled).points.data;
      order.forEach((row, r) => {
        expect(reordered.subarray(2 * r, 2 * r + 2)).toEqual(data.subarray(2 * row, 2 * row + 2));
      });
      const [cosine, sine] = [Math.cos(seed), Math.sin(seed)];
      const turned = changed(map, (at, c) => cosine * at(c) + (c === 0 ? -sine : sine) * at(1 - c));
      principalAxes(turned).points.data.forEach((value, t) => {
        expect(value).toBeCloseTo(data[t], 4);
      });
    }),
    { numRuns: 20, seed: 2 },
  );
});

test('a constant axis, equal samples, no samples and more than three dimensions', () => {
  const map = skewed(3, 2);
  const flat = { rows: SAMPLES, columns: 3, data: new Float32Array(3 * SAMPLES).fill(7) };
  map.data.forEach((value, t) => {
    flat.data[3 * Math.floor(t / 2) + (t % 2)] = value;
  });
  const framed = principalAxes(flat).points;
  principalAxes(map).points.data.forEach((value, t) => {
    expect(framed.data[3 * Math.floor(t / 2) + (t % 2)]).toBe(value);
  });
  const equal = { rows: 2, columns: 2, data: Float32Array.of(1, 2, 1, 2) };
  expect([...principalAxes(equal).points.data]).toEqual([0, 0, 0, 0]);
  const none = { rows: 0, columns: 2, data: new Float32Array(0) };
  expect(principalAxes(none).points).toBe(none);
  const latent = skewed(4, 4);
  expect(principalAxes(latent).points).toBe(latent);
});
