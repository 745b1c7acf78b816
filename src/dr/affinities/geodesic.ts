/**
 * Geodesic distances of Isomap: shortest paths over the neighbor graph, each edge usable both ways.
 *
 * Source: Tenenbaum, de Silva, Langford (2000); Dijkstra with a binary heap from every sample.
 * Shapes: neighbors rows x k; result rows x rows doubles. Edge lengths are computed anew in double, since
 * neighbor lists carry float32. Cost: rows * edges * log(rows). Fails: a graph in several pieces is an
 * error that names them. Deterministic.
 */

import type { Metric, Watch } from '../../engine/engine.js';
import { rankingDistance, trueDistance } from '../../engine/js/distance.js';
import type { Matrix, Neighbors } from '../../model.js';
import { requireConnected } from './components.js';

/** An undirected weighted graph in compressed rows, double weights. */
export interface WeightedGraph {
  readonly rows: number;
  readonly offsets: Float64Array;
  readonly indices: Int32Array;
  readonly weights: Float64Array;
}

/** Undirected graph of a neighbor list: an edge where either side lists the other. */
export function neighborGraph(m: Matrix, neighbors: Neighbors, metric: Metric): WeightedGraph {
  const { rows, k, indices } = neighbors;
  const sets: Set<number>[] = Array.from({ length: rows }, () => new Set());
  for (let i = 0; i < rows; i++) {
    for (let p = i * k; p < (i + 1) * k; p++) {
      if (indices[p] < 0 || indices[p] === i) continue;
      sets[i].add(indices[p]);
      sets[indices[p]].add(i);
    }
  }
  const offsets = new Float64Array(rows + 1);
  sets.forEach((set, i) => {
    offsets[i + 1] = offsets[i] + set.size;
  });
  const targets = new Int32Array(offsets[rows]);
  const weights = new Float64Array(offsets[rows]);
  const ranking = rankingDistance(metric);
  sets.forEach((set, i) => {
    targets.set(
      [...set].sort((a, b) => a - b),
      offsets[i],
    );
    for (let p = offsets[i]; p < offsets[i + 1]; p++) {
      const [low, high] = i < targets[p] ? [i, targets[p]] : [targets[p], i];
      weights[p] = trueDistance(metric, ranking(m, low, m, high));
    }
  });
  return { rows, offsets, indices: targets, weights };
}

/** All shortest path lengths, rows x rows. Throws OptionError when the graph is in several pieces. */
export async function geodesics(
  graph: WeightedGraph,
  nNeighbors: number,
  watch: Watch,
): Promise<Float64Array> {
  requireConnected(graph, 'isomap', nNeighbors);
  const { rows } = graph;
  const result = new Float64Array(rows * rows);
  for (let source = 0; source < rows; source++) {
    shortestPaths(graph, source, result.subarray(source * rows, (source + 1) * rows));
    watch.progress((source + 1) / rows);
    await watch.checkpoint();
  }
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < i; j++) {
      const shorter = Math.min(result[i * rows + j], result[j * rows + i]);
      result[i * rows + j] = result[j * rows + i] = shorter;
    }
  }
  return result;
}

/** Dijkstra from one sample; writes its distance to every other one. */
function shortestPaths(graph: WeightedGraph, source: number, distances: Float64Array): void {
  distances.fill(Number.POSITIVE_INFINITY);
  distances[source] = 0;
  const heap = createHeap(distances);
  heap.push(source);
  for (let node = heap.pop(); node >= 0; node = heap.pop()) {
    for (let p = graph.offsets[node]; p < graph.offsets[node + 1]; p++) {
      const through = distances[node] + graph.weights[p];
      const target = graph.indices[p];
      if (!(through < distances[target])) continue;
      distances[target] = through;
      heap.push(target);
    }
  }
}

/** A heap of nodes by distance; pushing a node that is in it moves it up. */
function createHeap(distances: Float64Array) {
  const nodes = new Int32Array(distances.length);
  const positions = new Int32Array(distances.length).fill(-1);
  let size = 0;
  const put = (node: number, at: number) => {
    nodes[at] = node;
    positions[node] = at;
  };
  const up = (node: number, start: number) => {
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (distances[nodes[parent]] <= distances[node]) break;
      put(nodes[parent], at);
      at = parent;
    }
    put(node, at);
  };
  const down = (node: number) => {
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && distances[nodes[child + 1]] < distances[nodes[child]]) child++;
      if (distances[node] <= distances[nodes[child]]) break;
      put(nodes[child], at);
      at = child;
    }
    put(node, at);
  };
  return {
    push: (node: number) => up(node, positions[node] >= 0 ? positions[node] : size++),
    pop(): number {
      if (size === 0) return -1;
      const top = nodes[0];
      positions[top] = -1;
      const last = nodes[--size];
      if (size > 0) down(last);
      return top;
    },
  };
}
