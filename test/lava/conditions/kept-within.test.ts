// Share kept within a column: near 1 for a programme inside levels, near 0 for a shift between them; by a naive reading.
import { expect, test } from 'vitest';
import { groupingColumns, keptWithin, withinFlags } from 'whymap/lava';
import { createRandom } from '#whymap/core/random.js';
import { correlation } from '#whymap/core/statistics.js';
import type { CategoricalColumn, Table } from '#whymap/model.js';

const ROWS = 400;
const SIZE = 100;
const source = { name: 'made', sha256: null };

/** Four localities of 100 samples; features 0 to 3 share a factor, 4 to 7 differ between two batches. */
function made(batches: readonly string[]) {
  const random = createRandom(2);
  const codes = Int32Array.from({ length: ROWS }, (_, r) => (r % 10 === 9 ? -1 : r % batches.length));
  const data = new Float32Array(ROWS * 8);
  for (let r = 0; r < ROWS; r++) {
    const factor = random.normal();
    for (let f = 0; f < 8; f++) {
      const noise = random.normal();
      data[8 * r + f] = f < 4 ? factor + 0.6 * noise : 1.5 * codes[r] + noise;
    }
  }
  const batch: CategoricalColumn = { name: 'batch', kind: 'categorical', codes, levels: batches };
  const table: Table = {
    features: { rows: ROWS, columns: 8, data },
    featureNames: [...'abcdefgh'],
    ids: null,
    labels: null,
    metadata: [batch],
    source,
    dropped: { rows: 0, features: [] },
    warnings: [],
  };
  const count = ROWS / SIZE;
  const loadings = Float32Array.of(1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0.9, 0.8, 0.7);
  return {
    table,
    localities: { count, size: SIZE, members: Int32Array.from({ length: ROWS }, (_, i) => i) },
    modules: {
      count: 2,
      loadings: { rows: 2, columns: 8, data: loadings },
      presence: { rows: count, columns: 2, data: Float32Array.of(0.5, 0.4, 0.3, 0.4, 0.05, 0.2, 0.2, 0) },
    },
    descriptions: [0, 4].map((first) => ({
      topFeatures: [0, 1, 2, 3].map((i) => ({
        feature: first + i,
        loading: loadings[(first === 0 ? 0 : 8) + first + i],
      })),
    })),
  };
}
const input = (batches = ['x', 'y', 'z']) => made(batches) as unknown as Parameters<typeof keptWithin>[0];

test('a programme inside levels is kept; a shift between levels is not, and is called by its name', async () => {
  const [programme, shift] = await keptWithin(input(), 'pearson', {});
  expect(programme[0].column).toBe('batch');
  expect(programme[0].kept).toBeGreaterThan(0.9);
  expect(programme[0].kept).toBeLessThan(1.1);
  expect(shift[0].kept).toBeLessThan(0.1);
  expect(withinFlags(programme)).toEqual([]);
  expect(withinFlags(shift)).toEqual(['mostly a difference between levels of batch']);
  const [ranked, shifted] = await keptWithin(input(), 'spearman', {});
  expect(ranked[0].kept).toBeGreaterThan(0.9);
  expect(shifted[0].kept).toBeLessThan(0.1);
});

test('a programme at one place that is a shift at another is partly a difference, with its part', async () => {
  const { table, localities, modules, descriptions } = input();
  const data = Float32Array.from('data' in table.features ? table.features.data : []);
  const { codes } = (table.metadata ?? [])[0] as CategoricalColumn;
  const random = createRandom(3);
  // in the first of four localities the features of the programme only follow the batch
  for (let r = 0; r < SIZE; r++) {
    for (let f = 0; f < 4; f++) data[8 * r + f] = 1.5 * codes[r] + random.normal();
  }
  const mixed = { ...table, features: { rows: ROWS, columns: 8, data } };
  const [[programme]] = await keptWithin({ table: mixed, localities, modules, descriptions }, 'pearson', {});
  expect(programme.kept).toBeGreaterThan(0.5);
  // its presence there is 0.5 of 1.6 in all
  expect(programme.between).toBeGreaterThan(0.15);
  expect(programme.between).toBeLessThan(0.5);
  const part = `${Math.round(100 * (programme.between ?? 0))}%`;
  expect(withinFlags([programme])).toEqual([`partly a difference between levels of batch (${part} of it)`]);
  const [[untouched], [shift]] = await keptWithin(input(), 'pearson', {});
  expect([untouched.between, shift.between]).toEqual([0, 1]);
});

test('equals a naive reading, pair by pair', async () => {
  const { table, localities, modules, descriptions } = input();
  const found = await keptWithin({ table, localities, modules, descriptions }, 'pearson', {});
  const { codes } = (table.metadata ?? [])[0] as CategoricalColumn;
  const value = (row: number, f: number) => ('data' in table.features ? table.features.data[8 * row + f] : 0);
  descriptions.forEach(({ topFeatures }, k) => {
    let pooled = 0;
    let within = 0;
    for (let l = 0; l < 4; l++) {
      const presence = modules.presence.data[2 * l + k];
      // a quarter of the largest: 0.125 and 0.1
      if (presence < (k === 0 ? 0.125 : 0.1)) continue;
      const rows = Array.from({ length: SIZE }, (_, i) => l * SIZE + i).filter((row) => codes[row] >= 0);
      const centered = (f: number) =>
        rows.map((row) => {
          const level = rows.filter((other) => codes[other] === codes[row]);
          return value(row, f) - level.reduce((sum, other) => sum + value(other, f), 0) / level.length;
        });
      for (const [i, a] of topFeatures.entries()) {
        for (const b of topFeatures.slice(i + 1)) {
          const raw = (f: number) => rows.map((row) => value(row, f));
          const weight = presence * a.loading * b.loading;
          pooled += weight * (correlation(raw(a.feature), raw(b.feature)) ** 2 - 1 / (rows.length - 1));
          within +=
            weight * (correlation(centered(a.feature), centered(b.feature)) ** 2 - 1 / (rows.length - 3));
        }
      }
    }
    expect(found[k][0].kept).toBeCloseTo(Math.max(0, within) / pooled, 8);
  });
});

test('columns of one level, of too many, and of numbers are no grouping columns', async () => {
  const codes = Int32Array.from({ length: ROWS }, (_, r) => r);
  const many: CategoricalColumn = { name: 'id', kind: 'categorical', codes, levels: [...codes].map(String) };
  const one = { ...many, name: 'one', codes: codes.map((r) => (r % 2 ? 0 : -1)) };
  const two = { ...many, name: 'two', codes: codes.map((r) => r % 2) };
  const age = { name: 'age', kind: 'numeric', values: Float64Array.from(codes) } as const;
  expect(groupingColumns([many, one, age, two]).map(({ name }) => name)).toEqual(['two']);
  expect(groupingColumns(undefined)).toEqual([]);
  const { table, ...rest } = input();
  expect(await keptWithin({ table: { ...table, metadata: [many] }, ...rest }, 'pearson', {})).toEqual([
    [],
    [],
  ]);
});

test('a column that no locality can tell has no share', async () => {
  const { table, ...rest } = input();
  const codes = Int32Array.from({ length: ROWS }, (_, r) => (r < 4 ? r % 2 : -1));
  const rare = { ...((table.metadata ?? [])[0] as CategoricalColumn), codes };
  const found = await keptWithin({ table: { ...table, metadata: [rare] }, ...rest }, 'pearson', {});
  expect(found[0][0].kept).toBeNull();
  expect(withinFlags(found[0])).toEqual([]);
});
