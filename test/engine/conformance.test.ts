// Every engine against the reference, over sizes that are no multiple of any block and values of every size.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AssociationRules, Engine, Metric } from '#whymap/engine/engine.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import { crc32 } from '#whymap/io/codecs/crc32.js';
import type { AssociationBlock, AssociationForm, Csr, Matrix } from '#whymap/model.js';
import {
  type FirstProduct,
  KINDS,
  makeMatrix,
  makeMembers,
  RULES,
  rowsComparedBy,
  SIZES,
  toCsr,
} from './cases.js';
import { ENGINES } from './engines.js';

const js = remembered(createJsEngine());
const TOLERANCE = 1e-5;
const METRICS: readonly Metric[] = ['euclidean', 'cosine', 'correlation', 'manhattan'];

/** The reference with what it has answered, since every engine is asked the same of the same rows. */
function remembered(engine: Engine): Engine {
  const answers = new Map<string, Promise<unknown>>();
  const once = <R extends (...input: never[]) => Promise<unknown>>(routine: string, run: R): R =>
    ((...input: Parameters<R>) => {
      const key = `${routine} ${input.map(keyOf).join(' ')}`;
      const answer = answers.get(key) ?? run(...input);
      answers.set(key, answer);
      return answer;
    }) as R;
  const { nearest, ranks, nearestAndRanks } = engine;
  return {
    ...engine,
    nearest: once('nearest', nearest),
    ranks: once('ranks', ranks),
    nearestAndRanks: once('both', nearestAndRanks),
  };
}

