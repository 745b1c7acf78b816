// Associations within levels: shifts between donors are no module, programmes inside them are; levels, warnings and errors.
import { describe, expect, test } from 'vitest';
import { explain } from 'whymap';
import { compareConditions } from 'whymap/lava';
import { createContext } from '#whymap/engine/context.js';
import type { Engine, ModuleSamples, SampleDraws } from '#whymap/engine/engine.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import { OptionError } from '#whymap/errors.js';
import { decodeExplanation, encodeExplanation } from '#whymap/io/explanation-file.js';
import { newMomentSums } from '#whymap/lava/associations/local-moments.js';
import { crossedLevels, withinFindings, withinLevels } from '#whymap/lava/conditions/within-levels.js';
import type { CategoricalColumn, Explanation, Localities, Table } from '#whymap/model.js';
import { plantCohort } from '#whymap/reproduce/conditions/planted-cohort.js';
import { toCsr } from '../../engine/cases.js';

const cohort = plantCohort({ seed: 3, samples: 150, correlation: 0.6, kinds: ['shared', 'artefact'] });
const [programme, artefact] = cohort.programmes.map(({ features }) => features);
const quick = { localitySize: 80, modules: 4, evaluations: 0, draws: 0, refits: 0 };
const within = ['donor'];

/** Modules with five or more features of a planted programme; chance pairs have fewer. */
const modulesOn = ({ descriptions }: Explanation, features: readonly number[]) =>
  descriptions.filter(
    ({ topFeatures }) => topFeatures.filter(({ feature }) => features.includes(feature)).length >= 5,
  );

/** The samples of a module's localities, as entries of an order, each with its level. */
function* samplesOf({ positions, size, levels }: ModuleSamples) {
  if (!levels) return;
  for (let l = 0; l + 1 < levels.offsets.length; l++) {
    let at = l * size;
    for (let run = levels.offsets[l]; run < levels.offsets[l + 1]; run++) {
      for (let s = 0; s < levels.lengths[run]; s++) yield [positions[at++], levels.numbers[run]];
    }
  }
}

/** Share of the associations that modules explain by these features: shares, weighted by the features' squared loadings. */
function explainedBy({ modules }: Explanation, features: readonly number[]): number {
  const { columns, data } = modules.loadings;
  return modules.share.reduce((sum, share, k) => {
    const squares = data.subarray(k * columns, (k + 1) * columns).map((loading) => loading ** 2);
    const ours = features.reduce((part, feature) => part + squares[feature], 0);
    return sum + (share * ours) / squares.reduce((a, b) => a + b, 0);
  }, 0);
}

const jsContext = () => createContext({ engine: createJsEngine() });

