// Samples at one point, as many everywhere: taken once, so the localities of a table with all rows twice are those of the table.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { resolveContext } from '#whymap/engine/context.js';
import { unwatched } from '#whymap/engine/watch.js';
import { distinctPoints } from '#whymap/lava/localities/copies.js';
import { denseCovering } from '#whymap/lava/localities/dense-covering.js';
import { locate } from '#whymap/lava/localities/localities.js';

const SAMPLES = 240;

/** A map of three blobs, every sample `copies` times, all samples after all. */
function blobs(copies: number) {
  const random = createRandom(5);
  const once = Float32Array.from({ length: 2 * SAMPLES }, (_, t) => 6 * ((t >> 1) % 3) + random.normal());
  const data = new Float32Array(copies * once.length);
  for (let c = 0; c < copies; c++) data.set(once, c * once.length);
  const coordinates = { rows: copies * SAMPLES, columns: 2, data };
  return { coordinates, ids: null, source: { name: 'made', sha256: null } };
}

test('every point keeps its multiple, and positions expand to all of its samples', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 4, maxLength: 12 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 3, max: 12 }),
      (counts, times, third) => {
        const each = counts.flatMap((count, point) => Array<number>(count * times).fill(point));
        const points = { rows: each.length, columns: 1, data: Float32Array.from(each) };
        const found = distinctPoints(points, times * third);
        const { copies } = found;
        expect((times * third) % copies).toBe(0);
        for (const count of counts) expect((count * times) % copies).toBe(0);
        const kept = Int32Array.from({ length: found.points.rows }, (_, i) => i);
        expect([...found.all(kept)]).toEqual(each.map((_, i) => i));
        for (const i of kept) {
          const all = [...found.all(Int32Array.of(i))];
          expect(all.map((position) => each[position])).toEqual(
            Array<number>(copies).fill(found.points.data[i]),
          );
        }
      },
    ),
  );
});

test('all rows two or three times, n in proportion: the same probes, and each member with its copies', async () => {
  const context = await resolveContext({ seed: 1 });
  const options = { localitySize: 20, overlap: 3, evaluations: 6 };
  const once = await locate(blobs(1), options, context);
  const dense = await denseCovering(blobs(1), once, context.engine, unwatched);
  for (const copies of [2, 3]) {
    const map = blobs(copies);
    const found = await locate(map, { ...options, localitySize: 20 * copies }, context);
    expect(found.probes.data).toEqual(once.probes.data);
    const more = await denseCovering(map, found, context.engine, unwatched);
    expect(more.probes.data).toEqual(dense.probes.data);
    expect(more.radius).toEqual(dense.radius);
    for (let l = 0; l < more.count; l++) {
      const members = [...more.members.subarray(l * more.size, (l + 1) * more.size)];
      const before = [...dense.members.subarray(l * 20, (l + 1) * 20)];
      const all = before.flatMap((row) => Array.from({ length: copies }, (_, c) => row + c * SAMPLES));
      expect(members.sort((a, b) => a - b)).toEqual(all.sort((a, b) => a - b));
    }
  }
});

test('one sample more at one point, or n that is no multiple: every sample counts for itself', () => {
  const points = (values: readonly number[]) => ({
    rows: values.length,
    columns: 1,
    data: Float32Array.from(values),
  });
  const twice = [0, 0, 1, 1, 2, 2, 3, 3];
  expect(distinctPoints(points(twice), 6).copies).toBe(2);
  expect(distinctPoints(points([...twice, 3]), 6).copies).toBe(1);
  expect(distinctPoints(points(twice), 7).copies).toBe(1);
  // two samples a locality would be left
  expect(distinctPoints(points(twice), 4).copies).toBe(1);
});
