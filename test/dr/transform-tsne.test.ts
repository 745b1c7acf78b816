// New samples on a finished t-SNE map: as openTSNE places them, each on its own, on any engine and number of threads.
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { embed, type TsneModel, tableOf, transform } from '#whymap/dr/index.js';
import type { Engine } from '#whymap/engine/engine.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import { createWasmEngine } from '#whymap/engine/wasm/engine.js';
import type { Matrix } from '../../src/model.js';
import { clusters, gaussianData, matrixOf } from './data.js';
import { dataOf } from './references.js';

const golden = JSON.parse(readFileSync(new URL('../../fixtures/dr/transform.json', import.meta.url), 'utf8'));
const rowsOf = ({ columns, data }: Matrix, from: number, to: number): Matrix => ({
  rows: to - from,
  columns,
  data: data.slice(from * columns, to * columns),
});

/** openTSNE's defaults. */
const STANDARD = {
  perplexity: 5,
  steps: 250,
  exaggeration: 1.5,
  learningRate: 0.1,
  momentum: 0.8,
  maxGradientNorm: 0.25,
};

/** A map of these samples, with openTSNE's defaults and exact forces. */
function modelOf(features: Matrix, coordinates: ArrayLike<number>): TsneModel {
  const dimensions = coordinates.length / features.rows;
  const map = { features, coordinates: Float64Array.from(coordinates), dimensions };
  return { kind: 'tsne', ...map, metric: 'euclidean', theta: 0, ...STANDARD };
}

const blobs = dataOf('blobs');
const [old, fresh] = [rowsOf(blobs, 0, 100), rowsOf(blobs, 100, 130)];
const largest = (values: ArrayLike<number>, others: ArrayLike<number>) =>
  Array.from(values).reduce((most, value, at) => Math.max(most, Math.abs(value - others[at])), 0);

