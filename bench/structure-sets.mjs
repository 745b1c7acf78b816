// Data whose structure is known, and maps of them: what bench/structure.mjs and test/trust/structure ask the structure tests about.

import { createRandom } from '../dist/core/random.js';
import { embed } from '../dist/dr/index.js';
import { tableOf } from '../dist/dr/input.js';

/** Settings of the maps: the usual ones, and small neighborhoods, which tear. */
const USUAL = { umap: {}, tsne: {} };
const SMALL = { umap: { nNeighbors: 5, minDist: 0 }, tsne: { perplexity: 4 } };
/** Settings that make structure of noise. */
const TINY = { umap: { nNeighbors: 3, minDist: 0 }, tsne: { perplexity: 2 } };
/** Settings that keep large shapes whole. */
const LARGE = { umap: { nNeighbors: 30 }, tsne: { perplexity: 30 } };

/** A set: `latent` coordinates in two dimensions, features, true groups, and what is true of it. */
const KINDS = {
  two: { settings: USUAL, make: twoClusters },
  torn: { settings: { umap: SMALL.umap, tsne: TINY.tsne }, make: oneCluster },
  square: { settings: SMALL, make: square },
  ring: { settings: LARGE, make: (random) => annulus(random, 0.5) },
  disk: { settings: SMALL, make: (random) => annulus(random, 0) },
  bridge: { settings: USUAL, make: bridged },
  glued: { settings: USUAL, make: glued },
  noise: { settings: TINY, make: noise },
};
export const KIND_NAMES = Object.keys(KINDS);
export const METHOD_NAMES = ['umap', 'tsne'];

/** One set of a kind: features, groups, and the map that a method makes of it. */
export async function makeSet(kind, method, seed, context) {
  const random = createRandom(seed, `structure/${kind}`);
  const set = KINDS[kind].make(random);
  const options = { method, ...KINDS[kind].settings[method] };
  const again = async (features, at) => {
    const made = await embed(tableOf(features), options, { ...context, random: createRandom(at) });
    return made.embedding.coordinates;
  };
  if (method === 'none') return set;
  const map = await again(set.features, seed);
  return { ...set, kind, method, seed, map, again, region: regionOf(set.groups, map) };
}

/** A region that a person might select: one true group, or where there is none the left half of the map. */
function regionOf(groups, { rows, columns, data }) {
  const all = Array.from({ length: rows }, (_, i) => i);
  if (groups.some((group) => group > 0))
    return Int32Array.from(all.filter((i) => groups[i] === (groups.includes(2) ? 2 : 1)));
  const sorted = all.map((i) => data[i * columns]).sort((a, b) => a - b);
  return Int32Array.from(all.filter((i) => data[i * columns] < sorted[Math.floor(rows / 2)]));
}

/** Samples x columns from a function of the sample. */
function tableFrom(rows, columns, sampleOf) {
  const data = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) data.set(sampleOf(i), i * columns);
  return { rows, columns, data };
}

const normals = (random, count, scale = 1) => Array.from({ length: count }, () => scale * random.normal());

/** Two normal clouds 7 to 12 standard deviations apart, of 3 to 20 features and 60 to 200 samples each. */
function twoClusters(random) {
  const columns = 3 + random.below(18);
  const sizes = [60 + random.below(141), 60 + random.below(141)];
  const distance = 7 + 5 * random.uniform();
  const direction = normals(random, columns);
  const length = Math.hypot(...direction);
  const groups = Int32Array.from({ length: sizes[0] + sizes[1] }, (_, i) => (i < sizes[0] ? 0 : 1));
  const features = tableFrom(groups.length, columns, (i) =>
    normals(random, columns).map((x, c) => x + (groups[i] * distance * direction[c]) / length),
  );
  return { features, groups };
}

/** One normal cloud of 5 to 15 features. */
function oneCluster(random) {
  const columns = 5 + random.below(11);
  const rows = 300 + random.below(201);
  return { features: tableFrom(rows, columns, () => normals(random, columns)), groups: new Int32Array(rows) };
}

/** Samples spread evenly over a square. */
function square(random) {
  const rows = 300 + random.below(301);
  return {
    features: tableFrom(rows, 2, () => [random.uniform(), random.uniform()]),
    groups: new Int32Array(rows),
  };
}

