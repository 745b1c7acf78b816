/**
 * Clusters of a map: peaks of the density, cut at waists.
 *
 * Source: peaks that stand out from the saddles around them (the rule of ToMATo, Chazal et al. 2013); waists (waist.ts).
 * Shapes: neighbor lists on the map. Cost: that of sorting the samples, and of the waists. Deterministic.
 */

import { median } from '../../core/statistics.js';
import type { Matrix, Neighbors } from '../../model.js';
import type { MapCluster, MapStructures } from './types.js';
import { waistOf } from './waist.js';

/** A peak stands out where its density is so many times that of the saddle. */
const PROMINENCE = 3;
/** A waist has at most this fraction of the links on either side: one over so many. */
const WAIST = 4;
/** Samples below this share of their cluster's median density stand between clusters. */
const SPARSE = 1 / 2;

/**
 * Clusters of a map, and the piece that each sample belongs to.
 * @param lists neighbors that link samples. @param wide more neighbors, by which the density is measured.
 * @param least fewest samples of a cluster.
 */
export function clustersOnMap(
  map: Matrix,
  lists: Neighbors,
  wide: Neighbors,
  least: number,
): Pick<MapStructures, 'labels' | 'pieces' | 'clusters'> {
  const density = logDensity(wide, map.columns);
  const members = densityClusters(lists, density, least);
  const narrow = splitAtWaists(map, lists, members, least);
  const labels = coreLabels(members, narrow, density, least);
  return { labels, pieces: piecesOf(members, labels), clusters: clustersOf(labels) };
}

/** Logarithm of the density at each sample up to a constant, averaged over its neighbors. */
function logDensity(lists: Neighbors, dimensions: number): Float64Array {
  const { rows, k, distances, indices } = lists;
  const floor = Number.MIN_VALUE;
  const at = Float64Array.from(
    { length: rows },
    (_, i) => -dimensions * Math.log(Math.max(floor, distances[(i + 1) * k - 1])),
  );
  return at.map((self, i) => {
    let sum = self;
    for (let p = i * k; p < (i + 1) * k; p++) sum += at[indices[p]];
    return sum / (k + 1);
  });
}

/**
 * Cluster of each sample: samples join from the densest on; two pieces that meet stay apart where both peaks stand out from the
 * place where they meet and both are large enough, else they are one.
 */
function densityClusters(lists: Neighbors, density: Float64Array, least: number): Int32Array {
  const { rows } = lists;
  const near = mutualLists(lists);
  const order = Array.from({ length: rows }, (_, i) => i).sort((a, b) => density[b] - density[a] || a - b);
  const parent = new Int32Array(rows).fill(-1);
  const size = new Int32Array(rows);
  const root = (i: number): number => {
    while (parent[i] !== i) i = parent[i] = parent[parent[i]];
    return i;
  };
  for (const i of order) {
    const roots = [...new Set(near[i].filter((j) => parent[j] >= 0).map(root))].sort(
      (a, b) => density[b] - density[a] || a - b,
    );
    parent[i] = roots[0] ?? i;
    size[root(i)]++;
    for (const other of roots.slice(1)) {
      const stands = density[other] - density[i] >= Math.log(PROMINENCE);
      if (stands && Math.min(size[other], size[roots[0]]) >= least) continue;
      size[roots[0]] += size[other];
      parent[other] = roots[0];
    }
  }
  return Int32Array.from({ length: rows }, (_, i) => root(i));
}

/** Neighbors in either direction. */
function mutualLists({ rows, k, indices }: Neighbors): number[][] {
  const near: Set<number>[] = Array.from({ length: rows }, () => new Set());
  for (let p = 0; p < indices.length; p++) {
    const i = Math.floor(p / k);
    near[i].add(indices[p]);
    near[indices[p]].add(i);
  }
  return near.map((set) => [...set]);
}

/**
 * Splits groups where few samples hold them together; members is changed in place.
 * @returns 1 for the samples at waists, which stay members of the larger side.
 */
function splitAtWaists(map: Matrix, lists: Neighbors, members: Int32Array, least: number): Uint8Array {
  const narrow = new Uint8Array(map.rows);
  const linked = mutualLists(lists);
  const open = [...new Set(members)];
  // groups are named by one of their rows; those that are split off have numbers beyond
  let fresh = map.rows;
  for (const root of open) {
    const rows = [...members.keys()].filter((i) => members[i] === root && !narrow[i]);
    const position = new Map(rows.map((i, at) => [i, at]));
    const links = rows.map((i) => linked[i].flatMap((j) => position.get(j) ?? []));
    const waist = waistOf(links, longAxis(map, rows), least, WAIST);
    if (!waist) continue;
    const small = waist.left.length < waist.right.length ? waist.left : waist.right;
    for (const at of waist.middle) narrow[rows[at]] = 1;
    for (const at of small) members[rows[at]] = fresh;
    open.push(fresh++, root);
  }
  return narrow;
}

/** Coordinates of rows along the coordinate with the largest range. */
function longAxis({ columns, data }: Matrix, rows: readonly number[]): Float64Array {
  let [most, axis] = [-1, new Float64Array(rows.length)];
  for (let c = 0; c < columns; c++) {
    const values = Float64Array.from(rows, (i) => data[i * columns + c]);
    const range =
      values.reduce((a, b) => Math.max(a, b), -Infinity) - values.reduce((a, b) => Math.min(a, b), Infinity);
    if (range > most) [most, axis] = [range, values];
  }
  return axis;
}

/** Labels 0, 1, 2... from the largest cluster on; -1 for sparse samples and for groups below `least` samples. */
function coreLabels(
  members: Int32Array,
  narrow: Uint8Array,
  density: Float64Array,
  least: number,
): Int32Array {
  const rowsOf = new Map<number, number[]>();
  members.forEach((root, i) => {
    const known = rowsOf.get(root);
    if (known) known.push(i);
    else rowsOf.set(root, [i]);
  });
  const labels = new Int32Array(members.length).fill(-1);
  const groups = [...rowsOf.values()]
    .map((rows) => {
      const floor = median(rows.map((i) => density[i])) + Math.log(SPARSE);
      return rows.filter((i) => density[i] >= floor && !narrow[i]);
    })
    .filter((rows) => rows.length >= least)
    .sort((a, b) => b.length - a.length || a[0] - b[0]);
  groups.forEach((rows, label) => {
    for (const i of rows) labels[i] = label;
  });
  return labels;
}

/**
 * Piece of each sample: that of its cluster, sparse samples included, and further numbers for groups that are too small to
 * be clusters.
 */
function piecesOf(members: Int32Array, labels: Int32Array): Int32Array {
  const pieceOf = new Map<number, number>();
  let count = 0;
  labels.forEach((label, i) => {
    if (label >= 0) pieceOf.set(members[i], label);
    count = Math.max(count, label + 1);
  });
  return members.map((root) => {
    const piece = pieceOf.get(root) ?? count++;
    pieceOf.set(root, piece);
    return piece;
  });
}

/** Clusters named A, B, C... in the order of their labels. */
function clustersOf(labels: Int32Array): MapCluster[] {
  const count = labels.reduce((most, label) => Math.max(most, label + 1), 0);
  return Array.from({ length: count }, (_, label) => ({
    name: clusterName(label),
    rows: Int32Array.from([...labels.keys()].filter((i) => labels[i] === label)),
  }));
}

/** A to Z, then A2 to Z2, and so on. */
function clusterName(label: number): string {
  const letter = String.fromCharCode(65 + (label % 26));
  return label < 26 ? letter : `${letter}${Math.floor(label / 26) + 1}`;
}
