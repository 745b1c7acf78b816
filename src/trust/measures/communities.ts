/**
 * Groups of a neighborhood graph by modularity.
 *
 * Source: Louvain method, Blondel et al. 2008, on the graph of neighbors with weight 1 for a link in one
 *   direction and 2 for a mutual one, as single-cell analysis does. Resolution 1.
 * Cost: a few passes over samples x k links. Memory: the links, about 20 bytes each.
 * How it fails: modularity has a resolution limit, so that in large data small groups are joined; a continuum is
 *   cut somewhere. Read groups as "what a clustering would call groups", not as truth.
 * Determinism: samples are moved in the order of their rows; no random numbers.
 * Types: `Watch`, of a stage: checkpoint (throws CancelledError once the signal is aborted).
 */

import { atOnce } from '../../core/steps.js';
import type { Watch } from '../../engine/engine.js';
import type { Neighbors } from '../../model.js';

/** Moves that gain less modularity than this (as a share of all links) are not made. */
const LEAST_GAIN = 1e-9;
/** Passes over the nodes at one level; it rarely takes ten. */
const MOST_PASSES = 50;
/** Nodes that are looked at in a few milliseconds. */
const STEP_NODES = 4096;

/** Groups touch when at least this share of the smaller one's links runs between them. */
const LEAST_BRIDGE = 0.01;

interface Graph {
  readonly nodes: number;
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
  readonly weights: Float64Array;
  /** Sum of the weights at each node, links to itself included (twice). */
  readonly degrees: Float64Array;
}

/** Groups found before: several measures ask for those of the same neighbors. */
const found = new WeakMap<Neighbors, Int32Array>();
/** Groups merged before, and what they were merged from. */
const merged = new WeakMap<Neighbors, { from: Int32Array; count: number; groups: Int32Array }>();
/** Links that are counted in a few milliseconds. */
const STEP_LINKS = 2 ** 18;

/** Group of each row, 0 to the number of groups - 1, largest group first. Found once for the same neighbors. */
export function communities(neighbors: Neighbors): Int32Array {
  const known = found.get(neighbors);
  if (known) return known;
  return atOnce(louvain(neighbors));
}

/**
 * Finds the groups of each row so that `communities` has them at hand. CancelledError once the watch ends.
 */
export async function findCommunities(neighbors: Neighbors, watch: Watch): Promise<void> {
  if (found.has(neighbors)) return;
  for (const _ of louvain(neighbors)) await watch.checkpoint();
}

/** Merges groups so that `mergeGroups` has the result at hand. CancelledError once the watch ends. */
export async function findMergedGroups(
  neighbors: Neighbors,
  groups: Int32Array,
  count: number,
  watch: Watch,
): Promise<void> {
  for (const _ of mergeSteps(neighbors, groups, count)) await watch.checkpoint();
}

/** The Louvain method in steps of STEP_NODES nodes, so that others may work between them; keeps and returns the groups. */
function* louvain(neighbors: Neighbors): Generator<void, Int32Array> {
  let graph = yield* mutualGraph(neighbors);
  let groups = Int32Array.from({ length: neighbors.rows }, (_, i) => i);
  for (;;) {
    const moved = compact(yield* moveNodes(graph));
    if (moved.count === graph.nodes) break;
    groups = groups.map((group) => moved.groups[group]);
    graph = yield* aggregateSteps(graph, moved.groups, moved.count);
  }
  const sorted = bySize(groups);
  found.set(neighbors, sorted);
  return sorted;
}

/**
 * Joins groups, the pair that costs least modularity (or gains most) first, until at most `count` are left or no
 * two touch: islands, between which less than 1% of the smaller one's links run, stay apart.
 * Group numbers in and out run from 0, largest first.
 */
export function mergeGroups(neighbors: Neighbors, groups: Int32Array, count: number): Int32Array {
  const known = merged.get(neighbors);
  if (known && known.from === groups && known.count === count) return known.groups;
  return atOnce(mergeSteps(neighbors, groups, count));
}

