/**
 * Barnes-Hut sums of the Cauchy kernel: for every point, sum_j w_ij^2 (y_i - y_j) and sum_j w_ij with
 * w = 1 / (1 + |y_i - y_j|^2), a far group of points taken as one at its center of mass.
 *
 * Source: Barnes and Hut (1986); for t-SNE, van der Maaten (2014). Ours: points are put in Morton order, so that
 * every tree cell is a run of them; one walk of the tree serves all points of a leaf (its criterion holds for
 * the whole leaf, so the error is at most that of a walk for each point) and gives lists that are then
 * summed without branches.
 * Shapes: 1 to 3 dimensions. Precision: double; theta is the largest size of a group over its distance.
 * Cost: O(rows log rows). Points at one place share a cell that is not divided further. Deterministic.
 */

export const MAX_TREE_DIMENSIONS = 3;
const LEAF = 12;
/** One leaf in so many begins a pause. */
const PAUSE_LEAVES = 16;

export interface Tree {
  readonly dimensions: number;
  /** Points in Morton order: their rows, and their coordinates again. */
  readonly order: Int32Array;
  readonly points: Float64Array;
  /** Nodes in preorder: run of points, the node after the subtree, side of the cell, center of mass. */
  readonly first: Int32Array;
  readonly end: Int32Array;
  readonly after: Int32Array;
  readonly side: Float64Array;
  readonly center: Float64Array;
  readonly count: number;
}

export function createTree(y: Float64Array, dimensions: number): Tree {
  const rows = y.length / dimensions;
  const levels = dimensions === 1 ? 24 : dimensions === 2 ? 15 : 10;
  const low = Float64Array.from({ length: dimensions }, () => Number.POSITIVE_INFINITY);
  let extent = 0;
  for (let at = 0; at < y.length; at++) low[at % dimensions] = Math.min(low[at % dimensions], y[at]);
  for (let at = 0; at < y.length; at++) extent = Math.max(extent, y[at] - low[at % dimensions]);
  const side = extent > 0 ? extent * (1 + 1e-9) : 1;
  const keys = mortonKeys(y, dimensions, low, 2 ** levels / side, levels);
  const order = sortedByKey(keys, dimensions * levels);
  const points = new Float64Array(y.length);
  for (let at = 0; at < rows; at++) {
    for (let k = 0; k < dimensions; k++) points[at * dimensions + k] = y[order[at] * dimensions + k];
  }
  const sorted = order.map((row) => keys[row]);
  return buildNodes(points, order, sorted, dimensions, levels, side);
}

/** Bits of the cell coordinates, interleaved, at most 30 in all. */
function mortonKeys(
  y: Float64Array,
  dimensions: number,
  low: Float64Array,
  scale: number,
  levels: number,
): Int32Array {
  const rows = y.length / dimensions;
  const keys = new Int32Array(rows);
  const most = 2 ** levels - 1;
  for (let i = 0; i < rows; i++) {
    let key = 0;
    for (let k = 0; k < dimensions; k++) {
      const cell = Math.min(most, Math.floor((y[i * dimensions + k] - low[k]) * scale));
      key |= spread(cell, dimensions) << k;
    }
    keys[i] = key;
  }
  return keys;
}

function spread(cell: number, dimensions: number): number {
  let x = cell;
  if (dimensions === 2) {
    x = (x | (x << 8)) & 0x00ff00ff;
    x = (x | (x << 4)) & 0x0f0f0f0f;
    x = (x | (x << 2)) & 0x33333333;
    return (x | (x << 1)) & 0x55555555;
  }
  if (dimensions === 3) {
    x = (x | (x << 16)) & 0x030000ff;
    x = (x | (x << 8)) & 0x0300f00f;
    x = (x | (x << 4)) & 0x030c30c3;
    return (x | (x << 2)) & 0x09249249;
  }
  return x;
}

/** Row numbers in order of key, ties by row: radix sort of 11 bits at a time. */
function sortedByKey(keys: Int32Array, keyBits: number): Int32Array {
  let from = Int32Array.from(keys, (_, i) => i);
  let to = new Int32Array(keys.length);
  const counts = new Int32Array(2049);
  for (let shift = 0; shift < keyBits; shift += 11) {
    counts.fill(0);
    for (let i = 0; i < keys.length; i++) counts[((keys[i] >>> shift) & 2047) + 1]++;
    for (let c = 0; c < 2048; c++) counts[c + 1] += counts[c];
    for (let i = 0; i < keys.length; i++) to[counts[(keys[from[i]] >>> shift) & 2047]++] = from[i];
    [from, to] = [to, from];
  }
  return from;
}

function buildNodes(
  points: Float64Array,
  order: Int32Array,
  keys: Int32Array,
  dimensions: number,
  levels: number,
  side: number,
): Tree {
  let capacity = Math.max(64, order.length);
  let nodes = emptyNodes(capacity, dimensions);
  let count = 0;
  const add = (first: number, end: number, level: number): void => {
    if (count === capacity) {
      capacity *= 2;
      nodes = grown(nodes, emptyNodes(capacity, dimensions));
    }
    const node = count++;
    nodes.first[node] = first;
    nodes.end[node] = end;
    nodes.side[node] = side / 2 ** level;
    for (let k = 0; k < dimensions; k++) {
      let sum = 0;
      for (let at = first; at < end; at++) sum += points[at * dimensions + k];
      nodes.center[node * dimensions + k] = sum / (end - first);
    }
    if (end - first > LEAF && level < levels) {
      const shift = dimensions * (levels - level - 1);
      for (let from = first; from < end; ) {
        const cell = keys[from] >>> shift;
        let to = from + 1;
        while (to < end && keys[to] >>> shift === cell) to++;
        add(from, to, level + 1);
        from = to;
      }
    }
    nodes.after[node] = count;
  };
  add(0, order.length, 0);
  return { dimensions, order, points, ...nodes, count };
}

