/**
 * Distances between rows in double precision, with the operations of the reference (`engine/js/distance.ts`) in
 * the same order, so that distances, order and ties are the same to the last bit. Four pairs at a time: four
 * independent chains of additions hide the latency that one chain waits for.
 *
 * Squared for `euclidean`. For cosine and correlation each row's mean (0 for cosine) and sum of squares are
 * computed once, see `prepareRows`.
 */

export const EUCLIDEAN: i32 = 0;
export const COSINE: i32 = 1;
export const CORRELATION: i32 = 2;
export const MANHATTAN: i32 = 3;

/**
 * Distances of four pairs: from rows numbers[0..4) of `queries` to rows ids[0..4) of the data, f64 at `out`, which has 64
 * bytes.
 */
export function exactFour(
  metric: i32,
  queries: usize,
  queryMeans: usize,
  querySquares: usize,
  numbers: usize,
  data: usize,
  dataMeans: usize,
  dataSquares: usize,
  d: i32,
  ids: usize,
  out: usize,
): void {
  const row = (<usize>d) << 2;
  const p = queries + <usize>load<u32>(numbers) * row;
  const q = queries + <usize>load<u32>(numbers, 4) * row;
  const r = queries + <usize>load<u32>(numbers, 8) * row;
  const s = queries + <usize>load<u32>(numbers, 12) * row;
  const a = data + <usize>load<u32>(ids) * row;
  const b = data + <usize>load<u32>(ids, 4) * row;
  const c = data + <usize>load<u32>(ids, 8) * row;
  const e = data + <usize>load<u32>(ids, 12) * row;
  if (metric === EUCLIDEAN) squaredFour(p, q, r, s, a, b, c, e, row, out);
  else if (metric === MANHATTAN) absoluteFour(p, q, r, s, a, b, c, e, row, out);
  else {
    gather(dataMeans, ids, out);
    gather(queryMeans, numbers, out + 32);
    productFour(p, q, r, s, a, b, c, e, row, out);
    gather(querySquares, numbers, out + 32);
    for (let n: usize = 0; n < 4; n++) {
      const other = load<u32>(ids + (n << 2));
      const squares = load<f64>(dataSquares + ((<usize>other) << 3));
      angular(out + (n << 3), load<f64>(out + 32 + (n << 3)), squares);
    }
  }
}

/** Four numbers (f64) of rows ids[0..4). */
function gather(numbers: usize, ids: usize, out: usize): void {
  for (let n: usize = 0; n < 4; n++) {
    const id = <usize>load<u32>(ids + (n << 2));
    store<f64>(out + (n << 3), load<f64>(numbers + (id << 3)));
  }
}

/** From a product of centered rows to a distance; rows without a direction are at 0 from one another, else at 1. */
function angular(out: usize, squareA: f64, squareB: f64): void {
  if (squareA === 0 || squareB === 0) store<f64>(out, squareA === squareB ? 0 : 1);
  else store<f64>(out, max<f64>(0, 1 - load<f64>(out) / sqrt(squareA * squareB)));
}

function squaredFour(
  p: usize,
  q: usize,
  r: usize,
  s: usize,
  a: usize,
  b: usize,
  c: usize,
  e: usize,
  row: usize,
  out: usize,
): void {
  let s0: f64 = 0;
  let s1: f64 = 0;
  let s2: f64 = 0;
  let s3: f64 = 0;
  for (let k: usize = 0; k < row; k += 4) {
    const d0 = <f64>load<f32>(p + k) - <f64>load<f32>(a + k);
    const d1 = <f64>load<f32>(q + k) - <f64>load<f32>(b + k);
    const d2 = <f64>load<f32>(r + k) - <f64>load<f32>(c + k);
    const d3 = <f64>load<f32>(s + k) - <f64>load<f32>(e + k);
    s0 += d0 * d0;
    s1 += d1 * d1;
    s2 += d2 * d2;
    s3 += d3 * d3;
  }
  storeFour(out, s0, s1, s2, s3);
}

function absoluteFour(
  p: usize,
  q: usize,
  r: usize,
  s: usize,
  a: usize,
  b: usize,
  c: usize,
  e: usize,
  row: usize,
  out: usize,
): void {
  let s0: f64 = 0;
  let s1: f64 = 0;
  let s2: f64 = 0;
  let s3: f64 = 0;
  for (let k: usize = 0; k < row; k += 4) {
    s0 += abs(<f64>load<f32>(p + k) - <f64>load<f32>(a + k));
    s1 += abs(<f64>load<f32>(q + k) - <f64>load<f32>(b + k));
    s2 += abs(<f64>load<f32>(r + k) - <f64>load<f32>(c + k));
    s3 += abs(<f64>load<f32>(s + k) - <f64>load<f32>(e + k));
  }
  storeFour(out, s0, s1, s2, s3);
}

/** Products of centered rows; `out` holds the means of the four data rows and of the four queries on entry. */
function productFour(
  p: usize,
  q: usize,
  r: usize,
  s: usize,
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
  const o0 = load<f64>(out, 32);
  const o1 = load<f64>(out, 40);
  const o2 = load<f64>(out, 48);
  const o3 = load<f64>(out, 56);
  let s0: f64 = 0;
  let s1: f64 = 0;
  let s2: f64 = 0;
  let s3: f64 = 0;
  for (let k: usize = 0; k < row; k += 4) {
    s0 += (<f64>load<f32>(p + k) - o0) * (<f64>load<f32>(a + k) - m0);
    s1 += (<f64>load<f32>(q + k) - o1) * (<f64>load<f32>(b + k) - m1);
    s2 += (<f64>load<f32>(r + k) - o2) * (<f64>load<f32>(c + k) - m2);
    s3 += (<f64>load<f32>(s + k) - o3) * (<f64>load<f32>(e + k) - m3);
  }
  storeFour(out, s0, s1, s2, s3);
}

function storeFour(out: usize, a: f64, b: f64, c: f64, d: f64): void {
  store<f64>(out, a);
  store<f64>(out, b, 8);
  store<f64>(out, c, 16);
  store<f64>(out, d, 24);
}
