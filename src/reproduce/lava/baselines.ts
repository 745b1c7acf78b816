/**
 * Baselines: what people do without LAVA. Each returns modules as loadings over features.
 *
 * - `global`: correlation over all samples, features clustered by average linkage on 1 - |rho| (as in WGCNA's
 *   plainest form).
 * - `per cluster`: correlation inside each group of samples, the groups x pairs matrix of debiased squares factored
 *   by non-negative matrix factorization. It uses the true groups, or the labels, which LAVA never sees; or the
 *   groups that k-means finds in the map.
 * - `local autocorrelation`: after Hotspot (DeTomaso and Yosef 2021): z-scores of pairwise autocorrelation over the
 *   k-nearest-neighbor graph of the embedding, features clustered by average linkage. Reimplemented in short, with
 *   equal weights and the permutation variance of independent features.
 * A cluster's loading is each feature's mean similarity with the others of its cluster.
 * Cost: samples x features^2. Double precision; deterministic.
 */

import { toDense } from '../../core/csr.js';
import { buildKdTree, nearestFinder } from '../../core/kd-tree.js';
import type { Context } from '../../engine/context.js';
import { correlationMatrix, unitColumn } from '../../lava/associations/local-values.js';
import { factorize } from '../../lava/factorize/modules.js';
import { locate } from '../../lava/localities/localities.js';
import type { AssociationBlock, Associations, Embedding, Localities, Matrix, Table } from '../../model.js';

const NEIGHBORS = 30;

export interface BaselineInput {
  readonly table: Table;
  readonly embedding: Embedding;
  /** Number of modules to return. */
  readonly modules: number;
}

/** The values of every feature over the rows (all when absent), one column a feature. */
function featureColumns(table: Table, rows?: readonly number[]): Float64Array[] {
  const { columns, data, rows: all } = toDense(table.features);
  const chosen = rows ?? Array.from({ length: all }, (_, r) => r);
  return Array.from({ length: columns }, (_, f) => Float64Array.from(chosen, (r) => data[r * columns + f]));
}

/** Correlation over all samples, clustered. */
export function globalModules({ table, modules }: BaselineInput): Matrix {
  const similarity = correlationMatrix(featureColumns(table), 'pearson').map(Math.abs);
  return clusterModules(similarity, table.features.columns, modules);
}

/** Pairwise autocorrelation over the neighbor graph, clustered. */
export function autocorrelationModules({ table, embedding, modules }: BaselineInput): Matrix {
  const d = table.features.columns;
  const columns = featureColumns(table).map((column) => unitColumn(column, 'pearson'));
  const smooth = smoothed(columns, embedding.coordinates);
  const similarity = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let s = 0; s < columns[i].length; s++)
        sum += columns[i][s] * smooth[j][s] + columns[j][s] * smooth[i][s];
      similarity[i * d + j] = similarity[j * d + i] = Math.abs(sum) / 2;
    }
  }
  const largest = similarity.reduce((a, b) => Math.max(a, b), Number.MIN_VALUE);
  return clusterModules(
    similarity.map((value) => value / largest),
    d,
    modules,
  );
}

/** The mean of each column over the nearest other samples of every sample. */
function smoothed(columns: readonly Float64Array[], points: Matrix): Float64Array[] {
  const k = Math.min(NEIGHBORS, points.rows - 1);
  const finder = nearestFinder(buildKdTree(points), k + 1);
  const result = columns.map((column) => new Float64Array(column.length));
  for (let s = 0; s < points.rows; s++) {
    finder.find(points.data, s * points.columns);
    for (const other of finder.rows) {
      if (other === s) continue;
      columns.forEach((column, f) => {
        result[f][s] += column[other] / k;
      });
    }
  }
  return result;
}

/** The table with clusters of the map as labels: `clusters` centers by k-means over the embedding. */
export async function labelledByMap(
  { table, embedding }: BaselineInput,
  clusters: number,
  context: Context,
): Promise<Table> {
  const { rows, columns, data } = embedding.coordinates;
  // one locality a cluster, none shared: their probes are k-means centers
  const options = { localitySize: Math.ceil(rows / clusters), overlap: 1, evaluations: 0 };
  const { probes } = await locate(embedding, options, context);
  const finder = nearestFinder(buildKdTree(probes), 1);
  const labels = Array.from({ length: rows }, (_, s) => {
    finder.find(data, s * columns);
    return String(finder.rows[0]);
  });
  return { ...table, labels };
}

