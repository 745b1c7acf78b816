/**
 * A quadtree over points of the plane, for sums in which far groups count as one point.
 *
 * Source: Barnes and Hut (1986).
 * Ours: points are sorted in Morton order (15 bits an axis), so every node is a run of points. A node whose
 *   points all lie in one quadrant is replaced by that quadrant. Points at the same coordinates, or in one cell
 *   of the finest level, form one leaf however many they are.
 * Shapes: coordinates n x 2 f32; nodes in preorder, at most 2 n.
 * Cost: O(n log n).
 * Determinism: ties in Morton order by row.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

const LEVELS: i32 = 15;
/** Most points of a leaf. */
const LEAF: i32 = 12;
const DIGIT_BITS: i32 = 10;
const DIGITS: i32 = 1 << DIGIT_BITS;

/** Addresses and counts of a tree; it takes `treeBytes(n)` bytes. */
@unmanaged
export class Tree {
  /** n, and the numbers of nodes and leaves made. */
  n: i32;
  nodes: i32;
  leaves: i32;
  /** n pairs (row u32, key u32) in Morton order, and as much again to sort in. */
  pairs: usize;
  spare: usize;
  /** n x 2 f32 in Morton order; n + 1 sums of those before, x and y f64. */
  points: usize;
  sums: usize;
  node: usize;
  /** Numbers of the nodes that are leaves, i32. */
  leaf: usize;
  /** Side of the whole, times 1 / theta, squared. */
  extent: f64;
}

/** One node; 32 bytes. */
@unmanaged
export class Node {
  x: f32;
  y: f32;
  /** (side / theta)^2: the node counts as one point for what is farther than its root. */
  reach: f32;
  count: f32;
  first: i32;
  end: i32;
  /** The node that follows this one and all below it. */
  after: i32;
  spare: i32;
}

const NODE: usize = 32;
const HEAD: usize = 128;

/** Bytes that a tree over n points takes, with what it sorts in. */
export function treeBytes(n: i32): usize {
  const rows = <usize>n + 1;
  return HEAD + (rows << 3) * 3 + (rows << 4) + (rows << 1) * NODE + (rows << 2) + 8 * 64 + (DIGITS << 2);
}

/** An address rounded up to a multiple of 64. */
function aligned(address: usize): usize {
  return (address + 63) & ~63;
}

/**
 * Builds the tree of n points at address `at`, where `treeBytes(n)` bytes are free. Called at the start of every step
 * of t-SNE.
 * @param coordinates n x 2 f32.
 * @param theta a node counts as one point where its side is below theta times its distance.
 */
export function buildTree(at: usize, coordinates: usize, n: i32, theta: f64): Tree {
  const tree = changetype<Tree>(at);
  const rows = <usize>n + 1;
  tree.n = n;
  tree.nodes = 0;
  tree.leaves = 0;
  tree.pairs = at + HEAD;
  tree.spare = aligned(tree.pairs + (rows << 3));
  tree.points = aligned(tree.spare + (rows << 3));
  tree.sums = aligned(tree.points + (rows << 3));
  tree.node = aligned(tree.sums + (rows << 4));
  tree.leaf = aligned(tree.node + (rows << 1) * NODE);
  const histogram = aligned(tree.leaf + (rows << 2));
  const side = writeKeys(tree, coordinates, n);
  tree.extent = (side / theta) * (side / theta);
  for (let shift: i32 = 0; shift < 2 * LEVELS; shift += DIGIT_BITS) sortByDigit(tree, shift, histogram);
  sumPoints(tree, coordinates);
  if (n > 0) addNode(tree, 0, n);
  return tree;
}

/**
 * Writes the pair of row number and Morton key (u32 each) of every point to `tree.pairs`. Returns the side of the
 * square that holds all points.
 * @param coordinates n x 2 f32.
 */
function writeKeys(tree: Tree, coordinates: usize, n: i32): f64 {
  let low = v128.load64_zero(coordinates);
  let high = low;
  for (let i: i32 = 1; i < n; i++) {
    const point = v128.load64_zero(coordinates + ((<usize>i) << 3));
    low = f32x4.pmin(low, point);
    high = f32x4.pmax(high, point);
  }
  const x = <f64>f32x4.extract_lane(low, 0);
  const y = <f64>f32x4.extract_lane(low, 1);
  const extent = max(<f64>f32x4.extract_lane(high, 0) - x, <f64>f32x4.extract_lane(high, 1) - y);
  const side = extent > 0 ? extent * (1 + 1e-9) : 1;
  const scale = <f64>(1 << LEVELS) / side;
  const most: u32 = (1 << LEVELS) - 1;
  for (let i: i32 = 0; i < n; i++) {
    const point = coordinates + ((<usize>i) << 3);
    const column = min(most, <u32>((<f64>load<f32>(point) - x) * scale));
    const row = min(most, <u32>((<f64>load<f32>(point, 4) - y) * scale));
    const pair = tree.pairs + ((<usize>i) << 3);
    store<u32>(pair, i);
    store<u32>(pair, spread(column) | (spread(row) << 1), 4);
  }
  return side;
}

