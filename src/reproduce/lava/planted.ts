/**
 * Planted ground truth: a table and an embedding in which the modules are known.
 *
 * Source: ours. Clusters of unequal width lie apart in two dimensions and differ in their
 * feature means, so that a global correlation is confounded. Each module is a set of 8 to 14 features that share
 * a latent factor in the clusters where the module is active: any two of them correlate there at `correlation`
 * up to a random sign. Several modules may be active in one cluster, on different features; modules that never
 * are may share features.
 */

import { createRandom, permutation, type Random } from '../../core/random.js';
import type { Embedding, Matrix, Table } from '../../model.js';

export interface PlantedOptions {
  readonly seed: number;
  /** Correlation of two features of an active module. */
  readonly correlation: number;
  /** Default 3,000. */
  readonly samples?: number;
  /** Default 150. */
  readonly features?: number;
  /** Default 7. */
  readonly modules?: number;
  /** Default 15. */
  readonly clusters?: number;
  /** Standard deviation of the cluster means of a feature, in units of its spread inside. Default 1. */
  readonly shift?: number;
}

export interface Planted {
  readonly table: Table;
  readonly embedding: Embedding;
  /** modules x features: 1 for the features of the module. */
  readonly loadings: Matrix;
  /** samples x modules: 1 where the module is active. */
  readonly active: Matrix;
  /** Share of samples in which each module is active. */
  readonly activeShare: readonly number[];
}

/** A table, its embedding and the truth about its modules. See the header. */
export function plantModules(options: PlantedOptions): Planted {
  const { samples = 3000, features = 150, modules = 7, clusters = 15, shift = 1 } = options;
  const random = createRandom(options.seed, 'planted');
  const cluster = clusterOfSamples(samples, clusters, random.stream('sizes'));
  const embedding = embed(cluster, clusters, random.stream('embedding'));
  const activeIn = activeClusters(modules, clusters, random.stream('activity'));
  const members = moduleFeatures(features, activeIn, random.stream('features'));
  const rows = { rows: samples, columns: features };
  const table = drawTable(rows, { cluster, clusters, members, activeIn, shift }, options.correlation, random);

  const loadings = new Float32Array(modules * features);
  members.forEach((list, k) => {
    for (const { feature } of list) loadings[k * features + feature] = 1;
  });
  const active = new Float32Array(samples * modules);
  for (let s = 0; s < samples; s++) {
    for (let k = 0; k < modules; k++) active[s * modules + k] = activeIn[k][cluster[s]] ? 1 : 0;
  }
  const activeShare = Array.from({ length: modules }, (_, k) => {
    let count = 0;
    for (let s = 0; s < samples; s++) count += active[s * modules + k];
    return count / samples;
  });
  return {
    table,
    embedding,
    loadings: { rows: modules, columns: features, data: loadings },
    active: { rows: samples, columns: modules, data: active },
    activeShare,
  };
}

/** Cluster of each sample, ascending; sizes vary by up to three times. */
function clusterOfSamples(samples: number, clusters: number, random: Random): Int32Array {
  const sizes = Float64Array.from({ length: clusters }, () => 0.5 + random.uniform());
  const total = sizes.reduce((a, b) => a + b, 0);
  const result = new Int32Array(samples);
  let cluster = 0;
  let end = sizes[0];
  for (let s = 0; s < samples; s++) {
    while ((s + 0.5) / samples > end / total && cluster < clusters - 1) end += sizes[++cluster];
    result[s] = cluster;
  }
  return result;
}

