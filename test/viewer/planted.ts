// A synthetic explanation with planted clusters and modules: made by hand, so that what the page must show
// is known. No part of the method is used.
import { createRandom } from '#whymap/core/random.js';
import type { Explanation, ModuleDescription } from '#whymap/model.js';

export interface PlantedOptions {
  readonly rows?: number;
  readonly image?: { width: number; height: number } | null;
  readonly dimensions?: number;
  readonly named?: boolean;
}

const CLUSTERS = 9;
const MODULES = 6;

/** Clusters on a ring; module k is present in clusters k, k + 3 and (k = 0) also 5. */
export function plantedExplanation(options: PlantedOptions = {}): Explanation {
  const { rows = 1200, image = null, dimensions = 2, named = true } = options;
  const random = createRandom(7).stream('planted');
  const features = image ? image.width * image.height : 40;
  const cluster = Array.from({ length: rows }, (_, row) => row % CLUSTERS);
  const coordinates = new Float32Array(rows * dimensions);
  cluster.forEach((c, row) => {
    const angle = (2 * Math.PI * c) / CLUSTERS;
    const center = [6 * Math.cos(angle), 6 * Math.sin(angle)];
    for (let d = 0; d < dimensions; d++)
      coordinates[row * dimensions + d] = (center[d] ?? 0) + 0.9 * random.normal();
  });
  const strength = (c: number, k: number) =>
    c === k ? 0.8 : c === k + 3 ? 0.55 : k === 0 && c === 5 ? 0.4 : 0;
  const samplePresence = new Float32Array(rows * MODULES);
  cluster.forEach((c, row) => {
    for (let k = 0; k < MODULES; k++)
      samplePresence[row * MODULES + k] = Math.max(0, strength(c, k) * (0.85 + 0.3 * random.uniform()));
  });
  const membership = new Float32Array(MODULES * features);
  for (let k = 0; k < MODULES; k++)
    for (let f = 0; f < features; f++) membership[k * features + f] = plantedMembership(k, f, image);
  const featureNames = Array.from({ length: features }, (_, f) => (named ? `gene-${f}` : `f${f}`));
  return {
    rows,
    featureNames,
    ids: named ? cluster.map((_, row) => `cell-${row}`) : null,
    labels: named ? cluster.map((c) => `type ${'ABCDEFGHI'[c]}`) : null,
    embedding: {
      coordinates: { rows, columns: dimensions, data: coordinates },
      ids: null,
      source: { name: 'planted.npy', sha256: null },
    },
    ...localitiesAndModules(coordinates, dimensions, rows, cluster, strength, { membership, features }),
    samplePresence: { rows, columns: MODULES, data: samplePresence },
    descriptions: Array.from({ length: MODULES }, (_, k) =>
      describe(k, featureNames, membership.subarray(k * features, (k + 1) * features)),
    ),
    associationCounts: {
      pairs: 78000,
      kept: 4100,
      withoutSupport: 9000,
      belowGate: 64900,
      constant: 12,
      neverSupported: new Int32Array(0),
    },
    options: { seed: 0, localitySize: 60, overlap: 3, modules: MODULES, association: 'pearson' },
    image,
    values: plantedValues(rows, features, cluster, membership, strength),
    warnings: [
      {
        code: 'constant-features',
        message: '2 of 42 features are constant and were left out: gene-40, gene-41.',
      },
    ],
    engine: { name: 'js', reason: 'the only one built', threads: 1 },
    timings: { localities: 0.1 },
  };
}

function plantedMembership(k: number, f: number, image: PlantedOptions['image']): number {
  if (image) {
    const [x, y] = [f % image.width, Math.floor(f / image.width)];
    const [cx, cy] = [((k % 3) + 0.5) * (image.width / 3), (Math.floor(k / 3) + 0.5) * (image.height / 2)];
    const value = Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 4);
    return value < 0.02 ? 0 : value;
  }
  const at = f - 6 * k;
  return at >= 0 && at < 6 ? 1 - 0.13 * at : 0;
}

