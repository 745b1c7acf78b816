// Sweeps, non-negative least squares and the sum of all associations: every engine against the reference.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unpackPairs } from '#whymap/core/coordinate-step.js';
import { createRandom, type Random } from '#whymap/core/random.js';
import { groupSize } from '#whymap/engine/association-rules.js';
import type { Engine } from '#whymap/engine/engine.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import type { AssociationBlock, AssociationForm, Matrix } from '#whymap/model.js';
import { makeMatrix, makeMembers, RULES } from './cases.js';
import { ENGINES } from './engines.js';

const js = createJsEngine();

/** Values from 0 to 1, some of them 0. */
function positive(rows: number, columns: number, random: Random): Matrix {
  const data = Float32Array.from({ length: rows * columns }, () => Math.max(0, random.uniform() - 0.3));
  return { rows, columns, data };
}

const copyOf = (m: Matrix): Matrix => ({ ...m, data: m.data.slice() });

/** Inner products of columns that are not negative, some 0: m x m. */
function gramOf(m: number, random: Random): Float64Array {
  const basis = positive(2 * m, m, random);
  return Float64Array.from({ length: m * m }, (_, t) => {
    const [k, j] = [Math.floor(t / m), t % m];
    let sum = 0;
    for (let r = 0; r < basis.rows; r++) sum += basis.data[r * m + k] * basis.data[r * m + j];
    return k !== j && (k + j) % 5 === 0 ? 0 : sum;
  });
}

/** A symmetric matrix with a zero diagonal. */
function symmetric(size: number, random: Random): Float32Array {
  const full = new Float32Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) full[i * size + j] = full[j * size + i] = random.uniform();
  }
  return full;
}

/** Modules over d features with given patterns: all features, or every third with a given image. */
function sweptModules(loadings: Matrix, q: Float64Array, random: Random, part: boolean) {
  const d = loadings.columns;
  const features = part ? Int32Array.from({ length: Math.ceil(d / 3) }, (_, i) => 3 * i) : null;
  const size = features?.length ?? d;
  return Array.from({ length: loadings.rows }, (_, k) => ({
    ...{ loadings, q, k, features, full: symmetric(size, random) },
    image: part ? Float64Array.from({ length: size }, (_, i) => (i % 4) + random.uniform()) : null,
  }));
}

/** Associations of some localities in blocks of 3, in two groups. */
async function blocksOf(d: number): Promise<AssociationBlock[][]> {
  const table = makeMatrix(90, d, 'plain');
  const members = makeMembers(90, 9, 40);
  const blocks: AssociationBlock[] = [];
  for (let first = 0; first < 9; first += 3) {
    const range = { first, count: 3, size: 40 };
    blocks.push((await js.associate(table, members, range, { ...RULES.default, support: 0, gate: 1 })).block);
  }
  return [blocks.slice(0, 2), blocks.slice(2)];
}

/** The groups one after another. */
async function* inTurn<T>(groups: readonly T[]): AsyncGenerator<T> {
  yield* groups;
}

