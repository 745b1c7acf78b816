// Associations inside levels: every engine against columns that are centered by hand, locality by locality.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRandom, permutation } from '#whymap/core/random.js';
import type { AssociationRules, Engine, ModuleSamples } from '#whymap/engine/engine.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import type { AssociationBlock, Matrix } from '#whymap/model.js';
import { makeMatrix, makeMembers, toCsr } from './cases.js';
import { ENGINES } from './engines.js';

const js = createJsEngine();
const ROWS = 120;
const D = 19;
const SIZE = 40;
const COUNT = 6;

/** Three levels with shifts, some samples without a level, one level of a single sample. */
function leveled(kind: 'plain' | 'ties' | 'sparse' | 'shifted') {
  const table = makeMatrix(ROWS, D, kind);
  const levels = Int32Array.from({ length: ROWS }, (_, r) => (r % 11 === 3 ? -1 : (r * 7) % 3));
  levels[5] = 9;
  for (let r = 0; r < ROWS; r++) {
    for (let f = 0; f < D; f += 2) {
      if (table.data[r * D + f] !== 0 && levels[r] > 0)
        table.data[r * D + f] += 4 * levels[r] * ((f % 3) + 1);
    }
    // constant in every level, and differs between them
    table.data[r * D + 5] = levels[r] + 0.1;
  }
  return { table, levels };
}

const ranks = (column: number[]) =>
  column.map((v) => column.filter((w) => w < v).length + (column.filter((w) => w === v).length + 1) / 2);

const average = (column: number[]) => column.reduce((a, b) => a + b, 0) / column.length;

