// Comparison of conditions on planted cohorts: each programme told rightly, nothing in null cohorts, and the edges.
import { beforeAll, describe, expect, test } from 'vitest';
import { explain } from 'whymap';
import { type ConditionComparison, compareConditions } from 'whymap/lava';
import { OptionError } from '#whymap/errors.js';
import { unitTests } from '#whymap/lava/conditions/unit-tests.js';
import type { CategoricalColumn, Explanation } from '#whymap/model.js';
import { type PlantedCohort, plantCohort } from '#whymap/reproduce/lava/planted-cohort.js';

const options = { localitySize: 100, modules: 6, evaluations: 0, draws: 0 };
const asked = { condition: 'condition', case: 'case', control: 'control', replicate: 'donor' };
/** Verdicts on the modules whose leading features are all of one programme. */
function verdictsOn({ rows }: ConditionComparison, features: readonly number[], stratum = 'all') {
  const ours = rows.filter(
    (row) =>
      row.stratum === stratum &&
      row.label.split(', ').every((name) => features.includes(Number(name.slice(1)))),
  );
  return ours.map(({ verdict }) => verdict).filter((verdict) => verdict !== 'none');
}

describe('a planted cohort of 4 against 4 donors', () => {
  const cohort = plantCohort({
    seed: 2,
    samples: 200,
    correlation: 0.6,
    kinds: ['gained', 'lost', 'shared', 'up', 'down'],
  });
  let explanation: Explanation;
  let found: ConditionComparison;
  beforeAll(async () => {
    explanation = await explain(cohort, options);
    found = await compareConditions({ explanation, table: cohort.table }, { ...asked, in: 'type' });
  });

  test('each programme has its verdict over all samples', () => {
    for (const { kind, features } of cohort.programmes) {
      const verdicts = verdictsOn(found, features);
      expect(verdicts).toContain(kind);
      // a part of it may be too weak to differ, but none differs otherwise
      expect(verdicts.filter((verdict) => verdict !== kind && verdict !== 'shared')).toEqual([]);
    }
  });

  test('rows have every stratum, effect sizes with the right sign, and p of an exact test', () => {
    expect(new Set(found.rows.map(({ stratum }) => stratum)).size).toBe(7);
    expect([found.exact, found.assignments, found.crossed]).toEqual([true, 70, false]);
    for (const row of found.rows) {
      if (row.p !== null) expect(row.p * 70).toBeCloseTo(Math.round(row.p * 70), 9);
      if (row.pAdjusted !== null) expect(row.pAdjusted).toBeGreaterThanOrEqual(row.p ?? 0);
      if (row.verdict === 'up') expect(row.scoreDifference).toBeGreaterThan(0);
      if (row.verdict === 'down') expect(row.scoreDifference).toBeLessThan(0);
      if (row.verdict === 'gained') expect(row.presenceCase).toBeGreaterThan(2 * (row.presenceControl ?? 0));
      if (row.verdict === 'lost') expect(row.presenceControl).toBeGreaterThan(2 * (row.presenceCase ?? 0));
    }
  });

  test('swapping case and control turns every verdict and sign round', async () => {
    const swapped = await compareConditions(
      { explanation, table: cohort.table },
      { ...asked, case: 'control', control: 'case', discover: false },
    );
    const same = await compareConditions({ explanation, table: cohort.table }, { ...asked, discover: false });
    const opposite: Record<string, string> = { gained: 'lost', lost: 'gained', up: 'down', down: 'up' };
    same.rows.forEach((row, i) => {
      expect(swapped.rows[i].verdict).toBe(opposite[row.verdict] ?? row.verdict);
      expect(swapped.rows[i].scoreDifference).toBeCloseTo(-(row.scoreDifference ?? 0), 9);
      expect(swapped.rows[i].p).toBeCloseTo(row.p ?? -1, 9);
    });
  });

  test('without replicates, and with one a side, there are effect sizes and the reason why there is no p', async () => {
    const { replicate, ...none } = asked;
    const without = await compareConditions(
      { explanation, table: cohort.table },
      { ...none, discover: false },
    );
    expect(replicate).toBe('donor');
    expect(without.rows.every(({ p, pAdjusted }) => p === null && pAdjusted === null)).toBe(true);
    expect(without.rows.some(({ presenceCase }) => (presenceCase ?? 0) > 0.1)).toBe(true);
    expect(without.notes.join(' ')).toContain('no p');
    const pairs = { ...asked, replicate: 'condition', discover: false };
    const one = await compareConditions({ explanation, table: cohort.table }, pairs);
    expect(one.rows.every(({ p }) => p === null)).toBe(true);
    expect(one.notes.join(' ')).toContain('1 replicates of case');
  });

  test('unknown columns and levels are refused by name', async () => {
    const compare = (more: object) =>
      compareConditions({ explanation, table: cohort.table }, { ...asked, discover: false, ...more });
    await expect(compare({ condition: 'disease' })).rejects.toThrow(/condition, donor, type/);
    await expect(compare({ case: 'nobody' })).rejects.toThrow(/nobody/);
    await expect(compare({ draws: 0 })).rejects.toThrow(OptionError);
  });
});