for (const [name, create] of Object.entries(ENGINES)) {
  describe(name, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await create();
    });
    afterAll(() => engine.close());

    test.each([1, 2, 7, 33, 130])('sweeps given patterns of %i features to the last bit', async (d) => {
      for (const part of [false, true]) {
        for (const plan of [
          { sweeps: 2, least: 0, inTurn: true },
          { sweeps: 9, least: 1e-2, inTurn: true },
        ]) {
          const random = createRandom(d);
          const wanted = positive(6, d, random);
          const found = copyOf(wanted);
          const q = gramOf(6, random);
          const modules = sweptModules(wanted, q, random, part);
          // the reference keeps images up to date in place
          const others = modules.map((module) => ({
            ...module,
            loadings: found,
            image: module.image?.slice() ?? null,
          }));
          await js.sweepPatterns(modules, plan);
          await engine.sweepPatterns(others, plan);
          expect(found.data).toEqual(wanted.data);
        }
      }
    });

    test('sweeps modules with loadings of their own, each by itself', async () => {
      const random = createRandom(4);
      const modules = [3, 40, 17].flatMap((d) => {
        const loadings = positive(4, d, random);
        return [sweptModules(loadings, gramOf(4, random), random, false)[2]];
      });
      const others = modules.map((module) => ({ ...module, loadings: copyOf(module.loadings) }));
      const plan = { sweeps: 30, least: 1e-5, inTurn: false };
      await js.sweepPatterns(modules, plan);
      await engine.sweepPatterns(others, plan);
      others.forEach(({ loadings }, k) => {
        expect(loadings.data).toEqual(modules[k].loadings.data);
      });
    });

    test.each([2, 9, 40, 131])('sweeps and multiplies sums of associations of %i features', async (d) => {
      const groups = await blocksOf(d);
      for (const form of ['debiased', 'signed'] as AssociationForm[]) {
        const random = createRandom(d, form);
        const [loadings, presence] = [positive(5, d, random), positive(9, 3, random)];
        const found = copyOf(loadings);
        const rest = { first: 1, presence, q: gramOf(5, random) };
        const summed = { form, count: 9, segment: 6 };
        await js.sweepAssociations(inTurn(groups), summed, { loadings, ...rest }, 2);
        await engine.sweepAssociations(inTurn(groups), summed, { loadings: found, ...rest }, 2);
        found.data.forEach((value, i) => {
          expect(Math.abs(value - loadings.data[i])).toBeLessThan(1e-4);
        });
        const right = makeMatrix(d, 5, 'plain', 2);
        const [wanted, sum] = await Promise.all(
          [js, engine].map((one) => one.associationSum(inTurn(groups), summed, 1 / 9)),
        );
        const [a, b] = [await wanted.times(right), await sum.times(right)];
        b.data.forEach((value, i) => {
          expect(Math.abs(value - a.data[i])).toBeLessThan(1e-4);
        });
        sum.release();
      }
    });

    test.each([2, 9, 131])(
      'sums %i features in segments: the bytes are those of segments on their own',
      async (d) => {
        const blocks = (await blocksOf(d)).flat();
        const random = createRandom(d);
        const presence = positive(9, 5, random);
        const form = 'debiased';
        for (const segment of [3, 6, 9]) {
          const summed = { form, count: 9, segment } as const;
          const total = new Float32Array((5 * d * (d - 1)) / 2);
          for (let first = 0; first < 9; first += segment) {
            const own = blocks.filter((block) => block.first >= first && block.first < first + segment);
            const rows = Math.min(segment, 9 - first);
            const part = { rows, columns: 5, data: presence.data.subarray(first * 5, (first + rows) * 5) };
            const sums = await engine.sumPatterns(inTurn([own]), { form, count: rows, segment: rows }, part);
            sums.data.forEach((value, at) => {
              total[at] += value;
            });
          }
          // however blocks are grouped: all at once, one at a time, or unevenly
          for (const groups of [
            [blocks],
            blocks.map((block) => [block]),
            [blocks.slice(0, 2), blocks.slice(2)],
          ]) {
            expect((await engine.sumPatterns(inTurn(groups), summed, presence)).data).toEqual(total);
          }
          // what is swept from associations is what is swept from their sums
          const loadings = positive(6, d, random);
          const [found, q] = [copyOf(loadings), gramOf(6, random)];
          await engine.sweepAssociations(inTurn([blocks]), summed, { loadings, first: 1, presence, q }, 2);
          const patterns = Array.from({ length: 5 }, (_, t) => {
            const full = new Float32Array(d * d);
            unpackPairs(total.subarray((t * d * (d - 1)) / 2, ((t + 1) * d * (d - 1)) / 2), d, full);
            return { loadings: found, q, k: 1 + t, features: null, full, image: null };
          });
          await engine.sweepPatterns(patterns, { sweeps: 2, least: 0, inTurn: true });
          expect(found.data).toEqual(loadings.data);
        }
      },
    );

    test('sums segments in groups: the bytes are those of groups on their own, however blocks are called', async () => {
      const d = 37;
      const nine = (await blocksOf(d)).flat();
      const blocks = Array.from({ length: 11 }, (_, b) => nine[b % 3]);
      const [count, form] = [33, 'debiased'] as const;
      const presence = positive(count, 5, createRandom(d));
      const partOf = (first: number, rows: number) => ({
        ...{ rows, columns: 5, data: presence.data.subarray(first * 5, (first + rows) * 5) },
      });
      for (const segment of [3, 6]) {
        const total = new Float32Array((5 * d * (d - 1)) / 2);
        const size = groupSize(count, segment);
        expect(size).toBe(segment === 3 ? 9 : 12);
        for (let first = 0; first < count; first += size) {
          const rows = Math.min(size, count - first);
          const own = blocks.slice(first / 3, (first + rows) / 3);
          const summed = { form, count: rows, segment } as const;
          const sums = await engine.sumPatterns(inTurn([own]), summed, partOf(first, rows));
          sums.data.forEach((value, at) => {
            total[at] += value;
          });
        }
        for (const each of [1, 2, 3, 5, 11]) {
          const calls = Array.from({ length: Math.ceil(11 / each) }, (_, c) =>
            blocks.slice(c * each, (c + 1) * each),
          );
          const found = await engine.sumPatterns(inTurn(calls), { form, count, segment }, presence);
          expect(found.data).toEqual(total);
        }
        const flat = await engine.sumPatterns(inTurn([blocks]), { form, count, segment: count }, presence);
        expect(total.some((value, at) => value !== flat.data[at])).toBe(true);
        flat.data.forEach((value, at) => {
          expect(Math.abs(value - total[at])).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
        });
      }
    });

    test.each([1, 2, 7, 64, 131])('turns factors of %i features to the last bit', async (d) => {
      const random = createRandom(d);
      const made = (m: number) =>
        Array.from({ length: 3 }, () =>
          Array.from({ length: m }, () => Float64Array.from({ length: d }, () => random.normal() ** 3)),
        );
      for (const starts of [made(2), made(5), [[new Float64Array(d), new Float64Array(d).fill(1)]]]) {
        const others = starts.map((factors) => factors.map((factor) => factor.slice()));
        await js.rotateFactors(starts, d);
        await engine.rotateFactors(others, d);
        expect(others).toEqual(starts);
      }
    });

    test.each([1, 3, 12, 24])(
      'solves non-negative least squares of %i modules to the last bit',
      async (m) => {
        const random = createRandom(m);
        const gram = gramOf(m, random);
        for (const equal of [false, true]) {
          // two modules that are one, and one that is nothing
          if (equal && m > 2) {
            for (let k = 0; k < m; k++) gram[m + k] = gram[k];
            for (let k = 0; k < m; k++) gram[k * m + 1] = gram[k * m];
            for (let k = 0; k < m; k++) gram[2 * m + k] = gram[k * m + 2] = 0;
          }
          const right = makeMatrix(101, m, 'plain', m);
          const wanted = await js.solveNonNegative(gram, right);
          expect(await engine.solveNonNegative(gram, right)).toEqual(wanted);
          expect(wanted.data.some((value) => value > 0)).toBe(true);
        }
      },
    );
  });
}
