/**
 * The law of the penalized objective tr(M K) + lambda |K|_F^2 (dr/laws/frobenius.ts) for thousands of samples: M acts along its
 * entries, and the penalty, which acts between all pairs, by a Barnes-Hut tree.
 *
 * Penalty: forces 8 lambda sum_j q_ij^3 (y_i - y_j), loss lambda sum_ij q_ij^2, q = 1 / (1 + |y_i - y_j|^2). Since q is flat
 *   within a unit, a group is one source where its side is below theta sqrt(1 + d^2).
 * Precision: forces to a tenth (a test holds that), mostly a few hundredths. It serves to find low objectives, whose values are
 *   then computed over all pairs (objective.ts); descents end within half a percent of those at theta 0.2 (2,000 digits).
 * Shapes: two dimensions. Cost: O(rows log rows + entries) a call. Deterministic.
 */

import type { SparseRows } from '../../dr/affinities/alignment.js';
import type { Law } from '../../dr/laws/law.js';
import { collectSources, createSources, type Sources } from '../../engine/js/barnes-hut.js';
import { createTree, type Tree } from '../../engine/js/barnes-hut-tree.js';

/** Largest side of a group over the root of 1 + its squared distance. */
const THETA = 0.5;

/** The law over M, in the plane. @param theta 0 for all pairs. */
export function penalizedLaw(m: SparseRows, lambda: number, theta = THETA): Law {
  const sources = createSources(2);
  return {
    rows: m.rows,
    forces(y, _dimensions, out) {
      const tree = createTree(y, 2);
      let squares = 0;
      for (let node = 0; node < tree.count; node++) {
        if (tree.after[node] !== node + 1) continue;
        collectSources(tree, node, theta, sources, 1);
        squares += repulseLeaf(tree, node, sources, 8 * lambda, out);
      }
      return lambda * squares + addSparse(m, y, out);
    },
  };
}

/** Writes factor sum_j q^3 (y_i - y_j) for the points of a leaf; returns their sum of q^2, each point's own 1 included. */
function repulseLeaf(
  tree: Tree,
  leaf: number,
  { positions, weights, count }: Sources,
  factor: number,
  out: Float64Array,
): number {
  const { order, points } = tree;
  let squares = 0;
  for (let at = tree.first[leaf]; at < tree.end[leaf]; at++) {
    const x0 = points[2 * at];
    const x1 = points[2 * at + 1];
    let f0 = 0;
    let f1 = 0;
    for (let s = 0; s < count; s++) {
      const d0 = x0 - positions[2 * s];
      const d1 = x1 - positions[2 * s + 1];
      const q = 1 / (1 + d0 * d0 + d1 * d1);
      const square = weights[s] * q * q;
      squares += square;
      f0 += square * q * d0;
      f1 += square * q * d1;
    }
    out[2 * order[at]] = factor * f0;
    out[2 * order[at] + 1] = factor * f1;
  }
  return squares;
}

/** Adds 4 sum_j M_ij q_ij^2 (y_i - y_j) to `out`; returns tr(M K). */
function addSparse(m: SparseRows, y: Float64Array, out: Float64Array): number {
  let objective = 0;
  for (let i = 0; i < m.rows; i++) {
    const x0 = y[2 * i];
    const x1 = y[2 * i + 1];
    let f0 = 0;
    let f1 = 0;
    for (let p = m.offsets[i]; p < m.offsets[i + 1]; p++) {
      const j = m.indices[p];
      const d0 = x0 - y[2 * j];
      const d1 = x1 - y[2 * j + 1];
      const q = 1 / (1 + d0 * d0 + d1 * d1);
      const value = m.values[p] * q;
      objective += value;
      f0 += value * q * d0;
      f1 += value * q * d1;
    }
    out[2 * i] += 4 * f0;
    out[2 * i + 1] += 4 * f1;
  }
  return objective;
}
