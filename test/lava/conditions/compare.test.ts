// Comparison of conditions on planted cohorts: each programme told rightly, nothing in null cohorts, and the edges.
import { beforeAll, describe, expect, test } from 'vitest';
import { explain } from 'whymap';
import { type ConditionComparison, compareConditions, conditionSentences } from 'whymap/lava';
import { createRandom } from '#whymap/core/random.js';
import { OptionError } from '#whymap/errors.js';
import { nearDuplicates } from '#whymap/lava/conditions/near-duplicates.js';
import { unitTests } from '#whymap/lava/conditions/unit-tests.js';
import { isLevelApart, judge } from '#whymap/lava/conditions/verdict.js';
import type { CategoricalColumn, Explanation, Matrix } from '#whymap/model.js';
import { type PlantedCohort, plantCohort } from '#whymap/reproduce/conditions/planted-cohort.js';

const options = { localitySize: 100, modules: 6, evaluations: 0, draws: 0 };
const design = { condition: 'condition', case: 'case', control: 'control', replicate: 'donor' };
/** Verdicts on the modules whose leading features are all of one programme. */
function verdictsOn({ rows }: ConditionComparison, features: readonly number[], stratum = 'all') {
  const ours = rows.filter(
    (row) =>
      row.stratum === stratum &&
      row.label.split(/, | with /).every((name) => features.includes(Number(name.slice(1)))),
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
    found = await compareConditions({ explanation, table: cohort.table }, { ...design, in: 'type' });
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
      { ...design, case: 'control', control: 'case', discover: false },
    );
    const same = await compareConditions(
      { explanation, table: cohort.table },
      { ...design, discover: false },
    );
    const opposite: Record<string, string> = { gained: 'lost', lost: 'gained', up: 'down', down: 'up' };
    same.rows.forEach((row, i) => {
      expect(swapped.rows[i].verdict).toBe(opposite[row.verdict] ?? row.verdict);
      expect(swapped.rows[i].scoreDifference).toBeCloseTo(-(row.scoreDifference ?? 0), 9);
      expect(swapped.rows[i].p).toBeCloseTo(row.p ?? -1, 9);
    });
  });

  test('without replicates, and with one a side, there are effect sizes and the reason why there is no p', async () => {
    const { replicate, ...none } = design;
    const without = await compareConditions(
      { explanation, table: cohort.table },
      { ...none, discover: false },
    );
    expect(replicate).toBe('donor');
    expect(without.rows.every(({ p, pAdjusted }) => p === null && pAdjusted === null)).toBe(true);
    expect(without.rows.some(({ presenceCase }) => (presenceCase ?? 0) > 0.1)).toBe(true);
    expect(without.notes.join(' ')).toContain('no p');
    const pairs = { ...design, replicate: 'condition', discover: false };
    const one = await compareConditions({ explanation, table: cohort.table }, pairs);
    expect(one.rows.every(({ p }) => p === null)).toBe(true);
    expect(one.notes.join(' ')).toContain('case has 1 and control has 1, and two on each side are the least');
  });

  test('of numbers and groups of one name, as labels of numbers are read, the groups are compared', async () => {
    const { metadata = [] } = cohort.table;
    const numbers = {
      name: 'condition',
      kind: 'numeric',
      values: new Float64Array(cohort.table.features.rows),
    } as const;
    const table = { ...cohort.table, metadata: [numbers, ...metadata] };
    const found = await compareConditions({ explanation, table }, { ...design, discover: false });
    const wanted = await compareConditions(
      { explanation, table: cohort.table },
      { ...design, discover: false },
    );
    expect(found.rows).toEqual(wanted.rows);
  });

  test('unknown columns and levels are refused by name', async () => {
    const compare = (more: object) =>
      compareConditions({ explanation, table: cohort.table }, { ...design, discover: false, ...more });
    await expect(compare({ condition: 'disease' })).rejects.toThrow(/condition, donor, type/);
    await expect(compare({ case: 'nobody' })).rejects.toThrow(/nobody/);
    await expect(compare({ draws: 0 })).rejects.toThrow(OptionError);
  });
});

/** The cohort with another metadata column. */
function withColumn(cohort: PlantedCohort, name: string, levelOf: (row: number) => string): PlantedCohort {
  const values = Array.from({ length: cohort.table.features.rows }, (_, row) => levelOf(row));
  const levels = [...new Set(values)].filter((level) => level !== '').sort();
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
  const found = await compareConditions({ explanation, table: cohort.table }, { ...design, discover: false });
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
  expect(conditionSentences(found).join('\n')).toContain(
    'All samples: cannot be compared here: no locality holds both; explain an integrated map, or larger localities.',
  );
});