const middle = (column: number[]) => {
  const sorted = [...column].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

/** Weighted against outliers as WGCNA's bicor. */
function biweight(column: number[]): number[] {
  const center = middle(column);
  const reach = 9 * middle(column.map((value) => Math.abs(value - center)));
  if (!(reach > 0)) return column.map((value) => value - average(column));
  return column.map((value) => {
    const u = (value - center) / reach;
    return Math.abs(u) < 1 ? (value - center) * (1 - u * u) ** 2 : 0;
  });
}

/** The samples of a locality that share their level with another, and degrees of freedom. */
function takingPart(members: Int32Array, levels: Int32Array) {
  const known = [...members].filter((row) => levels[row] >= 0);
  const rows = known.filter((row) => known.filter((other) => levels[other] === levels[row]).length > 1);
  return { rows, freedom: rows.length - new Set(rows.map((row) => levels[row])).size };
}

/** Unit columns of a locality, centered by hand in each level; null without support or without variation. */
function byHand(table: Matrix, members: Int32Array, levels: Int32Array, rules: AssociationRules) {
  const { rows, freedom } = takingPart(members, levels);
  const columns = Array.from({ length: table.columns }, (_, f) => {
    const raw = rows.map((row) => table.data[row * table.columns + f]);
    const lower = [...raw].sort((a, b) => a - b)[(raw.length - 1) >> 1];
    const differing = raw.filter((value) => value !== lower).length;
    if (differing === 0 || differing < rules.support) return null;
    const compared = rules.measure === 'spearman' ? ranks(raw) : raw;
    const inLevels = compared.map(
      (value, s) => value - average(compared.filter((_, t) => levels[rows[t]] === levels[rows[s]])),
    );
    const centered = rules.measure === 'bicor' ? biweight(inLevels) : inLevels;
    const norm = Math.sqrt(centered.reduce((sum, value) => sum + value * value, 0));
    return norm > 1e-5 ? centered.map((value) => value / norm) : null;
  });
  return { columns, freedom };
}

/** Correlation of two unit columns; null where either takes no part. */
const correlation = (a: number[] | null, b: number[] | null) =>
  a && b ? a.reduce((sum, value, s) => sum + value * b[s], 0) : null;

/** Association of features i and j in locality l of a block; 0 where it is not stored. */
function stored(block: AssociationBlock, l: number, i: number, j: number): number {
  const row = l * block.features + i;
  for (let p = block.offsets[row]; p < block.offsets[row + 1]; p++)
    if (block.columns[p] === j) return block.values[p];
  return 0;
}

const KINDS = ['plain', 'ties', 'sparse', 'shifted'] as const;
const MEASURES = ['pearson', 'spearman', 'bicor'] as const;
const members = makeMembers(ROWS, COUNT, SIZE);
const range = { first: 0, count: COUNT, size: SIZE };

for (const [name, create] of Object.entries({ js: () => js, ...ENGINES })) {
  describe(name, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await create();
    });
    afterAll(() => (engine === js ? undefined : engine.close()));

    test('associations are those of data centered by hand in each locality, dense and sparse', async () => {
      for (const kind of KINDS) {
        const { table, levels } = leveled(kind);
        for (const measure of MEASURES) {
          for (const form of ['debiased', 'signed'] as const) {
            const rules = { measure, form, support: 6, gate: form === 'signed' ? 0 : 1.2, levels };
            const dense = (await engine.associate(table, members, range, rules)).block;
            const sparse = (await engine.associate(toCsr(table), members, range, rules)).block;
            let kept = 0;
            for (let l = 0; l < COUNT; l++) {
              const ofLocality = members.subarray(l * SIZE, (l + 1) * SIZE);
              const { columns, freedom } = byHand(table, ofLocality, levels, rules);
              expect(columns[5]).toBeNull();
              for (let i = 0; i < D; i++) {
                for (let j = i + 1; j < D; j++) {
                  const rho = correlation(columns[i], columns[j]);
                  // at the gate itself rounding decides
                  const limit = rules.gate ** 2 / freedom;
                  if (rho !== null && Math.abs(rho * rho - limit) < 1e-6) continue;
                  const passes = rho !== null && rho * rho > limit;
                  const wanted = !passes
                    ? 0
                    : form === 'signed'
                      ? rho
                      : Math.sign(rho) * Math.max(0, rho * rho - 1 / freedom);
                  for (const block of [dense, sparse])
                    expect(Math.abs(stored(block, l, i, j) - wanted)).toBeLessThan(1e-5);
                  kept += wanted === 0 ? 0 : 1;
                }
              }
            }
            expect(kept).toBeGreaterThan(20);
            for (const block of [dense, sparse]) engine.release(block);
          }
        }
      }
    });

    test('sums of squares are those of the associations without gate, dense and sparse', async () => {
      for (const kind of ['plain', 'sparse'] as const) {
        const { table, levels } = leveled(kind);
        const chosen = [Int32Array.of(0, 2, 3, 5, 8, 11, 12, 13, 17), Int32Array.of(1, 4)];
        const factors = Float64Array.from({ length: COUNT * 2 }, (_, t) => (t % 3 === 1 ? 0 : 0.3 + t));
        const localities = { members, size: SIZE, segment: 3, factors };
        const rules = { measure: 'pearson', form: 'debiased', support: 6, gate: 3, levels } as const;
        const dense = await engine.sumLocalSquares(table, localities, chosen, rules);
        expect(await engine.sumLocalSquares(toCsr(table), localities, chosen, rules)).toEqual(dense);
        for (const [k, features] of chosen.entries()) {
          const f = features.length;
          for (let i = 0; i < f; i++) {
            for (let j = i + 1; j < f; j++) {
              let wanted = 0;
              for (let l = 0; l < COUNT; l++) {
                const { columns, freedom } = byHand(
                  table,
                  members.subarray(l * SIZE, (l + 1) * SIZE),
                  levels,
                  rules,
                );
                const rho = correlation(columns[features[i]], columns[features[j]]);
                if (rho !== null) wanted += factors[l * 2 + k] * (rho * rho - 1 / freedom);
              }
              expect(Math.abs(dense[k][i * f + j] - wanted)).toBeLessThan(1e-4);
              expect(dense[k][j * f + i]).toBe(dense[k][i * f + j]);
            }
          }
        }
      }
    });

    test('one level is the same as none; a level for every sample leaves nothing', async () => {
      const { table } = leveled('sparse');
      const rules = { measure: 'pearson', form: 'debiased', support: 4, gate: 1 } as const;
      const one = new Int32Array(ROWS).fill(3);
      const without = await engine.associate(table, members, range, rules);
      const within = await engine.associate(table, members, range, { ...rules, levels: one });
      expect([...within.block.columns]).toEqual([...without.block.columns]);
      within.block.values.forEach((value, p) => {
        expect(value).toBeCloseTo(without.block.values[p], 5);
      });
      expect(within.supported).toEqual(without.supported);
      const own = Int32Array.from({ length: ROWS }, (_, r) => r);
      const nothing = await engine.associate(table, members, range, { ...rules, levels: own });
      expect([nothing.block.values.length, nothing.constant]).toEqual([0, 0]);
      expect(nothing.supported.includes(1)).toBe(false);
      const localities = { members, size: SIZE, segment: 3, factors: new Float64Array(COUNT).fill(1) };
      const chosen = [Int32Array.of(0, 1, 2)];
      expect(await engine.sumLocalSquares(table, localities, chosen, { ...rules, levels: own })).toEqual([
        new Float32Array(9),
      ]);
    });

    test('weighted correlations in drawn samples are centered in levels, with the bytes of js', async () => {
      for (const features of [1, 5, 12]) {
        const module = drawnModule(features, 60, 14, 4);
        const draws = drawsInside(module, 3);
        const [found] = await engine.weightedCorrelations([module], draws);
        expect([found]).toEqual(await js.weightedCorrelations([module], draws));
        for (let draw = 0; draw < 3; draw++) {
          for (let l = 0; l < 4; l++) {
            expect(found[draw * 4 + l]).toBeCloseTo(byDefinition(module, draws, draw, l), 9);
          }
        }
      }
    });
  });
}

