// Trust of a part of the samples: the same question as of all, with an interval; and sparse components as dense ones.
import { expect, test } from 'vitest';
import { toDense } from '#whymap/core/csr.js';
import { createRandom } from '#whymap/core/random.js';
import { resolveContext } from '#whymap/engine/context.js';
import { explain } from '#whymap/lava/explain.js';
import type { Csr } from '#whymap/model.js';
import { withTrust } from '#whymap/run/region-trust.js';
import { referenceSpace } from '#whymap/trust/index.js';

function sparseTable(rows: number, columns: number): Csr {
  const random = createRandom(2);
  const offsets = new Float64Array(rows + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let r = 0; r < rows; r++) {
    const score = random.normal();
    for (let c = 0; c < columns; c++) {
      const value = (c % 4 === r % 4 ? 1.5 : -0.5) + 0.7 * score * (c % 3) + 0.5 * random.normal();
      if (value <= 0) continue;
      indices.push(c);
      values.push(value);
    }
    offsets[r + 1] = indices.length;
  }
  return { rows, columns, offsets, indices: Int32Array.from(indices), values: Float32Array.from(values) };
}

const features = sparseTable(500, 130);
const context = () => resolveContext({ seed: 3 });

test('components of sparse rows have the distances of those of the same dense rows', async () => {
  const sparse = await referenceSpace(features, { components: 12 }, await context());
  const dense = await referenceSpace(toDense(features), { components: 12 }, await context());
  expect([sparse.rows, sparse.columns]).toEqual([500, 12]);
  for (const { columns, data } of [dense]) {
    for (let i = 0; i < 500; i += 7) {
      for (let j = i + 1; j < 500; j += 31) {
        let [a, b] = [0, 0];
        for (let c = 0; c < columns; c++) {
          a += (data[i * columns + c] - data[j * columns + c]) ** 2;
          b += (sparse.data[i * columns + c] - sparse.data[j * columns + c]) ** 2;
        }
        expect(Math.abs(a - b)).toBeLessThan(1e-3 * a);
      }
    }
  }
  const few = { ...features, rows: 60, offsets: features.offsets.slice(0, 61) };
  expect((await referenceSpace(few, { components: 5 }, await context())).rows).toBe(60);
});

test('trust on a part of the samples has an interval, and says so', async () => {
  const map = await referenceSpace(features, { components: 2 }, await context());
  const source = { name: 'made', sha256: null };
  const table = {
    features,
    featureNames: Array.from({ length: 130 }, (_, c) => `f${c}`),
    ids: null,
    labels: null,
    source,
    dropped: { rows: 0, features: [] },
    warnings: [],
  };
  const embedding = { coordinates: map, ids: null, source };
  const options = { localitySize: 60, modules: 3, draws: 0 };
  const explanation = await explain({ table, embedding }, options, await context());
  const whole = await withTrust(explanation, table, await context());
  const part = await withTrust(explanation, table, await context(), 150);
  expect(whole.localities).toHaveLength(explanation.localities.count);
  expect(part.localities).toBeNull();
  expect(part.explanation.trust).toBeNull();
  expect(part.explanation.warnings.map(({ code }) => code)).toContain('trust-sampled');
  part.explanation.descriptions.forEach(({ trust, trustInterval }, m) => {
    const [low, high] = trustInterval ?? [1, 0];
    const all = whole.explanation.descriptions[m];
    expect(all.trustInterval).toBeUndefined();
    expect(low).toBeLessThan(trust ?? 0);
    expect(high - low).toBeLessThan(0.1);
    // the interval is of 95%: twice its half width holds the figure of all samples here
    expect(Math.abs((all.trust ?? 0) - (trust ?? 0))).toBeLessThan(high - low);
  });
  const every = await withTrust(explanation, table, await context(), 500);
  expect(every.explanation.descriptions).toEqual(whole.explanation.descriptions);
});
