// The statistic of the significance tests: the definition, pair by pair, and every engine to the last bit.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRandom, permutation } from '#whymap/core/random.js';
import type { Engine, ModuleSamples, SampleDraws } from '#whymap/engine/engine.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import { ENGINES } from './engines.js';

const js = createJsEngine();

/** A module over `samples` rows: plain, tied, sparse and constant columns in turn. */
function moduleOf(samples: number, features: number, size: number, localities: number, seed: number) {
  const random = createRandom(seed).stream('module');
  const kinds = [
    () => random.normal(),
    () => Math.round(random.normal()),
    () => (random.uniform() < 0.2 ? 3 : -0.4),
    () => 1.5,
  ];
  const values = Float32Array.from({ length: samples * features }, (_, at) => kinds[(at % features) % 4]());
  const positions = Int32Array.from(
    { length: localities * size },
    (_, at) => (Math.floor(at / size) * 11 + (at % size) * 7) % samples,
  );
  const loadings = Float64Array.from({ length: localities * features }, () => random.normal());
  return { values, features, positions, size, loadings, support: 3 } satisfies ModuleSamples;
}

/** Draws with orders, with shifts, with both or with neither. */
function drawsOf(modules: readonly ModuleSamples[], count: number, orders: boolean, shifts: boolean) {
  const random = createRandom(8).stream('draws');
  const samples = modules[0].values.length / modules[0].features;
  const ordersOf = () => Array.from({ length: count }, () => [...permutation(samples, random)]).flat();
  const below = (length: number) => Int32Array.from({ length }, () => random.below(samples));
  return {
    count,
    orders: orders ? Int32Array.from(ordersOf()) : null,
    shifts: shifts ? modules.map(({ features }) => below(count * features)) : null,
  } satisfies SampleDraws;
}

/** The statistic by definition: correlations of all pairs, one after the other. */
function byDefinition(
  module: ModuleSamples,
  { orders, shifts }: SampleDraws,
  draw: number,
  l: number,
): number {
  const { values, features, positions, size, loadings, support } = module;
  const samples = values.length / features;
  const columns = Array.from({ length: features }, (_, i) =>
    Array.from(positions.subarray(l * size, (l + 1) * size), (position) => {
      const row = orders ? orders[draw * samples + position] : position;
      return values[((row + (shifts?.[0][draw * features + i] ?? 0)) % samples) * features + i];
    }),
  );
  const centered = columns.map((column) => {
    const mean = column.reduce((a, b) => a + b, 0) / size;
    return column.map((value) => value - mean);
  });
  const dot = (a: number[], b: number[]) => a.reduce((sum, x, s) => sum + x * b[s], 0);
  const takesPart = columns.map((column, i) => {
    const most = Math.max(...column.map((value) => column.filter((other) => other === value).length));
    const differing = 2 * most > size ? size - most : size;
    return dot(centered[i], centered[i]) > 1e-9 * size && differing >= support;
  });
  let sum = 0;
  for (let i = 0; i < features; i++) {
    for (let j = 0; j < features; j++) {
      if (i === j || !takesPart[i] || !takesPart[j]) continue;
      const length = Math.sqrt(dot(centered[i], centered[i]) * dot(centered[j], centered[j]));
      sum +=
        (loadings[l * features + i] * loadings[l * features + j] * dot(centered[i], centered[j])) / length;
    }
  }
  return sum;
}

test.each([
  [false, false],
  [true, false],
  [false, true],
  [true, true],
])('js equals the definition, orders %s, shifts %s', async (orders, shifts) => {
  for (const [features, size] of [
    [1, 9],
    [2, 7],
    [5, 12],
    [12, 30],
  ]) {
    const module = moduleOf(60, features, size, 4, features);
    const draws = drawsOf([module], 3, orders, shifts);
    const [found] = await js.weightedCorrelations([module], draws);
    expect(found.length).toBe(12);
    for (let draw = 0; draw < 3; draw++) {
      for (let l = 0; l < 4; l++) {
        expect(found[draw * 4 + l]).toBeCloseTo(byDefinition(module, draws, draw, l), 9);
      }
    }
  }
});

test('a feature below the support, or constant, takes no part', async () => {
  const module = { ...moduleOf(60, 4, 20, 1, 2), loadings: Float64Array.of(1, 1, 1, 1) };
  const draws = drawsOf([module], 1, false, false);
  const sums = [];
  for (const support of [0, 6, 21])
    sums.push((await js.weightedCorrelations([{ ...module, support }], draws))[0][0]);
  // with a support of 21 no feature of 20 samples takes part
  expect(sums[2]).toBe(0);
  expect(sums[0]).not.toBe(sums[1]);
});

for (const [name, create] of Object.entries(ENGINES)) {
  describe(name, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await create();
    });
    afterAll(() => engine.close());

    test('gives the bytes of js for modules of all sizes and all kinds of draws', async () => {
      const modules = [
        ...[1, 2, 3, 4, 5, 12].map((features) => moduleOf(90, features, 17, 5, features)),
        moduleOf(90, 7, 2, 3, 40),
        moduleOf(90, 6, 64, 2, 41),
        { ...moduleOf(90, 6, 33, 2, 42), support: 0 },
        { ...moduleOf(90, 6, 33, 2, 43), support: 12.5 },
      ];
      for (const [orders, shifts] of [
        [false, false],
        [true, false],
        [false, true],
        [true, true],
      ]) {
        const draws = drawsOf(modules, 9, orders, shifts);
        expect(await engine.weightedCorrelations(modules, draws)).toEqual(
          await js.weightedCorrelations(modules, draws),
        );
      }
    });

    test('draws that do not fit one job are several, with the same bytes', async () => {
      const module = moduleOf(100_000, 2, 20, 3, 50);
      const draws = drawsOf([module], 45, true, false);
      expect(await engine.weightedCorrelations([module], draws)).toEqual(
        await js.weightedCorrelations([module], draws),
      );
    });

    test('no module and no draw give nothing', async () => {
      expect(await engine.weightedCorrelations([], { count: 3, orders: null, shifts: null })).toEqual([]);
      const none = { count: 0, orders: null, shifts: null };
      expect(await engine.weightedCorrelations([moduleOf(9, 2, 3, 2, 1)], none)).toEqual([
        new Float64Array(0),
      ]);
    });
  });
}
