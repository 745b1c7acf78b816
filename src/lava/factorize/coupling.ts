/**
 * Coupling of modules: how strongly the features of one are associated with those of another.
 *
 * Definition: K_ab = u_a' M u_b, with M the mean association of all localities (its diagonal 0) and u_a the loadings
 *   of module a. The coupling of two modules is K_ab / sqrt(K_aa K_bb), 0 to 1: the association between the two beside
 *   that within each.
 * Source: ours. Precision: double, on float32 products. Cost: one product of M with the loadings. Deterministic.
 * Types: `Matrix`, row-major float32: rows (how many), columns (how many), data (element (r, c) at `r * columns +
 *   c`). `MeanAssociation`, the mean over localities as an operator: scale (one a feature), apply (S M S times a
 *   block of columns).
 */

import { transpose } from '../../core/matrix.js';
import type { Matrix } from '../../model.js';
import type { MeanAssociation } from './mean-association.js';

/**
 * Coupling of every two modules, modules x modules, 0 to 1, with 1 on the diagonal; 0 beside a module without any
 * association of its own.
 * @param loadings modules x features.
 */
export async function couplings(loadings: Matrix, mean: MeanAssociation): Promise<Float64Array> {
  const { rows: m, columns: d, data } = loadings;
  // the operator is S M S, and so is applied to loadings divided by S
  const unscaled = { rows: m, columns: d, data: data.map((value, t) => value / mean.scale[t % d]) };
  const image = await mean.apply(transpose(unscaled));
  const products = new Float64Array(m * m);
  for (let a = 0; a < m; a++) {
    for (let b = 0; b < m; b++) {
      let sum = 0;
      for (let i = 0; i < d; i++) sum += unscaled.data[a * d + i] * image.data[i * m + b];
      products[a * m + b] = sum;
    }
  }
  return products.map((_, t) => {
    const [a, b] = [Math.floor(t / m), t % m];
    if (a === b) return 1;
    const scale = Math.sqrt(Math.max(0, products[a * m + a] * products[b * m + b]));
    const product = (products[a * m + b] + products[b * m + a]) / 2;
    return scale > 0 ? Math.min(1, Math.max(0, product / scale)) : 0;
  });
}