/** The same in steps; keeps and returns the groups. */
function* mergeSteps(neighbors: Neighbors, groups: Int32Array, count: number): Generator<void, Int32Array> {
  const initial = groups.reduce((most, group) => Math.max(most, group + 1), 0);
  const graph = yield* aggregateSteps(yield* mutualGraph(neighbors), groups, initial);
  const total = graph.degrees.reduce((sum, degree) => sum + degree, 0);
  const between = Array.from({ length: initial }, () => new Float64Array(initial));
  for (let a = 0; a < initial; a++) {
    for (let p = graph.offsets[a]; p < graph.offsets[a + 1]; p++)
      between[a][graph.targets[p]] += graph.weights[p];
  }
  const owner = Int32Array.from({ length: initial }, (_, g) => g);
  const left = new Set(owner);
  while (left.size > Math.max(1, count)) {
    const pair = cheapestPair([...left], between, graph.degrees, total);
    if (!pair) break;
    const [a, b] = pair;
    for (const c of left) {
      between[a][c] += between[b][c];
      between[c][a] = between[a][c];
    }
    graph.degrees[a] += graph.degrees[b];
    left.delete(b);
    owner.forEach((o, g) => {
      if (o === b) owner[g] = a;
    });
  }
  const joined = bySize(groups.map((group) => owner[group]));
  merged.set(neighbors, { from: groups, count, groups: joined });
  return joined;
}

/** Modularity of given groups on the graph of neighbors: 0 for groups that have nothing to do with it. */
export function modularity(neighbors: Neighbors, groups: Int32Array): number {
  const { rows, k, indices } = neighbors;
  const degrees = new Float64Array(groups.reduce((most, group) => Math.max(most, group + 1), 0));
  // in the order in which they come, so that sums do not depend on their numbers
  const order: number[] = [];
  const add = (group: number) => {
    if (degrees[group] === 0) order.push(group);
    degrees[group]++;
  };
  let inside = 0;
  for (let p = 0; p < indices.length; p++) {
    const group = groups[Math.floor(p / k)];
    const other = groups[indices[p]];
    if (group === other) inside++;
    add(group);
    add(other);
  }
  const links = rows * k;
  let expected = 0;
  for (const group of order) expected += (degrees[group] / (2 * links)) ** 2;
  return inside / links - expected;
}

/** The two touching groups whose merger costs least modularity, or null where none touch. */
function cheapestPair(
  left: readonly number[],
  between: readonly Float64Array[],
  degrees: Float64Array,
  total: number,
): [number, number] | null {
  let best: [number, number] | null = null;
  let most = Number.NEGATIVE_INFINITY;
  left.forEach((a, at) => {
    for (const b of left.slice(at + 1)) {
      if (between[a][b] < LEAST_BRIDGE * Math.min(degrees[a], degrees[b])) continue;
      const gain = between[a][b] - (degrees[a] * degrees[b]) / total;
      if (gain > most) {
        most = gain;
        best = [a, b];
      }
    }
  });
  return best;
}

/** Every link in both directions; a link that both ends name has both weights. In steps of STEP_LINKS links. */
function* mutualGraph({ rows, k, indices }: Neighbors): Generator<void, Graph> {
  const counts = new Int32Array(rows + 1);
  for (let p = 0; p < indices.length; p++) {
    if (p % STEP_LINKS === 0) yield;
    counts[Math.floor(p / k) + 1]++;
    counts[indices[p] + 1]++;
  }
  const offsets = counts.map(
    (
      (sum) => (count) =>
        (sum += count)
    )(0),
  );
  const next = offsets.slice();
  const targets = new Int32Array(2 * indices.length);
  for (let p = 0; p < indices.length; p++) {
    if (p % STEP_LINKS === 0) yield;
    const from = Math.floor(p / k);
    targets[next[from]++] = indices[p];
    targets[next[indices[p]]++] = from;
  }
  const degrees = Float64Array.from({ length: rows }, (_, i) => offsets[i + 1] - offsets[i]);
  return { nodes: rows, offsets, targets, weights: new Float64Array(targets.length).fill(1), degrees };
}

