import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom, permutation } from '#whymap/core/random.js';

test('a stream depends on its seed and name only', () => {
  const a = createRandom(7);
  a.integer();
  const fromUsed = a.stream('x');
  const fromFresh = createRandom(7).stream('x');
  const draws = Array.from({ length: 50 }, () => fromUsed.integer());
  expect(Array.from({ length: 50 }, () => fromFresh.integer())).toEqual(draws);
  const other = createRandom(7).stream('y');
  expect(Array.from({ length: 50 }, () => other.integer())).not.toEqual(draws);
});

test('known values stay as they are: a changed generator changes every result', () => {
  const random = createRandom(0);
  const integers = [random.integer(), random.integer(), random.integer()];
  expect(integers).toMatchInlineSnapshot(`
    [
      4204958523,
      1915876568,
      1092824040,
    ]
  `);
});

test('uniform and normal have the moments that they should', () => {
  const random = createRandom(3);
  const count = 200_000;
  const moments = (draw: () => number) => {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < count; i++) {
      const x = draw();
      sum += x;
      squares += x * x;
    }
    return { mean: sum / count, variance: squares / count - (sum / count) ** 2 };
  };
  const uniform = moments(() => random.uniform());
  expect(uniform.mean).toBeCloseTo(0.5, 2);
  expect(uniform.variance).toBeCloseTo(1 / 12, 2);
  const normal = moments(() => random.normal());
  expect(normal.mean).toBeCloseTo(0, 1);
  expect(normal.variance).toBeCloseTo(1, 1);
});

test('below is within its bound and reaches every value', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer(), (bound, seed) => {
      const random = createRandom(seed);
      const seen = new Set(Array.from({ length: bound * 60 }, () => random.below(bound)));
      return seen.size === bound && [...seen].every((x) => x >= 0 && x < bound && Number.isInteger(x));
    }),
  );
});

test('below takes the remainder of the first integer under the largest multiple of the bound, up to bounds of 2^32', () => {
  for (const bound of [1, 3, 40_000, 2 ** 31 - 1, 2 ** 31 + 1, 3 * 2 ** 30, 2 ** 32 - 1, 2 ** 32]) {
    const random = createRandom(bound);
    const integers = createRandom(bound);
    for (let draw = 0; draw < 500; draw++) {
      let x = integers.integer();
      while (x >= 2 ** 32 - (2 ** 32 % bound)) x = integers.integer();
      expect(random.below(bound)).toBe(x % bound);
    }
  }
});

test('a permutation holds every number once', () => {
  fc.assert(
    fc.property(fc.nat(200), fc.integer(), (count, seed) => {
      const sorted = [...permutation(count, createRandom(seed))].sort((a, b) => a - b);
      return sorted.every((value, i) => value === i);
    }),
  );
});

test('the last entries of a shuffle are drawn from all, each as often, also from entries that were shuffled before', () => {
  const [entries, count, draws] = [12, 3, 40_000];
  const random = createRandom(11);
  const rows = permutation(entries, createRandom(1));
  // how often each entry comes last, last but one and last but two
  const seen = new Int32Array(entries * count);
  for (let draw = 0; draw < draws; draw++) {
    const last = random.shuffle(rows, count).subarray(entries - count);
    last.forEach((row, place) => {
      seen[place * entries + row]++;
    });
  }
  expect([...rows].sort((a, b) => a - b)).toEqual([...Array(entries).keys()]);
  const wanted = draws / entries;
  const chiSquare = seen.reduce((sum, times) => sum + (times - wanted) ** 2 / wanted, 0);
  // 33 degrees of freedom, 99.9%
  expect(chiSquare).toBeLessThan(63.9);
  expect(random.shuffle(Int32Array.of(4, 5), 0)).toEqual(Int32Array.of(4, 5));
  const all = () => createRandom(2).shuffle(Int32Array.of(1, 2, 3, 4, 5), 9);
  expect(all()).toEqual(createRandom(2).shuffle(Int32Array.of(1, 2, 3, 4, 5)));
});
