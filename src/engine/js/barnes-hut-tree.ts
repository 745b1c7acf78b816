/**
 * The tree of barnes-hut.ts: points in Morton order, so that every cell of the tree is a run of them.
 *
 * Shapes: 1 to 3 dimensions, rows x dimensions doubles.
 * Cost: O(rows log rows). Points at the same coordinates share a cell that is not divided further.
 * Determinism: ties in Morton order by row.
 */

/** Most dimensions that a Morton key of 30 bits resolves finely enough. */
export const MAX_TREE_DIMENSIONS = 3;
/** Most points of a leaf. */
const LEAF = 12;

/** Points and nodes of a tree. */
export interface Tree {
  readonly dimensions: number;
  /** Rows in Morton order. */
  readonly order: Int32Array;
  /** Coordinates in Morton order. */
  readonly points: Float64Array;
  /**
   * Nodes in preorder: first and last + 1 of the node's run of points, the node after its subtree, side of its
   * cell, center of mass.
   */
  readonly first: Int32Array;
  readonly end: Int32Array;
  readonly after: Int32Array;
  readonly side: Float64Array;
  readonly center: Float64Array;
  readonly count: number;
}

/** Builds the tree. @param y rows x dimensions. */
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

/**
 * Bits of the cell coordinates, interleaved, at most 30 in all.
 * @param low lowest coordinate of each dimension.
 * @param scale cells for each unit of length.
 */
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

/** The bits of a cell coordinate, spread to every second or third bit. */
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

/** Builds the nodes over points in Morton order. @param side side of the whole. */
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

/** The arrays of the nodes. */
type Nodes = Pick<Tree, 'first' | 'end' | 'after' | 'side' | 'center'>;

/** Arrays for `capacity` nodes. */
function emptyNodes(capacity: number, dimensions: number): Nodes {
  return {
    first: new Int32Array(capacity),
    end: new Int32Array(capacity),
    after: new Int32Array(capacity),
    side: new Float64Array(capacity),
    center: new Float64Array(capacity * dimensions),
  };
}

/** Copies nodes into larger arrays. */
function grown(from: Nodes, to: Nodes): Nodes {
  to.first.set(from.first);
  to.end.set(from.end);
  to.after.set(from.after);
  to.side.set(from.side);
  to.center.set(from.center);
  return to;
}
