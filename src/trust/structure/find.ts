/**
 * Finds what can be read off a map, without looking at the data: clusters, gaps between them, bridges and holes.
 *
 * Source: clusters.ts; holes are loops of persistent homology (loops.ts); bridges and the width of gaps are ours.
 * Cost: neighbors on the map, and n^3 of at most 300 samples for the holes. Determinism: stream `structure-holes` only.
 * How it fails: what it finds is a question, not an answer.
 */

import { permutation } from '../../core/random.js';
import { median } from '../../core/statistics.js';
import type { Context } from '../../engine/context.js';
import type { Matrix, Neighbors } from '../../model.js';
import { neighbors } from '../../neighbors/index.js';
import { clustersOnMap } from './clusters.js';
import { bridgeThrough, groupDistances } from './links.js';
import { cycleOf, loopsOf } from './loops.js';
import { pairDistances } from './pair-distances.js';
import type { FindOptions, MapBridge, MapCluster, MapGap, MapHole, MapStructures } from './types.js';

/** Neighbors that link samples. */
const NEIGHBORS = 10;
/** Neighbors that the density is measured by, at most; a chain of fewer samples is sparse by them. */
const DENSITY_NEIGHBORS = 30;
/** A bridge makes the way at least so many times easier. */
const BRIDGE_RATIO = 2;
const BRIDGE_SAMPLES = 2;
/** Samples of the map that holes are sought in. */
const HOLE_SAMPLES = 300;
const HOLE_RATIO = 2;
const HOLE_LEVEL = 0.5;

/** Finds the structures of a map of at least 30 samples. */
export async function findStructures(
  map: Matrix,
  options: FindOptions,
  context: Context,
): Promise<MapStructures> {
  const wide = Math.max(NEIGHBORS, Math.min(DENSITY_NEIGHBORS, Math.floor(map.rows / 12)));
  const wideLists = await neighbors(map, { k: wide, method: 'exact' }, context);
  const lists = firstNeighbors(wideLists, NEIGHBORS);
  const usual = median(
    Float64Array.from({ length: map.rows }, (_, i) => lists.distances[(i + 1) * NEIGHBORS - 1]),
  );
  const least = options.leastSamples ?? leastSamples(map.rows);
  const { labels, pieces, clusters } = clustersOnMap(map, lists, wideLists, least);
  const direct = groupDistances(
    map,
    clusters.map(({ rows }) => rows),
  );
  const gaps = gapsOf(direct, clusters.length, usual);
  return {
    labels,
    pieces,
    clusters,
    gaps,
    bridges: findBridges(map, labels, clusters, gaps, direct),
    holes: map.columns === 2 ? findHoles(map, context) : [],
  };
}

/** Fewest samples of a cluster: 20, in small data a tenth of the samples, never below 8. */
export function leastSamples(rows: number): number {
  return Math.max(8, Math.min(20, Math.floor(rows / 10)));
}

/** The first k of each list. */
function firstNeighbors(lists: Neighbors, k: number): Neighbors {
  const { rows, indices, distances } = lists;
  const first = { rows, k, indices: new Int32Array(rows * k), distances: new Float32Array(rows * k) };
  for (let i = 0; i < rows; i++) {
    first.indices.set(indices.subarray(i * lists.k, i * lists.k + k), i * k);
    first.distances.set(distances.subarray(i * lists.k, i * lists.k + k), i * k);
  }
  return first;
}

/** All pairs of clusters with their distance; those of the least spanning tree are adjacent. */
function gapsOf(direct: Float64Array, count: number, usual: number): MapGap[] {
  const pairs: { a: number; b: number; distance: number }[] = [];
  for (let b = 1; b < count; b++) {
    for (let a = 0; a < b; a++) pairs.push({ a, b, distance: direct[a * count + b] });
  }
  pairs.sort((p, q) => p.distance - q.distance || p.a - q.a || p.b - q.b);
  const piece = Int32Array.from({ length: count }, (_, i) => i);
  return pairs.map(({ a, b, distance }) => {
    const adjacent = piece[a] !== piece[b];
    if (adjacent) {
      const joined = piece[b];
      piece.forEach((known, at) => {
        if (known === joined) piece[at] = piece[a];
      });
    }
    return { a, b, width: distance / Math.max(usual, Number.MIN_VALUE), adjacent };
  });
}

/** Samples of no cluster that make the way from a cluster to an adjacent one easier. */
function findBridges(
  map: Matrix,
  labels: Int32Array,
  clusters: readonly MapCluster[],
  gaps: readonly MapGap[],
  direct: Float64Array,
): MapBridge[] {
  const free = Int32Array.from([...labels.keys()].filter((i) => labels[i] < 0));
  return gaps
    .filter(({ adjacent }) => adjacent)
    .map(({ a, b }) => {
      const sides = [clusters[a].rows, clusters[b].rows] as const;
      return { a, b, ...bridgeThrough(map, sides, free, direct[a * clusters.length + b]) };
    })
    .filter(({ ratio, rows }) => ratio >= BRIDGE_RATIO && rows.length >= BRIDGE_SAMPLES);
}

/** Loops of the map that stand out from those of points without structure. */
function findHoles(map: Matrix, context: Context): MapHole[] {
  const order = permutation(map.rows, context.random.stream('structure-holes'));
  const rows = order.slice(0, HOLE_SAMPLES).sort();
  const n = rows.length;
  const distances = pairDistances(map, rows);
  const holes: MapHole[] = [];
  for (const loop of loopsOf(distances, n)) {
    const ratio = loop.death / loop.birth;
    if (loop.p > HOLE_LEVEL || ratio < HOLE_RATIO || loop.filling.length === 0) continue;
    const corners = loop.filling.map((at) => [map.data[2 * rows[at]], map.data[2 * rows[at] + 1]]);
    const center: [number, number] = [
      corners.reduce((sum, [x]) => sum + x, 0) / 3,
      corners.reduce((sum, [, y]) => sum + y, 0) / 3,
    ];
    const rim = Int32Array.from(cycleOf(loop, distances, n), (at) => rows[at]);
    holes.push({ center, radius: loop.death / Math.sqrt(3), rim, ratio });
  }
  return holes;
}
