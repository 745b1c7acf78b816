// The trace as a whole: on known truth (the quick version of bench/structure.mjs), on drawn maps, at the edges.
import { describe, expect, test } from 'vitest';
import { embed, structureForces, tableOf } from 'whymap/dr';
import { findStructures, traceStructure } from 'whymap/trust';
import { createRandom } from '#whymap/core/random.js';
import { resolveContext } from '#whymap/engine/context.js';
import type { Matrix } from '#whymap/model.js';
import { isTrue, makeSet } from '../../../bench/structure-sets.mjs';
import { matrixFrom } from '../naive.js';

/** Samples spread over discs, a chain of samples, and a ring. */
function drawn(
  parts: {
    disc?: [number, number, number, number];
    chain?: [number, number, number];
    ring?: [number, number];
  },
  seed: number,
): Matrix {
  const random = createRandom(seed);
  const points: number[][] = [];
  const [x, y, radius, count] = parts.disc ?? [0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    const [angle, r] = [2 * Math.PI * random.uniform(), radius * Math.sqrt(random.uniform())];
    points.push(
      [x + r * Math.cos(angle), y + r * Math.sin(angle)],
      [x + 10 + r * Math.cos(angle), y - r * Math.sin(angle)],
    );
  }
  const [from, to, links] = parts.chain ?? [0, 0, 0];
  for (let i = 0; i < links; i++)
    points.push([from + ((to - from) * (i + 0.5)) / links, 0.1 * random.normal()]);
  const [inner, around] = parts.ring ?? [0, 0];
  for (let i = 0; i < around; i++) {
    const [angle, r] = [
      2 * Math.PI * random.uniform(),
      Math.sqrt(inner ** 2 + (1 - inner ** 2) * random.uniform()),
    ];
    points.push([r * Math.cos(angle), r * Math.sin(angle)]);
  }
  return matrixFrom(points);
}

describe('the finder', () => {
  test('finds two discs, the gap and the chain that links them', async () => {
    const context = await resolveContext();
    const found = await findStructures(drawn({ disc: [0, 0, 3, 150], chain: [3.3, 6.7, 9] }, 1), {}, context);
    expect(found.clusters.map(({ rows }) => rows.length > 100)).toEqual([true, true]);
    expect(found.gaps).toHaveLength(1);
    expect(found.bridges).toHaveLength(1);
    expect([...found.bridges[0].rows].filter((i) => i >= 300).length).toBeGreaterThanOrEqual(7);
  });

  test('finds the hole of a ring at its middle and none in a disc', async () => {
    const context = await resolveContext();
    const { holes } = await findStructures(drawn({ ring: [0.6, 300] }, 2), {}, context);
    expect(holes).toHaveLength(1);
    expect(Math.hypot(...holes[0].center)).toBeLessThan(0.3);
    expect((await findStructures(drawn({ ring: [0, 300] }, 3), {}, context)).holes).toEqual([]);
  });
});

describe('known truth', () => {
  const kinds = ['two', 'torn', 'square', 'ring', 'disk', 'bridge', 'glued', 'noise'];
  test.each(
    kinds.flatMap((kind) => [
      [kind, 'umap'],
      [kind, 'tsne'],
    ]),
  )('%s by %s: no false claim', async (kind, method) => {
    const context = await resolveContext();
    const set = await makeSet(kind, method, 7, context);
    const regions = [{ name: 'selection', rows: set.region }];
    const { structures, found } = await traceStructure(
      { features: set.features, embedding: set.map, regions },
      {},
      context,
    );
    const counted = structures.flatMap((structure) => {
      const truth = isTrue(
        structure,
        set,
        found.clusters.map(({ rows }) => rows),
      );
      return truth === null ? [] : [{ structure, truth }];
    });
    const wrong = counted.filter(
      ({ structure, truth }) => structure.answer === (truth ? 'made by the projection' : 'in the data'),
    );
    expect(wrong.map(({ structure }) => structure.text)).toEqual([]);
    const open = counted.filter(({ structure }) => structure.answer === 'cannot be told');
    expect(open.length).toBeLessThanOrEqual(counted.length / 2);
  });
});