describe('a programme inside donors, and features that one donor has more of', () => {
  test.each([
    ['symmetric', {}],
    ['stacked', { form: 'stacked' }],
    ['by ranks', { association: 'spearman' }],
    ['by bicor', { association: 'bicor' }],
  ] as const)('the shift is a module of its own, and none within donors: %s', async (_, options) => {
    const without = await explain(cohort, { ...quick, ...options });
    const found = await explain(cohort, { ...quick, ...options, within });
    // what is left is pairs that chance correlates
    expect(explainedBy(without, artefact)).toBeGreaterThan(0.08);
    expect(explainedBy(found, artefact)).toBeLessThan(0.03);
    expect(explainedBy(found, programme)).toBeGreaterThan(explainedBy(without, programme));
    expect(modulesOn(found, programme).length).toBeGreaterThan(0);
    expect(found.options.within).toEqual(within);
    expect(JSON.stringify(found.options)).not.toContain('levels');
  });

  test('dense and sparse values, and all engines, give the same modules', async () => {
    const sparse = {
      ...cohort,
      table: { ...cohort.table, features: toCsr(cohort.table.features as Parameters<typeof toCsr>[0]) },
    };
    const wasm = await explain(cohort, { ...quick, within });
    const others = [
      await explain(sparse, { ...quick, within }),
      await explain(cohort, { ...quick, within }, await jsContext()),
    ];
    for (const { modules } of others) {
      expect(modules.count).toBe(wasm.modules.count);
      modules.loadings.data.forEach((loading, i) => {
        expect(Math.abs(loading - wasm.modules.loadings.data[i])).toBeLessThan(1e-3);
      });
    }
  });

  test('significance exchanges samples of one level only; the programme passes, with replication', async () => {
    const donors = cohort.table.metadata?.find(({ name }) => name === 'donor') as CategoricalColumn;
    const seen: { draws: SampleDraws; modules: readonly ModuleSamples[] }[] = [];
    const js = createJsEngine();
    const engine: Engine = {
      ...js,
      weightedCorrelations(modules, draws, watch) {
        seen.push({ draws, modules });
        return js.weightedCorrelations(modules, draws, watch);
      },
    };
    const options = { ...quick, modules: 2, draws: 199, refits: 1, within };
    const found = await explain(cohort, options, await createContext({ engine }));
    const [module] = modulesOn(found, programme);
    expect(module.significance?.verdict).toBe('local');
    expect(module.replication).toBeGreaterThan(0.9);
    expect(module.within?.find(({ column }) => column === 'donor')?.kept).toBeCloseTo(1, 9);
    expect(seen.length).toBeGreaterThan(0);
    for (const { draws, modules } of seen) {
      const begins = modules[0].levels?.rows ?? Int32Array.of();
      const levels = begins.length - 1;
      expect(levels).toBe(donors.levels.length);
      for (const module of modules) {
        for (let draw = 0; draws.orders && draw < draws.count; draw++) {
          const order = draws.orders.subarray((draw * draws.orders.length) / draws.count);
          for (const [position, level] of samplesOf(module)) {
            const row = order[position];
            if (!(row >= begins[level] && row < begins[level + 1]))
              throw new Error(`row ${row} in level ${level}`);
          }
        }
      }
      for (const shifts of draws.shifts ?? []) {
        const features = shifts.length / draws.count / levels;
        shifts.forEach((by, at) => {
          const g = Math.floor(at / features) % levels;
          if (!(by >= 0 && by < begins[g + 1] - begins[g])) throw new Error(`shift by ${by} in level ${g}`);
        });
      }
    }
  });

  test('the number of modules, a comparison and the file know of it', async () => {
    const found = await explain(cohort, { ...quick, modules: 'auto', within, draws: 0 });
    expect(modulesOn(found, programme).length).toBeGreaterThan(0);
    expect(modulesOn(found, artefact)).toEqual([]);
    const read = decodeExplanation(encodeExplanation(found));
    expect(read.options.within).toEqual(within);
    const request = { condition: 'condition', case: 'case', control: 'control', replicate: 'donor' };
    const compared = await compareConditions({ explanation: read, table: cohort.table }, request);
    const id = modulesOn(found, programme)[0].id;
    expect(compared.rows.find(({ module }) => module === id)?.verdict).toBe('shared');
  });
});

test('donor shifts without any programme give no significant module within donors', async () => {
  const shifts = plantCohort({ seed: 5, samples: 100, kinds: ['artefact'] });
  const found = await explain(shifts, { ...quick, draws: 199, within });
  expect(found.descriptions.filter(({ significance }) => significance?.significant)).toEqual([]);
});

