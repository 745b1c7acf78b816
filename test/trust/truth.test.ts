// Behavior on data whose truth is known: what is torn is found torn, what is glued is found glued, chance is chance.
import { describe, expect, test } from 'vitest';
import {
  audit,
  compareNeighborhoods,
  continuity,
  distortion,
  localityTrust,
  measureTrust,
  moduleTrust,
  trustworthiness,
  verdictParagraph,
} from 'whymap/trust';
import { gatherRows } from '#whymap/core/matrix.js';
import { createRandom, permutation } from '#whymap/core/random.js';
import { cutSphere, shuffledRows, swissRoll, tornAndGlued, tree } from './made-maps.js';
import { auroc, matrixFrom } from './naive.js';

const fast = { pca: false, triplets: 2, ellipses: false };

test('a cluster torn in two and two clusters glued are found, sample by sample (AUROC at least 0.95)', async () => {
  const world = tornAndGlued();
  const neighborhoods = await compareNeighborhoods(world, { k: 10 });
  const { torn, glued } = distortion(neighborhoods);
  const isTorn = world.cluster.map((c) => c === 0);
  const isGlued = world.cluster.map((c) => c === 1 || c === 2);
  expect(auroc(torn, isTorn)).toBeGreaterThanOrEqual(0.95);
  expect(auroc(glued, isGlued)).toBeGreaterThanOrEqual(0.95);
  const untrue = trustworthiness(neighborhoods).pointwise?.map((t) => 1 - t) ?? [];
  const broken = continuity(neighborhoods).pointwise?.map((t) => 1 - t) ?? [];
  expect(auroc(untrue, isGlued)).toBeGreaterThanOrEqual(0.95);
  expect(auroc(broken, isTorn)).toBeGreaterThanOrEqual(0.95);
});

test('links name the pairs that were torn and glued', async () => {
  const world = tornAndGlued();
  const { tornLinks, gluedLinks } = distortion(await compareNeighborhoods(world, { k: 10 }));
  const ends = (links: typeof tornLinks) =>
    Array.from(links.targets.entries())
      .filter(([, target]) => target >= 0)
      .map(([at, target]) => [world.cluster[Math.floor(at / links.width)], world.cluster[target]].join());
  expect(new Set(ends(tornLinks))).toEqual(new Set(['0,0']));
  expect(new Set(ends(gluedLinks))).toEqual(new Set(['1,2', '2,1']));
});

test('the flags of modules and localities name exactly the torn and the glued region', async () => {
  const world = tornAndGlued();
  const { pointwise } = await audit(world, { ...fast, k: 10 });
  const samplePresence = matrixFrom(
    world.cluster.map((c) => Array.from({ length: 8 }, (_, m) => (m === c ? 0.7 : 0))),
  );
  const flags = moduleTrust({ samplePresence, pointwise }).map((m) => m.flag);
  expect(flags[0]).toMatch(/^Rests on a torn region: \d+% of the true neighbors/);
  expect(flags[1]).toMatch(/^Rests on a glued region: \d+% of the neighbors that the map shows/);
  expect(flags[2]).toMatch(/^Rests on a glued region/);
  expect(flags.slice(3)).toEqual([null, null, null, null, null]);
  const members = Int32Array.from(world.cluster.keys());
  const localities = localityTrust({ members, size: 60, pointwise });
  const kind = (flag: string | null) => flag?.slice(0, 'Rests on a torn'.length);
  expect(localities.map((l) => kind(l.flag))).toEqual(flags.map(kind));
  expect(Math.max(localities[0].trust, localities[1].trust)).toBeLessThan(
    Math.min(...localities.slice(3).map((l) => l.trust)),
  );
});

test('groups: tearing lowers cohesiveness and leaves steadiness; gluing the reverse', async () => {
  const { features, embedding, cluster } = tornAndGlued();
  const mend = (fix: (c: number, row: number[]) => number[]) =>
    matrixFrom(cluster.map((c, i) => fix(c, Array.from(embedding.data.subarray(2 * i, 2 * i + 2)))));
  const onlyGlued = mend((c, [x, y]) => (c === 0 && x > 12 ? [x - 24, y - 24] : [x, y]));
  const onlyTorn = mend((c, [x, y]) => (c === 2 ? [x + 60, y] : [x, y]));
  const glued = (await measureTrust({ features, embedding: onlyGlued }, { ...fast, k: 10 })).measures;
  const torn = (await measureTrust({ features, embedding: onlyTorn }, { ...fast, k: 10 })).measures;
  expect(glued.groupSteadiness?.value).toBeLessThan(0.95);
  expect(glued.groupCohesiveness?.value).toBeGreaterThan(glued.groupSteadiness?.value ?? 1);
  expect(torn.groupCohesiveness?.value).toBeLessThan(0.95);
  expect(torn.groupSteadiness?.value).toBeGreaterThan(torn.groupCohesiveness?.value ?? 1);
});

test('trusts an unrolled swiss roll and not its projection', async () => {
  const roll = swissRoll();
  const well = await audit({ features: roll.features, embedding: roll.unrolled }, { ...fast, k: 8 });
  const badly = await audit({ features: roll.features, embedding: roll.shadow }, { ...fast, k: 8 });
  expect(well.measures.trustworthiness?.value).toBeGreaterThan(0.99);
  expect(badly.measures.trustworthiness?.value).toBeLessThan(0.95);
  expect(well.verdict.find((s) => s.about === 'neighbors')?.answer).toBe('yes');
  expect(badly.measures.groupSteadiness?.value).toBeLessThan(
    (well.measures.groupSteadiness?.value ?? 0) - 0.1,
  );
});