for (const [name, create] of [
  ['js', async () => createJsEngine()],
  ['wasm', () => createWasmEngine({ threads: 2 })],
] as const) {
  describe(name, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await create();
    });
    afterAll(() => engine.close());
    const place = async (model: TsneModel, features: Matrix) =>
      (await transform(model, tableOf(features), { engine })).coordinates.data;

    test('the coordinates of openTSNE 1.0', async () => {
      const model = modelOf(old, golden.map);
      expect(largest(await place({ ...model, steps: 0 }, fresh), golden.start)).toBeLessThan(1e-6);
      expect(largest(await place(model, fresh), golden.standard)).toBeLessThan(1e-4);
      const few = { ...model, perplexity: 4 };
      expect(largest(await place({ ...few, steps: 25 }, fresh), golden.early)).toBeLessThan(1e-4);
      const other = { ...few, steps: 100, exaggeration: 1, learningRate: 0.5, momentum: 0.5 };
      expect(largest(await place(other, fresh), golden.other)).toBeLessThan(1e-4);
      const limited = { ...few, steps: 60, maxGradientNorm: 0.02 };
      expect(largest(await place(limited, fresh), golden.limited)).toBeLessThan(1e-4);
    });

    test('a sample does not depend on those that come with it, nor on their order', async () => {
      const model = { ...modelOf(old, golden.map), theta: 0.5 };
      const all = await place(model, fresh);
      const alone = await place(model, rowsOf(fresh, 17, 18));
      expect([...alone]).toEqual([...all.subarray(34, 36)]);
      const turned = matrixOf(30, fresh.columns, (r, c) => fresh.data[(29 - r) * fresh.columns + c]);
      const other = await place(model, turned);
      for (let r = 0; r < 30; r++) {
        expect([...other.subarray(2 * r, 2 * r + 2)]).toEqual([...all.subarray(58 - 2 * r, 60 - 2 * r)]);
      }
    });

    test('a map that is moved and turned moves and turns what is placed on it', async () => {
      const model = modelOf(old, golden.map);
      const turned = Array.from(golden.map, (_, at) =>
        at % 2 === 0 ? 10 - golden.map[at + 1] : 5 + golden.map[at - 1],
      );
      const [plain, moved] = [await place(model, fresh), await place(modelOf(old, turned), fresh)];
      const expected = Array.from(plain, (_, at) => (at % 2 === 0 ? 10 - plain[at + 1] : 5 + plain[at - 1]));
      expect(largest(moved, expected)).toBeLessThan(1e-3);
    });

    test.each([1, 2, 3, 4])('%i dimensions: new samples lie among their like', async (dimensions) => {
      const { features, labels } = clusters(300, 8, 4, 9);
      const random = createRandom(2);
      // a map of well-separated groups, each a cloud of its own
      const coordinates = Float64Array.from({ length: 200 * dimensions }, (_, at) => {
        const label = labels[Math.floor(at / dimensions)];
        return (at % dimensions === 0 ? 30 * label : 0) + 3 * random.normal();
      });
      const model = { ...modelOf(rowsOf(features, 0, 200), coordinates), theta: 0.5 };
      const placed = await place(model, rowsOf(features, 200, 300));
      for (let r = 0; r < 100; r++) {
        expect(Math.abs(placed[r * dimensions] - 30 * labels[200 + r])).toBeLessThan(15);
      }
    });

    test('few, equal and far samples: finite coordinates', async () => {
      const tiny = modelOf(gaussianData(2, 3, 1), [0, 0, 5, 1]);
      expect((await place(tiny, gaussianData(4, 3, 2))).every(Number.isFinite)).toBe(true);
      const equal = modelOf(
        matrixOf(30, 3, () => 2),
        Float64Array.from({ length: 60 }, (_, at) => Math.sin(at)),
      );
      expect(
        (
          await place(
            equal,
            matrixOf(3, 3, () => 2),
          )
        ).every(Number.isFinite),
      ).toBe(true);
      const together = modelOf(gaussianData(30, 3, 4), new Float64Array(60));
      const far = await place(
        together,
        matrixOf(3, 3, (r) => 1e6 * r),
      );
      expect([...far]).toEqual([0, 0, 0, 0, 0, 0]);
    });
  });
}

test('js and wasm, 1 and 3 threads: the same bytes on any number of threads, and js within rounding', async () => {
  const { features } = clusters(700, 6, 5, 3);
  const made = await embed(
    tableOf(rowsOf(features, 0, 500)),
    { method: 'tsne', perplexity: 12, steps: 300 },
    { seed: 1 },
  );
  const model = made.model as TsneModel;
  const before = model.coordinates.slice();
  const table = tableOf(rowsOf(features, 500, 700));
  const placed: Float32Array[] = [];
  for (const threads of [1, 3]) {
    const engine = await createWasmEngine({ threads });
    placed.push((await transform(model, table, { engine, seed: threads })).coordinates.data);
    await engine.close();
  }
  expect(placed[1]).toEqual(placed[0]);
  expect(model.coordinates).toEqual(before);
  expect(model).toMatchObject({ ...STANDARD, theta: 0.5, metric: 'euclidean', dimensions: 2 });
  const js = await transform(model, table, { engine: createJsEngine() });
  // trees differ, and so do their errors: a hundredth of the map's width
  expect(largest(js.coordinates.data, placed[0])).toBeLessThan(0.5);
});

test('an array that is garbage while its copy is read stays in the memory of the engine', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const engine = await createWasmEngine({ threads: 2 });
  const model = { ...modelOf(old, golden.map), theta: 0.5, steps: 2000 };
  const first = await transform(model, tableOf(fresh), { engine });
  const collecting = setInterval(collect, 1);
  for (let run = 0; run < 8; run++) {
    const again = await transform(model, tableOf(fresh), { engine });
    expect(again.coordinates.data).toEqual(first.coordinates.data);
  }
  clearInterval(collecting);
  await engine.close();
});