/** A text by which equal matrices, targets and options are known. */
const keyOf = (input: unknown): string =>
  JSON.stringify(input, (_, value) =>
    ArrayBuffer.isView(value)
      ? crc32(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
      : value,
  );

/** Largest difference, as a part of `scale` (which is 1 where it is 0). */
function worst(found: ArrayLike<number>, wanted: ArrayLike<number>, scale: number): number {
  expect(found.length).toBe(wanted.length);
  let largest = 0;
  for (let i = 0; i < wanted.length; i++) largest = Math.max(largest, Math.abs(found[i] - wanted[i]));
  expect(Number.isNaN(largest)).toBe(false);
  return largest / (scale || 1);
}

/** Largest product of the norms of a row of the left and a column of the right: what rounding is relative to. */
function productScale(a: Matrix, b: Matrix): number {
  const largest = (m: Matrix) => m.data.reduce((x, y) => Math.max(x, Math.abs(y)), 0);
  return largest(a) * largest(b) * a.columns;
}

for (const [name, create] of Object.entries(ENGINES)) {
  describe(name, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await create();
    });
    afterAll(() => engine.close());

    test.each(SIZES)('multiplies matrices with a side of %i', async (size) => {
      for (const [m, k, n] of [
        [size, 65, 7],
        [7, size, 65],
        [65, 7, size],
      ]) {
        for (const kind of KINDS) {
          const a = makeMatrix(m, k, kind, 1);
          const b = makeMatrix(k, n, kind, 2);
          const wanted = await js.multiply(a, b);
          const found = await engine.multiply(a, b);
          expect([found.rows, found.columns]).toEqual([m, n]);
          expect(worst(found.data, wanted.data, productScale(a, b))).toBeLessThan(TOLERANCE);
        }
      }
    });

    test('multiplies transposed matrices, and refuses shapes that do not fit', async () => {
      const a = makeMatrix(19, 33);
      const b = makeMatrix(19, 12);
      const c = makeMatrix(5, 33);
      for (const [x, y, options] of [
        [a, b, { transposeA: true }],
        [a, c, { transposeB: true }],
        [makeMatrix(33, 19), c, { transposeA: true, transposeB: true }],
      ] as const) {
        const wanted = await js.multiply(x, y, options).catch((error) => error.code);
        const found = await engine.multiply(x, y, options).catch((error) => error.code);
        if (typeof wanted === 'string') expect(found).toBe(wanted);
        else expect(worst(found.data, wanted.data, 33)).toBeLessThan(TOLERANCE);
      }
      await expect(engine.multiply(a, b)).rejects.toMatchObject({ code: 'shape' });
    });

    test('multiplies over a depth of many passes', async () => {
      const a = makeMatrix(9, 1000, 'shifted', 3);
      const b = makeMatrix(1000, 17, 'plain', 4);
      const wanted = await js.multiply(a, b);
      const found = await engine.multiply(a, b);
      expect(worst(found.data, wanted.data, productScale(a, b))).toBeLessThan(TOLERANCE);
    });

    test.each(Object.entries(RULES))(
      'associations under the rules %s equal those of js for every kind of value',
      async (_, rules) => {
        for (const kind of KINDS) {
          await sameAssociations(engine, makeMatrix(90, 37, kind), makeMembers(90, 5, 40), 5, 40, rules);
        }
      },
    );

    test.each(SIZES.filter((size) => size > 0))(
      'associations of %i features or samples equal those of js',
      async (size) => {
        const table = makeMatrix(230, size, 'ties');
        await sameAssociations(engine, table, makeMembers(230, 3, 21), 3, 21, RULES.default);
        const few = makeMatrix(230, 13, 'sparse');
        await sameAssociations(engine, few, makeMembers(230, 3, size), 3, size, RULES.signed);
        await sameAssociations(engine, few, makeMembers(230, 3, size), 3, size, RULES.spearman);
        await sameAssociations(engine, few, makeMembers(230, 3, size), 3, size, RULES.bicor);
      },
    );

    test('associations of compressed rows, and of a range of localities, equal those of js', async () => {
      const table = makeMatrix(120, 70, 'sparse');
      const members = makeMembers(120, 9, 50);
      for (const rules of Object.values(RULES)) {
        await sameAssociations(engine, toCsr(table), members, 9, 50, rules);
        const part = { first: 4, count: 3, size: 50 };
        const wanted = await js.associate(table, members, part, rules);
        const found = await engine.associate(toCsr(table), members, part, rules);
        expect(found.block.first).toBe(4);
        compareBlocks(found.block, wanted.block, rules, 50);
        engine.release(found.block);
      }
    });

    test('no locality gives an empty block', async () => {
      const { block } = await engine.associate(
        makeMatrix(5, 4),
        new Int32Array(0),
        { first: 0, count: 0, size: 3 },
        RULES.default,
      );
      expect([block.values.length, block.offsets.length]).toEqual([0, 1]);
    });

    test.each([1, 3, 4, 7, 16, 21, 33])(
      'products of the factorization with %i modules equal those of js',
      async (modules) => {
        for (const rules of [RULES.default, RULES.signed, RULES.absolute]) {
          const made = await engine.associate(
            makeMatrix(300, 45, 'sparse'),
            makeMembers(300, 11, 60),
            { first: 0, count: 11, size: 60 },
            rules,
          );
          await sameFactorProducts(engine, made.block, rules.form, modules);
          engine.release(made.block);
        }
      },
    );

    test.each(METRICS)(
      'nearest and ranks by %s are those of the reference to the last bit',
      async (metric) => {
        for (const kind of KINDS) {
          for (const [rows, columns, k] of [
            [3, 2, 5],
            [65, 3, 7],
            [130, 33, 4],
            [97, 300, 9],
            [270, 40, 3],
          ]) {
            const data = makeMatrix(rows, columns, kind);
            await sameNearest(engine, data, data, { k, metric, excludeSelf: true });
            await sameNearest(engine, data, makeMatrix(5, columns, kind, 8), {
              k,
              metric,
              excludeSelf: false,
            });
            await sameRanks(engine, data, k, metric);
          }
        }
      },
    );

    test.each(SIZES)(
      'nearest and ranks among %i rows, or with %i columns, equal those of js',
      async (size) => {
        const options = { k: 3, metric: 'euclidean', excludeSelf: true } as const;
        for (const data of [makeMatrix(size, 5, 'ties'), makeMatrix(9, size, 'ties')]) {
          await sameNearest(engine, data, data, options);
          if (data.rows > 0) await sameRanks(engine, data, 2, 'euclidean');
        }
      },
    );

    test('nearest and ranks are exact where a float32 product alone would be wrong', async () => {
      // two tight groups far apart: differences are lost in a float32 product
      const data = makeMatrix(150, 40, 'plain', 11);
      data.data.forEach((value, i) => {
        data.data[i] = Math.fround((i % 80 < 40 ? 5000 : -5000) + value * 2 ** -9);
      });
      await sameNearest(engine, data, data, { k: 10, metric: 'euclidean', excludeSelf: true });
      await sameRanks(engine, data, 6, 'euclidean');
      // one row far outside the range of the others
      const outlier = makeMatrix(2100, 3, 'plain', 12);
      outlier.data.fill(2 ** 100, 3, 6);
      outlier.data.fill(2 ** -100, 9, 12);
      await sameNearest(engine, outlier, makeMatrix(40, 3, 'plain', 13), {
        k: 4,
        metric: 'euclidean',
        excludeSelf: false,
      });
      // counts but for one value, in a row that is not among those looked at
      const counts = rowsComparedBy('lists of counts');
      counts.data.set([0.1234], 5 * counts.columns);
      await sameNearest(engine, counts, counts, { k: 3, metric: 'euclidean', excludeSelf: true });
      await sameRanks(engine, counts, 2, 'euclidean');
    });

    test.each([
      ['euclidean', 'directions'],
      ['cosine', 'directions'],
      ['correlation', 'directions'],
      ['euclidean', 'whole numbers'],
      ['cosine', 'whole numbers'],
      ['euclidean', 'groups'],
      ['cosine', 'groups'],
      ['correlation', 'groups'],
      ['euclidean', 'lists'],
      ['cosine', 'lists'],
      ['euclidean', 'lists of counts'],
    ] as const)('nearest and ranks by %s of rows that are compared first by %s', async (metric, first) => {
      const { data, near, ranks } = await wantedOfMany(metric, first);
      const options = { metric, excludeSelf: true };
      expect(await engine.nearest(data, data, { k: 6, ...options })).toEqual(near);
      expect(await engine.ranks(data, targetsOf(data, 3), { k: 3, metric })).toEqual(ranks);
      const both = { k: 6, metric };
      expect(await engine.nearestAndRanks(data, targetsOf(data, 3), { ...both, targetCount: 3 })).toEqual({
        nearest: near,
        ranks,
      });
      const first6 = Int32Array.from(near.indices, (_, i) => i % 6);
      expect(await engine.nearestAndRanks(data, near.indices, { ...both, targetCount: 6 })).toEqual({
        nearest: near,
        ranks: first6,
      });
    });

    test('products of sparse localities, without modules, and of blocks of another engine equal those of js', async () => {
      const table = makeMatrix(200, 150, 'plain', 9);
      const range = { first: 0, count: 4, size: 60 };
      const members = makeMembers(200, 4, 60);
      const rules = { ...RULES.default, gate: 3.5 };
      const { block } = await js.associate(table, members, range, rules);
      expect(block.values.length).toBeLessThan((4 * 150 * 150) / 40);
      await sameFactorProducts(engine, block, 'debiased', 2);
      await sameFactorProducts(engine, block, 'debiased', 0);
    });
  });
}