/** Samples spread evenly over a ring (or, with an inner radius of 0, a disk), with noise in six more features. */
function annulus(random, inner) {
  const rows = 400 + random.below(201);
  const latent = [];
  const features = tableFrom(rows, 8, () => {
    const angle = 2 * Math.PI * random.uniform();
    const radius = Math.sqrt(inner ** 2 + (1 - inner ** 2) * random.uniform());
    latent.push([radius * Math.cos(angle), radius * Math.sin(angle)]);
    return [...latent.at(-1), ...normals(random, 6, 0.03)];
  });
  return { features, groups: new Int32Array(rows), latent };
}

/** Two normal clouds, and 10 to 18 samples on the line from one to the other. */
function bridged(random) {
  const columns = 3 + random.below(4);
  const size = 120 + random.below(81);
  const between = 10 + random.below(9);
  const distance = 10;
  const groups = Int32Array.from({ length: 2 * size + between }, (_, i) =>
    i < size ? 0 : i < 2 * size ? 1 : 2,
  );
  const features = tableFrom(groups.length, columns, (i) => {
    const step =
      groups[i] === 2 ? 1.5 + ((i - 2 * size + 0.5) / between) * (distance - 3) : groups[i] * distance;
    const scale = groups[i] === 2 ? 0.3 : 1;
    return normals(random, columns, scale).map((x, c) => (c === 0 ? x + step : x));
  });
  return { features, groups };
}

/** Two normal clouds, and 8 to 14 samples as far from both that no projection may put them between. */
function glued(random) {
  const columns = 4 + random.below(4);
  const size = 120 + random.below(81);
  const beside = 8 + random.below(7);
  const groups = Int32Array.from({ length: 2 * size + beside }, (_, i) =>
    i < size ? 0 : i < 2 * size ? 1 : 2,
  );
  const features = tableFrom(groups.length, columns, (i) =>
    normals(random, columns).map((x, c) => {
      if (groups[i] < 2) return c === 0 ? x + groups[i] * 10 : x;
      return c === 0 ? x + 5 : c === 1 ? x + 12 : x;
    }),
  );
  return { features, groups, apart: true };
}

/** 30 to 60 features of noise. */
function noise(random) {
  const columns = 30 + random.below(31);
  const rows = 300 + random.below(201);
  return { features: tableFrom(rows, columns, () => normals(random, columns)), groups: new Int32Array(rows) };
}

/**
 * Whether a traced structure is in the data of its set; null where that is a matter of words.
 * @param clusters rows of the clusters that the map shows.
 */
export function isTrue({ kind, rows }, { groups, latent, apart }, clusters) {
  const [a, b] = rows;
  const isBetween = (side) => side.filter((i) => groups[i] === 2).length > side.length / 2;
  if (kind === 'bridge') return apart !== true && isBetween(a);
  if (kind === 'hole') return hasHole(latent) && winds(latent, a);
  // whether the samples of a bridge are a group of their own is a matter of words
  if (rows.some(isBetween)) return null;
  if (kind === 'gap') return !shareGroup(groups, a, b);
  const inside = new Set(a);
  const others = clusters.map((other) => other.filter((i) => !inside.has(i)));
  return others.every((other) => other.length < 8 || !shareGroup(groups, a, other));
}

/** Whether no sample lies in the middle of the latent coordinates, where the set has any. */
function hasHole(latent) {
  return latent?.every(([x, y]) => Math.hypot(x, y) > 0.4) ?? false;
}

/** Whether a fifth or more of each side is of one true group. */
function shareGroup(groups, a, b) {
  const share = (rows, group) => rows.filter((i) => groups[i] === group).length / rows.length;
  return [0, 1].some((group) => share(a, group) >= 0.2 && share(b, group) >= 0.2);
}

/** Whether the samples, in order, go around the middle of the latent coordinates. */
function winds(latent, rows) {
  let turned = 0;
  rows.forEach((i, at) => {
    const j = rows[(at + 1) % rows.length];
    const angle = Math.atan2(latent[j][1], latent[j][0]) - Math.atan2(latent[i][1], latent[i][0]);
    turned += angle > Math.PI ? angle - 2 * Math.PI : angle < -Math.PI ? angle + 2 * Math.PI : angle;
  });
  return Math.abs(turned) > Math.PI;
}
