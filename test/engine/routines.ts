// One call of each routine, large enough to be shared out to threads.

import { buildKdTree } from '#whymap/core/kd-tree.js';
import { createRandom } from '#whymap/core/random.js';
import type { Engine } from '#whymap/engine/engine.js';
import { makeMatrix, makeMembers, RULES, TSNE_OPTIONS, toCsr, tsneProblem, UMAP_OPTIONS } from './cases.js';

async function digest(array: ArrayBufferView): Promise<string> {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength).slice();
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return `${array.byteLength}: ${[...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** Everything that the routines of an engine return for fixed inputs: size and digest of the bytes of each. */
export async function allRoutines(engine: Engine): Promise<Record<string, string>> {
  const product = await engine.multiply(makeMatrix(301, 150), makeMatrix(150, 303));
  const features = makeMatrix(500, 110, 'sparse');
  const members = makeMembers(500, 30, 70);
  const range = { first: 0, count: 30, size: 70 };
  const { block, supported } = await engine.associate(features, members, range, RULES.default);
  const spearman = await engine.associate(toCsr(features), members, range, RULES.spearman);
  const positive = (rows: number, columns: number, seed: number) => {
    const m = makeMatrix(rows, columns, 'sparse', seed);
    return { ...m, data: m.data.map((value) => value / 4) };
  };
  const loadings = positive(110, 10, 3);
  const presence = positive(30, 10, 4);
  const forms = await engine.quadraticForms([block], 'debiased', loadings);
  const inTurn = async function* () {
    yield [block];
  };
  const summed = { form: 'debiased', count: 30, segment: 30 } as const;
  const total = await engine.sumPatterns(inTurn(), summed, presence);
  const weighted = {
    ...{ members, size: 70, segment: 13 },
    factors: Float64Array.from({ length: 60 }, (_, t) => t % 5),
  };
  const chosen = [0, 1].map((k) => Int32Array.from({ length: 61 - k }, (_, i) => i + k));
  const [squares] = await engine.sumLocalSquares(features, weighted, chosen, RULES.default);
  const rows = makeMatrix(700, 40, 'ties');
  const near = await engine.nearest(rows, rows, { k: 6, metric: 'euclidean', excludeSelf: true });
  const random = createRandom(5);
  const approximate = await engine.nearestApproximate(rows, { k: 6, metric: 'cosine', random });
  const ranks = await engine.ranks(rows, near.indices, { k: 6, metric: 'correlation' });
  const tsne = tsneProblem(1500, 60, 1);
  await engine.tsneSteps(tsne.p, tsne.state, { ...TSNE_OPTIONS, steps: 25 });
  const graph = tsneProblem(2000, 8, 3);
  const placed = tsne.state.y.slice(0, 2 * 400).map((value) => value + 0.1);
  const some = { ...tsne.p, rows: 400, offsets: tsne.p.offsets.slice(0, 401) };
  await engine.tsnePlacement(some, placed, tsne.state.y, { ...TSNE_OPTIONS, steps: 25, longestForce: 1 });
  const rates = { ...graph.p, values: graph.p.values.map((value, e) => (e % 3 === 0 ? 1 : value)) };
  const coordinates = graph.state.y;
  await engine.sampledEpochs(rates, coordinates, { ...UMAP_OPTIONS, epochs: 30, total: 60 });
  const steps = Array.from({ length: 12 }, (_, s) => ({ image: 0.9, itself: 0.1 * s, before: -0.2 }));
  const chained = await engine.graphFilter(rates, makeMatrix(2000, 4, 'plain', 47).data, steps);
  const samples = {
    ...{ values: makeMatrix(900, 8, 'ties', 31).data, features: 8, size: 60, support: 4 },
    positions: makeMembers(900, 24, 60),
    loadings: Float64Array.from(makeMatrix(24, 8, 'plain', 32).data),
  };
  const shifts = [Int32Array.from({ length: 60 * 8 }, (_, at) => (at * 37) % 900)];
  const [correlations] = await engine.weightedCorrelations([samples], { count: 60, orders: null, shifts });
  const plane = makeMatrix(40_000, 2, 'plain', 41);
  const tree = buildKdTree(plane);
  const { indegree } = await engine.neighborhoodGraph(tree, 20);
  const even = new Float64Array(plane.rows).fill(1);
  const centers = await engine.kMeans(tree, even, makeMatrix(60, 2, 'plain', 42), {
    iterations: 3,
    tolerance: 0,
  });
  const swept = { ...loadings, rows: 10, columns: 110, data: loadings.data.slice() };
  const q = Float64Array.from({ length: 100 }, (_, t) => (t % 11 === 0 ? 3 : t % 3));
  await engine.sweepAssociations(inTurn(), summed, { loadings: swept, first: 0, presence, q }, 2);
  const sum = await engine.associationSum(inTurn(), summed, 1 / 30);
  const multiplied = await sum.times(makeMatrix(110, 7, 'plain', 43));
  sum.release();
  const right = makeMatrix(3000, 10, 'plain', 44);
  const solved = await engine.solveNonNegative(
    q.map((value, t) => (t % 11 === 0 ? 30 : value)),
    right,
  );
  const results = {
    indegree,
    centers: centers.data,
    swept: swept.data,
    multiplied: multiplied.data,
    solved: solved.data,
    correlations,
    coordinates,
    placed,
    chained,
    ...tsne.state,
    product: product.data,
    offsets: block.offsets,
    columns: block.columns,
    values: block.values,
    supported,
    spearman: spearman.block.values,
    forms: forms.data,
    total: total.data,
    squares,
    indices: near.indices,
    distances: near.distances,
    approximate: approximate.indices,
    ranks,
  };
  const digests: Record<string, string> = {};
  for (const [name, array] of Object.entries(results)) digests[name] = await digest(array);
  engine.release(block);
  engine.release(spearman.block);
  return digests;
}