function localitiesAndModules(
  coordinates: Float32Array,
  dimensions: number,
  rows: number,
  cluster: readonly number[],
  strength: (c: number, k: number) => number,
  { membership, features }: { membership: Float32Array; features: number },
): Pick<Explanation, 'localities' | 'modules'> {
  const size = 60;
  const count = Math.ceil((rows * 3) / size);
  const probes = new Float32Array(count * dimensions);
  const members = new Int32Array(count * size);
  const radius = new Float32Array(count);
  const presence = new Float32Array(count * MODULES);
  for (let l = 0; l < count; l++) {
    const seed = (l * 37) % rows;
    for (let d = 0; d < dimensions; d++) probes[l * dimensions + d] = coordinates[seed * dimensions + d];
    const distance = (row: number) => {
      let sum = 0;
      for (let d = 0; d < dimensions; d++)
        sum += (coordinates[row * dimensions + d] - probes[l * dimensions + d]) ** 2;
      return Math.sqrt(sum);
    };
    const sorted = Array.from({ length: rows }, (_, row) => row).sort(
      (a, b) => distance(a) - distance(b) || a - b,
    );
    members.set(sorted.slice(0, size), l * size);
    radius[l] = distance(sorted[size - 1]);
    for (let k = 0; k < MODULES; k++) presence[l * MODULES + k] = strength(cluster[seed], k);
  }
  return {
    localities: {
      count,
      size,
      overlap: 3,
      probes: { rows: count, columns: dimensions, data: probes },
      members,
      radius,
      tuning: { alpha: 0, beta: 2, coverageTv: 0.06, startTv: 0.07, evaluations: 20 },
      uncovered: new Int32Array(0),
    },
    modules: {
      count: MODULES,
      form: 'symmetric',
      membership: { rows: MODULES, columns: features, data: membership },
      presence: { rows: count, columns: MODULES, data: presence },
      share: Float64Array.from({ length: MODULES }, (_, k) => 0.2 - 0.025 * k),
      explained: 0.78,
      patterns: null,
      loss: [0.4, 0.3, 0.22],
    },
  };
}

function describe(k: number, names: readonly string[], membership: Float32Array): ModuleDescription {
  const order = [...membership.keys()]
    .filter((f) => membership[f] > 0.1)
    .sort((a, b) => membership[b] - membership[a] || a - b);
  const pairs = order.slice(0, 6).flatMap((a, i) =>
    order.slice(i + 1, 6).map((b) => ({
      a: Math.min(a, b),
      b: Math.max(a, b),
      weight: membership[a] * membership[b],
      correlation: (i === 2 ? -1 : 1) * (0.9 - 0.08 * i) * (0.6 + 0.4 * membership[b]),
    })),
  );
  return {
    id: `M${k + 1}`,
    label: order
      .slice(0, 3)
      .map((f) => names[f])
      .join(', '),
    share: 0.2 - 0.025 * k,
    topFeatures: order.map((feature) => ({ feature, loading: membership[feature] })),
    pairs,
    presentLocalities: 0.25,
    presentSamples: (k === 0 ? 3 : 2) / CLUSTERS,
    boundary: k === 4,
    significance:
      k < 3
        ? { p: 0.0005, pAdjusted: 0.003, significant: true }
        : k === 3
          ? { p: 0.3, pAdjusted: 0.4, significant: false }
          : null,
    stability: k < 2 ? { seeds: 0.97, bootstrap: 0.91 } : null,
    trust: k < 2 ? 0.91 - 0.2 * k : null,
  };
}

function plantedValues(
  rows: number,
  features: number,
  cluster: readonly number[],
  membership: Float32Array,
  strength: (c: number, k: number) => number,
): NonNullable<Explanation['values']> {
  const random = createRandom(7).stream('values');
  const data = new Uint8Array(features * rows);
  for (let row = 0; row < rows; row++) {
    const factor = Array.from({ length: MODULES }, () => random.normal());
    for (let f = 0; f < features; f++) {
      let value = 100 + 14 * random.normal();
      for (let k = 0; k < MODULES; k++)
        value += 70 * Math.sqrt(strength(cluster[row], k)) * membership[k * features + f] * factor[k];
      data[f * rows + row] = Math.max(0, Math.min(255, Math.round(value)));
    }
  }
  return { features: Int32Array.from({ length: features }, (_, f) => f), data };
}
