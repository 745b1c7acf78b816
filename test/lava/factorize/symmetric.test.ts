// The factorization's pieces against dense, naive arithmetic, and the promise that the loss never rises.
import { expect, test } from 'vitest';
import { sweepModule, unpackPairs } from '#whymap/core/coordinate-step.js';
import { createRandom } from '#whymap/core/random.js';
import { resolveContext } from '#whymap/engine/context.js';
import { unwatched } from '#whymap/engine/watch.js';
import { meanAssociation } from '#whymap/lava/factorize/mean-association.js';
import { refine, shares } from '#whymap/lava/factorize/refine.js';
import { spectralStart } from '#whymap/lava/factorize/spectral-start.js';
import { sweepModules } from '#whymap/lava/factorize/sweeps.js';
import {
  patternGram,
  patternProducts,
  presenceGram,
  relativeLoss,
  weighLocalities,
  weightedPatterns,
} from '#whymap/lava/factorize/symmetric.js';
import type { AssociationBlock, Associations, Matrix } from '#whymap/model.js';

const context = await resolveContext();
const d = 7;
const l = 5;

/** Random associations, some zero, as dense symmetric matrices and in the product's layout, in two blocks. */
function made(seed: number) {
  const random = createRandom(seed);
  const dense = Array.from({ length: l }, () => {
    const a = Array.from({ length: d }, () => new Array<number>(d).fill(0));
    for (let i = 0; i < d; i++) {
      for (let j = i + 1; j < d; j++) {
        if (random.uniform() < 0.3) continue;
        a[i][j] = a[j][i] = Math.fround(random.uniform() - (random.uniform() < 0.3 ? 1 : 0));
      }
    }
    return a;
  });
  const blockOf = (first: number, count: number) => {
    const offsets = [0];
    const columns: number[] = [];
    const values: number[] = [];
    for (let t = first; t < first + count; t++) {
      for (let i = 0; i < d; i++) {
        for (let j = i + 1; j < d; j++) {
          if (dense[t][i][j] === 0) continue;
          columns.push(j);
          values.push(dense[t][i][j]);
        }
        offsets.push(columns.length);
      }
    }
    const arrays = { columns: Uint16Array.from(columns), values: Float32Array.from(values) };
    return { first, count, features: d, offsets: Uint32Array.from(offsets), ...arrays };
  };
  const upper = (a: number[][]) => a.flatMap((row, i) => row.slice(i + 1));
  const associations: Associations = {
    localities: l,
    features: d,
    measure: 'pearson',
    form: 'debiased',
    counts: {
      pairs: 0,
      kept: 0,
      withoutSupport: 0,
      belowGate: 0,
      constant: 0,
      neverSupported: new Int32Array(0),
    },
    squaredNorms: Float64Array.from(dense, (a) => upper(a).reduce((sum, v) => sum + v * v, 0)),
    held: true,
    ...heldBlocks([blockOf(0, 3), blockOf(3, 2)]),
  };
  const strengths = dense.map((a) => a.map((row) => row.map(Math.abs)));
  return { associations, strengths, random };
}

/** The two ways to walk over blocks that are held. */
const heldBlocks = (blocks: readonly AssociationBlock[]) => ({
  blocks: async function* () {
    yield* blocks;
  },
  groups: async function* () {
    yield blocks;
  },
});

function randomMatrix(rows: number, columns: number, random: ReturnType<typeof createRandom>): Matrix {
  return { rows, columns, data: Float32Array.from({ length: rows * columns }, () => random.uniform()) };
}

/** The weighted loss, pair by pair. */
function naiveLoss(strengths: number[][][], weights: Float64Array, u: Matrix, p: Matrix): number {
  let sum = 0;
  let norm = 0;
  for (let t = 0; t < l; t++) {
    for (let i = 0; i < d; i++) {
      for (let j = i + 1; j < d; j++) {
        let fitted = 0;
        for (let k = 0; k < u.rows; k++)
          fitted += p.data[t * u.rows + k] * u.data[k * d + i] * u.data[k * d + j];
        sum += weights[t] * (strengths[t][i][j] - fitted) ** 2;
        norm += weights[t] * strengths[t][i][j] ** 2;
      }
    }
  }
  return sum / norm;
}

test('loss, products and weighted patterns equal dense sums', async () => {
  const { associations, strengths, random } = made(1);
  const problem = weighLocalities(associations);
  const u = randomMatrix(3, d, random);
  const p = randomMatrix(l, 3, random);
  const products = await patternProducts(associations, u, context, unwatched);
  const loss = relativeLoss(patternGram(u), products, p, problem);
  expect(loss).toBeCloseTo(naiveLoss(strengths, problem.weights, u, p), 5);

  const patterns = await weightedPatterns(problem, p, context, unwatched);
  const full = new Float32Array(d * d);
  for (let k = 0; k < 3; k++) {
    unpackPairs(patterns.data.subarray(k * patterns.columns, (k + 1) * patterns.columns), d, full);
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) {
        let expected = 0;
        for (let t = 0; t < l; t++) expected += problem.weights[t] * p.data[t * 3 + k] * strengths[t][i][j];
        expect(full[i * d + j]).toBeCloseTo(expected, 5);
      }
    }
  }
});