/** Correlation in each labelled group, factored. Groups of fewer than 20 samples are left out. */
export async function perClusterModules(input: BaselineInput, context: Context): Promise<Matrix> {
  const { table } = input;
  const labels = table.labels ?? [];
  const groups = [...new Set(labels)]
    .map((label) => [...labels.keys()].filter((row) => labels[row] === label))
    .filter((rows) => rows.length >= 20);
  const d = table.features.columns;
  const blocks = groups.map((rows, g) =>
    groupBlock(correlationMatrix(featureColumns(table, rows), 'pearson'), d, rows.length, g),
  );
  const associations = storedAssociations(blocks, d);
  const modules = Math.min(input.modules, groups.length);
  // the stacked form looks at associations only; no localities lie behind these
  const rules = { measure: 'pearson', form: 'debiased', support: 0, gate: 0 } as const;
  const samples = { features: table.features, localities: NO_LOCALITIES, rules };
  const found = await factorize({ associations, samples }, { modules, form: 'stacked', sweeps: 40 }, context);
  return found.loadings;
}

const EMPTY: Matrix = { rows: 0, columns: 2, data: new Float32Array(0) };
const NO_LOCALITIES: Localities = {
  count: 0,
  size: 0,
  overlap: 0,
  probes: EMPTY,
  members: new Int32Array(0),
  radius: new Float32Array(0),
  tuning: { alpha: 0, beta: 0, coverageTv: 0, startTv: 0, evaluations: 0, samples: 0 },
  uncovered: new Int32Array(0),
};

/**
 * One group's debiased squared correlations as a block of one locality.
 * @param rho d x d.
 * @param n samples of the group.
 */
function groupBlock(rho: Float64Array, d: number, n: number, first: number): AssociationBlock {
  const offsets = new Uint32Array(d + 1);
  const columns: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < d; i++) {
    for (let j = i + 1; j < d; j++) {
      const strength = Math.max(0, rho[i * d + j] ** 2 - 1 / (n - 1));
      if (strength === 0) continue;
      columns.push(j);
      values.push(Math.sign(rho[i * d + j]) * strength);
    }
    offsets[i + 1] = columns.length;
  }
  return {
    first,
    count: 1,
    features: d,
    offsets,
    columns: (d <= 65536 ? Uint16Array : Int32Array).from(columns),
    values: Float32Array.from(values),
  };
}

/** Blocks that are in memory as associations of as many localities. */
function storedAssociations(blocks: readonly AssociationBlock[], d: number): Associations {
  const pairs = (blocks.length * d * (d - 1)) / 2;
  const kept = blocks.reduce((sum, { values }) => sum + values.length, 0);
  return {
    localities: blocks.length,
    features: d,
    measure: 'pearson',
    form: 'debiased',
    counts: {
      pairs,
      kept,
      withoutSupport: 0,
      belowGate: pairs - kept,
      constant: 0,
      neverSupported: new Int32Array(0),
    },
    squaredNorms: Float64Array.from(blocks, ({ values }) => values.reduce((sum, a) => sum + a * a, 0)),
    held: true,
    async *blocks() {
      yield* blocks;
    },
    async *groups() {
      yield blocks;
    },
  };
}

/** Clusters of three features or more as loadings: the cut with the most of them, `count` at most. */
export function clusterModules(similarity: Float64Array, d: number, count: number): Matrix {
  const clusters = averageLinkage(similarity, d, count).filter((cluster) => cluster.length >= 3);
  const data = new Float32Array(clusters.length * d);
  clusters.forEach((cluster, k) => {
    for (const i of cluster) {
      const others = cluster.filter((j) => j !== i);
      data[k * d + i] = others.reduce((sum, j) => sum + similarity[i * d + j], 0) / others.length;
    }
  });
  return { rows: clusters.length, columns: d, data };
}

/** Merges the two clusters of largest mean similarity, and keeps the last cut that is best in the sense above. */
function averageLinkage(similarity: Float64Array, d: number, count: number): number[][] {
  const sums = similarity.slice();
  let active = Array.from({ length: d }, (_, i) => i);
  const members = active.map((i) => [i]);
  let best: number[][] = [];
  let bestCount = 0;
  while (active.length > 1) {
    const [a, b] = closest(sums, d, active, members);
    members[a] = [...members[a], ...members[b]];
    for (const c of active) {
      sums[a * d + c] += sums[b * d + c];
      sums[c * d + a] = sums[a * d + c];
    }
    active = active.filter((c) => c !== b);
    const large = active.filter((c) => members[c].length >= 3).length;
    if (large <= count && large >= bestCount) {
      bestCount = large;
      best = active.map((c) => members[c]);
    }
  }
  return best;
}

/** The two active clusters of largest mean similarity; the first of equals. */
function closest(sums: Float64Array, d: number, active: readonly number[], members: readonly number[][]) {
  let pair: [number, number] = [active[0], active[1]];
  let most = Number.NEGATIVE_INFINITY;
  active.forEach((a, i) => {
    for (const b of active.slice(i + 1)) {
      const mean = sums[a * d + b] / (members[a].length * members[b].length);
      if (mean > most) {
        most = mean;
        pair = [a, b];
      }
    }
  });
  return pair;
}
