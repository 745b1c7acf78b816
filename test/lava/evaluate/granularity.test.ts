// The number of modules by what holds on other samples, and stability over repeats, on planted truth.
import { expect, test } from 'vitest';
import { explain } from 'whymap';
import { locate, moduleStability } from 'whymap/lava';
import { toDense } from '#whymap/core/csr.js';
import { createRandom } from '#whymap/core/random.js';
import { resolveContext } from '#whymap/engine/context.js';
import { OptionError } from '#whymap/errors.js';
import { plantModules } from '#whymap/reproduce/lava/planted.js';
import { matchModules } from '#whymap/reproduce/lava/score.js';

const planted = plantModules({
  seed: 4,
  correlation: 0.7,
  samples: 1200,
  features: 60,
  modules: 4,
  clusters: 8,
});
const options = { localitySize: 80, overlap: 3, evaluations: 0, draws: 0 };

test('auto finds the planted number within one; the held-out share hardly rises beyond it', async () => {
  const found = await explain(planted, { ...options, modules: 'auto', mostModules: 10 }, {});
  const { granularity } = found;
  if (!granularity) throw new Error('auto gives a granularity');
  expect(Math.abs(granularity.chosen - 4)).toBeLessThanOrEqual(1);
  expect(granularity.chosen).toBe(
    Math.max(...granularity.curve.map(({ recurrent: recurring }) => recurring)),
  );
  expect(found.modules.count).toBe(granularity.chosen);
  // what is found again and not chosen is told of, where it is much
  const most = Math.max(...granularity.curve.map(({ replicated }) => replicated));
  const warning = found.warnings.find(({ code }) => code === 'more-modules-replicate');
  expect(warning !== undefined).toBe(most >= Math.max(1.5 * granularity.chosen, granularity.chosen + 2));
  if (warning) expect(warning.message).toContain(`${most} replicate`);
  // one mean association for many numbers gives what a run with this number gives
  const fixed = await explain(planted, { ...options, modules: granularity.chosen }, {});
  expect(fixed.modules).toEqual(found.modules);
  const at = (m: number) => granularity.curve.find(({ modules }) => modules === m);
  expect(at(1)?.heldOut).toBeLessThan(at(4)?.heldOut ?? 0);
  const gained = (from: number, to: number) => (at(to)?.heldOut ?? 0) - (at(from)?.heldOut ?? 0);
  expect(gained(4, 10)).toBeLessThan(0.1 * gained(1, 4));
  expect(at(10)?.explained).toBeGreaterThan(at(4)?.explained ?? 1);
  for (const { heldOut, explained, stability } of granularity.curve) {
    expect(heldOut).toBeLessThan(explained);
    expect(stability).toBeGreaterThan(0);
    expect(stability).toBeLessThanOrEqual(1 + 1e-9);
  }
});

test('the number does not depend on the seed: whatever the seed, the same curve', async () => {
  const auto = { ...options, modules: 'auto', mostModules: 5, draws: 0, refits: 0 } as const;
  const [first, second] = [
    await explain(planted, auto, { seed: 1 }),
    await explain(planted, auto, { seed: 2 }),
  ];
  expect(second.granularity).toEqual(first.granularity);
  expect(second.modules.loadings).toEqual(first.modules.loadings);
});

test('auto takes one module where there is one pair, also when a half shows nothing', async () => {
  const { features, ...rest } = planted.table;
  const pair = Float32Array.from({ length: 2400 }, (_, i) => ((i >> 1) % 7) + (i % 2 ? Math.sin(i) : 0));
  const table = {
    ...rest,
    featureNames: ['a', 'b'],
    features: { rows: features.rows, columns: 2, data: pair },
  };
  const found = await explain({ ...planted, table }, { ...options, modules: 'auto' }, {});
  expect(found.granularity?.chosen).toBe(1);
  const none = { ...table, features: { ...table.features, data: new Float32Array(2400) } };
  const empty = await explain({ ...planted, table: none }, { ...options, modules: 'auto' }, {});
  expect(empty.granularity).toMatchObject({ chosen: 1 });
  expect(empty.granularity?.curve.every(({ heldOut }) => heldOut === 0)).toBe(true);
  expect(empty.modules.count).toBe(0);
});

test('auto is refused when localities cannot be halved, or with a bound that is no number', async () => {
  const tiny = { ...options, modules: 'auto', localitySize: 5 } as const;
  await expect(explain(planted, tiny, {})).rejects.toThrow(OptionError);
  const bad = { ...options, modules: 'auto', mostModules: 0 } as const;
  await expect(explain(planted, bad, {})).rejects.toThrow(OptionError);
});

test('planted modules are stable over seeds, samples and sizes; a made-up one is not', async () => {
  const context = await resolveContext({ seed: 3 });
  const found = await explain(planted, { ...options, modules: 4, stability: 2 }, context);
  for (const { found: k } of matchModules(planted.loadings, found.modules.loadings)) {
    const { stability } = found.descriptions[k];
    for (const kind of ['seeds', 'bootstrap', 'localitySize', 'overlap'] as const) {
      expect(stability?.[kind]).toBeGreaterThan(0.8);
    }
    expect(stability?.presence).toBeGreaterThan(0.7);
    expect(stability?.subsample).toBeNull();
  }
  const data = found.modules.loadings.data.slice();
  data.copyWithin(0, 7, 7 + 50);
  const loadings = { ...found.modules.loadings, data };
  const localities = await locate(planted.embedding, options, context);
  const input = {
    ...planted,
    localities,
    modules: { ...found.modules, loadings },
    samplePresence: found.samplePresence,
  };
  const [madeUp] = await moduleStability(input, { ...options, stability: 1 }, context);
  expect(madeUp.seeds).toBeLessThan(0.5);
  await expect(explain(planted, { ...options, stability: -1 }, context)).rejects.toThrow(OptionError);
});

test('bootstraps hold no copies: features seen in few samples do not drive planted modules out', async () => {
  const samples = 800;
  const made = plantModules({ seed: 4, correlation: 0.45, samples, features: 40, modules: 3, clusters: 6 });
  const d = 400;
  const random = createRandom(1, 'rare');
  const dense = toDense(made.table.features);
  const data = Float32Array.from({ length: samples * d }, (_, i) => {
    const feature = i % d;
    if (feature < 40) return dense.data[Math.floor(i / d) * 40 + feature];
    return random.uniform() < 0.07 ? 1 : 0;
  });
  const featureNames = Array.from({ length: d }, (_, f) => `f${f}`);
  const table = { ...made.table, featureNames, features: { rows: samples, columns: d, data } };
  const requested = { ...options, modules: 4, stability: 1 };
  const { modules, descriptions } = await explain({ ...made, table }, requested, { seed: 3 });
  const truth = { rows: 3, columns: d, data: new Float32Array(3 * d) };
  for (let k = 0; k < 3; k++) {
    truth.data.set(made.loadings.data.subarray(k * 40, (k + 1) * 40), k * d);
  }
  for (const { found } of matchModules(truth, modules.loadings)) {
    expect(descriptions[found].stability?.bootstrap).toBeGreaterThan(0.9);
  }
});
