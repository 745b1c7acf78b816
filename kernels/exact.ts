/**
 * Distances between rows in double precision, with the operations of the reference (`engine/js/distance.ts`) in
 * the same order, so that distances, order and ties are the same to the last bit. Four rows at a time: four
 * independent chains of additions hide the latency that one chain waits for.
 *
 * Squared for `euclidean`. For cosine and correlation each row's mean (0 for cosine) and sum of squares are
 * computed once, see `preparePanel`.
 */

export const EUCLIDEAN: i32 = 0;
export const COSINE: i32 = 1;
export const CORRELATION: i32 = 2;
export const MANHATTAN: i32 = 3;

/** Distances from the row at `query` to rows ids[0..4) of the data, f64 at `out`. `number` is the query's own row. */
export function exactFour(
  metric: i32,
  query: usize,
  number: i32,
  queryMeans: usize,
  querySquares: usize,
  data: usize,
  dataMeans: usize,
  dataSquares: usize,
  d: i32,
  ids: usize,
  out: usize,
): void {
  const row = (<usize>d) << 2;
  const i0 = load<u32>(ids);
  const i1 = load<u32>(ids, 4);
  const i2 = load<u32>(ids, 8);
  const i3 = load<u32>(ids, 12);
  const a = data + <usize>i0 * row;
  const b = data + <usize>i1 * row;
  const c = data + <usize>i2 * row;
  const e = data + <usize>i3 * row;
  if (metric === EUCLIDEAN) squaredFour(query, a, b, c, e, row, out);
  else if (metric === MANHATTAN) absoluteFour(query, a, b, c, e, row, out);
  else {
    const mean = load<f64>(queryMeans + ((<usize>number) << 3));
    const square = load<f64>(querySquares + ((<usize>number) << 3));
    store<f64>(out, load<f64>(dataMeans + ((<usize>i0) << 3)));
    store<f64>(out, load<f64>(dataMeans + ((<usize>i1) << 3)), 8);
    store<f64>(out, load<f64>(dataMeans + ((<usize>i2) << 3)), 16);
    store<f64>(out, load<f64>(dataMeans + ((<usize>i3) << 3)), 24);
    if (square > 0) productFour(query, mean, a, b, c, e, row, out);
    angular(out, square, load<f64>(dataSquares + ((<usize>i0) << 3)));
    angular(out + 8, square, load<f64>(dataSquares + ((<usize>i1) << 3)));
    angular(out + 16, square, load<f64>(dataSquares + ((<usize>i2) << 3)));
    angular(out + 24, square, load<f64>(dataSquares + ((<usize>i3) << 3)));
  }
}

/** From a product of centered rows to a distance; rows without a direction are at 0 from one another, else at 1. */
function angular(out: usize, squareA: f64, squareB: f64): void {
  if (squareA === 0 || squareB === 0) store<f64>(out, squareA === squareB ? 0 : 1);
  else store<f64>(out, max<f64>(0, 1 - load<f64>(out) / sqrt(squareA * squareB)));
}

function squaredFour(query: usize, a: usize, b: usize, c: usize, e: usize, row: usize, out: usize): void {
  let s0: f64 = 0;
  let s1: f64 = 0;
  let s2: f64 = 0;
  let s3: f64 = 0;
  for (let k: usize = 0; k < row; k += 4) {
    const q = <f64>load<f32>(query + k);
    const d0 = q - <f64>load<f32>(a + k);
    const d1 = q - <f64>load<f32>(b + k);
    const d2 = q - <f64>load<f32>(c + k);
    const d3 = q - <f64>load<f32>(e + k);
    s0 += d0 * d0;
    s1 += d1 * d1;
    s2 += d2 * d2;
    s3 += d3 * d3;
  }
  storeFour(out, s0, s1, s2, s3);
}

function absoluteFour(query: usize, a: usize, b: usize, c: usize, e: usize, row: usize, out: usize): void {
  let s0: f64 = 0;
  let s1: f64 = 0;
  let s2: f64 = 0;
  let s3: f64 = 0;
  for (let k: usize = 0; k < row; k += 4) {
    const q = <f64>load<f32>(query + k);
    s0 += abs(q - <f64>load<f32>(a + k));
    s1 += abs(q - <f64>load<f32>(b + k));
    s2 += abs(q - <f64>load<f32>(c + k));
    s3 += abs(q - <f64>load<f32>(e + k));
  }
  storeFour(out, s0, s1, s2, s3);
}

/** Products of centered rows; `out` holds the means of the four rows on entry. */
function productFour(
  query: usize,
  mean: f64,
  a: usize,
  b: usize,
  c: usize,
  e: usize,
  row: usize,
  out: usize,
): void {
  const m0 = load<f64>(out);
  const m1 = load<f64>(out, 8);
  const m2 = load<f64>(out, 16);
  const m3 = load<f64>(out, 24);
  let s0: f64 = 0;
  let s1: f64 = 0;
  let s2: f64 = 0;
  let s3: f64 = 0;
  for (let k: usize = 0; k < row; k += 4) {
    const q = <f64>load<f32>(query + k) - mean;
    s0 += q * (<f64>load<f32>(a + k) - m0);
    s1 += q * (<f64>load<f32>(b + k) - m1);
    s2 += q * (<f64>load<f32>(c + k) - m2);
    s3 += q * (<f64>load<f32>(e + k) - m3);
  }
  storeFour(out, s0, s1, s2, s3);
}

function storeFour(out: usize, a: f64, b: f64, c: f64, d: f64): void {
  store<f64>(out, a);
  store<f64>(out, b, 8);
  store<f64>(out, c, 16);
  store<f64>(out, d, 24);
}