const column = (name: string, values: readonly (string | null)[]): CategoricalColumn => {
  const levels = [...new Set(values.filter((value) => value !== null))].sort();
  const codes = Int32Array.from(values, (value) => (value === null ? -1 : levels.indexOf(value)));
  return { name, kind: 'categorical', codes, levels };
};
const donor = column('donor', ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', null, 'a', 'b', 'c']);
const slide = column('slide', ['1', '2', '2', '3', '3', '4', '5', '5', '5', '1', '4', null]);
const ages = { name: 'age', kind: 'numeric' as const, values: new Float64Array(12) };
const columns = { labels: null, metadata: [donor, slide, ages] };

test('columns are crossed: one nested in another is the finer one; a value missing in either leaves the sample out', () => {
  const { levels, warnings } = withinLevels(columns, ['donor', 'slide']);
  // slides are nested in donors: the crossed levels are the slides, but for the samples without a donor or a slide
  expect([...(levels ?? [])]).toEqual([0, 1, 1, 2, 2, 3, 4, 4, -1, 0, 3, -1]);
  expect(warnings).toEqual([
    {
      code: 'within-missing',
      message: '2 samples have no level of donor and slide: left out of associations, kept on the map.',
    },
  ]);
  const crossed = crossedLevels([Int32Array.of(0, 0, 1, 1, 1), Int32Array.of(0, 1, 0, 1, 1)]);
  expect([...crossed]).toEqual([0, 1, 2, 3, 3]);
  expect(withinLevels(columns, [])).toEqual({ levels: null, warnings: [] });
});

test('labels count as a column, by their name', () => {
  const labelled = { ...columns, labels: ['x', 'x', 'y', '', ...Array(8).fill('y')] };
  for (const name of ['kind', 'label']) {
    const { levels } = withinLevels(labelled, [name], 'kind');
    expect([...(levels ?? [])]).toEqual([0, 0, 1, -1, ...Array(8).fill(1)]);
  }
});

test('what cannot be is refused, and what does nothing is said', () => {
  const refused = (names: string[]) => {
    try {
      withinLevels(columns, names);
    } catch (error) {
      if (error instanceof OptionError) return error.message;
    }
    return 'accepted';
  };
  expect(refused(['donr'])).toContain('donor, slide');
  expect(refused(['age'])).toContain('a column of numbers');
  const every = column('cell', [...'abcdefghijkl']);
  expect(() => withinLevels({ labels: null, metadata: [every] }, ['cell'])).toThrow(
    '12 levels for 12 samples',
  );
  const same = column('plate', Array(12).fill('p'));
  const { warnings } = withinLevels({ labels: null, metadata: [same] }, ['plate']);
  expect(warnings.map(({ code }) => code)).toEqual(['within-one-level']);
});

test('localities in which no samples share a level are said, and refused where all are so', () => {
  const members = Int32Array.of(0, 1, 3, 5, 6, 11, 1, 2, 3, 4, 6, 7);
  const localities = { count: 2, size: 6, members } as Localities;
  // slides of the first locality: 1 2 3 4 5 and none; of the second: 2 2 3 3 5 5
  const [few, ...others] = withinFindings(['slide'], slide.codes, localities);
  expect([few.code, others.map(({ code }) => code)]).toEqual(['within-few', ['within-alone']]);
  expect(few.message).toContain('In 1 of 2 localities');
  expect(withinFindings(['donor'], donor.codes, localities)).toEqual([]);
  const own = Int32Array.from(members.keys());
  expect(() => withinFindings(['cell'], own, localities)).toThrow(
    'in none of which enough samples share a level',
  );
  expect(withinFindings(undefined, null, localities)).toEqual([]);
});

test('features are chosen by their variance inside levels', () => {
  const rows = 60;
  const levels = Int32Array.from({ length: rows }, (_, r) => r % 2);
  // the first feature differs between levels only, the second inside them
  const value = (r: number, f: number) => (f === 0 ? 5 * (r % 2) : Math.sin(3 * r));
  const members = Int32Array.from({ length: rows }, (_, r) => r);
  const localities = { count: 3, size: 20, members } as Localities;
  const moments = (given?: Int32Array) => {
    const sums = newMomentSums(localities, { samples: rows, features: 2, sparse: false, levels: given }, 1e6);
    sums.begin(0);
    for (let r = 0; r < rows; r++) for (let f = 0; f < 2; f++) sums.add(value(r, f), r, f);
    return sums.moments();
  };
  expect(moments().within[0]).toBeCloseTo(6.25, 9);
  const { within: inside } = moments(levels);
  expect(inside[0]).toBe(0);
  let squares = 0;
  for (let l = 0; l < 3; l++) {
    for (const g of [0, 1]) {
      const own = [...members.subarray(20 * l, 20 * l + 20)]
        .filter((r) => r % 2 === g)
        .map((r) => value(r, 1));
      const mean = own.reduce((a, b) => a + b, 0) / own.length;
      squares += own.reduce((sum, x) => sum + (x - mean) ** 2, 0);
    }
  }
  expect(inside[1]).toBeCloseTo(squares / rows, 9);
});

test('a wrong column is refused before anything is computed', async () => {
  const table: Table = { ...cohort.table, metadata: undefined };
  await expect(explain({ ...cohort, table }, { ...quick, within })).rejects.toThrow(
    'no column of the metadata',
  );
});
