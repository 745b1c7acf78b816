// Answers in sentences never contradict themselves: groups of modules, a region, two regions, higher and lower features.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type ComparisonAnswer,
  comparisonSentences,
  groupSentences,
  type MarkerAnswer,
  markerSentences,
  moduleGroups,
  type RegionAnswer,
  regionSentences,
  words,
} from 'whymap/lava';
import type { Explanation } from '#whymap/model.js';

const VERDICTS = ['local', 'border', 'global', 'chance', 'not-replicated', null] as const;
const share = fc.double({ min: 0, max: 1, noNaN: true });
const amount = fc.integer({ min: 1, max: 3000 });
const ids = (count: number) => Array.from({ length: count }, (_, k) => `M${k + 1}`);

/** Two sentences that may not stand in one answer. */
const EXCLUDED: readonly (readonly [RegExp, RegExp])[] = [
  [/No module is present/, /^Present (in|there)/],
  [/No module is present/, /found nowhere else|rare elsewhere/],
  [/is one sample/, /half of its samples/],
  [/They share no module/, /^They share:/],
  [/No feature is higher or lower/, /features? (is|are) (higher|lower) in/],
  [/^By replicate/, /samples as the units|no p over replicates/],
  [/samples as the units/, /no p over replicates/],
];

/** Lists of modules of which a module may be in one only. */
const LISTS: readonly (readonly RegExp[])[] = [
  [/^At the border/, /^Not shown to be more/, /^Not replicated/, /^Real, but/],
  [/^They share:/, /^Only in one:/, /^Only in other:/],
  [/in the same way/, /differently/, /opposite signs/],
  [/found nowhere else/, /rare elsewhere/],
];

const modulesIn = (text: string): string[] => text.match(/\bM\d+\b/g) ?? [];

/** What was said of every answer, to see that no exclusion is idle. */
const said = new Set<string>();

function check(texts: readonly string[]): void {
  expect(new Set(texts).size).toBe(texts.length);
  for (const text of texts) {
    expect(text).not.toMatch(/\b1 (samples|modules|features|groups|replicates)\b|NaN|undefined|Infinity/);
    for (const pattern of EXCLUDED.flat()) if (pattern.test(text)) said.add(String(pattern));
  }
  const both = EXCLUDED.filter((pair) => pair.every((pattern) => texts.some((text) => pattern.test(text))));
  expect({ texts, both }).toEqual({ texts, both: [] });
  for (const patterns of LISTS) {
    const listed = patterns.flatMap((pattern) => {
      const lines = texts.filter((text) => pattern.test(text));
      return [...new Set(lines.flatMap(modulesIn))];
    });
    expect(new Set(listed).size).toBe(listed.length);
  }
}

/** A tree of merges of so many modules, in random order. */
const hierarchies = fc
  .array(fc.record({ a: fc.nat(1000), b: fc.nat(1000), share, coupling: share }), {
    minLength: 1,
    maxLength: 9,
  })
  .map((drawn) => {
    const alive = drawn.map((_, k) => k);
    const merges = drawn.slice(1).map(({ a, b, coupling }, i) => {
      const [first] = alive.splice(a % alive.length, 1);
      const [second] = alive.splice(b % alive.length, 1);
      alive.push(drawn.length + i);
      return { first, second, coupling };
    });
    return {
      count: drawn.length,
      share: drawn.map((each) => each.share / drawn.length),
      hierarchy: { merges },
    };
  });

test('groups: every module is in one, a single module has no coupling, and coarser groups are unions of finer ones', () => {
  fc.assert(
    fc.property(hierarchies, fc.nat(8), ({ count, share, hierarchy }, draw) => {
      const features = 4;
      const data = Float32Array.from({ length: count * features }, (_, at) => (at % 3) / 2);
      const loadings = { rows: count, columns: features, data };
      const explanation = {
        featureNames: ['a', 'b', 'c', 'd'],
        descriptions: ids(count).map((id) => ({ id })),
        modules: { count, share, loadings, hierarchy },
      } as unknown as Explanation;
      const groups = moduleGroups(explanation, (draw % count) + 1);
      const [head, ...lines] = groupSentences(explanation, groups);
      check([head, ...lines]);
      expect(head).toBe(`${words.plural(count, 'module')} in ${words.plural(groups.length, 'group')}.`);
      expect(lines.flatMap(modulesIn).sort()).toEqual(ids(count).sort());
      lines.forEach((line, g) => {
        expect(/together, coupling/.test(line)).toBe(groups[g].modules.length > 1);
      });
      expect(groups.reduce((sum, group) => sum + group.share, 0)).toBeCloseTo(
        share.reduce((a, b) => a + b, 0),
        6,
      );
      if (groups.length === 1) return;
      const coarser = moduleGroups(explanation, groups.length - 1);
      for (const { modules } of groups)
        expect(coarser.filter((group) => modules.every((k) => group.modules.includes(k))).length).toBe(1);
    }),
    { numRuns: 500 },
  );
});

