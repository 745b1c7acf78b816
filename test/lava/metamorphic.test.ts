// Metamorphic relations: related data give the same modules, presence and verdicts. Planted data, penguins and the demo.
// Figures on real data: docs/lab/metamorphic.md, by bench/metamorphic.mjs.
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesSource, joinEmbedding, pathSource, readEmbedding, readTable, writeNpy } from 'whymap/io';
import { toDense } from '#whymap/core/csr.js';
import { createRandom, permutation } from '#whymap/core/random.js';
import { explain } from '#whymap/lava/explain.js';
import type { Explanation, Matrix } from '#whymap/model.js';
import { plantModules } from '#whymap/reproduce/lava/planted.js';
import { compare, inputOf, RELATIONS, type Related } from '../../bench/relations.mjs';

const data = join(import.meta.dirname, '../../data');

interface Data {
  readonly features: Matrix;
  readonly map: Matrix;
  readonly options: { readonly localitySize: number; readonly modules: number; readonly draws: number };
  readonly runs: number;
}

const first = ({ columns, data: values }: Matrix, rows: number): Matrix => ({
  ...{ rows, columns },
  data: Float32Array.from(values.subarray(0, rows * columns)),
});

async function penguins(): Promise<Data> {
  const table = await readTable(pathSource(join(data, 'penguins/penguins.csv')), { id: 'id' });
  const embedding = await readEmbedding(pathSource(join(data, 'penguins/umap.npy')));
  const joined = joinEmbedding(table, embedding);
  return {
    features: toDense(joined.table.features),
    map: joined.embedding.coordinates,
    options: { localitySize: 40, modules: 3, draws: 0 },
    runs: 2,
  };
}

async function demo(): Promise<Data> {
  const table = await readTable(pathSource(join(data, 'fashion/images.idx.gz')));
  const embedding = await readEmbedding(pathSource(join(data, 'fashion/umap.npy')));
  return {
    features: first(toDense(table.features), 400),
    map: first(embedding.coordinates, 400),
    options: { localitySize: 40, modules: 4, draws: 0 },
    runs: 1,
  };
}

function planted(): Data {
  const made = plantModules({
    seed: 4,
    correlation: 0.7,
    samples: 400,
    features: 30,
    modules: 3,
    clusters: 5,
  });
  return {
    features: toDense(made.table.features),
    map: made.embedding.coordinates,
    options: { localitySize: 50, modules: 3, draws: 199 },
    runs: 1,
  };
}

const run = (of: Data, made: Related): Promise<Explanation> =>
  explain(
    inputOf(made.features ?? of.features, made.coordinates ?? of.map, made.columns),
    { ...of.options, ...made.options, evaluations: 3, refits: 0 },
    { seed: 1 },
  );

const npyOf = ({ rows, columns, data }: Matrix) => writeNpy(data, [rows, columns]);

const sets = { planted: async () => planted(), penguins, demo };
const cases = Object.keys(sets).flatMap((set) => Object.keys(RELATIONS).map((relation) => [set, relation]));
const whole = new Map<string, Promise<{ of: Data; explanation: Explanation }>>();

/** A data set and its explanation, made once. */
function explained(set: string) {
  const made = async () => {
    const of = await sets[set as keyof typeof sets]();
    return { of, explanation: await run(of, {}) };
  };
  const known = whole.get(set) ?? made();
  whole.set(set, known);
  return known;
}

/** Largest difference of a loading or presence that each kind of relation allows. */
const ALLOWED = { bytes: 0, rounding: 1e-6, input: 2e-3, covering: 1 } as const;

test.each(cases)('%s: %s', async (set, name) => {
  const { of, explanation } = await explained(set);
  const relation = RELATIONS[name];
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), async (seed) => {
      const related = relation.make({ ...of, seed, localitySize: of.options.localitySize });
      const second = await run(of, related);
      const found = compare(explanation, second, related);
      expect(second.modules.count).toBe(explanation.modules.count);
      const allowed = ALLOWED[relation.keeps];
      expect(found.loading).toBeLessThanOrEqual(allowed);
      expect(found.presence).toBeLessThanOrEqual(allowed);
      expect(found.turned).toBe(0);
      if (relation.keeps === 'bytes') expect(found.border).toBe(0);
      // planted modules come back on any covering
      if (set === 'planted') expect(found.least).toBeGreaterThan(0.9);
    }),
    { numRuns: relation.keeps === 'covering' ? 1 : of.runs, seed: 7 },
  );
});

test('files joined in another order, and in other formats, give the same explanation', async () => {
  const { of } = await explained('penguins');
  const { rows, columns } = of.features;
  const order = permutation(rows, createRandom(3));
  const line = (matrix: Matrix, row: number, separator: string) =>
    [`s${row}`, ...matrix.data.subarray(row * matrix.columns, (row + 1) * matrix.columns)].join(separator);
  const text = (matrix: Matrix, names: string[], at: Int32Array, separator: string) =>
    [['id', ...names].join(separator), ...Array.from(at, (row) => line(matrix, row, separator))].join('\n');
  const names = Array.from({ length: columns }, (_, f) => `f${f}`);
  const straight = Int32Array.from({ length: rows }, (_, row) => row);
  const bytes = (value: string) => new TextEncoder().encode(value);
  const read = async (feature: [string, Uint8Array], map: [string, Uint8Array]) => {
    const table = await readTable(bytesSource(...feature), { normalize: 'none' });
    const joined = joinEmbedding(table, await readEmbedding(bytesSource(...map)));
    return explain(joined, { ...of.options, evaluations: 3, refits: 0 }, { seed: 1 });
  };
  const mapText = (at: Int32Array) => bytes(text(of.map, ['x', 'y'], at, ','));
  const csv = await read(
    ['f.csv', bytes(text(of.features, names, straight, ','))],
    ['m.csv', mapText(straight)],
  );
  const tsv = await read(
    ['f.tsv', bytes(text(of.features, names, straight, '\t'))],
    ['m.csv', mapText(order)],
  );
  const npy = await read(['f.npy', npyOf(of.features)], ['m.npy', npyOf(of.map)]);
  for (const other of [tsv, npy]) {
    expect(other.modules).toEqual(csv.modules);
    expect(other.samplePresence).toEqual(csv.samplePresence);
  }
  const turned = await read(
    ['f.csv', bytes(text(of.features, names, order, ','))],
    ['m.csv', mapText(straight)],
  );
  expect(turned.modules).toEqual(csv.modules);
  expect(compare(csv, turned, { rows: order }).presence).toBe(0);
});
