// A fit on shards: the same bytes as in one process, for any number of shards, on every engine, and after losses.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { selectRows } from '#whymap/core/csr.js';
import { addToRanges, newValueRanges } from '#whymap/core/rows/value-ranges.js';
import { type Context, createContext } from '#whymap/engine/context.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import { unwatched } from '#whymap/engine/watch.js';
import { FormatError } from '#whymap/errors.js';
import { associate, associationRules, releaseAssociations } from '#whymap/lava/associations/associations.js';
import { isSharded, operationsOf } from '#whymap/lava/associations/operations.js';
import { partedTable } from '#whymap/lava/associations/parted.js';
import { segmentSize } from '#whymap/lava/associations/segments.js';
import { moduleScoresOf } from '#whymap/lava/conditions/scores.js';
import { leadingPairs } from '#whymap/lava/describe/describe.js';
import { correlateLocalities, type ModuleCorrelations } from '#whymap/lava/describe/local-correlations.js';
import { factorize } from '#whymap/lava/factorize/modules.js';
import { locate } from '#whymap/lava/localities/localities.js';
import { createShards } from '#whymap/lava/shard/coordinator.js';
import { divide, spansOf } from '#whymap/lava/shard/divide.js';
import { LostError, type ShardLine } from '#whymap/lava/shard/messages.js';
import { createShardStore } from '#whymap/lava/shard/shard-store.js';
import type { PartsReader } from '#whymap/lava/shard/specification.js';
import type { Associations, Csr, Localities, Matrix, Modules } from '#whymap/model.js';
import { plantModules } from '#whymap/reproduce/lava/planted.js';
import { toCsr } from '../../engine/cases.js';
import { ENGINES } from '../../engine/engines.js';

const FEATURES = 26;
const planted = plantModules({
  ...{ samples: 1500, features: FEATURES, modules: 3, clusters: 6, seed: 4, correlation: 0.8 },
});
const dense = planted.table.features as Matrix;
/** Of samples in three levels, some in none. */
const levels = Int32Array.from({ length: dense.rows }, (_, row) => (row % 11 === 0 ? -1 : row % 3));

/** What is compared of a fit. */
interface Fitted {
  readonly modules: Modules;
  readonly correlated: readonly ModuleCorrelations[];
  readonly counts: Associations['counts'];
  readonly norms: Float64Array;
}

/** A fit in a context. */
async function fitModules(
  context: Context,
  localities: Localities,
  features: Matrix | Csr,
  options: Parameters<typeof associate>[2] & { readonly form?: 'stacked' } = {},
): Promise<Fitted> {
  const associations = await associate(features, localities, options, context);
  expect(isSharded(associations)).toBe(context.shards !== undefined);
  try {
    const samples = { features, localities, rules: associationRules(options, localities.size) };
    const modules = await factorize({ associations, samples }, { modules: 4, form: options.form }, context);
    const wanted = leadingPairs(modules, localities.count, planted.embedding.coordinates);
    const operations = operationsOf(associations, context.engine);
    const correlated = await operations.correlateLocalities(samples, wanted, unwatched);
    return { modules, correlated, counts: associations.counts, norms: associations.squaredNorms };
  } finally {
    await releaseAssociations(associations, context);
  }
}

/** The context with its fits on `count` shards, each a store of its own. */
function onShards(
  context: Context,
  count: number,
  line: (line: ShardLine) => ShardLine = (same) => same,
): Context {
  const lines = Array.from({ length: count }, () => line(createShardStore(context)));
  return { ...context, shards: createShards(lines, context.engine, 'test') };
}

/** The table as if its rows lay in parts, in another order, and a reader of them that counts its calls. */
function inParts(features: Matrix | Csr) {
  const order = Int32Array.from({ length: features.rows }, (_, i) => (i * 7) % features.rows);
  const positions = new Int32Array(features.rows);
  order.forEach((row, at) => {
    positions[row] = at;
  });
  const reader = { reads: 0 };
  const read = async (wanted: Int32Array) => {
    reader.reads++;
    return selectRows(
      features,
      wanted.map((at) => order[at]),
    );
  };
  const layout = 'offsets' in features ? ('sparse' as const) : ('dense' as const);
  const parts = { path: '/shared/parts', key: 'k', layout, order, positions, read };
  return { table: partedTable(parts, features.columns), read, reader };
}

/** A line that now and then loses all that its shard knows: before a request, or once it was worked on. */
function unreliable(context: Context, ...reader: [read?: PartsReader]): () => ShardLine {
  return () => {
    let requests = 0;
    let store = createShardStore(context, ...reader);
    return {
      async request(request, call) {
        const number = ++requests;
        const reply = await store.request(request, call);
        if (number % 5 === 0) throw new LostError('a process that was killed for a test');
        if (number % 3 === 0) store = createShardStore(context, ...reader);
        return reply;
      },
    };
  };
}

