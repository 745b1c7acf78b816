// Replication: planted modules come back, modules beyond them need not, and no seed takes part.
import { expect, test } from 'vitest';
import { OptionError } from '#whymap/errors.js';
import { explain } from '#whymap/lava/explain.js';
import { plantModules } from '#whymap/reproduce/lava/planted.js';
import { matchModules } from '#whymap/reproduce/lava/score.js';
import { agreement, calibration } from '#whymap/reproduce/lava/stability-measure.js';

const planted = plantModules({
  seed: 4,
  correlation: 0.7,
  samples: 900,
  features: 40,
  modules: 3,
  clusters: 6,
});
const options = { localitySize: 60, overlap: 3, modules: 3, evaluations: 0, draws: 0 };

const fitOf = (...rows: number[][]) => ({
  rows: rows.length,
  columns: 4,
  data: Float32Array.from(rows.flat()),
});

test('planted modules come back, whatever the seed; refits 0 leaves the figure out', async () => {
  const found = await explain(planted, options, { seed: 1 });
  for (const match of matchModules(planted.loadings, found.modules.loadings)) {
    expect(match.cosine).toBeGreaterThan(0.95);
    expect(found.descriptions[match.found].replication).toBeGreaterThan(0.95);
  }
  const again = await explain(planted, options, { seed: 2 });
  expect(again.descriptions.map(({ replication }) => replication)).toEqual(
    found.descriptions.map(({ replication }) => replication),
  );
  const without = await explain(planted, { ...options, refits: 0 }, {});
  expect(without.descriptions[0].replication).toBeNull();
});

test('features without structure give modules that do not come back', async () => {
  const { features } = planted.table;
  const { rows, columns } = features;
  const noise = Float32Array.from({ length: rows * columns }, (_, p) => Math.sin(p * p * 0.37 + p));
  const table = { ...planted.table, features: { rows, columns, data: noise } };
  const found = await explain({ ...planted, table }, { ...options, modules: 6 }, {});
  const figures = found.descriptions.map(({ replication }) => replication ?? 1);
  expect(Math.min(...figures)).toBeLessThan(0.7);
  expect(figures.filter((figure) => figure >= 0.9).length).toBeLessThan(figures.length / 2);
});

test('a number of refits that is none is refused', async () => {
  await expect(explain(planted, { ...options, refits: -1 }, {})).rejects.toThrow(OptionError);
  await expect(explain(planted, { ...options, refits: 1.5 }, {})).rejects.toThrow(OptionError);
});

test('the agreement of fits is the mean and the least matched cosine, and the share matched in every other', () => {
  const same = fitOf([1, 1, 0, 0], [0, 0, 1, 1]);
  expect(agreement([same, fitOf([0, 0, 1, 1], [1, 1, 0, 0])])).toEqual({ mean: 1, least: 1, comeBack: 1 });
  // one of two modules is another in the second fit: its pattern shares no pair
  const changed = agreement([same, fitOf([1, 1, 0, 0], [1, 0, 0, 1])]);
  expect(changed).toEqual({ mean: 0.5, least: 0, comeBack: 0.5 });
});

test('calibration counts what a new fit finds of modules shown with a replication', () => {
  const [a, b, c] = [
    [1, 1, 0, 0],
    [0, 0, 1, 1],
    [1, 0, 0, 1],
  ];
  const rows = calibration([fitOf(a, b), fitOf(a, b), fitOf(a, b), fitOf(a, c)]);
  const at = (from: number) => rows.find((row) => row.from === from);
  // three fits are reported whose `a` is shown by any two others at 1 and found by the third; `b` is not where the
  // fourth takes part, and is shown at 1 and then lost where the fourth is the new refit
  expect(at(0.95)).toEqual({ from: 0.95, shown: 3 * (3 + 1) + 3, again: 3 * 3 + 3 });
  expect(at(0)).toEqual({ from: 0, shown: 3 * 2 + 3, again: 3 * 2 });
});
