/**
 * Barnes-Hut sums of the Cauchy kernel: for the points of a leaf, sum_j q_ij^2 (y_i - y_j) and sum_j q_ij with
 * q = 1 / (1 + |y_i - y_j|^2), where a far group counts as one point at its center of mass.
 *
 * Source: van der Maaten (2014).
 * Ours: one walk of the tree serves all points of a leaf. Its criterion holds for the whole leaf, so the error
 *   is at most that of a walk for each point. The walk writes lists that are summed four at a time.
 * Precision: f32, sums of a leaf in f64.
 * Determinism: fixed order of sums.
 * Types (a field with an element type such as f32 is the address of an array): `Tree`: n (n, and the numbers of nodes
 *   and leaves made), nodes, pairs (n pairs (row u32, key u32) in Morton order, and as much again to sort in), points
 *   (n x 2 f32 in Morton order; n + 1 sums of those before, x and y f64), node, leaf (numbers of the nodes that are
 *   leaves, i32). `Node`: x, y, reach ((side / theta)^2: the node counts as one point for what is farther than its
 *   root), count, first, end, after (the node that follows this one and all below it).
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { repulsePoint } from './cauchy';
import { Node, Tree } from './tree';

/** Bytes of scratch that `repulseLeaf` needs for n points: x, y and weight (f32 each) of up to n + 16 sources. */
export function repulseScratch(n: i32): usize {
  return ((<usize>n + 16) << 2) * 3;
}

/**
 * Repulsion of the points of leaf number `leaf`, to their rows of `out` (n x 2 f32). Returns their sum of q, the q of
 * 1 of each point with itself included.
 * @param scratch room for the groups and points that act on the leaf.
 */
export function repulseLeaf(tree: Tree, leaf: i32, scratch: usize, out: usize): f64 {
  const nodeIndex = load<i32>(tree.leaf + ((<usize>leaf) << 2));
  const node = changetype<Node>(tree.node + ((<usize>nodeIndex) << 5));
  const stride = (<usize>tree.n + 16) << 2;
  const count = collectForLeaf(tree, node, scratch, stride);
  let z: f64 = 0;
  for (let at = node.first; at < node.end; at++) {
    const row = <usize>load<u32>(tree.pairs + ((<usize>at) << 3));
    z += repulsePoint(tree.points + ((<usize>at) << 3), scratch, stride, count, out + (row << 3));
  }
  return z;
}

/**
 * Repulsion of a point that need not be in the tree (2 f32) to `out`. Returns its sum of q over all points of the tree.
 * @param point address of its 2 f32.
 * @param scratch room for the groups and points that act on it.
 */
export function repulseAt(tree: Tree, point: usize, scratch: usize, out: usize): f64 {
  const stride = (<usize>tree.n + 16) << 2;
  const position = v128.load64_zero(point);
  const count = collectSources(tree, position, position, scratch, stride);
  return repulsePoint(point, scratch, stride, count, out);
}

/**
 * Lists what acts on the points of a leaf: `collectSources` for the rectangle that holds them. Returns how many.
 * @param sources address of the lists, `stride` bytes apart.
 */
function collectForLeaf(tree: Tree, leaf: Node, sources: usize, stride: usize): i32 {
  let low = v128.load64_zero(tree.points + ((<usize>leaf.first) << 3));
  let high = low;
  for (let at = leaf.first + 1; at < leaf.end; at++) {
    const point = v128.load64_zero(tree.points + ((<usize>at) << 3));
    low = f32x4.pmin(low, point);
    high = f32x4.pmax(high, point);
  }
  return collectSources(tree, low, high, sources, stride);
}

/**
 * Walks the tree once for a rectangle and lists what acts on its points, points or far groups: x, y and weight (f32
 * each), the three lists `stride` bytes apart, padded to a multiple of 4 with weight 0. Returns the number of sources.
 * @param low its lower left corner, x and y in the first lanes.
 * @param high its upper right corner.
 */
function collectSources(tree: Tree, low: v128, high: v128, sources: usize, stride: usize): i32 {
  const left = f32x4.extract_lane(low, 0);
  const bottom = f32x4.extract_lane(low, 1);
  const right = f32x4.extract_lane(high, 0);
  const top = f32x4.extract_lane(high, 1);
  let to = sources;
  for (let at: i32 = 0; at < tree.nodes; ) {
    const node = changetype<Node>(tree.node + ((<usize>at) << 5));
    const gapX = max(max(left - node.x, node.x - right), <f32>0);
    const gapY = max(max(bottom - node.y, node.y - top), <f32>0);
    if (node.reach < gapX * gapX + gapY * gapY) {
      store<f32>(to, node.x);
      store<f32>(to + stride, node.y);
      store<f32>(to + 2 * stride, node.count);
      to += 4;
      at = node.after;
      continue;
    }
    if (node.after === at + 1) {
      for (let p = node.first; p < node.end; p++) {
        const point = tree.points + ((<usize>p) << 3);
        store<f32>(to, load<f32>(point));
        store<f32>(to + stride, load<f32>(point, 4));
        store<f32>(to + 2 * stride, 1);
        to += 4;
      }
    }
    at++;
  }
  const count = <i32>((to - sources) >> 2);
  for (let pad: i32 = 0; pad < 3; pad++) {
    store<f32>(to, left);
    store<f32>(to + stride, bottom);
    store<f32>(to + 2 * stride, 0);
    to += 4;
  }
  return count;
}