/** Moves each node to the neighboring group of largest gain until no move gains; yields every STEP_NODES nodes. */
function* moveNodes(graph: Graph): Generator<void, Int32Array> {
  const groups = Int32Array.from({ length: graph.nodes }, (_, i) => i);
  const totals = graph.degrees.slice();
  const total = graph.degrees.reduce((sum, degree) => sum + degree, 0);
  const linked = new Float64Array(graph.nodes);
  const near = new Int32Array(graph.nodes);
  for (let pass = 0, moves = 1; moves > 0 && pass < MOST_PASSES; pass++) {
    moves = 0;
    for (let i = 0; i < graph.nodes; i++) {
      if (i % STEP_NODES === STEP_NODES - 1) yield;
      const best = bestGroup(graph, i, { groups, totals, total, linked, near });
      if (best === groups[i]) continue;
      totals[groups[i]] -= graph.degrees[i];
      totals[best] += graph.degrees[i];
      groups[i] = best;
      moves++;
    }
  }
  return groups;
}

/** What a node is moved by. */
interface Moving {
  readonly groups: Int32Array;
  /** Sum of the degrees of each group, and of all. */
  readonly totals: Float64Array;
  readonly total: number;
  /** Room: zeros, one a node; and as many numbers. */
  readonly linked: Float64Array;
  readonly near: Int32Array;
}

/** The group of largest gain for node i; its present group unless another gains more. */
function bestGroup(
  { offsets, targets, weights, degrees }: Graph,
  i: number,
  { groups, totals, total, linked, near }: Moving,
): number {
  const present = groups[i];
  let count = 0;
  for (let p = offsets[i]; p < offsets[i + 1]; p++) {
    const group = groups[targets[p]];
    if (targets[p] === i) continue;
    if (linked[group] === 0) near[count++] = group;
    linked[group] += weights[p];
  }
  let best = present;
  let most = linked[present] - (degrees[i] * (totals[present] - degrees[i])) / total + LEAST_GAIN * total;
  for (let t = 0; t < count; t++) {
    const group = near[t];
    if (group === present) continue;
    const gain = linked[group] - (degrees[i] * totals[group]) / total;
    if (gain > most || (gain === most && group < best && best !== present)) {
      most = gain;
      best = group;
    }
  }
  for (let t = 0; t < count; t++) linked[near[t]] = 0;
  return best;
}

/** Groups renumbered 0, 1... in order of first appearance. */
function compact(groups: Int32Array): { groups: Int32Array; count: number } {
  const numbers = new Map<number, number>();
  for (const group of groups) if (!numbers.has(group)) numbers.set(group, numbers.size);
  return { groups: groups.map((group) => numbers.get(group) ?? 0), count: numbers.size };
}

/** Each group becomes a node; weights between groups add up. In steps of STEP_NODES nodes. */
function* aggregateSteps(graph: Graph, groups: Int32Array, nodes: number): Generator<void, Graph> {
  const links = Array.from({ length: nodes }, () => new Map<number, number>());
  const degrees = new Float64Array(nodes);
  for (let i = 0; i < graph.nodes; i++) {
    if (i % STEP_NODES === STEP_NODES - 1) yield;
    degrees[groups[i]] += graph.degrees[i];
    const out = links[groups[i]];
    for (let p = graph.offsets[i]; p < graph.offsets[i + 1]; p++) {
      const other = groups[graph.targets[p]];
      out.set(other, (out.get(other) ?? 0) + graph.weights[p]);
    }
  }
  const offsets = new Int32Array(nodes + 1);
  links.forEach((out, g) => {
    offsets[g + 1] = offsets[g] + out.size;
  });
  const targets = Int32Array.from(links.flatMap((out) => [...out.keys()]));
  const weights = Float64Array.from(links.flatMap((out) => [...out.values()]));
  return { nodes, offsets, targets, weights, degrees };
}

/** Groups renumbered, largest first. */
function bySize(groups: Int32Array): Int32Array {
  const sizes = new Map<number, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const order = [...sizes.keys()].sort((a, b) => (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0) || a - b);
  const numbers = new Map(order.map((group, at) => [group, at]));
  return groups.map((group) => numbers.get(group) ?? 0);
}
