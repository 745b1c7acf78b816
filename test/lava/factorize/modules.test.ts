// What `factorize` returns of each locality, the first and the last included.
import { expect, test } from 'vitest';
import { resolveContext } from '#whymap/engine/context.js';
import { associate, associationRules, releaseAssociations } from '#whymap/lava/associations/associations.js';
import { factorize } from '#whymap/lava/factorize/modules.js';
import { locate } from '#whymap/lava/localities/localities.js';
import type { Localities } from '#whymap/model.js';
import { plantModules } from '#whymap/reproduce/lava/planted.js';

const context = await resolveContext();

/** The localities in another order; a number may stand twice. */
function reordered(localities: Localities, order: readonly number[]): Localities {
  const { size, members } = localities;
  const parts = order.flatMap((l) => Array.from(members.subarray(l * size, (l + 1) * size)));
  return { ...localities, count: order.length, members: Int32Array.from(parts) };
}

test.each(['symmetric', 'stacked'] as const)(
  'localities of the same samples have the same presence, wherever they stand (%s)',
  async (form) => {
    const planted = plantModules({
      samples: 400,
      features: 30,
      modules: 3,
      clusters: 6,
      seed: 4,
      correlation: 0.8,
    });
    const located = await locate(planted.embedding, { localitySize: 40 }, context);
    const rest = Array.from({ length: located.count }, (_, l) => l);
    const presenceRows = async (localities: Localities): Promise<number[][]> => {
      const { features } = planted.table;
      const associations = await associate(features, localities, {}, context);
      const samples = { features, localities, rules: associationRules({}, localities.size) };
      const { presence, count } = await factorize({ associations, samples }, { modules: 3, form }, context);
      await releaseAssociations(associations, context);
      return Array.from({ length: localities.count }, (_, l) =>
        Array.from(presence.data.subarray(l * count, (l + 1) * count)),
      );
    };
    const sums = (await presenceRows(located)).map((row) => row.reduce((a, b) => a + b));
    const strongest = sums.indexOf(Math.max(...sums));
    const twins = reordered(located, [strongest, ...rest, strongest]);
    const rows = await presenceRows(twins);
    expect(Math.max(...rows[strongest + 1])).toBeGreaterThan(0);
    for (const twin of [0, twins.count - 1]) {
      rows[twin].forEach((value, k) => {
        expect(value).toBeCloseTo(rows[strongest + 1][k], 6);
      });
    }
  },
);