test('a level with one sample, samples without a level, and a replicate with one sample are told', async () => {
  const cohort = plantCohort({ seed: 7, donors: 2, samples: 150, correlation: 0.7, kinds: ['shared'] });
  const donor = (cohort.table.metadata ?? [])[1] as CategoricalColumn;
  const nameOf = (row: number) => donor.levels[donor.codes[row]];
  const rare = withColumn(cohort, 'rare', (row) => (row === 3 ? 'one' : 'many'));
  const few = withColumn(rare, 'mixed', (row) => (row === 0 ? 'lonely' : nameOf(row)));
  const gaps = withColumn(few, 'gaps', (row) => (row < 20 ? '' : row < 300 ? 'case' : 'control'));
  const explanation = await explain(gaps, { ...options, modules: 2 });
  const run = (more: object) =>
    compareConditions({ explanation, table: gaps.table }, { ...design, discover: false, ...more });
  const one = await run({ condition: 'rare', case: 'one', control: 'many', replicate: undefined });
  expect(one.rows.every(({ verdict, p }) => verdict === 'none' && p === null)).toBe(true);
  expect(conditionSentences(one).join('\n')).toMatch(
    /cannot be compared here: no locality holds both[\s\S]*Not measured, with fewer than 5 samples: one in one \(1 sample\)/,
  );
  const lonely = await run({ replicate: 'mixed' });
  expect(lonely.notes).toContain('Not measured, with fewer than 5 samples: lonely in case (1 sample).');
  const missing = await run({ condition: 'gaps' });
  expect(missing.notes).toContain('Left out: 20 samples without a value of gaps.');
});

test('a level that is called all is told from all samples, and a condition of levels of one sample is not searched alone', async () => {
  const cohort = plantCohort({ seed: 7, donors: 2, samples: 150, correlation: 0.7, kinds: ['shared'] });
  const condition = (cohort.table.metadata ?? [])[0] as CategoricalColumn;
  const isCase = (row: number) => condition.levels[condition.codes[row]] === design.case;
  const parts = withColumn(cohort, 'part', (row) => (row % 2 ? 'all' : 'rest'));
  const apart = withColumn(parts, 'pot', (row) => (isCase(row) ? `own ${row}` : 'one'));
  const explanation = await explain(apart, { ...options, modules: 2, within: ['pot'] });
  const found = await compareConditions({ explanation, table: apart.table }, { ...design, in: 'part' });
  expect(new Set(found.rows.map(({ stratum }) => stratum))).toEqual(new Set(['all', 'part:all', 'rest']));
  expect(found.notes.join(' ')).toMatch(/case alone was not searched for modules: got within: pot/);
});

test('a feature that is constant in a locality has no correlation there, and figures stay finite', async () => {
  const cohort = plantCohort({
    seed: 8,
    donors: 2,
    samples: 200,
    correlation: 0.7,
    kinds: ['shared', 'gained'],
  });
  const type = (cohort.table.metadata ?? [])[2] as CategoricalColumn;
  const { columns, data } = cohort.table.features as Matrix;
  const flat = data.map((value, i) =>
    i % columns < 2 && type.codes[Math.floor(i / columns)] === 0 ? 1 : value,
  );
  const table = { ...cohort.table, features: { ...cohort.table.features, data: flat } };
  const explanation = await explain({ ...cohort, table }, { ...options, modules: 3 });
  const found = await compareConditions({ explanation, table }, { ...design, in: 'type', discover: false });
  for (const { presenceCase, scoreDifference, localities } of found.rows) {
    if (localities === 0) continue;
    expect(Number.isFinite(presenceCase) && Number.isFinite(scoreDifference)).toBe(true);
  }
  expect(found.rows.some(({ localities }) => localities > 0)).toBe(true);
});

test('a crossed design is compared inside replicates, and says that it is crossed', async () => {
  const cohort = plantCohort({
    seed: 9,
    donors: 4,
    samples: 200,
    correlation: 0.7,
    kinds: ['gained', 'shared'],
  });
  const donor = (cohort.table.metadata ?? [])[1] as CategoricalColumn;
  const pairs = withColumn(cohort, 'person', (row) => `person ${donor.codes[row] % 4}`);
  const explanation = await explain(pairs, { ...options, modules: 3 });
  const found = await compareConditions(
    { explanation, table: pairs.table },
    { ...design, replicate: 'person', discover: false },
  );
  expect([found.crossed, found.assignments, found.replicates]).toEqual([true, 16, { case: 4, control: 4 }]);
  expect(new Set(verdictsOn(found, cohort.programmes[0].features))).toEqual(new Set(['gained']));
  expect(conditionSentences(found)[0]).toContain('4 replicates on both sides (person)');
});