/** The reference's neighbors and ranks of the rows that are compared first by a product. */
async function wantedOfMany(metric: Metric, first: FirstProduct) {
  const data = rowsComparedBy(first);
  const near = await js.nearest(data, data, { k: 6, metric, excludeSelf: true });
  return { data, near, ranks: await js.ranks(data, targetsOf(data, 3), { k: 3, metric }) };
}

const targetsOf = (data: Matrix, k: number): Int32Array =>
  Int32Array.from({ length: data.rows * k }, (_, i) => (i * 31 + (i % k)) % data.rows);

async function sameAssociations(
  engine: Engine,
  features: Matrix | Csr,
  members: Int32Array,
  count: number,
  size: number,
  rules: AssociationRules,
): Promise<void> {
  const range = { first: 0, count, size };
  const wanted = await js.associate(features, members, range, rules);
  const found = await engine.associate(features, members, range, rules);
  expect(found.constant).toBe(wanted.constant);
  expect(found.supported).toEqual(wanted.supported);
  compareBlocks(found.block, wanted.block, rules, size);
  const { offsets, values } = found.block;
  found.squaredNorms.forEach((norm, l) => {
    const own = values.subarray(offsets[l * features.columns], offsets[(l + 1) * features.columns]);
    expect(norm).toBe(own.reduce((sum, value) => sum + value * value, 0));
  });
  engine.release(found.block);
}

