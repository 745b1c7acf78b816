// Gene sets, corrections, feature selection and signs, each against a plain second computation.
import { expect, test } from 'vitest';
import type { ModuleDescription, Table } from 'whymap';
import {
  geneSetEnrichment,
  geneSetsSentence,
  keepFeatures,
  locate,
  moduleSigns,
  moduleTitle,
  nameByGeneSets,
  parseGeneSets,
  selectFeatures,
} from 'whymap/lava';
import { toDense } from '#whymap/core/csr.js';
import {
  benjaminiHochberg,
  correlationP,
  differenceP,
  hypergeometricP,
} from '#whymap/core/multiple-testing.js';
import { createRandom } from '#whymap/core/random.js';
import { FormatError, OptionError } from '#whymap/errors.js';
import { geneSetsWarning } from '#whymap/lava/describe/gene-sets.js';

const source = { name: 'made', sha256: null };
const tableOf = (rows: number, columns: number, data: Float32Array): Table => ({
  features: { rows, columns, data },
  featureNames: Array.from({ length: columns }, (_, f) => `g${f}`),
  ids: null,
  labels: null,
  source,
  dropped: { rows: 0, features: [] },
  warnings: [],
});

test('hypergeometric tail: scipy 1.10, stats.hypergeom.sf(hits - 1, total, marked, drawn)', () => {
  expect(hypergeometricP(3, 10, 20, 200)).toBeCloseTo(0.0652854504939881, 10);
  expect(hypergeometricP(8, 12, 30, 1000) / 1.1093476490383139e-10).toBeCloseTo(1, 8);
  expect(hypergeometricP(0, 5, 5, 100)).toBeCloseTo(1, 12);
  expect(hypergeometricP(5, 5, 5, 5)).toBeCloseTo(1, 12);
});

test('Benjamini and Hochberg: the least p times tests over rank from there up', () => {
  const p = [0.01, 0.04, 0.03, 0.005, 0.8];
  const naive = p.map((pValue) => {
    const sorted = [...p].sort((a, b) => a - b);
    return Math.min(...sorted.flatMap((q, i) => (q >= pValue ? [(q * p.length) / (i + 1)] : [])), 1);
  });
  const adjusted = benjaminiHochberg(p);
  for (const [i, value] of adjusted.entries()) expect(value).toBeCloseTo(naive[i], 12);
  expect(benjaminiHochberg([])).toEqual([]);
});

test('p of correlations: normal tails of Fisher z', () => {
  expect(correlationP(0.3, 50)).toBeCloseTo(0.03384113931, 6);
  expect(correlationP(0, 50)).toBeCloseTo(1, 6);
  expect(correlationP(1, 50)).toBeLessThan(1e-12);
  expect(correlationP(0.9, 3)).toBe(1);
  expect(differenceP(0.5, 60, 0.1, 80)).toBeCloseTo(0.01018456311, 6);
});

test('gene sets name the module that holds them; the background is what was explained', () => {
  const names = Array.from({ length: 100 }, (_, f) => `Gene${f}`);
  const loadings = { rows: 2, columns: 100, data: new Float32Array(200) };
  for (let f = 0; f < 10; f++) loadings.data[f] = 1 - f / 20;
  for (let f = 50; f < 55; f++) loadings.data[100 + f] = 1;
  const descriptions = [{ id: 'M1' }, { id: 'M2' }] as unknown as ModuleDescription[];
  const explanation = { featureNames: names, descriptions, modules: { loadings } };
  const sets = parseGeneSets(
    'right\tabout\tGENE0\tGENE1\tgene2\tGENE3\tUNKNOWN\nwrong\t\tGene60\tGene61\tGene62\n\nsmall\tx\tGene1\n',
  );
  const found = geneSetEnrichment(explanation as never, sets);
  expect(found.map(({ module, set }) => `${module} ${set}`)).toEqual(['M1 right']);
  expect(found[0]).toMatchObject({ hits: ['Gene0', 'Gene1', 'Gene2', 'Gene3'], moduleSize: 10, setSize: 4 });
  expect(found[0].p).toBeCloseTo(hypergeometricP(4, 10, 4, 100), 12);
  expect(found[0].fold).toBeCloseTo(10, 12);
  expect(() => parseGeneSets('name only')).toThrow(FormatError);
});