type Nodes = Pick<Tree, 'first' | 'end' | 'after' | 'side' | 'center'>;

function emptyNodes(capacity: number, dimensions: number): Nodes {
  return {
    first: new Int32Array(capacity),
    end: new Int32Array(capacity),
    after: new Int32Array(capacity),
    side: new Float64Array(capacity),
    center: new Float64Array(capacity * dimensions),
  };
}

function grown(from: Nodes, to: Nodes): Nodes {
  to.first.set(from.first);
  to.end.set(from.end);
  to.after.set(from.after);
  to.side.set(from.side);
  to.center.set(from.center);
  return to;
}

/** What acts on the points of a leaf: places with their weights (numbers of points). */
interface Sources {
  places: Float64Array;
  weights: Float64Array;
  count: number;
}

/**
 * Writes the repulsion of every point to `out` (in row order) and returns Z, the points themselves left out.
 * Pauses now and then, so that the caller can look at its clock.
 */
export function* repulseByTree(
  tree: Tree,
  y: Float64Array,
  dimensions: number,
  theta: number,
  out: Float64Array,
): Generator<void, number> {
  const rows = y.length / dimensions;
  const sources: Sources = {
    places: new Float64Array(1024 * dimensions),
    weights: new Float64Array(1024),
    count: 0,
  };
  const sum = dimensions === 2 ? sumInPlane : sumAnywhere;
  let z = 0;
  for (let node = 0; node < tree.count; node++) {
    if (tree.after[node] !== node + 1) continue;
    collectSources(tree, node, theta, sources);
    z += sum(tree, node, sources, out);
    if (node % PAUSE_LEAVES === 0) yield;
  }
  return z - rows;
}

/** Walks the tree once for a leaf: far groups as one source, near leaves point by point. */
function collectSources(tree: Tree, leaf: number, theta: number, sources: Sources): void {
  const { dimensions, points, first, end, after, side, center } = tree;
  const low = new Float64Array(dimensions).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(dimensions).fill(Number.NEGATIVE_INFINITY);
  for (let at = first[leaf] * dimensions; at < end[leaf] * dimensions; at++) {
    const k = at % dimensions;
    if (points[at] < low[k]) low[k] = points[at];
    if (points[at] > high[k]) high[k] = points[at];
  }
  sources.count = 0;
  for (let node = 0; node < tree.count; ) {
    let squared = 0;
    for (let k = 0; k < dimensions; k++) {
      const c = center[node * dimensions + k];
      const gap = c < low[k] ? low[k] - c : c > high[k] ? c - high[k] : 0;
      squared += gap * gap;
    }
    if (side[node] * side[node] < theta * theta * squared) {
      addSource(sources, center, node, end[node] - first[node], dimensions);
      node = after[node];
      continue;
    }
    if (after[node] === node + 1) {
      for (let at = first[node]; at < end[node]; at++) addSource(sources, points, at, 1, dimensions);
    }
    node++;
  }
}

function addSource(
  sources: Sources,
  places: Float64Array,
  at: number,
  weight: number,
  dimensions: number,
): void {
  if (sources.count === sources.weights.length) {
    const { places: oldPlaces, weights: oldWeights } = sources;
    sources.places = new Float64Array(2 * oldPlaces.length);
    sources.places.set(oldPlaces);
    sources.weights = new Float64Array(2 * oldWeights.length);
    sources.weights.set(oldWeights);
  }
  for (let k = 0; k < dimensions; k++)
    sources.places[sources.count * dimensions + k] = places[at * dimensions + k];
  sources.weights[sources.count++] = weight;
}

/** Repulsion of the points of a leaf by the sources; returns their sum of kernels (each point's own 1 included). */
function sumInPlane(tree: Tree, leaf: number, sources: Sources, out: Float64Array): number {
  const { order, points } = tree;
  const { places, weights, count } = sources;
  let z = 0;
  for (let at = tree.first[leaf]; at < tree.end[leaf]; at++) {
    const x0 = points[2 * at];
    const x1 = points[2 * at + 1];
    let f0 = 0;
    let f1 = 0;
    for (let s = 0; s < count; s++) {
      const d0 = x0 - places[2 * s];
      const d1 = x1 - places[2 * s + 1];
      const w = 1 / (1 + d0 * d0 + d1 * d1);
      const weighted = w * weights[s];
      z += weighted;
      f0 += weighted * w * d0;
      f1 += weighted * w * d1;
    }
    out[2 * order[at]] = f0;
    out[2 * order[at] + 1] = f1;
  }
  return z;
}

function sumAnywhere(tree: Tree, leaf: number, sources: Sources, out: Float64Array): number {
  const { dimensions, order, points } = tree;
  const { places, weights, count } = sources;
  let z = 0;
  for (let at = tree.first[leaf]; at < tree.end[leaf]; at++) {
    const target = order[at] * dimensions;
    for (let k = 0; k < dimensions; k++) out[target + k] = 0;
    for (let s = 0; s < count; s++) {
      let squared = 1;
      for (let k = 0; k < dimensions; k++) {
        squared += (points[at * dimensions + k] - places[s * dimensions + k]) ** 2;
      }
      const w = 1 / squared;
      z += weights[s] * w;
      for (let k = 0; k < dimensions; k++) {
        out[target + k] += weights[s] * w * w * (points[at * dimensions + k] - places[s * dimensions + k]);
      }
    }
  }
  return z;
}
