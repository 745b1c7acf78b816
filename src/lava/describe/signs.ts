/**
 * Signs within a module: which of its features go together and which oppose, on the whole and in one locality.
 *
 * Source: ours. A module's loading is not negative, since the association that is factored has no sign. The
 * signs come back from the data: they are those of the leading eigenvector of D R D, with R the correlations of
 * the module's features and D their loadings, so that strong features decide. The first feature is +1.
 * Cost: POWER_ITERATIONS f^2. Deterministic: the iteration starts from the strongest feature's row.
 * How it fails: where a module holds two groups of features that do not correlate with each other, the signs of
 * one against the other are those of chance.
 */

const POWER_ITERATIONS = 30;

/**
 * +1 or -1 for each feature of a module, by the leading eigenvector; +1 for the first feature and for those without
 * any correlation. An empty list for no features. The input is not changed. Never throws.
 * @param correlations f x f.
 * @param weights loadings of the f features, strongest first.
 */
export function leadingSigns(correlations: Float64Array, weights: ArrayLike<number>): Int8Array {
  const size = weights.length;
  const vector = new Float64Array(size);
  for (let i = 0; i < size; i++) vector[i] = weights[i] * correlations[i] + (i === 0 ? 1e-9 : 0);
  const weighted = new Float64Array(size * size);
  for (let e = 0; e < weighted.length; e++) weighted[e] = correlations[e] * weights[e % size];
  const next = new Float64Array(size);
  for (let iteration = 0; iteration < POWER_ITERATIONS; iteration++) {
    let square = 0;
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let j = 0, at = i * size; j < size; j++, at++) sum += weighted[at] * vector[j];
      next[i] = weights[i] * sum;
      square += next[i] * next[i];
    }
    if (!(square > 0)) break;
    const scale = 1 / Math.sqrt(square);
    for (let i = 0; i < size; i++) vector[i] = next[i] * scale;
  }
  const first = vector[0] < 0 ? -1 : 1;
  return Int8Array.from(vector, (value) => (value * first < 0 ? -1 : 1));
}

/**
 * Mean correlation over pairs, weighted by both loadings, each multiplied by both signs: -1 to 1. 0 for fewer than
 * two features, or weights of 0. Never throws.
 * @param correlations f x f.
 * @param weights loadings of the f features.
 * @param signs +1 or -1 for each.
 */
export function alignedCorrelation(
  correlations: Float64Array,
  weights: ArrayLike<number>,
  signs: Int8Array,
): number {
  const size = weights.length;
  let sum = 0;
  let total = 0;
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) {
      const weight = weights[i] * weights[j];
      sum += weight * signs[i] * signs[j] * correlations[i * size + j];
      total += weight;
    }
  }
  return total > 0 ? sum / total : 0;
}
