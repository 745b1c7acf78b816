/**
 * A walk over all pairs of samples with their distance in the data and on each map.
 *
 * Purpose: figures that rest on every distance (Shepard's diagram, stress, silhouette) in one walk, holding one
 *   row of distances at a time.
 * Shapes: for row i, arrays of length samples, valid at j > i. Memory: two blocks of rows x samples, capped.
 * Precision: spaces of few columns, and `manhattan`, directly in double precision. Wide spaces through the
 *   engine's product, |a|^2 + |b|^2 - 2ab in float32 on centered columns, which is what makes them fast: a
 *   distance much smaller than the typical norm (by 1e3) loses digits, and twins can be 1e-3 norms apart.
 * Cost: samples^2 / 2 distances. Determinism: exact order of rows, no random numbers.
 */

import { matrix, row } from '../../core/matrix.js';
import type { Context } from '../../engine/context.js';
import type { Metric, Watch } from '../../engine/engine.js';
import { rankingDistance, trueDistance } from '../../engine/js/distance.js';
import type { Matrix } from '../../model.js';
import { centered } from '../centering.js';

/** Columns up to which distances are computed directly: the product does not pay there. */
const DIRECT_COLUMNS = 8;
/** Numbers in one block of distances: 64 MB. */
const BLOCK_NUMBERS = 2 ** 24;
const MOST_BLOCK_ROWS = 512;

/** Takes the distances of row i to every row j > i (entries up to i are not set). */
export type PairVisitor = (i: number, input: Float64Array, maps: readonly Float64Array[]) => void;

/** Distances of a row to all later rows, written into an array at the row numbers. */
type RowDistances = (i: number, into: Float64Array) => void;

/** Space whose rows of distances can be read one after another. */
interface PairSpace {
  /** Makes what the distances of a block of rows need, which may go on while those of the block before are read. */
  prepare(first: number, count: number): Promise<RowDistances>;
}

/** Visits each row once, in order. The product of the next block is computed while the rows of one are visited. */
export async function walkPairs(
  features: Matrix,
  maps: readonly Matrix[],
  metric: Metric,
  visit: PairVisitor,
  context: Context,
  watch: Watch,
): Promise<void> {
  const samples = features.rows;
  const spaces = [
    pairSpace(features, metric, context),
    ...maps.map((m) => pairSpace(m, 'euclidean', context)),
  ];
  const into = spaces.map(() => new Float64Array(samples));
  const [input, ...onMaps] = into;
  const blockRows = Math.max(1, Math.min(MOST_BLOCK_ROWS, Math.floor(BLOCK_NUMBERS / samples)));
  const prepare = (first: number): Promise<RowDistances[]> => {
    const count = Math.min(blockRows, samples - first);
    return Promise.all(count > 0 ? spaces.map((space) => space.prepare(first, count)) : []);
  };
  let ahead = prepare(0);
  try {
    for (let first = 0; first < samples; first += blockRows) {
      const distances = await ahead;
      ahead = prepare(first + blockRows);
      const end = Math.min(first + blockRows, samples);
      for (let i = first; i < end; i++) {
        distances.forEach((write, s) => {
          write(i, into[s]);
        });
        visit(i, input, onMaps);
        await watch.checkpoint();
      }
      watch.progress(1 - ((samples - end) / samples) ** 2);
    }
  } finally {
    // a walk that ends early leaves no work behind
    await ahead.catch(() => undefined);
  }
}

/** Distance of any two rows, directly. */
export function pairDistance(data: Matrix, metric: Metric): (i: number, j: number) => number {
  const ranking = rankingDistance(metric);
  const unit = data.units?.scale ?? 1;
  return (i, j) => unit * trueDistance(metric, ranking(data, i, data, j));
}

/** Distances of a space: directly in few columns, by products in many. */
function pairSpace(data: Matrix, metric: Metric, context: Context): PairSpace {
  if (metric === 'manhattan' || data.columns <= DIRECT_COLUMNS) return directSpace(data, metric);
  return productSpace(data, metric, context);
}

/** Each distance on its own, in double. */
function directSpace(data: Matrix, metric: Metric): PairSpace {
  if (metric === 'euclidean' && data.columns === 2 && (data.units?.scale ?? 1) === 1) {
    return { prepare: async () => (i, into) => planar(data.data, i, into) };
  }
  const distance = pairDistance(data, metric);
  const distances: RowDistances = (i, into) => {
    for (let j = i + 1; j < data.rows; j++) into[j] = distance(i, j);
  };
  return { prepare: async () => distances };
}

/** The plane is the common map: without the loop over columns it takes a third of the time. */
function planar(points: Float32Array, i: number, into: Float64Array): void {
  const x = points[2 * i];
  const y = points[2 * i + 1];
  for (let j = i + 1; j < into.length; j++) {
    const dx = points[2 * j] - x;
    const dy = points[2 * j + 1] - y;
    into[j] = Math.sqrt(dx * dx + dy * dy);
  }
}

/** Distances from |a|^2 + |b|^2 - 2ab, a block of rows at a time. */
function productSpace(data: Matrix, metric: Metric, { engine }: Context): PairSpace {
  const rows = metric === 'euclidean' ? centered(data) : directions(data, metric === 'correlation');
  const norms = squaredNorms(rows);
  const unit = data.units?.scale ?? 1;
  const isEuclidean = metric === 'euclidean';
  return {
    async prepare(first, count) {
      const later = slice(rows, first, rows.rows - first);
      const block = await engine.multiply(slice(rows, first, count), later, { transposeB: true });
      return (i, into) => {
        const products = row(block, i - first);
        if (isEuclidean) {
          for (let j = i + 1; j < into.length; j++)
            into[j] = unit * Math.sqrt(Math.max(0, norms[i] + norms[j] - 2 * products[j - first]));
        } else {
          for (let j = i + 1; j < into.length; j++)
            into[j] = norms[i] + norms[j] === 0 ? 0 : Math.max(0, 1 - products[j - first]);
        }
      };
    },
  };
}

/** Rows `first` to `first + count`, not copied. */
function slice(m: Matrix, first: number, count: number): Matrix {
  return matrix(count, m.columns, m.data.subarray(first * m.columns, (first + count) * m.columns));
}

/** Rows of length one, after taking off their mean where queries; rows without a direction become zero. */
function directions(m: Matrix, offMean: boolean): Matrix {
  const data = new Float32Array(m.data.length);
  for (let r = 0; r < m.rows; r++) {
    const from = row(m, r);
    const center = offMean ? from.reduce((sum, v) => sum + v, 0) / m.columns : 0;
    const length = Math.sqrt(from.reduce((sum, v) => sum + (v - center) ** 2, 0));
    for (let c = 0; c < m.columns && length > 0; c++) data[r * m.columns + c] = (from[c] - center) / length;
  }
  return matrix(m.rows, m.columns, data);
}

/** Squared length of each row. */
function squaredNorms(m: Matrix): Float64Array {
  return Float64Array.from({ length: m.rows }, (_, r) => row(m, r).reduce((sum, v) => sum + v * v, 0));
}
