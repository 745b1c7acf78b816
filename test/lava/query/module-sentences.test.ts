// What is said of a module never contradicts itself, whatever was tested and however it came out.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headline, moduleRemarks, moduleSentence, moduleStatements, summary } from 'whymap/lava';
import { verdictOf } from '#whymap/lava/evaluate/verdict.js';
import type { Explanation, ModuleDescription, ModuleSignificance } from '#whymap/model.js';

const VERDICTS = ['local', 'border', 'global', 'chance', 'not-replicated'] as const;
const OUTCOMES = ['local', 'global', 'chance', 'undecided', 'not-replicated'] as const;

const figure = fc.double({ min: 0, max: 1, noNaN: true });
const testOf = fc.record({
  statistic: fc.double({ min: -1, max: 1, noNaN: true }),
  expected: figure,
  p: figure,
  pAdjusted: figure,
  draws: fc.constant(199),
});
const significance: fc.Arbitrary<ModuleSignificance> = fc
  .record({
    verdict: fc.constantFrom(...VERDICTS),
    real: testOf,
    local: testOf,
    p: figure,
    pAdjusted: figure,
    heldOut: fc.array(
      fc.record({
        outcome: fc.constantFrom(...OUTCOMES),
        cosine: figure,
        real: fc.constant(null),
        local: fc.constant(null),
      }),
      { minLength: 3, maxLength: 3 },
    ),
  })
  .map((found) => ({ ...found, significant: found.verdict === 'local' }));

const modules: fc.Arbitrary<ModuleDescription> = fc.record({
  id: fc.constant('M1'),
  label: fc.constant('a, b'),
  share: figure,
  topFeatures: fc
    .constantFrom(1, 2, 3)
    .map((features) => Array.from({ length: features }, (_, feature) => ({ feature, loading: 1 }))),
  pairs: fc.constant([]),
  presentLocalities: figure,
  presentSamples: figure,
  recurrence: fc.option(fc.record({ localities: fc.nat(30), disjoint: fc.nat(6), regions: fc.nat(5) }), {
    nil: undefined,
  }),
  contrast: fc.boolean(),
  significance: fc.option(significance),
  stability: fc.option(
    fc.record({
      seeds: fc.option(figure),
      bootstrap: fc.option(figure),
      subsample: fc.option(figure),
      localitySize: fc.constant(null),
      overlap: fc.constant(null),
      modules: fc.constant(null),
      presence: fc.constant(null),
    }),
  ),
  replication: fc.option(figure),
  within: fc.option(
    fc.uniqueArray(
      fc.record({
        column: fc.constantFrom('donor', 'batch', 'slide'),
        kept: fc.option(figure),
        between: fc.option(figure),
      }),
      {
        maxLength: 3,
        selector: ({ column }) => column,
      },
    ),
    { nil: undefined },
  ),
  trust: fc.option(figure),
  trustFlag: fc.option(fc.constant('Its region is torn: 40% of its neighbors lie elsewhere.')),
  signs: fc.option(
    fc.record({
      together: fc.constant([0, 1]),
      opposed: fc.subarray([2, 3]),
      turned: fc.constant(new Int32Array()),
      flips: fc.constant([]),
    }),
    { nil: undefined },
  ),
});