describe('a trace', () => {
  const two = matrixFrom(
    Array.from({ length: 200 }, (_, i) => {
      const random = createRandom(i);
      return Array.from({ length: 3 }, (_, c) => random.normal() + (c === 0 && i % 2 ? 9 : 0));
    }),
  );
  const again = async (features: Matrix, index: number) =>
    (await embed(tableOf(features), { method: 'pca' }, { random: createRandom(index) })).embedding
      .coordinates;

  test('says what other maps and forces say, the same every time', async () => {
    const context = await resolveContext();
    const map = await again(two, 0);
    const forces = await structureForces({ features: two, embedding: map }, { method: 'umap' }, context);
    const run = () =>
      traceStructure(
        { features: two, embedding: map, embed: again, forces },
        { seeds: 2, nullMaps: 2 },
        context,
      );
    const { structures } = await run();
    expect(structures.map(({ kind, answer }) => `${kind} ${answer}`)).toEqual([
      'cluster in the data',
      'cluster in the data',
      'gap in the data',
    ]);
    const [, , gap] = structures;
    expect(gap.seeds).toEqual({ shown: 2, of: 2 });
    expect(gap.nullMaps).toEqual({ shown: 0, of: 2 });
    expect(gap.forces?.attractionWithin).toBeGreaterThan(0);
    expect(gap.pAdjusted).toBeGreaterThanOrEqual(gap.p);
    expect(gap.text).toMatch(/^Gap A \| B \(\d+ and \d+ samples\): .*2 of 2 maps with other seeds show it/);
    expect(structures).toEqual((await run()).structures);
  });

  test('forces are the same from both sides, and losing the pairs across parts the sides', async () => {
    const context = await resolveContext();
    const rows = Array.from({ length: 160 }, (_, i) => [i % 40, Math.floor(i / 40)]);
    const map = matrixFrom(rows);
    const [a, b] = [0, 1].map((side) =>
      Int32Array.from(rows.keys()).filter((i) => rows[i][0] < 20 === (side === 0)),
    );
    for (const method of ['umap', 'tsne'] as const) {
      const between = await structureForces({ features: map, embedding: map }, { method }, context);
      const [forward, back] = [await between(a, b), await between(b, a)];
      expect(back.attractionAcross).toBeCloseTo(forward.attractionAcross, 10);
      expect(back.repulsionAcross).toBeCloseTo(forward.repulsionAcross, 8);
      expect(forward.pairsAcross).toBeGreaterThan(0);
      expect(forward.strongest.every(({ i, j }) => rows[i][0] < 20 !== rows[j][0] < 20)).toBe(true);
      expect(forward.widthWithout).toBeGreaterThan(forward.widthAfter);
    }
  });

  test('constant and duplicated data give no claim that anything is in the data', async () => {
    const random = createRandom(4);
    const embedding = matrixFrom(
      Array.from({ length: 120 }, (_, i) => [random.normal() + (i % 2) * 20, random.normal()]),
    );
    for (const features of [
      matrixFrom(Array.from({ length: 120 }, () => [1, 2, 3])),
      matrixFrom(Array.from({ length: 120 }, (_, i) => [i % 7, 0])),
    ]) {
      const { structures } = await traceStructure({ features, embedding });
      expect(structures.filter(({ answer }) => answer === 'in the data')).toEqual([]);
    }
  });

  test('refuses too few samples, other rows and options out of range', async () => {
    const few = matrixFrom(Array.from({ length: 20 }, (_, i) => [i, i * i]));
    await expect(traceStructure({ features: few, embedding: few })).rejects.toThrow(
      /20 samples; expected at least 30/,
    );
    await expect(traceStructure({ features: two, embedding: few })).rejects.toThrow(
      /200 rows of features and 20/,
    );
    await expect(traceStructure({ features: two, embedding: two }, { leastSamples: 3 })).rejects.toThrow(
      /leastSamples 3/,
    );
    await expect(traceStructure({ features: two, embedding: two }, { metric: 'manhattan' })).rejects.toThrow(
      /manhattan/,
    );
  });
});