test('a programme that is paired otherwise in cases is rewired, though its two halves are shared', async () => {
  const cohort = plantCohort({ seed: 3, samples: 150, correlation: 0.7, kinds: ['rewired', 'shared'] });
  const explanation = await explain(cohort, { ...options, modules: 4 });
  const found = await compareConditions({ explanation, table: cohort.table }, { ...design, discover: false });
  expect(new Set(verdictsOn(found, cohort.programmes[0].features))).toEqual(new Set(['rewired', 'shared']));
  expect(new Set(verdictsOn(found, cohort.programmes[1].features))).toEqual(new Set(['shared']));
  const joint = found.rows.find(({ verdict }) => verdict === 'rewired');
  expect(joint?.module).toMatch(/^M\d\+M\d$/);
  expect(joint?.scoreDifference).toBe(null);
});

test('p of one row is the share of arrangements with at least its t-like difference, counted naively', () => {
  const random = createRandom(11);
  const units = Array.from({ length: 7 }, (_, u) => ({ replicate: `d${u}`, isCase: u < 4 }));
  const masks = Array.from({ length: 128 }, (_, mask) =>
    Uint8Array.from({ length: 7 }, (_, u) => 1 - ((mask >> u) & 1)),
  ).filter((sides) => sides.reduce((a, b) => a + b, 0) === 4);
  const observed = masks.findIndex((sides) => sides.join('') === '1111000');
  masks.unshift(...masks.splice(observed, 1));
  const score = Float64Array.from({ length: 7 }, () => random.normal());
  const absent = Float64Array.from({ length: 7 }, () => Number.NaN);
  const row = {
    presence: absent,
    relativeScore: score,
    pairs: units.map(() => Float64Array.of(Number.NaN)),
    pairWeights: Float64Array.of(1),
  };
  const average = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const squares = (values: number[]) => values.reduce((sum, x) => sum + (x - average(values)) ** 2, 0);
  const offset = Math.sqrt(squares([...score]) / 6);
  const statistic = (sides: Uint8Array) => {
    const [a, b] = [1, 0].map((side) => [...score].filter((_, u) => sides[u] === side));
    const spread = Math.sqrt((squares(a) + squares(b)) / 5);
    return Math.abs(average(a) - average(b)) / (spread + offset);
  };
  const reached = masks.filter((sides) => statistic(sides) >= statistic(masks[0]) - 1e-9).length;
  const tests = unitTests([row], { units, crossed: false, assignments: masks });
  expect(tests?.[0].p).toBeCloseTo(reached / 35, 12);
  expect(tests?.[0].pAdjustedOf.relativeScore).toBeCloseTo(reached / 35, 12);
});

test('modules that are nowhere change no p of others', () => {
  const random = createRandom(1);
  const units = Array.from({ length: 7 }, (_, u) => ({ replicate: `d${u}`, isCase: u < 4 }));
  const assignments = [0b1111000, 0b0111100, 0b0011110, 0b1011010, 0b1100101, 0b0101011].map((mask) =>
    Uint8Array.from({ length: 7 }, (_, u) => (mask >> (6 - u)) & 1),
  );
  const rowOf = (presence: Float64Array) => ({
    presence,
    relativeScore: new Float64Array(7).fill(Number.NaN),
    pairs: units.map(() => Float64Array.of(Number.NaN)),
    pairWeights: Float64Array.of(1),
  });
  const present = [1, 9].map((scale) =>
    rowOf(Float64Array.from({ length: 7 }, () => random.normal() ** 2 / scale)),
  );
  // the mean of seven times one number differs from it by rounding, which is no spread
  const nowhere = Array.from({ length: 3 }, () => rowOf(new Float64Array(7)));
  const design = { units, crossed: false, assignments };
  expect(unitTests([...present, ...nowhere], design)?.slice(0, 2)).toEqual(unitTests(present, design));
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
      relativeScore: Float64Array.from({ length: 8 }, normal),
      pairs: Array.from({ length: 8 }, () => Float64Array.from({ length: 6 }, normal)),
      pairWeights: new Float64Array(6).fill(1 / 6),
    }));
    const tests = unitTests(rows, { units, crossed: false, assignments });
    if (tests?.some(({ pAdjusted }) => pAdjusted <= 0.05)) cohorts++;
  }
  expect(cohorts).toBeLessThanOrEqual(18);
  expect(cohorts).toBeGreaterThan(0);
});