/** Two sentences that may not stand on one card together. */
const EXCLUDED: readonly (readonly [RegExp, RegExp])[] = [
  [/not replicated/, /on two thirds of the samples it came back/],
  [/not replicated/, /held out of the fit/],
  [/not replicated/, /significant/],
  [/all over the map/, /one part of the map/],
  [/all over the map/, /compared with the mean over the map \(adjusted p/],
  [/not shown to be more than chance/, /Real:/],
  [/not shown to be more than chance/, /significant/],
  [/[Aa]t the border/, /significant|not replicated|Real:/],
  [/Not shown to be local/, /significant/],
  [/one part of the map only/, /Recurs in/],
  [/two thirds of the samples it did not come back/, /two thirds of the samples it came back/],
  [/neighbors in the data/, /torn/],
  [/another covering it came back/, /another covering it did not come back|^did not come back$/],
  [/other coverings it came back/, /other coverings it did not come back/],
  [/rise and fall together/, /and the reverse/],
];

const explained = { image: null, featureNames: ['a', 'b', 'c', 'd'] } as unknown as Explanation;

test('no two sentences of a card contradict each other, and none is said twice', () => {
  fc.assert(
    fc.property(modules, fc.integer({ min: 1, max: 5000 }), (module, rows) => {
      const texts = [
        moduleSentence(explained, module),
        ...moduleStatements(module, rows).map(({ text }) => text),
        ...moduleRemarks(module).map(({ text }) => text),
      ];
      expect(new Set(texts).size).toBe(texts.length);
      for (const [a, b] of EXCLUDED) {
        const [first, second] = [texts.filter((text) => a.test(text)), texts.filter((text) => b.test(text))];
        expect({ a: first, b: second, both: first.length > 0 && second.length > 0 }).toMatchObject({
          both: false,
        });
      }
      for (const text of texts) {
        expect(text).not.toMatch(/\b1 (samples|localities|modules|features)\b|NaN|undefined/);
      }
    }),
    { numRuns: 2000 },
  );
});

test('a module of few features is said to have as many as it has', () => {
  const [module] = fc.sample(modules, { numRuns: 1, seed: 5 });
  const said = [1, 2, 3].map((features) => {
    const topFeatures = Array.from({ length: features }, (_, feature) => ({ feature, loading: 1 }));
    const found = { ...module, topFeatures, signs: undefined, presentSamples: 0.07 };
    const remark = moduleRemarks(found).find(({ text }) => /feature/.test(text));
    return [remark?.text, moduleSentence(explained, found)];
  });
  expect(said).toEqual([
    [
      'one feature leads, no other loads 0.25 or more',
      'a rises and falls with features that each load below 0.25 around 7% of samples.',
    ],
    ['two features only', 'a and b rise and fall together around 7% of samples.'],
    [undefined, 'a, b and c rise and fall together around 7% of samples.'],
  ]);
});

test('every exclusion has two sides that are said somewhere, so that none is idle', () => {
  const said = new Set<string>();
  for (const module of fc.sample(modules, { numRuns: 4000, seed: 1 })) {
    for (const text of [
      moduleSentence(explained, module),
      ...moduleStatements(module, 300).map((statement) => statement.text),
      ...moduleRemarks(module).map((statement) => statement.text),
    ]) {
      for (const pattern of EXCLUDED.flat()) if (pattern.test(text)) said.add(String(pattern));
    }
  }
  expect([...new Set(EXCLUDED.flat().map(String))].filter((pattern) => !said.has(pattern))).toEqual([]);
});

/** Every way in which the three held-out thirds can come out. */
const COMBINATIONS = OUTCOMES.flatMap((a) => OUTCOMES.flatMap((b) => OUTCOMES.map((c) => [a, b, c])));

test('for every outcome of the held-out thirds the chip, the sentence and the headline give one verdict in the same numbers', () => {
  const tested = { statistic: 0.4, expected: 0, p: 0.005, pAdjusted: 0.005, draws: 199 };
  const [module] = fc.sample(modules, { numRuns: 1, seed: 5 });
  for (const outcomes of COMBINATIONS) {
    const parts = outcomes.map((outcome) => ({
      outcome,
      cosine: 0.9,
      ...(outcome === 'not-replicated' ? { real: null, local: null } : { real: tested, local: tested }),
    }));
    const found = { ...module, significance: verdictOf(parts), stability: null };
    const { verdict, significant } = found.significance;
    const remarks = moduleRemarks(found).map(({ text }) => text);
    const statements = moduleStatements(found, 300).map(({ text }) => text);
    const passed = outcomes.filter((outcome) => outcome === 'local').length;
    expect(remarks.includes('significant')).toBe(passed === 3);
    expect(significant).toBe(passed === 3);
    const border = [...remarks, ...statements].flatMap(
      (text) => text.match(/pass(?:es|ed) on (\d) of 3/)?.[1] ?? [],
    );
    const open = outcomes.filter((outcome) => outcome === 'undecided').length;
    // the chip of a module that passed nowhere names the thirds that stay open
    const named = passed > 0 ? [passed, passed] : [passed];
    expect({ outcomes, border }).toEqual({ outcomes, border: verdict === 'border' ? named.map(String) : [] });
    if (verdict === 'border' && passed === 0)
      expect(remarks).toContain(`at the border: undecided on ${open} of 3 held-out thirds`);
    const [, rest = ''] = headline({ descriptions: [found] }).split('; ');
    expect({
      outcomes,
      passed: headline({ descriptions: [found] }).startsWith(`${Number(significant)} of 1 module passed`),
    }).toEqual({ outcomes, passed: true });
    expect(/at the border/.test(rest)).toBe(verdict === 'border');
  }
});

test('each column that a module is mostly or partly a difference between is named once on the chip and once in a sentence', () => {
  fc.assert(
    fc.property(modules, (module) => {
      const flagged = (module.within ?? []).filter(
        ({ kept, between }) => kept !== null && (kept < 0.5 || (between !== null && between >= 0.1)),
      );
      for (const texts of [moduleRemarks(module), moduleStatements(module, 300)]) {
        const named = texts.flatMap(
          ({ text }) => text.match(/difference between levels of (\w+)/)?.[1] ?? [],
        );
        expect(named).toEqual(flagged.map(({ column }) => column));
      }
    }),
  );
});

test('"all over the map" is said only of what is present in half of the samples, in disjoint localities', () => {
  fc.assert(
    fc.property(modules, (module) => {
      const texts = moduleStatements(module, 300).map(({ text }) => text);
      if (texts.some((text) => /all over the map/.test(text))) {
        expect(module.presentSamples).toBeGreaterThanOrEqual(0.5);
        expect(module.recurrence?.disjoint).not.toBe(1);
      }
    }),
  );
});

const described = (verdicts: readonly (ModuleSignificance['verdict'] | null)[]) => ({
  descriptions: verdicts.map((verdict) => ({
    significance: verdict && { verdict },
  })) as unknown as ModuleDescription[],
});

test('the headline counts what passed, and says what became of the rest', () => {
  expect(headline(described(['chance', 'global', 'chance', 'not-replicated']))).toBe(
    '0 of 4 modules passed the test on held-out samples; 1 real but not shown to be local, 2 not shown to be more than chance, 1 not replicated.',
  );
  expect(headline(described(['local', 'border']))).toBe(
    '1 of 2 modules passed the test on held-out samples; 1 at the border.',
  );
  expect(headline(described(['local']))).toBe('1 of 1 module passed the test on held-out samples.');
  expect(headline(described([null, null]))).toMatch(/^2 modules, not tested/);
  expect(headline(described([]))).toMatch(/^No module was found/);
});

test('the summary agrees in number with one module and one locality', () => {
  const one = {
    ...explained,
    modules: { count: 1, explained: 0.1234 },
    localities: { count: 1, size: 1 },
    options: {},
  } as unknown as Explanation;
  expect(summary(one)).toBe(
    '1 module, a set of features that move together, accounts for 12% of the local association among 4 features. It was found by comparing 1 locality of 1 sample all over the map.',
  );
  expect(summary({ ...one, options: { within: ['donor', 'plate'] } })).toMatch(
    /all over the map, inside the levels of donor and plate\.$/,
  );
});

test('a module with two signs names both poles', () => {
  const [module] = fc.sample(modules, { numRuns: 1, seed: 3 });
  const signs = { together: [0, 1], opposed: [2], turned: new Int32Array(), flips: [] };
  expect(moduleSentence(explained, { ...module, presentSamples: 0.5, signs })).toBe(
    'a and b rise where c falls, and the reverse, around 50% of samples.',
  );
});