test('finds a sphere torn along the meridian where it was cut, and nowhere else', async () => {
  const sphere = cutSphere();
  const { torn } = distortion(await compareNeighborhoods(sphere, { k: 10 }));
  const kept = sphere.nearCut.map((_, i) => i).filter((i) => sphere.nearCut[i] || sphere.farFromCut[i]);
  const score = auroc(
    kept.map((i) => torn[i]),
    kept.map((i) => sphere.nearCut[i]),
  );
  expect(score).toBeGreaterThanOrEqual(0.95);
});

test('trusts an unfolded tree, and finds two overlapping branches glued', async () => {
  const world = tree();
  const open = await compareNeighborhoods({ features: world.features, embedding: world.open }, { k: 10 });
  expect(trustworthiness(open).value).toBeGreaterThan(0.98);
  const { glued } = distortion(
    await compareNeighborhoods({ features: world.features, embedding: world.glued }, { k: 10 }),
  );
  const kept = world.branch.map((_, i) => i).filter((i) => world.along[i] > 3);
  const score = auroc(
    kept.map((i) => glued[i]),
    kept.map((i) => world.branch[i] === 1 || world.branch[i] === 3),
  );
  expect(score).toBeGreaterThanOrEqual(0.95);
});

test('shuffled rows score the null, and the verdict says that nothing may be concluded', async () => {
  const world = tornAndGlued();
  const embedding = shuffledRows(world.embedding);
  const labels = world.cluster.map(String);
  const { measures, verdict, pointwise } = await audit(
    { features: world.features, embedding },
    { ...fast, labels, k: 10 },
  );
  for (const [name, measure] of Object.entries(measures)) {
    const slack = name === 'rawStress' ? 0.03 * measure.null : name === 'groupDistances' ? 0.5 : 0.06;
    expect(Math.abs(measure.value - measure.null), name).toBeLessThan(slack);
  }
  expect(verdictParagraph(verdict)).toMatch(/^Nothing may be concluded from this map/);
  expect(verdict[0].figures.map((f) => f.measure)).toEqual(['trustworthiness', 'continuity']);
  expect(pointwise.pAdjusted.filter((p) => p < 0.05).length).toBe(0);
});

test('every sentence of a verdict names its figures, and each figure is that of the table', async () => {
  const world = tornAndGlued();
  const { measures, verdict } = await audit(world, { triplets: 2, k: 10, labels: world.cluster.map(String) });
  expect(verdict.map((s) => s.about)).toEqual(
    expect.arrayContaining(['neighbors', 'clusters', 'distances', 'densities', 'regions']),
  );
  for (const sentence of verdict) {
    expect(sentence.figures.length).toBeGreaterThan(0);
    for (const figure of sentence.figures) {
      const measure = Object.entries(measures).find(([name]) => name === figure.measure)?.[1];
      if (measure)
        expect([figure.value, figure.null, figure.pca]).toEqual([measure.value, measure.null, measure.pca]);
    }
  }
  const regionText = verdict.find((s) => s.about === 'regions')?.text ?? '';
  expect(regionText).toMatch(/Take care with .*0 \(\d+% torn\)/);
  expect(regionText).toMatch(/1 \(\d+% glued\)/);
});

describe('ties and few samples', () => {
  /** Rows of `kinds` different points, many times each, and a map on which each kind is a cloud of its own. */
  function duplicated(kinds: number, each: number, seed: number) {
    const random = createRandom(seed);
    const rows = kinds * each;
    const order = permutation(rows, random);
    const features = { rows, columns: 3, data: new Float32Array(rows * 3) };
    const map = { rows, columns: 2, data: new Float32Array(rows * 2) };
    order.forEach((kind, row) => {
      const g = kind % kinds;
      features.data.set([g * 1.5, (g * g) % 5, g % 2], row * 3);
      map.data.set([10 * g + random.normal(), 5 * (g % 2) + random.normal()], row * 2);
    });
    return { features, embedding: map };
  }

  test.each([2, 3, 6])(
    'a perfect map of %i kinds of duplicated rows may be read, a shuffled one may not',
    async (kinds) => {
      const input = duplicated(kinds, 60, 5);
      const good = await audit(input);
      expect(good.measures.trustworthiness?.value).toBe(1);
      expect(good.measures.continuity?.value).toBeGreaterThan(0.99);
      expect(good.verdict.find(({ about }) => about === 'neighbors')?.answer).toBe('yes');
      expect(good.verdict.map(({ answer }) => answer)).not.toContain('no');
      const order = permutation(input.embedding.rows, createRandom(9));
      const shuffled = { ...input, embedding: gatherRows(input.embedding, order) };
      const bad = await audit(shuffled);
      const { value = 0, null: chance = 0 } = bad.measures.trustworthiness ?? {};
      expect(Math.abs(value - chance)).toBeLessThan(0.06);
      expect(bad.verdict.some(({ answer }) => answer === 'yes')).toBe(false);
    },
  );

  test('ties are as scikit-learn counts them unless they are shared', async () => {
    const input = duplicated(2, 60, 7);
    const [row, shared] = [
      await compareNeighborhoods(input),
      await compareNeighborhoods(input, { ties: 'shared' }),
    ];
    expect(trustworthiness(row).value).toBeLessThan(0.95);
    expect(trustworthiness(shared).value).toBe(1);
  });

  test('few samples, and neighborhoods of most of them, are told first', async () => {
    const few = duplicated(5, 4, 3);
    const { verdict, k, warnings } = await audit(few);
    expect(k).toBe(6);
    expect(warnings.map(({ code }) => code)).toContain('neighbors-reduced');
    expect(verdict.map(({ text }) => text).join(' ')).toContain('Too little can be told from this map');
    const wide = await audit(duplicated(20, 2, 3), { k: 30 });
    expect(wide.verdict.some(({ about, answer }) => about === 'overall' && answer === 'unknown')).toBe(true);
  });
});