for (const [name, create] of Object.entries({ js: async () => createJsEngine(), ...ENGINES })) {
  describe(name, () => {
    let context: Context;
    let localities: Localities;
    let whole: Fitted;
    beforeAll(async () => {
      context = await createContext({ engine: await create() });
      localities = await locate(planted.embedding, { localitySize: 30, overlap: 9 }, context);
      whole = await fitModules(context, localities, dense);
    });
    afterAll(() => context.engine.close());

    test('there are several segments, and modules', () => {
      expect(localities.count).toBeGreaterThan(400);
      expect(segmentSize(localities.count)).toBe(64);
      expect(whole.modules.count).toBeGreaterThan(2);
      expect(whole.correlated.some(({ freedom }) => freedom.length > 64)).toBe(true);
    });

    test.each([1, 2, 3, 8, 20])('gives the same bytes on %i shards', async (count) => {
      expect(await fitModules(onShards(context, count), localities, dense)).toEqual(whole);
    });

    test('gives the same bytes when all shards are in one process', async () => {
      const line = createShardStore(context);
      expect(
        await fitModules(
          onShards(context, 3, () => line),
          localities,
          dense,
        ),
      ).toEqual(whole);
    });

    test('gives the same bytes when shards lose what they know', async () => {
      const make = unreliable(context);
      expect(
        await fitModules(
          onShards(context, 3, () => make()),
          localities,
          dense,
        ),
      ).toEqual(whole);
    });

    test.each([
      ['sparse rows', toCsr(dense), {}],
      ['levels', dense, { levels }],
      ['signed associations', dense, { associationForm: 'signed' as const }],
      ['ranks', dense, { association: 'spearman' as const }],
      ['the stacked form', dense, { form: 'stacked' as const }],
    ])('gives the same bytes with %s', async (_, features, options) => {
      const wanted = await fitModules(context, localities, features, options);
      expect(await fitModules(onShards(context, 3), localities, features, options)).toEqual(wanted);
    });

    test.each([
      ['dense', dense],
      ['sparse', toCsr(dense)],
    ])('gives the same bytes from %s rows that the shards read themselves', async (_, features) => {
      const { table, read, reader } = inParts(features);
      const lines = Array.from({ length: 3 }, () => createShardStore(context, (_, wanted) => read(wanted)));
      const sharded = { ...context, shards: createShards(lines, context.engine, 'test') };
      const wanted = await fitModules(context, localities, features, { levels });
      expect(await fitModules(sharded, localities, table, { levels })).toEqual(wanted);
      expect(reader.reads).toBe(3);
    });

    test('gives the same bytes where associations do not fit in memory', async () => {
      const small = { ...context, memory: 1_000_000 };
      expect(await fitModules(small, localities, dense)).toEqual(whole);
      expect(await fitModules(onShards(small, 3), localities, dense)).toEqual(whole);
    });

    test('ends when its signal is aborted', async () => {
      const stop = new AbortController();
      const sharded = { ...onShards(context, 2), signal: stop.signal };
      const fitted = fitModules(sharded, localities, dense);
      stop.abort();
      await expect(fitted).rejects.toMatchObject({ code: 'cancelled' });
    });
  });
}

test('ranges are whole segments, as even as these allow, and whole groups where that costs little', () => {
  const segmentsOf = (localities: number, shards: number) =>
    divide(localities, 64, shards).map(({ count }) => count / 64);
  expect(segmentsOf(640, 3)).toEqual([3, 3, 4]);
  expect(segmentsOf(500, 3)).toEqual([2, 3, 2.8125]);
  expect(segmentsOf(1024, 3)).toEqual([5, 5, 6]);
  expect(segmentsOf(960, 4)).toEqual([4, 4, 4, 3]);
  expect(segmentsOf(1024, 8)).toEqual(new Array(8).fill(2));
  expect(divide(200, 64, 8).map(({ count }) => count)).toEqual([64, 64, 64, 8]);
  for (const localities of [1, 63, 64, 65, 1024, 1025, 5000, 1_000_000]) {
    const segment = segmentSize(localities);
    expect(Math.ceil(localities / segment)).toBeLessThanOrEqual(16);
    for (const shards of [1, 2, 3, 8, 16, 64]) {
      const ranges = divide(localities, segment, shards);
      let next = 0;
      for (const { first, count } of ranges) {
        expect(first).toBe(next);
        expect(first % segment).toBe(0);
        next += count;
      }
      expect(next).toBe(localities);
    }
  }
});

test('spans are the groups that a range holds whole, and the segments of others', () => {
  const segmentsOf = (first: number, count: number) =>
    spansOf({ first: first * 64, count: count * 64 }, 64, 14 * 64).map((span) => span.count / 64);
  expect(segmentsOf(0, 14)).toEqual([4, 4, 4, 2]);
  expect(segmentsOf(0, 7)).toEqual([4, 1, 1, 1]);
  expect(segmentsOf(7, 7)).toEqual([1, 4, 2]);
  expect(segmentsOf(5, 2)).toEqual([1, 1]);
  expect(spansOf({ first: 0, count: 70 }, 64, 70).map(({ count }) => count)).toEqual([64, 6]);
  // as the fits of most tables have them
  expect(spansOf({ first: 0, count: 1500 }, 128, 1500).map(({ count }) => count)).toEqual([
    384, 384, 384, 348,
  ]);
});