/** Entries by their place, as a map from locality, i and j to the value. */
function entriesOf(block: AssociationBlock): Map<string, number> {
  const entries = new Map<string, number>();
  let ordered = true;
  for (let r = 0; r < block.count * block.features; r++) {
    let before = r % block.features;
    for (let p = block.offsets[r]; p < block.offsets[r + 1]; p++) {
      ordered &&= block.columns[p] > before;
      before = block.columns[p];
      entries.set(`${r}/${before}`, block.values[p]);
    }
  }
  expect(ordered).toBe(true);
  return entries;
}

/** Same entries and values; an entry that only one side has must lie on the edge of the gate. */
function compareBlocks(
  found: AssociationBlock,
  wanted: AssociationBlock,
  rules: AssociationRules,
  size: number,
): void {
  const theirs = entriesOf(found);
  const ours = entriesOf(wanted);
  const debias = rules.form === 'debiased' ? 1 / (size - 1) : 0;
  const edge = Math.max(debias, rules.gate ** 2 / (size - 1));
  const wrong = [...new Set([...ours.keys(), ...theirs.keys()])].filter((key) => {
    const a = ours.get(key);
    const b = theirs.get(key);
    if (a !== undefined && b !== undefined) return !(Math.abs(a - b) < TOLERANCE);
    const value = Math.abs(a ?? b ?? 0);
    const squared = rules.form === 'debiased' ? value + debias : value * value;
    return !(Math.abs(squared - edge) < TOLERANCE);
  });
  expect(wrong).toEqual([]);
}

async function sameFactorProducts(
  engine: Engine,
  block: AssociationBlock,
  form: AssociationForm,
  modules: number,
): Promise<void> {
  const d = block.features;
  const positive = (rows: number, seed: number, scale: number): Matrix => {
    const m = makeMatrix(rows, modules, 'sparse', seed);
    return { ...m, data: m.data.map((value) => value * scale) };
  };
  const loadings = positive(d, 5, 0.3);
  const presence = positive(block.count, 6, 0.2);

  const forms = await js.quadraticForms([block], form, loadings);
  const total = forms.data.reduce((sum, value) => sum + Math.abs(value), 0);
  expect(worst((await engine.quadraticForms([block], form, loadings)).data, forms.data, total)).toBeLessThan(
    TOLERANCE,
  );

  const summed = { form, count: block.count, segment: block.count };
  const inOneGroup = async function* () {
    yield [block];
  };
  const wanted = await js.sumPatterns(inOneGroup(), summed, presence);
  const found = await engine.sumPatterns(inOneGroup(), summed, presence);
  expect(found).toMatchObject({ rows: modules, columns: (d * (d - 1)) / 2 });
  expect(worst(found.data, wanted.data, 1)).toBeLessThan(TOLERANCE);
}

async function sameNearest(
  engine: Engine,
  data: Matrix,
  queries: Matrix,
  options: { k: number; metric: Metric; excludeSelf: boolean },
): Promise<void> {
  const wanted = await js.nearest(data, queries, options);
  const found = await engine.nearest(data, queries, options);
  expect(found).toEqual(wanted);
}

async function sameRanks(engine: Engine, data: Matrix, k: number, metric: Metric): Promise<void> {
  const targets = targetsOf(data, k);
  expect(await engine.ranks(data, targets, { k, metric })).toEqual(
    await js.ranks(data, targets, { k, metric }),
  );
  const rows = Int32Array.from({ length: Math.ceil(data.rows / 3) }, (_, i) => i * 2);
  const some = targets.slice(0, rows.length * k);
  expect(await engine.ranks(data, some, { k, metric, rows })).toEqual(
    await js.ranks(data, some, { k, metric, rows }),
  );
  // more neighbors than targets, and fewer: lists begin with the targets
  for (const both of [{ k: k + 2 }, { k: 1 }, { k: 2, rows }]) {
    const options = { ...both, targetCount: k, metric };
    const requested = both.rows ? some : targets;
    expect(await engine.nearestAndRanks(data, requested, options)).toEqual(
      await js.nearestAndRanks(data, requested, options),
    );
  }
}
