// In how many disjoint localities and regions a module is present, on paper and on planted truth.
import { expect, test } from 'vitest';
import { explain } from 'whymap';
import { moduleRecurrence } from '#whymap/lava/evaluate/recurrence.js';
import type { Localities } from '#whymap/model.js';
import { plantModules } from '#whymap/reproduce/lava/planted.js';

function cover(...members: readonly number[][]): Localities {
  const empty = { rows: members.length, columns: 2, data: new Float32Array(2 * members.length) };
  return {
    count: members.length,
    size: members[0].length,
    overlap: 1,
    probes: empty,
    members: Int32Array.from(members.flat()),
    radius: new Float32Array(members.length),
    tuning: { alpha: 0, beta: 2, coverageTv: 0, startTv: 0, evaluations: 0, samples: 10 },
    uncovered: new Int32Array(0),
  };
}

const column = (...values: number[]) => ({
  rows: values.length,
  columns: 1,
  data: Float32Array.from(values),
});

test('localities that share samples count once; a chain of them is one region with several disjoint localities', () => {
  const twins = cover([0, 1, 2], [1, 2, 3], [6, 7, 8]);
  expect(moduleRecurrence(twins, column(1, 0.9, 0), 10)).toEqual([
    { localities: 2, disjoint: 1, regions: 1 },
  ]);
  expect(moduleRecurrence(twins, column(1, 0.9, 0.5), 10)).toEqual([
    { localities: 3, disjoint: 2, regions: 2 },
  ]);
  const chain = cover([0, 1, 2], [2, 3, 4], [4, 5, 6], [6, 7, 8]);
  expect(moduleRecurrence(chain, column(1, 0.9, 0.8, 0.7), 10)).toEqual([
    { localities: 4, disjoint: 2, regions: 1 },
  ]);
});

test('a locality below a quarter of the largest presence does not count, nor a module without presence', () => {
  const apart = cover([0, 1], [2, 3], [4, 5]);
  const presence = { rows: 3, columns: 2, data: Float32Array.of(1, 0, 0.25, 0, 0.24, 0) };
  expect(moduleRecurrence(apart, presence, 6)).toEqual([
    { localities: 2, disjoint: 2, regions: 2 },
    { localities: 0, disjoint: 0, regions: 0 },
  ]);
});

test('separate localities share no sample and regions no more than localities, as brute force has it', () => {
  const planted = plantModules({
    seed: 2,
    correlation: 0.7,
    samples: 600,
    features: 40,
    modules: 3,
    clusters: 6,
  });
  return explain(planted, { localitySize: 40, overlap: 3, evaluations: 0, draws: 0, modules: 4 }, {}).then(
    ({ localities, modules, descriptions }) => {
      descriptions.forEach(({ recurrence, presentLocalities }, k) => {
        const value = (l: number) => modules.presence.data[l * modules.count + k];
        const all = [...Array(localities.count).keys()];
        const largest = Math.max(...all.map(value));
        const present = all.filter((l) => value(l) >= largest / 4);
        const sets = all.map((l) => new Set(localities.members.subarray(l * 40, (l + 1) * 40)));
        const meet = (a: number, b: number) => [...sets[a]].some((s) => sets[b].has(s));
        // regions by flooding instead of union
        const left = new Set(present);
        let regions = 0;
        for (const start of present) {
          if (!left.delete(start)) continue;
          regions++;
          const queue = [start];
          for (const l of queue) for (const o of [...left]) if (meet(l, o) && left.delete(o)) queue.push(o);
        }
        expect(recurrence?.localities).toBe(present.length);
        expect(presentLocalities).toBeCloseTo(present.length / localities.count);
        expect(recurrence?.regions).toBe(regions);
        expect(recurrence?.disjoint).toBeGreaterThanOrEqual(regions);
        expect(recurrence?.disjoint).toBeLessThanOrEqual(present.length);
        const chosen: number[] = [];
        for (const l of present.sort((a, b) => value(b) - value(a) || a - b)) {
          if (!chosen.some((other) => meet(l, other))) chosen.push(l);
        }
        expect(recurrence?.disjoint).toBe(chosen.length);
      });
    },
  );
});
