// Coarser modules from one fit: the tree of merges against the definition, and groups as exact unions.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createContext, explain } from 'whymap';
import { groupPresence, moduleGroups } from 'whymap/lava';
import { unwatched } from '#whymap/engine/watch.js';
import { OptionError } from '#whymap/errors.js';
import { associate, releaseAssociations } from '#whymap/lava/associations/associations.js';
import { moduleHierarchy, wardLinkage } from '#whymap/lava/factorize/hierarchy.js';
import { meanAssociation } from '#whymap/lava/factorize/mean-association.js';
import { locate } from '#whymap/lava/localities/localities.js';
import { plantModules } from '#whymap/reproduce/lava/planted.js';

/** Symmetric couplings of m modules from a list of values. */
function couplingOf(values: readonly number[], m: number): Float64Array {
  const coupling = new Float64Array(m * m).fill(1);
  let at = 0;
  for (let a = 0; a < m; a++) {
    for (let b = a + 1; b < m; b++) coupling[a * m + b] = coupling[b * m + a] = values[at++];
  }
  return coupling;
}

const couplings = fc.integer({ min: 1, max: 8 }).chain((m) =>
  fc.tuple(
    fc.constant(m),
    fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: (m * (m - 1)) / 2,
      maxLength: (m * (m - 1)) / 2,
    }),
  ),
);

const sharesOf = (m: number) => Float64Array.from({ length: m }, (_, k) => 1 / (k + 1));

test('every node is merged once, by the definition of the cost, and a merge of all is the last', () => {
  fc.assert(
    fc.property(couplings, ([m, values]) => {
      const coupling = couplingOf(values, m);
      const share = sharesOf(m);
      const { merges } = wardLinkage(coupling, share);
      expect(merges).toHaveLength(m - 1);
      const used = merges.flatMap(({ first, second }) => [first, second]).sort((a, b) => a - b);
      expect(used).toEqual(Array.from({ length: 2 * (m - 1) }, (_, node) => node));
      if (m < 2) return;
      // the first merge by brute force over all pairs of modules
      const cost = (a: number, b: number) =>
        ((share[a] * share[b]) / (share[a] + share[b])) * (2 - 2 * coupling[a * m + b]);
      const pairs = [...Array(m).keys()].flatMap((a) => [...Array(a).keys()].map((b) => [b, a] as const));
      const least = Math.min(...pairs.map(([a, b]) => cost(a, b)));
      const { first, second, coupling: shown } = merges[0];
      expect(cost(first, second)).toBeCloseTo(least, 12);
      expect(shown).toBeCloseTo(coupling[first * m + second], 12);
    }),
  );
});

test('couplings of points on a line give the merges of Ward by hand; of equal ones the lower numbers first', () => {
  // points 0, 1, 10, 12 of equal weight: inner products in place of couplings
  const points = [0, 1, 10, 12];
  const products = Float64Array.from({ length: 16 }, (_, t) => points[t >> 2] * points[t & 3]);
  const hand = wardLinkage(products, [1, 1, 1, 1]);
  expect(hand.merges.map(({ first, second }) => [first, second])).toEqual([
    [0, 1],
    [2, 3],
    [4, 5],
  ]);
  expect(hand.merges[2].coupling).toBeCloseTo(0.5 * 11, 12);
  const equal = wardLinkage(couplingOf([0.5, 0.5, 0.5], 3), [1, 1, 1]);
  expect(equal.merges[0]).toMatchObject({ first: 0, second: 1 });
  // a light module joins what is near before two heavy ones that are nearer join
  const light = wardLinkage(couplingOf([0.6, 0.1, 0.5], 3), [1, 1, 0.01]);
  expect(light.merges[0]).toMatchObject({ first: 1, second: 2 });
});

const planted = plantModules({
  seed: 4,
  correlation: 0.7,
  samples: 1200,
  features: 60,
  modules: 4,
  clusters: 8,
});

test('groups of a fit are nested unions that keep share and presence; one program cut in two is joined first', async () => {
  const options = { localitySize: 80, overlap: 3, evaluations: 0, draws: 0, refits: 0, modules: 4 };
  const found = await explain(planted, options);
  const m = found.modules.count;
  expect(moduleGroups(found, m).map(({ modules }) => modules)).toEqual(
    Array.from({ length: m }, (_, k) => [k]),
  );
  for (let count = m; count >= 1; count--) {
    const groups = moduleGroups(found, count);
    expect(groups).toHaveLength(count);
    expect(groups.flatMap(({ modules }) => modules).sort((a, b) => a - b)).toEqual([...Array(m).keys()]);
    const share = groups.reduce((sum, group) => sum + group.share, 0);
    expect(share).toBeCloseTo(
      [...found.modules.share].reduce((a, b) => a + b, 0),
      12,
    );
    for (const { topFeatures } of groups) expect(topFeatures[0].loading).toBe(1);
    if (count === m) continue;
    const finer = moduleGroups(found, count + 1);
    for (const { modules } of finer) {
      expect(groups.some((group) => modules.every((k) => group.modules.includes(k)))).toBe(true);
    }
  }
  const all = groupPresence(found, [...Array(m).keys()]);
  const { data } = found.samplePresence;
  expect([...all]).toEqual(
    Array.from({ length: found.rows }, (_, s) => Math.max(...data.subarray(s * m, (s + 1) * m))),
  );
  expect(() => moduleGroups(found, 0)).toThrow(OptionError);
  expect(() => moduleGroups(found, m + 1)).toThrow(OptionError);
  expect(() => moduleGroups({ modules: { ...found.modules, hierarchy: undefined } }, 1)).toThrow(OptionError);
});

test('the two halves of a planted module are merged before independent modules', async () => {
  const context = await createContext();
  const { features } = planted.table;
  const localities = await locate(planted.embedding, { localitySize: 80, overlap: 3 }, context, features);
  const associations = await associate(features, localities, {}, context);
  const mean = await meanAssociation(associations, context, unwatched);
  const { rows, columns, data } = planted.loadings;
  const halves = Float32Array.from({ length: columns }, (_, i) => (i % 2 === 0 ? data[i] : 0));
  const loadings = { rows: rows + 1, columns, data: Float32Array.from([...data, ...halves]) };
  for (let i = 0; i < columns; i += 2) loadings.data[i] = 0;
  const share = Float64Array.from({ length: rows + 1 }, () => 1);
  const [{ first, second, coupling }] = (await moduleHierarchy({ loadings, share }, mean)).merges;
  expect([first, second]).toEqual([0, rows]);
  expect(coupling).toBeGreaterThan(0.9);
  await releaseAssociations(associations, context);
});
