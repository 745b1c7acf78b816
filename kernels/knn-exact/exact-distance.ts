/**
 * Distances of pairs of rows in double, four pairs at a time.
 *
 * Source: the reference is src/engine/js/distance.ts. The operations and their order are the same, so
 *   distances, order and ties are the same to the last bit.
 * Precision: double; squared for `euclidean`. Means (0 for cosine) and sums of squares are computed once for
 *   each row by `prepareRows`.
 * Cost: four independent chains of additions hide the latency that one chain would wait for.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

import { EUCLIDEAN, MANHATTAN } from './layout';

/** Four pairs of rows and where their distances go; 128 bytes with what the functions below need. */
@unmanaged
export class FourPairs {
  /** Code of the metric. */
  metric: i32;
  /** Columns of a row. */
  d: i32;
  /** f32: queries x d; f64 a query: mean and sum of squares (cosine, correlation). */
  queries: usize;
  queryMeans: usize;
  querySquares: usize;
  /** The same of the data. */
  data: usize;
  dataMeans: usize;
  dataSquares: usize;
  /** i32: row numbers of the four queries, and of the four data rows. */
  queryRows: usize;
  dataRows: usize;
  /** f64: the four distances, and 32 bytes of scratch after them. */
  out: usize;
  /** Addresses of the four queries and of the four data rows. */
  p: usize;
  q: usize;
  r: usize;
  s: usize;
  a: usize;
  b: usize;
  c: usize;
  e: usize;
}
/** Bytes of a `FourPairs`, rounded up. */
export const FOUR_PAIRS: usize = 80;

/**
 * Writes the ranking distances (euclidean: squared; cosine, correlation: 1 - cosine; manhattan: itself) of four pairs
 * of rows to `four.out`, 4 f64.
 */
export function exactFour(four: FourPairs): void {
  const row = (<usize>four.d) << 2;
  const queryRows = four.queryRows;
  const dataRows = four.dataRows;
  const out = four.out;
  four.p = four.queries + <usize>load<u32>(queryRows) * row;
  four.q = four.queries + <usize>load<u32>(queryRows, 4) * row;
  four.r = four.queries + <usize>load<u32>(queryRows, 8) * row;
  four.s = four.queries + <usize>load<u32>(queryRows, 12) * row;
  four.a = four.data + <usize>load<u32>(dataRows) * row;
  four.b = four.data + <usize>load<u32>(dataRows, 4) * row;
  four.c = four.data + <usize>load<u32>(dataRows, 8) * row;
  four.e = four.data + <usize>load<u32>(dataRows, 12) * row;
  if (four.metric === EUCLIDEAN) squaredFour(four);
  else if (four.metric === MANHATTAN) absoluteFour(four);
  else {
    gatherFour(four.dataMeans, dataRows, out);
    gatherFour(four.queryMeans, queryRows, out + 32);
    productFour(four);
    gatherFour(four.querySquares, queryRows, out + 32);
    for (let n: usize = 0; n < 4; n++) {
      const other = load<u32>(dataRows + (n << 2));
      const squares = load<f64>(four.dataSquares + ((<usize>other) << 3));
      toAngular(out + (n << 3), load<f64>(out + 32 + (n << 3)), squares);
    }
  }
}

/** Copies four numbers (f64), those of rows ids[0..4) (u32), to `out`. */
function gatherFour(numbers: usize, ids: usize, out: usize): void {
  for (let n: usize = 0; n < 4; n++) {
    const id = <usize>load<u32>(ids + (n << 2));
    store<f64>(out + (n << 3), load<f64>(numbers + (id << 3)));
  }
}

/**
 * Turns the product of two centered rows, f64 at `out`, into a distance, 1 - cosine. Rows without a direction have
 * distance 0 from each other and 1 from all others.
 * @param squareA, squareB their sums of squares.
 */
function toAngular(out: usize, squareA: f64, squareB: f64): void {
  if (squareA === 0 || squareB === 0) store<f64>(out, squareA === squareB ? 0 : 1);
  else store<f64>(out, max<f64>(0, 1 - load<f64>(out) / sqrt(squareA * squareB)));
}

/** Writes the squared Euclidean distances of the four pairs to `four.out`, 4 f64. */
function squaredFour(four: FourPairs): void {
  const row = (<usize>four.d) << 2;
  const p = four.p;
  const q = four.q;
  const r = four.r;
  const s = four.s;
  const a = four.a;
  const b = four.b;
  const c = four.c;
  const e = four.e;
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
  storeFour(four.out, s0, s1, s2, s3);
}

/** Writes the manhattan distances of the four pairs to `four.out`, 4 f64. */
function absoluteFour(four: FourPairs): void {
  const row = (<usize>four.d) << 2;
  const p = four.p;
  const q = four.q;
  const r = four.r;
  const s = four.s;
  const a = four.a;
  const b = four.b;
  const c = four.c;
  const e = four.e;
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
  storeFour(four.out, s0, s1, s2, s3);
}

/**
 * Writes the products of the centered rows of the four pairs to `four.out`, 4 f64. On entry it holds the means of the
 * four data rows and of the four queries, 8 f64.
 */
function productFour(four: FourPairs): void {
  const row = (<usize>four.d) << 2;
  const p = four.p;
  const q = four.q;
  const r = four.r;
  const s = four.s;
  const a = four.a;
  const b = four.b;
  const c = four.c;
  const e = four.e;
  const out = four.out;
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

/**
 * Stores four f64 at `out`, side by side.
 * @param a, b, c, d the four.
 */
function storeFour(out: usize, a: f64, b: f64, c: f64, d: f64): void {
  store<f64>(out, a);
  store<f64>(out, b, 8);
  store<f64>(out, c, 16);
  store<f64>(out, d, 24);
}