/** The cohort with another metadata column. */
function withColumn(cohort: PlantedCohort, name: string, levelOf: (row: number) => string): PlantedCohort {
  const values = Array.from({ length: cohort.table.features.rows }, (_, row) => levelOf(row));
  const levels = [...new Set(values)].sort();
  const codes = Int32Array.from(values, (value) => levels.indexOf(value));
  const column: CategoricalColumn = { name, kind: 'categorical', codes, levels };
  return { ...cohort, table: { ...cohort.table, metadata: [...(cohort.table.metadata ?? []), column] } };
}

test('two donors a side: p cannot be below a third, verdicts go by size, and the run says so', async () => {
  const cohort = plantCohort({
    seed: 5,
    donors: 2,
    samples: 300,
    correlation: 0.7,
    kinds: ['gained', 'shared'],
  });
  const explanation = await explain(cohort, { ...options, modules: 3 });
  const found = await compareConditions({ explanation, table: cohort.table }, { ...asked, discover: false });
  expect(found.assignments).toBe(6);
  for (const { p } of found.rows) expect(p).toBeGreaterThanOrEqual(1 / 3 - 1e-9);
  expect(found.notes.join(' ')).toContain('below 0.33');
  expect(new Set(verdictsOn(found, cohort.programmes[0].features))).toEqual(new Set(['gained']));
});

test('conditions that share no locality cannot be compared, and this is said', async () => {
  const cohort = plantCohort({ seed: 6, donors: 2, samples: 150, kinds: ['shared'] });
  const type = (cohort.table.metadata ?? [])[2] as CategoricalColumn;
  const apart = withColumn(cohort, 'side', (row) => (type.codes[row] < 3 ? 'left' : 'right'));
  const explanation = await explain(apart, { ...options, localitySize: 40, modules: 2 });
  const sides = { condition: 'side', case: 'left', control: 'right', discover: false };
  const found = await compareConditions({ explanation, table: apart.table }, sides);
  expect(found.rows.every(({ verdict, localities }) => verdict === 'none' && localities === 0)).toBe(true);
  expect(found.notes.join(' ')).toContain('Cannot be compared');
});

test('the largest statistic keeps chance findings at the level over many rows without a difference', () => {
  let state = 1;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) / 2 ** 24;
  };
  const normal = () => Array.from({ length: 12 }, uniform).reduce((a, b) => a + b, -6);
  const units = Array.from({ length: 8 }, (_, u) => ({ replicate: `d${u}`, isCase: u < 4 }));
  const assignments = Array.from({ length: 256 }, (_, mask) =>
    Uint8Array.from({ length: 8 }, (_, u) => 1 - ((mask >> u) & 1)),
  ).filter((sides) => sides.reduce((a, b) => a + b, 0) === 4);
  const observed = assignments.findIndex((sides) => sides.join('') === '11110000');
  assignments.unshift(...assignments.splice(observed, 1));
  let cohorts = 0;
  for (let cohort = 0; cohort < 200; cohort++) {
    const rows = Array.from({ length: 10 }, () => ({
      presence: Float64Array.from({ length: 8 }, normal),
      score: Float64Array.from({ length: 8 }, normal),
      pairs: Array.from({ length: 8 }, () => Float64Array.from({ length: 6 }, normal)),
      pairWeights: new Float64Array(6).fill(1 / 6),
    }));
    const tests = unitTests(rows, { units, crossed: false, assignments });
    if (tests?.some(({ pAdjusted }) => pAdjusted <= 0.05)) cohorts++;
  }
  expect(cohorts).toBeLessThanOrEqual(18);
  expect(cohorts).toBeGreaterThan(0);
});
