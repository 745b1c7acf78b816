// Modules and levels in a region, against counting by hand and naive filters; polygons against half planes.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  compareRegions,
  describeRegion,
  levelsInRegion,
  localitiesHolding,
  modulesInRegion,
  pointsInPolygon,
  regionRows,
  regionSentences,
  samplesWithModule,
} from 'whymap/lava';
import { encodeLevels } from '#whymap/core/levels.js';

// two localities, largest presence 0.8 and 0.4: present from 0.2 and 0.1 on
const presence = { rows: 2, columns: 2, data: Float32Array.of(0.8, 0.4, 0, 0.1) };
// four samples
const samplePresence = { rows: 4, columns: 2, data: Float32Array.of(0.8, 0.05, 0.25, 0.1, 0.125, 0, 0, 0.4) };
const explanation = { samplePresence, modules: { presence } };

test('modules in a region have the means and shares counted by hand, on either side', () => {
  const [first, second] = modulesInRegion(explanation, [1, 0]);
  expect(first.module).toBe(0);
  expect(first.inside).toBeCloseTo((0.8 + 0.25) / 2, 6);
  expect(first.outside).toBeCloseTo(0.125 / 2, 6);
  expect([first.presentInside, first.presentOutside]).toEqual([1, 0]);
  expect(second.module).toBe(1);
  expect(second.inside).toBeCloseTo(0.075, 6);
  expect(second.outside).toBeCloseTo(0.2, 6);
  expect([second.presentInside, second.presentOutside]).toEqual([0.5, 0.5]);
});

test('modules in a region are ordered by presence inside, ties by index; all and no samples are defined', () => {
  expect(modulesInRegion(explanation, [3]).map(({ module }) => module)).toEqual([1, 0]);
  const all = modulesInRegion(explanation, [0, 1, 2, 3]);
  expect(all.map(({ outside, presentOutside }) => [outside, presentOutside])).toEqual([
    [0, 0],
    [0, 0],
  ]);
  const none = modulesInRegion(explanation, []);
  expect(none.map(({ module, inside }) => [module, inside])).toEqual([
    [0, 0],
    [1, 0],
  ]);
});

test('a module is in a region from half of its samples on; outside is the mean of all others', () => {
  const names = ['M1', 'M2'].map((id) => ({
    id,
    label: id,
    contrast: false,
    significance: null,
    topFeatures: [],
  }));
  const whole = { ...explanation, rows: 4, labels: ['x', 'y', 'y', 'x'], descriptions: names } as never;
  const regions = {
    first: { kind: 'rows', rows: [0, 2] },
    second: { kind: 'rows', rows: [2, 3] },
  } as const;
  // M1 is present in sample 0 and 1, M2 in 1 and 3
  expect(compareRegions(whole, regions).modules.map(({ where }) => where)).toEqual(['first', 'second']);
  const described = describeRegion(whole, { kind: 'rows', rows: [0, 2, 3] });
  expect(described.labels).toEqual([
    { label: 'x', samples: 2 },
    { label: 'y', samples: 1 },
  ]);
  expect(described.modules[0].outside).toBeCloseTo(0.25, 6);
});

test('samples with a module reach a quarter of its largest presence over localities, and are not 0', () => {
  expect([...samplesWithModule(explanation, 0)]).toEqual([0, 1]);
  expect([...samplesWithModule(explanation, 1)]).toEqual([1, 3]);
  const absent = { ...explanation, modules: { presence: { ...presence, data: new Float32Array(4) } } };
  expect([...samplesWithModule(absent, 0)]).toEqual([0, 1, 2]);
});

test('levels in a region have their share of the region and of the level; missing values count for none', () => {
  const column = encodeLevels(['b', 'a', null, 'b', 'c']);
  expect(column.levels).toEqual(['a', 'b', 'c']);
  expect([...column.codes]).toEqual([1, 0, -1, 1, 2]);
  expect(levelsInRegion(column, [1, 2, 3, 0])).toEqual([
    { level: 'b', samples: 2, share: 0.5, ofLevel: 1 },
    { level: 'a', samples: 1, share: 0.25, ofLevel: 1 },
  ]);
  expect(levelsInRegion(column, [4, 1]).map(({ level }) => level)).toEqual(['a', 'c']);
});

test('localities that hold a sample are those that list it', () => {
  const localities = { count: 3, size: 2, members: Int32Array.of(0, 1, 1, 2, 3, 0) } as never;
  expect(localitiesHolding(localities, 1)).toEqual([0, 1]);
  expect(localitiesHolding(localities, 0)).toEqual([0, 2]);
  expect(localitiesHolding(localities, 4)).toEqual([]);
});

test('a concave polygon holds what its parts hold', () => {
  // an L: the square of side 2 without its upper right quarter
  const polygon = [
    [0, 0],
    [2, 0],
    [2, 1],
    [1, 1],
    [1, 2],
    [0, 2],
  ] as const;
  const points = { x: [0.5, 1.5, 0.5, 1.5, -0.5, 0.5], y: [0.5, 0.5, 1.5, 1.5, 0.5, 2.5] };
  expect([...pointsInPolygon(points, polygon)]).toEqual([0, 1, 2]);
});

test('a triangle holds the points on the inner side of its three edges', () => {
  const coordinate = fc.integer({ min: -10, max: 10 });
  const point = fc.tuple(coordinate, coordinate);
  fc.assert(
    fc.property(fc.tuple(point, point, point), point, ([a, b, c], [column, row]) => {
      const [x, y] = [column + 0.37, row + 0.61];
      const turn = (p: number[], q: number[]) => (q[0] - p[0]) * (y - p[1]) - (q[1] - p[1]) * (x - p[0]);
      const turns = [turn(a, b), turn(b, c), turn(c, a)];
      fc.pre(turns.every((value) => Math.abs(value) > 1e-6));
      const inside = turns.every((value) => value > 0) || turns.every((value) => value < 0);
      expect(pointsInPolygon({ x: [x], y: [y] }, [a, b, c]).length).toBe(inside ? 1 : 0);
    }),
  );
});

test('a rectangle holds the samples on its border', () => {
  const coordinates = { rows: 4, columns: 2, data: Float32Array.of(0, 0, 1, 1, 2, 1, 1, 2) };
  const rectangle = { kind: 'rectangle', from: [1, 1], to: [0, 0] } as const;
  expect([...regionRows({ rows: 4, embedding: { coordinates } } as never, rectangle)]).toEqual([0, 1]);
});

test('a module is called rare elsewhere when fewer than a tenth of the other samples have it', () => {
  const sentencesFor = (presentOutside: number, share = 0.1) => {
    const module = {
      module: 0,
      id: 'M1',
      label: 'a, b',
      verdict: null,
      contrast: false,
      inside: 0.5,
      outside: 0.1,
    };
    const modules = [{ ...module, presentInside: 0.8, presentOutside }];
    return regionSentences({ region: 'here', samples: 5, share, labels: [], modules }).join(' ');
  };
  expect(sentencesFor(0.09)).toContain('M1 is rare elsewhere: present in 9% of all other samples');
  expect(sentencesFor(0.1)).not.toContain('rare elsewhere');
  expect(sentencesFor(0)).toContain('M1 is found nowhere else');
  const selected = regionSentences({ region: '5 samples', samples: 5, share: 0.1, labels: [], modules: [] });
  expect(selected[0]).toBe('5 samples, 10% of all.');
  // all samples are inside: there is no elsewhere
  expect(sentencesFor(0, 1)).not.toContain('else');
});