const rows = 600;
const random = createRandom(7);
const mapCoordinates = Float32Array.from(
  { length: rows * 2 },
  (_, i) => (i % 2 ? 0 : 20 * (i >= rows ? 1 : 0)) + random.normal(),
);
const embedding = { coordinates: { rows, columns: 2, data: mapCoordinates }, ids: null, source };

test('features are chosen by what they do inside localities, not by telling groups apart', async () => {
  // 0 to 3 vary inside, 4 to 7 only between the two groups (ten times as much), 8 is constant
  const data = Float32Array.from({ length: rows * 9 }, (_, i) => {
    const [row, f] = [Math.floor(i / 9), i % 9];
    if (f === 8) return 3;
    return f < 4 ? random.normal() : (row < rows / 2 ? -10 : 10) + 0.2 * random.normal();
  });
  const table = tableOf(rows, 9, data);
  const localities = await locate(embedding, { localitySize: 40, evaluations: 0 }, {});
  const found = await selectFeatures(table, localities, 4, {});
  expect([...found.kept]).toEqual([0, 1, 2, 3]);
  expect(found.warning?.message).toContain('4 of 9');
  expect(found.localVariance).toBeGreaterThan(0.9);
  const all = await selectFeatures(table, localities, 9, {});
  expect([...all.kept]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  await expect(selectFeatures(table, localities, 1, {})).rejects.toThrow(OptionError);
});

test('sparse and dense tables choose alike, and keep the same values', async () => {
  const counts = Float32Array.from({ length: rows * 30 }, (_, i) => {
    const rate = 0.05 + (i % 30) / 15;
    return random.uniform() < rate / 2 ? Math.floor(3 * random.uniform() + rate) : 0;
  });
  const dense = tableOf(rows, 30, counts);
  const entries = [...counts.keys()].filter((i) => counts[i] !== 0);
  const offsets = new Float64Array(rows + 1);
  for (const i of entries) offsets[Math.floor(i / 30) + 1]++;
  for (let r = 0; r < rows; r++) offsets[r + 1] += offsets[r];
  const indices = Int32Array.from(entries, (i) => i % 30);
  const values = Float32Array.from(entries, (i) => counts[i]);
  const sparse = { ...dense, features: { rows, columns: 30, offsets, indices, values } };
  const localities = await locate(embedding, { localitySize: 40, evaluations: 0 }, {});
  const [a, b] = [
    await selectFeatures(dense, localities, 12, {}),
    await selectFeatures(sparse, localities, 12, {}),
  ];
  expect(b.kept).toEqual(a.kept);
  expect(toDense(keepFeatures(sparse, b.kept).features)).toEqual(keepFeatures(dense, a.kept).features);
});

test('signs: what goes together, what opposes, and the localities where it turns', async () => {
  // in the second group feature 2 follows instead of opposing
  const data = new Float32Array(rows * 4);
  for (let r = 0; r < rows; r++) {
    const factor = random.normal();
    const noise = () => 0.4 * random.normal();
    data.set(
      [factor + noise(), factor + noise(), (r < rows / 2 ? -1 : 1) * factor + noise(), -factor + noise()],
      4 * r,
    );
  }
  const localities = await locate(embedding, { localitySize: 60, evaluations: 0 }, {});
  const count = localities.count;
  const first = Array.from({ length: count }, (_, l) => localities.members[l * 60] < rows / 2);
  const presence = { rows: count, columns: 1, data: Float32Array.from(first, (left) => (left ? 1 : 0.5)) };
  const loadings = { rows: 1, columns: 4, data: Float32Array.of(1, 0.9, 0.8, 0.7) };
  const topFeatures = [0, 1, 2, 3].map((feature) => ({ feature, loading: loadings.data[feature] }));
  const modules = {
    count: 1,
    form: 'symmetric',
    loadings,
    presence,
    share: Float64Array.of(1),
    explained: 1,
    patterns: null,
    loss: [],
  } as const;
  const input = {
    table: tableOf(rows, 4, data),
    localities,
    modules,
    descriptions: [{ topFeatures }] as never,
  };
  const [signs] = await moduleSigns(input, 'pearson', {});
  expect(signs.together).toEqual([0, 1]);
  expect(signs.opposed).toEqual([2, 3]);
  expect([...signs.turned]).toEqual(first.flatMap((left, l) => (left ? [] : [l])));
  expect(signs.flips.map(({ a, b }) => [a, b])).toEqual([
    [0, 2],
    [1, 2],
    [2, 3],
  ]);
});

test('a set counts from three members among the features on, not with two', () => {
  const loadings = { rows: 1, columns: 6, data: Float32Array.of(1, 0.8, 0.6, 0.1, 0, 0) };
  const explanation = { featureNames: [...'abcdef'], modules: { loadings }, descriptions: [{ id: 'M1' }] };
  const sets = parseGeneSets('two\t-\ta\tb\tz\nthree\t-\ta\tb\te\n');
  const found = geneSetEnrichment(explanation as never, sets);
  expect(found.map(({ set, setSize, hits }) => [set, setSize, hits])).toEqual([['three', 3, ['a', 'b']]]);
});

test('sets that hardly belong to the features are told, with names of both sides', () => {
  const features = ['gene0', 'gene1', 'gene2', 'gene3'];
  const sets = [{ name: 'A', genes: ['ENSG0001', 'ENSG0002', 'ENSG0003'] }];
  expect(geneSetsWarning(sets, features)?.message).toBe(
    '0 of the 3 genes in 1 gene set are features, and 0 sets have 3 or more: genes are called ENSG0001, ENSG0002, ENSG0003, features gene0, gene1, gene2.',
  );
  expect(geneSetsWarning([{ name: 'B', genes: ['GENE0', 'gene1', 'gene2'] }], features)).toBeNull();
  expect(geneSetsWarning([{ name: 'C', genes: ['gene0', 'gene1'] }], features)?.code).toBe(
    'gene-sets-unknown',
  );
});

test('gene sets name modules and their poles apart; only sets that a module leads with; skipped sets are counted', () => {
  const names = Array.from({ length: 200 }, (_, f) => `G${f}_ENSG0000012345${f}`);
  const loadings = { rows: 3, columns: 200, data: new Float32Array(600) };
  for (let f = 0; f < 8; f++) loadings.data[f] = 1 - f / 20;
  // the second leads with genes of no set, the third has a set in its weak features only
  for (let f = 50; f < 58; f++) loadings.data[200 + f] = 1;
  for (let f = 100; f < 112; f++) loadings.data[400 + f] = f < 106 ? 1 : 0.5;
  const of = (row: number) =>
    names
      .flatMap((_, feature) => {
        const loading = loadings.data[row * 200 + feature];
        return loading > 0 ? [{ feature, loading }] : [];
      })
      .sort((a, b) => b.loading - a.loading);
  const descriptions = [0, 1, 2].map((k) => ({
    id: `M${k + 1}`,
    label: 'raw',
    topFeatures: of(k),
    ...(k === 0 && { signs: { together: [0, 1, 2, 3], opposed: [4, 5, 6, 7], turned: [], flips: [] } }),
  }));
  const sets = parseGeneSets(
    'UP_SIDE\t-\tG0\tG1\tG2\nDOWN\t-\tg4\tg5\tg6\tg7\tX\nWEAK\t-\tG106\tG107\tG108\tG109\nNONE\t-\tY\tZ\n',
  );
  const made = { featureNames: names, modules: { loadings }, descriptions, image: null };
  const named = nameByGeneSets(made as never, sets);
  expect(named.descriptions.map((module) => moduleTitle(named, module))).toEqual([
    'UP SIDE (3 of 3) \u2194 DOWN (4 of 4)',
    'G50, G51, G52',
    'G100, G101, G102',
  ]);
  expect(named.descriptions.map(({ geneSets }) => geneSets?.map(({ pole, set }) => [pole, set]))).toEqual([
    [
      ['all', 'DOWN'],
      ['together', 'UP_SIDE'],
      ['opposed', 'DOWN'],
    ],
    [],
    [],
  ]);
  const weak = geneSetEnrichment(made as never, sets).filter(({ set }) => set === 'WEAK');
  expect(weak.map(({ module, leads, pAdjusted }) => [module, leads, pAdjusted < 0.05])).toEqual([
    ['M3', false, true],
  ]);
  expect(geneSetsSentence(named)).toBe(
    'Gene sets: 3 of 4 tested, 1 skipped (too few of their genes are features); 11 of their 14 genes are features. They name 1 of 3 modules.',
  );
});