test('modules that share leading features are one group, and chance overlaps are none', () => {
  const module = (id: string, features: number[]) => ({
    id,
    topFeatures: features.map((feature) => ({ feature, loading: 1 })),
  });
  const descriptions = [
    module('M1', [0, 1, 2, 3, 4, 5]),
    module('M2', [10, 11, 12, 13]),
    module('M3', [3, 4, 5, 6, 7, 8]),
    module('M4', [6, 7, 8, 20, 21, 22]),
    module('M5', [10, 11, 30, 31]),
  ] as unknown as Explanation['descriptions'];
  const featureNames = Array.from({ length: 40 }, (_, f) => `f${f}`);
  const groups = nearDuplicates({ descriptions, featureNames });
  expect(groups.map(({ modules }) => modules)).toEqual([['M1', 'M3', 'M4']]);
  expect(new Set(groups[0].features)).toEqual(new Set(['f3', 'f4', 'f5', 'f6', 'f7']));
});

test('a condition of few samples has fewer localities than the explanation has modules, and is explained with fewer', async () => {
  const cohort = plantCohort({
    seed: 4,
    donors: 2,
    samples: 80,
    correlation: 0.7,
    kinds: ['shared', 'gained'],
  });
  const explanation = await explain(cohort, { localitySize: 40, modules: 12, draws: 0, refits: 0 });
  const found = await compareConditions({ explanation, table: cohort.table }, design);
  expect(found.rows.length).toBeGreaterThanOrEqual(explanation.modules.count);
});

test('without a p a level differs when it is large and wider apart than the replicates of a side', () => {
  const units = [true, true, false, false].map((isCase, u) => ({ replicate: `r${u}`, isCase }));
  const crossed = { units, crossed: false, exact: true, assignments: [] } as unknown as Parameters<
    typeof judge
  >[1];
  const verdictOn = (...score: number[]) => {
    const pairs = score.map(() => Float64Array.of(0.5));
    const values = {
      ...{ localities: 3, scoreSpread: 1, pairs, pairWeights: Float64Array.of(1) },
      ...{ presence: new Float64Array(4).fill(0.3), relativeScore: Float64Array.from(score) },
      presenceDifference: new Float64Array(3),
    };
    return [judge(values, crossed, null, { byTest: false, level: 0.05 }), isLevelApart(values, crossed)];
  };
  expect(verdictOn(1, 1.1, 0, 0.1)).toEqual(['up', true]);
  expect(verdictOn(0, 0.1, 1, 1.1)).toEqual(['down', true]);
  // half a standard deviation, and a gap narrower than the replicates of a side
  expect(verdictOn(0.5, 0.6, 0, 0.1)).toEqual(['shared', true]);
  expect(verdictOn(2, 0.9, 0, 0.1)).toEqual(['shared', true]);
  expect(verdictOn(2, 0.1, 0.2, 0)).toEqual(['shared', false]);
});

test('with few donors differences are told by size, the small ones in one line', async () => {
  const few = plantCohort({
    seed: 2,
    donors: 2,
    samples: 200,
    correlation: 0.6,
    kinds: ['gained', 'shared'],
  });
  const explanation = await explain(few, { ...options, modules: 3 });
  const found = await compareConditions({ explanation, table: few.table }, { ...design, discover: false });
  expect(found.bySize).toBe(true);
  const words = conditionSentences(found).join('\n');
  expect(words).toMatch(/All samples: \d modules? differs?, by size alone/);
  expect(words).toMatch(/is gained in case: presence 0\.\d\d in case, 0\.0\d in control; 2 against 2/);
  // what the sentences say of a gained module is what the table has, and a module that did not come back is flagged
  const gained = found.rows.findIndex(({ verdict, stratum }) => verdict === 'gained' && stratum === 'all');
  const rows = found.rows.map((row, i) => (i === gained ? { ...row, presenceControl: -0.0242 } : row));
  expect(conditionSentences({ ...found, rows }).join('\n')).toMatch(/in case, -0\.02 in control/);
  const descriptions = explanation.descriptions.map((module, k) => ({
    ...module,
    replication: k === 0 ? 0.3 : 0.9,
  }));
  const doubted = await compareConditions(
    { explanation: { ...explanation, descriptions }, table: few.table },
    { ...design, discover: false },
  );
  const { id } = descriptions[0];
  for (const { module, flags } of doubted.rows)
    if (!module.includes('+'))
      expect([module, flags[0] === 'did not come back']).toEqual([module, module === id]);
  expect(conditionSentences(doubted)).toContain(
    `${id} did not come back: fits on 90% of the samples and another covering group its features differently.`,
  );
  expect(words).not.toContain('did not come back');
  for (const { slight, verdict, scoreEffect } of found.rows)
    if (slight) expect([verdict, scoreEffect === null]).toEqual(['shared', false]);
}, 30_000);