/** A module over samples of three levels of 30, 20 and 10 rows; the last locality has no run. */
function drawnModule(features: number, samples: number, size: number, localities: number) {
  const random = createRandom(features).stream('levels');
  const values = Float32Array.from({ length: samples * features }, (_, at) =>
    at % features === 3 ? (random.uniform() < 0.3 ? 2 : -1) : random.normal() + Math.floor(at / 90),
  );
  const positions = new Int32Array(localities * size).fill(-1);
  const offsets = [0];
  const lengths: number[] = [];
  const numbers: number[] = [];
  for (let l = 0; l + 1 < localities; l++) {
    const runs = [
      [0, 30],
      [30, 50],
      [50, 60],
    ].map(([from, to], number) => {
      const rows = [...permutation(to - from, random)].slice(0, 5 - number - (l % 2)).map((r) => r + from);
      return { rows, number };
    });
    positions.set(
      runs.flatMap(({ rows }) => rows),
      l * size,
    );
    for (const { rows, number } of runs) {
      lengths.push(rows.length);
      numbers.push(number);
    }
    offsets.push(lengths.length);
  }
  offsets.push(lengths.length);
  return {
    ...{ values, features, positions, size, support: 2 },
    loadings: Float64Array.from({ length: localities * features }, () => random.normal()),
    levels: {
      offsets: Int32Array.from(offsets),
      lengths: Int32Array.from(lengths),
      numbers: Int32Array.from(numbers),
      rows: Int32Array.of(0, 30, 50, 60),
    },
  } satisfies ModuleSamples;
}

/** Orders and shifts that exchange samples of one level only. */
function drawsInside({ features, levels }: ReturnType<typeof drawnModule>, count: number) {
  const random = createRandom(4).stream('draws');
  const blocks = [0, 1, 2].map((g) => ({ from: levels.rows[g], size: levels.rows[g + 1] - levels.rows[g] }));
  const orders = Array.from({ length: count }, () =>
    blocks.flatMap(({ from, size }) => [...permutation(size, random)].map((r) => r + from)),
  );
  const shifts = Array.from({ length: count }, () =>
    blocks.flatMap(({ size }) => Array.from({ length: features }, () => random.below(size))),
  );
  return { count, orders: Int32Array.from(orders.flat()), shifts: [Int32Array.from(shifts.flat())] };
}

/** The statistic pair by pair: values taken by order and shift, centered in each level of the locality. */
function byDefinition(
  module: ReturnType<typeof drawnModule>,
  { orders, shifts }: ReturnType<typeof drawsInside>,
  draw: number,
  l: number,
): number {
  const { values, features, positions, size, loadings, levels, support } = module;
  const here = [...positions.subarray(l * size, (l + 1) * size)].filter((position) => position >= 0);
  const levelOf = (row: number) =>
    levels.rows.findIndex((from, g) => row >= from && row < levels.rows[g + 1]);
  const columns = Array.from({ length: features }, (_, i) => {
    const raw = here.map((position) => {
      const row = orders[draw * 60 + position];
      const g = levelOf(row);
      const [from, to] = [levels.rows[g], levels.rows[g + 1]];
      const moved = from + ((row - from + shifts[0][(draw * 3 + g) * features + i]) % (to - from));
      return values[moved * features + i];
    });
    const most = Math.max(0, ...raw.map((value) => raw.filter((other) => other === value).length));
    const differing = 2 * most > raw.length ? raw.length - most : raw.length;
    const centered = raw.map(
      (value, s) => value - average(raw.filter((_, t) => levelOf(here[t]) === levelOf(here[s]))),
    );
    const norm = Math.sqrt(centered.reduce((sum, value) => sum + value * value, 0));
    return norm > 1e-6 && differing >= support ? centered.map((value) => value / norm) : null;
  });
  let sum = 0;
  columns.forEach((a, i) => {
    columns.forEach((b, j) => {
      if (i === j) return;
      sum += loadings[l * features + i] * loadings[l * features + j] * (correlation(a, b) ?? 0);
    });
  });
  return sum;
}
