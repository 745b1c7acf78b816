/**
 * Waists: where a connected piece of a map is held together by few samples.
 *
 * Source: spectral bisection (Fiedler 1973; the sweep of Shi and Malik 2000): samples in the order of the second eigenvector of
 *   their neighbor graph, and for each position how many links lead across. Ours: a waist is a position whose links are a
 *   third or less of the most on either side; the samples around it, while links stay few, are what holds the sides together.
 * Shapes: a graph over n samples as lists. Cost: PASSES x links. Determinism: none is random.
 * How it fails: the eigenvector of a piece with several waists shows the most important one first; others are found in the sides.
 */

/** Passes of the power iteration; a waist needs few, as its eigenvalue stands out. */
const PASSES = 400;
const TOLERANCE = 1e-10;

export interface Waist {
  /** Positions among the samples of the piece: two sides and what holds them together. */
  readonly left: readonly number[];
  readonly middle: readonly number[];
  readonly right: readonly number[];
}

/**
 * The waist of a connected graph; null where it has none with `least` samples on either side.
 * @param links lists of linked positions, symmetric. @param start a first guess of an order, such as a coordinate.
 * @param prominence a waist's links are at most the most links of either side over this.
 */
export function waistOf(
  links: readonly (readonly number[])[],
  start: ArrayLike<number>,
  least: number,
  prominence: number,
): Waist | null {
  const n = links.length;
  if (n < 2 * least + 1) return null;
  const values = secondEigenvector(links, start);
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => values[a] - values[b] || a - b);
  const across = linksAcross(links, order);
  let at = -1;
  for (let t = least; t <= n - least; t++) if (at < 0 || across[t] < across[at]) at = t;
  const mostLeft = across.subarray(0, at).reduce((most, value) => Math.max(most, value), 0);
  const mostRight = across.subarray(at + 1).reduce((most, value) => Math.max(most, value), 0);
  if (across[at] * prominence > Math.min(mostLeft, mostRight)) return null;
  const few = Math.sqrt(across[at] * Math.min(mostLeft, mostRight));
  let [from, to] = [at, at];
  while (from > least && across[from - 1] <= few) from--;
  while (to < n - least && across[to + 1] <= few) to++;
  return { left: order.slice(0, from), middle: order.slice(from, to), right: order.slice(to) };
}

/** Number of links between the first t samples of the order and the others, for t = 0 to n. */
function linksAcross(links: readonly (readonly number[])[], order: readonly number[]): Int32Array {
  const position = new Int32Array(order.length);
  order.forEach((i, t) => {
    position[i] = t;
  });
  const across = new Int32Array(order.length + 1);
  order.forEach((i, t) => {
    const earlier = links[i].filter((j) => position[j] < t).length;
    across[t + 1] = across[t] + links[i].length - 2 * earlier;
  });
  return across;
}

/** Second eigenvector of the random walk on the graph, by power iteration on (1 + walk) / 2 without the constant. */
function secondEigenvector(links: readonly (readonly number[])[], start: ArrayLike<number>): Float64Array {
  const n = links.length;
  const total = links.reduce((sum, list) => sum + list.length, 0);
  let values = Float64Array.from(start);
  let next = new Float64Array(n);
  center(values, links, total);
  for (let pass = 0; pass < PASSES; pass++) {
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (const j of links[i]) sum += values[j];
      next[i] = (values[i] + sum / Math.max(1, links[i].length)) / 2;
    }
    center(next, links, total);
    let change = 0;
    for (let i = 0; i < n; i++) change += (next[i] - values[i]) ** 2;
    [values, next] = [next, values];
    if (change < TOLERANCE) break;
  }
  return values;
}

/** Takes away the mean, weighted by links, and scales to length 1. */
function center(values: Float64Array, links: readonly (readonly number[])[], total: number): void {
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += (values[i] * links[i].length) / total;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    values[i] -= mean;
    squares += values[i] * values[i];
  }
  const length = Math.sqrt(squares);
  if (length > 0) for (let i = 0; i < values.length; i++) values[i] /= length;
}