test('a coordinate step lands on the minimum along each loadings', async () => {
  const { associations, strengths, random } = made(2);
  const problem = weighLocalities(associations);
  const p = randomMatrix(l, 2, random);
  const u = randomMatrix(2, d, random);
  const patterns = await weightedPatterns(problem, p, context, unwatched);
  const full = new Float32Array(d * d);
  unpackPairs(patterns.data.subarray(patterns.columns), d, full);
  const pattern = { features: null, full, image: null };
  for (let sweep = 0; sweep < 200; sweep++) sweepModule(u, 1, pattern, presenceGram(p, problem.weights));
  const at = naiveLoss(strengths, problem.weights, u, p);
  for (let i = 0; i < d; i++) {
    for (const step of [-0.02, 0.02]) {
      const moved = { ...u, data: u.data.slice() };
      moved.data[d + i] = Math.max(0, moved.data[d + i] + step);
      expect(naiveLoss(strengths, problem.weights, moved, p)).toBeGreaterThanOrEqual(at - 1e-6);
    }
  }
});

test('refinement ends far below any start and settles there; shares add up to what is explained', async () => {
  for (let seed = 0; seed < 10; seed++) {
    const { associations, random } = made(seed);
    const problem = weighLocalities(associations);
    const history: number[] = [];
    const factors = await refine(problem, randomMatrix(3, d, random), 30, history, context, unwatched);
    expect(history).toHaveLength(31);
    expect(Math.min(...history)).toBeLessThan(0.9 * history[0]);
    expect(history[30]).toBeLessThan(1.02 * Math.min(...history));
    const total = shares(factors, problem).reduce((a, b) => a + b, 0);
    expect(total).toBeCloseTo(1 - factors.loss, 5);
  }
});

test('refinement of an exact sum of patterns from the spectral start leaves nothing', async () => {
  const u = [
    [1, 0.8, 0.6, 0, 0, 0, 0],
    [0, 0, 0, 1, 0.9, 0.7, 0],
  ];
  const p = [
    [0.9, 0],
    [0, 0.8],
    [0.5, 0.5],
    [0.3, 0.7],
    [0, 0],
  ];
  const { associations } = made(0);
  const strengthAt = (t: number, i: number, j: number) =>
    u.reduce((sum, v, k) => sum + p[t][k] * v[i] * v[j], 0);
  const offsets = [0];
  const columns: number[] = [];
  const values: number[] = [];
  const norms = new Float64Array(l);
  for (let t = 0; t < l; t++) {
    for (let i = 0; i < d; i++) {
      for (let j = i + 1; j < d; j++) {
        const value = strengthAt(t, i, j);
        if (value === 0) continue;
        columns.push(j);
        // an opposing pair is as much part of its module as one that goes together
        values.push((i + j) % 2 ? value : -value);
        norms[t] += value * value;
      }
      offsets.push(columns.length);
    }
  }
  const arrays = { offsets: Uint32Array.from(offsets), columns: Uint16Array.from(columns) };
  const block = { first: 0, count: l, features: d, ...arrays, values: Float32Array.from(values) };
  const exact: Associations = {
    ...associations,
    squaredNorms: norms,
    ...heldBlocks([block]),
  };
  const problem = weighLocalities(exact);
  const start = await spectralStart(
    await meanAssociation(exact, context, unwatched),
    2,
    context.engine,
    unwatched,
  );
  const factors = await refine(problem, start, 300, [], context, unwatched);
  expect(factors.loss).toBeLessThan(1e-5);
  const presence = await context.engine.solveNonNegative(patternGram(factors.loadings), factors.products);
  expect(presence.data.subarray(4 * 2)).toEqual(Float32Array.of(0, 0));
});

test('no association, no module', async () => {
  const { associations } = made(0);
  const empty: Associations = {
    ...associations,
    squaredNorms: new Float64Array(l),
    ...heldBlocks([
      {
        first: 0,
        count: l,
        features: d,
        offsets: new Uint32Array(l * d + 1),
        columns: new Uint16Array(0),
        values: new Float32Array(0),
      },
    ]),
  };
  const start = await spectralStart(
    await meanAssociation(empty, context, unwatched),
    3,
    context.engine,
    unwatched,
  );
  expect(start.rows).toBe(0);
});

/** The loss after sweeps over all modules, and the loadings. */
async function swept(seed: number, workingSet: number | null, rounds: number, apart = false) {
  const { associations, strengths, random } = made(seed);
  const problem = weighLocalities(associations);
  const presence = randomMatrix(l, 3, random);
  if (apart)
    presence.data.forEach((value, p) => {
      presence.data[p] = p % 3 === Math.floor(p / 3) % 3 ? value : 0;
    });
  const loadings = randomMatrix(3, d, random);
  const q = presenceGram(presence, problem.weights);
  const limits = workingSet === null ? undefined : { widest: 0, workingSet };
  const input = { problem, loadings, first: 0, presence, q };
  const loss = () => naiveLoss(strengths, problem.weights, loadings, presence);
  const losses = [loss()];
  for (let round = 0; round < rounds; round++) {
    await sweepModules(input, 1, context, unwatched, limits);
    losses.push(loss());
  }
  return { losses, loadings, input, loss };
}

test('a working set of all features takes the same steps as whole patterns where modules share no locality', async () => {
  for (let seed = 0; seed < 5; seed++) {
    const whole = await swept(seed, null, 3, true);
    const sets = await swept(seed, d, 3, true);
    sets.loadings.data.forEach((value, i) => {
      expect(value).toBeCloseTo(whole.loadings.data[i], 5);
    });
  }
});

test('sweeps over small working sets never raise the loss, and end where no step lowers it', async () => {
  for (let seed = 0; seed < 5; seed++) {
    const { losses, input, loss } = await swept(seed, 3, 400);
    for (let i = 1; i < losses.length; i++) expect(losses[i]).toBeLessThanOrEqual(losses[i - 1] + 1e-6);
    await sweepModules(input, 1, context, unwatched);
    expect((losses.at(-1) ?? 0) - loss()).toBeLessThan(1e-4);
  }
});
