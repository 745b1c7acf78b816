import { expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { gapGroups } from '#whymap/lava/describe/gaps.js';

function blobs(sizes: number[], distance: number, seed: number, dimensions = 2) {
  const random = createRandom(seed);
  const rows = sizes.reduce((a, b) => a + b, 0);
  const data = new Float32Array(rows * dimensions);
  let r = 0;
  sizes.forEach((size, blob) => {
    for (let s = 0; s < size; s++, r++) {
      for (let c = 0; c < dimensions; c++)
        data[r * dimensions + c] = random.normal() + (c === 0 ? blob * distance : 0);
    }
  });
  return {
    points: { rows, columns: dimensions, data },
    members: Int32Array.from({ length: rows }, (_, i) => i),
  };
}

const groupCount = (groups: Int32Array) => new Set([...groups].filter((g) => g >= 0)).size;

test('one blob, a disk and a line are one group in nearly every draw', () => {
  const random = createRandom(5);
  const shapes = {
    blob: (seed: number) => blobs([150], 0, seed),
    line: () => ({
      points: {
        rows: 150,
        columns: 2,
        data: Float32Array.from({ length: 300 }, (_, i) => (i % 2 ? 0.02 : 1) * random.uniform()),
      },
      members: Int32Array.from({ length: 150 }, (_, i) => i),
    }),
  };
  for (const make of Object.values(shapes)) {
    let split = 0;
    for (let seed = 0; seed < 40; seed++) {
      const { points, members } = make(seed);
      if (groupCount(gapGroups(points, members)) > 1) split++;
    }
    expect(split).toBeLessThanOrEqual(2);
  }
});

test('blobs with a gap between are told apart, unequal ones and more than two as well, in any dimension', () => {
  for (const sizes of [
    [75, 75],
    [136, 14],
    [60, 60, 30],
  ]) {
    for (const dimensions of [1, 2, 10]) {
      const { points, members } = blobs(sizes, 15, 3, dimensions);
      const groups = gapGroups(points, members);
      let start = 0;
      const seen = new Set<number>();
      for (const size of sizes) {
        const inside = [...groups.subarray(start, start + size)].filter((g) => g >= 0);
        expect(new Set(inside).size).toBe(1);
        seen.add(inside[0]);
        start += size;
      }
      expect(seen.size).toBe(sizes.length);
    }
  }
});

test.each([12, 60])('a few strays %i away are in no group, and do not split the rest', (distance) => {
  const { points, members } = blobs([100, 2], distance, 1);
  const groups = gapGroups(points, members);
  expect([...groups.subarray(100)]).toEqual([-1, -1]);
  expect(groupCount(groups)).toBe(1);
});

test('samples that all lie on one point are one group', () => {
  const points = { rows: 20, columns: 2, data: new Float32Array(40).fill(1) };
  const groups = gapGroups(
    points,
    Int32Array.from({ length: 20 }, (_, i) => i),
  );
  expect(new Set(groups)).toEqual(new Set([0]));
});