/** Blobs of unequal width whose centers keep a distance. */
function embed(cluster: Int32Array, clusters: number, random: Random): Embedding {
  const side = 6 * Math.sqrt(clusters);
  const centers: [number, number][] = [];
  for (let tries = 0; centers.length < clusters; tries++) {
    const center: [number, number] = [side * random.uniform(), side * random.uniform()];
    const apart = centers.every(([x, y]) => Math.hypot(x - center[0], y - center[1]) > 4.5 * 0.999 ** tries);
    if (apart) centers.push(center);
  }
  const widths = centers.map(() => 0.5 + 0.7 * random.uniform());
  const data = new Float32Array(cluster.length * 2);
  cluster.forEach((c, s) => {
    data[2 * s] = centers[c][0] + widths[c] * random.normal();
    data[2 * s + 1] = centers[c][1] + widths[c] * random.normal();
  });
  const coordinates = { rows: cluster.length, columns: 2, data };
  return { coordinates, ids: null, source: { name: 'planted', sha256: null } };
}

interface Member {
  readonly feature: number;
  readonly sign: number;
}

/** 8 to 14 features a module; modules that are active in one cluster share none. */
function moduleFeatures(features: number, activeIn: readonly boolean[][], random: Random): Member[][] {
  const members: Member[][] = [];
  activeIn.forEach((active, k) => {
    const rivals = members.filter((_, j) => activeIn[j].some((also, c) => also && active[c]));
    const taken = new Set(rivals.flat().map(({ feature }) => feature));
    const free = [...permutation(features, random)].filter((feature) => !taken.has(feature));
    const size = 8 + random.below(7);
    members[k] = free.slice(0, size).map((feature) => ({ feature, sign: random.uniform() < 0.5 ? -1 : 1 }));
  });
  return members;
}

/** For each module, the clusters in which it is active: 2 to a third of them. */
function activeClusters(modules: number, clusters: number, random: Random): boolean[][] {
  return Array.from({ length: modules }, () => {
    const count = 2 + random.below(Math.max(1, Math.floor(clusters / 3) - 1));
    const chosen = permutation(clusters, random).subarray(0, count);
    return Array.from({ length: clusters }, (_, c) => chosen.includes(c));
  });
}

interface Plan {
  readonly cluster: Int32Array;
  readonly clusters: number;
  readonly members: readonly (readonly Member[])[];
  readonly activeIn: readonly (readonly boolean[])[];
  readonly shift: number;
}

/** Draws the values: cluster means, shared factors of the active modules, and independent noise. */
function drawTable(
  size: { rows: number; columns: number },
  plan: Plan,
  correlation: number,
  random: Random,
): Table {
  const shifts = random.stream('shifts');
  const means = Float64Array.from(
    { length: plan.clusters * size.columns },
    () => plan.shift * shifts.normal(),
  );
  const owner = ownersByCluster(plan, size.columns);
  const noise = random.stream('noise');
  const data = new Float32Array(size.rows * size.columns);
  const shared = Math.sqrt(correlation);
  const independent = Math.sqrt(1 - correlation);
  for (let s = 0; s < size.rows; s++) {
    const c = plan.cluster[s];
    const factors = plan.members.map(() => noise.normal());
    for (let f = 0; f < size.columns; f++) {
      const by = owner[c * size.columns + f];
      const z = noise.normal();
      const value = by ? by.sign * shared * factors[by.module] + independent * z : z;
      data[s * size.columns + f] = means[c * size.columns + f] + value;
    }
  }
  return {
    features: { ...size, data },
    featureNames: Array.from({ length: size.columns }, (_, f) => `f${f}`),
    ids: null,
    labels: Array.from(plan.cluster, (c) => `cluster ${c}`),
    source: { name: 'planted', sha256: null },
    dropped: { rows: 0, features: [] },
    warnings: [],
  };
}

/** The module that rules each feature in each cluster: where two active ones share a feature, the first. */
function ownersByCluster(plan: Plan, features: number): ({ module: number; sign: number } | undefined)[] {
  const owner = new Array<{ module: number; sign: number } | undefined>(plan.clusters * features);
  plan.members.forEach((list, module) => {
    for (let c = 0; c < plan.clusters; c++) {
      if (!plan.activeIn[module][c]) continue;
      for (const { feature, sign } of list) owner[c * features + feature] ??= { module, sign };
    }
  });
  return owner;
}