test('parts that a shard does not see are said before anything is computed', async () => {
  const context = await createContext({ engine: 'js' });
  const blind = async () => {
    throw new FormatError({ got: 'no parts', expected: 'parts', remedy: 'put them there' });
  };
  const [seeing, other] = [async () => dense, blind].map((read) => createShardStore(context, read));
  const parts = { path: '/shared/parts', key: 'k' };
  await createShards([seeing], context.engine, 'test').seeParts(parts, unwatched);
  const shards = createShards([seeing, other], context.engine, 'test');
  await expect(shards.seeParts(parts, unwatched)).rejects.toMatchObject({ code: 'format' });
});

/** A module of some leading features. */
const moduleOf = (features: number[]) => ({
  topFeatures: features.map((feature) => ({ feature, loading: 1 })),
  signs: { together: features, opposed: [], turned: new Int32Array(), flips: [] },
});

test.each([
  ['dense', dense],
  ['sparse', toCsr(dense)],
])('ranges and scores of %s rows that shards read are those of one process', async (_, features) => {
  const context = await createContext({ engine: 'js' });
  const explanation = { descriptions: [moduleOf([1, 2, 3]), moduleOf([7, 5])], image: null };
  const wanted = await moduleScoresOf(explanation, { ...planted.table, features }, context);
  const ranges = newValueRanges(FEATURES);
  addToRanges(ranges, features);
  const { table, read } = inParts(features);
  const lost = unreliable(context, (_, rows) => read(rows));
  for (const make of [lost, () => createShardStore(context, (_, rows) => read(rows))]) {
    const lines = Array.from({ length: 3 }, make);
    const shards = createShards(lines, context.engine, 'test');
    const scored = { ...planted.table, features: table };
    expect(await moduleScoresOf(explanation, scored, { ...context, shards })).toEqual(wanted);
    expect(await shards.rows.ranges(table, unwatched)).toEqual(ranges);
  }
});

test('localities that straddle groups of the map are found by shards', async () => {
  const context = await createContext({ engine: 'js' });
  const { coordinates } = planted.embedding;
  const localities = await locate(planted.embedding, { localitySize: 300, overlap: 30 }, context);
  // two features that differ between the sides of the map, and two that do not
  const shifted = { rows: dense.rows, columns: 4, data: new Float32Array(4 * dense.rows) };
  shifted.data.forEach((_, p) => {
    const row = p >> 2;
    const side = coordinates.data[2 * row] > 0 ? 1 : 0;
    shifted.data[p] = dense.data[row * FEATURES + (p & 3)] * 0.01 + ((p & 3) < 2 ? side : 0);
  });
  const samples = { features: shifted, localities, rules: associationRules({}, localities.size) };
  const present = new Uint8Array(2 * localities.count).fill(1);
  const modules = [
    { features: Int32Array.of(1, 0), loadings: Float64Array.of(1, 0.8) },
    { features: Int32Array.of(2, 3), loadings: Float64Array.of(1, 0.7) },
  ];
  const wanted = { modules, present, coordinates };
  const whole = await correlateLocalities(samples, wanted, unwatched);
  const straddling = whole.map((module) => module.straddling.reduce((sum, each) => sum + each, 0));
  expect(straddling[0]).toBeGreaterThan(0);
  expect(straddling[0]).toBeLessThan(localities.count);
  expect(straddling[1]).toBeLessThan(straddling[0]);
  const sharded = onShards(context, 3);
  const associations = await associate(shifted, localities, {}, sharded);
  expect(
    await operationsOf(associations, context.engine).correlateLocalities(samples, wanted, unwatched),
  ).toEqual(whole);
  await releaseAssociations(associations, sharded);
});

test('values in parts are never read as if they were in memory, and a shard without files refuses them', async () => {
  const context = await createContext({ engine: 'js' });
  const { table } = inParts(toCsr(dense));
  expect(() => (table as Csr).values).toThrow('in parts');
  const localities = await locate(planted.embedding, { localitySize: 200, overlap: 1 }, context);
  await expect(fitModules(onShards(context, 1), localities, table)).rejects.toMatchObject({ code: 'option' });
});

test('gives up on data that no process survives', async () => {
  const context = await createContext({ engine: 'js' });
  const localities = await locate(planted.embedding, { localitySize: 200, overlap: 1 }, context);
  const line = { request: () => Promise.reject(new LostError('a process that was killed')) };
  const shards = createShards([line], context.engine, 'test');
  await expect(fitModules({ ...context, shards }, localities, dense)).rejects.toMatchObject({
    code: 'machine',
    got: 'a process that was killed, like the 5 before it that were given the same step',
    remedy: expect.stringMatching(/fewer processes or less .*memory/),
  });
});