const modulesOfRegion = fc.array(
  fc.record({
    verdict: fc.constantFrom(...VERDICTS),
    contrast: fc.boolean(),
    inside: share,
    outside: share,
    presentInside: fc.oneof(share, fc.constantFrom(0, 1)),
    presentOutside: fc.oneof(share, fc.constantFrom(0, 0.05)),
  }),
  { maxLength: 5 },
);

const regions: fc.Arbitrary<RegionAnswer> = fc
  .record({
    samples: fc.oneof(fc.constant(1), amount),
    share,
    labels: fc.array(fc.record({ label: fc.constantFrom('B', 'T', 'NK', 'DC'), samples: amount }), {
      maxLength: 5,
    }),
    modules: modulesOfRegion,
  })
  .map(({ modules, ...rest }) => ({
    ...rest,
    region: 'here',
    modules: modules.map((module, k) => ({ ...module, module: k, id: `M${k + 1}`, label: 'a, b' })),
  }));

test('a region: what is present, what is rare elsewhere, and what to be careful with exclude one another rightly', () => {
  fc.assert(
    fc.property(regions, (answer) => check(regionSentences(answer))),
    { numRuns: 1000 },
  );
});

const comparisons: fc.Arbitrary<ComparisonAnswer> = fc
  .record({
    first: regions,
    second: regions,
    overlap: fc.nat(3),
    modules: fc.array(
      fc.record({
        verdict: fc.constantFrom(...VERDICTS),
        where: fc.constantFrom('both' as const, 'first' as const, 'second' as const, 'neither' as const),
        first: share,
        second: share,
        agreement: fc.option(fc.double({ min: -1, max: 1, noNaN: true })),
      }),
      { maxLength: 6 },
    ),
  })
  .map(({ modules, first, second, ...rest }) => ({
    ...rest,
    first: { ...first, region: 'one' },
    second: { ...second, region: 'other' },
    modules: modules.map((module, k) => ({ ...module, module: k, id: `M${k + 1}`, label: 'a, b' })),
  }));

test('two regions: a module is shared or on one side, and agrees in one way', () => {
  fc.assert(
    fc.property(comparisons, (answer) => check(comparisonSentences(answer))),
    { numRuns: 1000 },
  );
});

const replicates = fc.option(
  fc.record({
    replicatesFirst: fc.integer({ min: 1, max: 4 }),
    replicatesSecond: fc.integer({ min: 1, max: 4 }),
    paired: fc.boolean(),
    tested: fc.boolean(),
  }),
);

const markers: fc.Arbitrary<MarkerAnswer> = fc
  .record({
    first: amount,
    second: amount,
    replicates,
    markers: fc.array(fc.record({ z: fc.double({ min: -9, max: 9, noNaN: true }), p: share }), {
      maxLength: 9,
    }),
  })
  .map(({ first, second, replicates: units, markers: drawn }) => ({
    first: { region: 'here', samples: first },
    second: { region: 'there', samples: second },
    markers: drawn
      .sort((a, b) => b.z - a.z)
      .map(({ z, p }, feature) => ({
        feature,
        name: `f${feature}`,
        first: 0,
        second: 0,
        difference: z,
        logFoldChange: null,
        aboveZeroFirst: 0,
        aboveZeroSecond: 0,
        auc: 0.5,
        z,
        p,
        pAdjusted: p,
        modules: [],
        pseudobulk: units && { ...units, difference: z, p: units.tested ? p : null },
      })),
  }));

test('markers: none, or higher and lower; p over samples or over replicates; no feature is both', () => {
  fc.assert(
    fc.property(markers, (answer) => {
      const texts = markerSentences(answer);
      check(texts);
      const named = texts
        .filter((text) => /(higher|lower) in here/.test(text))
        .map((text) => text.match(/\bf\d\b/g) ?? []);
      expect(new Set(named.flat()).size).toBe(named.flat().length);
    }),
    { numRuns: 1000 },
  );
});

test('every exclusion has two sides that were said, so that none is idle', () => {
  expect(
    EXCLUDED.flat()
      .map(String)
      .filter((pattern) => !said.has(pattern)),
  ).toEqual([]);
});