/** The number whose even bits are bits 0 to 14 of `cell` and whose odd bits are 0; two of them make a Morton key. */
function spread(cell: u32): u32 {
  let x = cell;
  x = (x | (x << 8)) & 0x00ff00ff;
  x = (x | (x << 4)) & 0x0f0f0f0f;
  x = (x | (x << 2)) & 0x33333333;
  return (x | (x << 1)) & 0x55555555;
}

/**
 * One stable pass of radix sort over the pairs, by the DIGIT_BITS bits of their keys from bit `shift` on.
 * @param histogram room for DIGITS i32.
 */
function sortByDigit(tree: Tree, shift: i32, histogram: usize): void {
  memory.fill(histogram, 0, (<usize>DIGITS) << 2);
  const from = tree.pairs;
  const to = tree.spare;
  const end = from + ((<usize>tree.n) << 3);
  for (let pair = from; pair < end; pair += 8) {
    const slot = histogram + ((<usize>((load<u32>(pair, 4) >>> shift) & (DIGITS - 1))) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  let position: u32 = 0;
  for (let digit: usize = 0; digit < (<usize>DIGITS) << 2; digit += 4) {
    const count = load<u32>(histogram + digit);
    store<u32>(histogram + digit, position);
    position += count;
  }
  for (let pair = from; pair < end; pair += 8) {
    const value = load<u64>(pair);
    const slot = histogram + ((<usize>((<u32>(value >>> 32) >>> shift) & (DIGITS - 1))) << 2);
    const at = load<u32>(slot);
    store<u32>(slot, at + 1);
    store<u64>(to + ((<usize>at) << 3), value);
  }
  tree.pairs = to;
  tree.spare = from;
}

/**
 * Copies the points in Morton order (n x 2 f32), and writes the sums of the coordinates of those before each (n + 1
 * times 2 f64), from which any node's center of mass follows.
 * @param coordinates n x 2 f32, by row number.
 */
function sumPoints(tree: Tree, coordinates: usize): void {
  let x: f64 = 0;
  let y: f64 = 0;
  for (let at: usize = 0; at < <usize>tree.n; at++) {
    const point = coordinates + ((<usize>load<u32>(tree.pairs + (at << 3))) << 3);
    store<u64>(tree.points + (at << 3), load<u64>(point));
    store<f64>(tree.sums + (at << 4), x);
    store<f64>(tree.sums + (at << 4), y, 8);
    x += load<f32>(point);
    y += load<f32>(point, 4);
  }
  store<f64>(tree.sums + ((<usize>tree.n) << 4), x);
  store<f64>(tree.sums + ((<usize>tree.n) << 4), y, 8);
}

/** Morton key of the point at position `at`. */
function keyAt(tree: Tree, at: i32): u32 {
  return load<u32>(tree.pairs + ((<usize>at) << 3), 4);
}

/**
 * Adds the node of the smallest cell that holds the points at positions `first` to `end` in Morton order, and all
 * nodes below it.
 */
function addNode(tree: Tree, first: i32, end: i32): void {
  const number = tree.nodes++;
  const node = changetype<Node>(tree.node + <usize>number * NODE);
  const differing = keyAt(tree, first) ^ keyAt(tree, end - 1);
  // bits below the first pair of bits in which the keys differ
  const shift = differing === 0 ? 0 : (31 - <i32>clz(differing)) & ~1;
  const level = differing === 0 ? LEVELS : LEVELS - 1 - (shift >> 1);
  const from = tree.sums + ((<usize>first) << 4);
  const to = tree.sums + ((<usize>end) << 4);
  const count = <f64>(end - first);
  node.x = <f32>((load<f64>(to) - load<f64>(from)) / count);
  node.y = <f32>((load<f64>(to, 8) - load<f64>(from, 8)) / count);
  node.count = <f32>count;
  node.first = first;
  node.end = end;
  const cells = <f64>(1 << level);
  node.reach = <f32>(tree.extent / (cells * cells));
  if (end - first <= LEAF || differing === 0) {
    store<i32>(tree.leaf + ((<usize>tree.leaves) << 2), number);
    tree.leaves++;
  } else {
    for (let start = first; start < end; ) {
      const cell = keyAt(tree, start) >>> shift;
      let stop = start + 1;
      while (stop < end && keyAt(tree, stop) >>> shift === cell) stop++;
      addNode(tree, start, stop);
      start = stop;
    }
  }
  node.after = tree.nodes;
}
