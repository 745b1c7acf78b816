/** The measuring of nearest-neighbor descent over `kernels/descent.ts`. */

import type { Matrix, Neighbors } from '../../model.js';
import { descend, direction, listLength, type Measurer } from '../descent.js';
import type { Engine, Metric, Watch } from '../engine.js';
import { trueDistance } from '../js/distance.js';
import { unwatched } from '../watch.js';
import { createScope, type Scope } from './memory.js';
import type { Runtime } from './runtime.js';
import { METRIC_CODES } from './screen.js';

/** Rows of an item of `joinNeighbors` and of `layRows` in the kernels. */
const JOIN_ROWS = 32;
const LAY_ROWS = 64;
/** Rows that the order of columns is judged by. */
const SAMPLED_ROWS = 1000;

export function createNearestApproximate(
  runtime: Runtime,
  multiply: Engine['multiply'],
): Engine['nearestApproximate'] {
  return async (data, options, watch = unwatched) => {
    const scope = createScope(runtime.arena);
    try {
      const placed = await placeRows(runtime, scope, data, options.metric);
      const measurer = createMeasurer(runtime, scope, data, placed, options, watch);
      return await descend({ multiply }, measurer, data, options, watch);
    } finally {
      scope.free();
    }
  };
}

interface PlacedRows {
  readonly source: number;
  readonly laid: number;
  readonly width: number;
  readonly means: number;
  readonly squares: number;
}

async function placeRows(runtime: Runtime, scope: Scope, data: Matrix, metric: Metric): Promise<PlacedRows> {
  const { rows, columns } = data;
  const width = Math.ceil(columns / 16) * 16;
  const means = new Float64Array(rows);
  const squares = new Float64Array(rows).fill(1);
  const scales = new Float64Array(rows);
  if (metric === 'cosine' || metric === 'correlation') {
    for (let r = 0; r < rows; r++) {
      const found = direction(data, r, metric);
      means[r] = found.mean;
      squares[r] = found.squares;
      scales[r] = found.scale;
    }
  } else scales.fill(powerOfTwoScale(data));
  const source = scope.place(data.data);
  const placed = {
    source,
    width,
    laid: scope.allocate(rows * width * 4),
    means: scope.place(means),
    squares: scope.place(squares),
  };
  const order = scope.place(byVariance(data));
  await runtime.run(
    {
      kernel: 'layRows',
      items: Math.ceil(rows / LAY_ROWS),
      work: data.data.length * 6,
      parameters: [source, rows, columns, order, placed.means, scope.place(scales), placed.laid, width],
    },
    unwatched,
  );
  return placed;
}

/** Brings the largest value near 1, so that squares stay inside float32's range. */
function powerOfTwoScale({ data }: Matrix): number {
  let largest = 0;
  for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.abs(data[i]));
  return largest > 0 ? 2 ** -Math.ceil(Math.log2(largest)) : 1;
}

/** Columns by their variance over a sample of rows, largest first. */
function byVariance({ rows, columns, data }: Matrix): Int32Array {
  const sums = new Float64Array(columns);
  const squares = new Float64Array(columns);
  const step = Math.max(1, Math.floor(rows / SAMPLED_ROWS));
  let count = 0;
  for (let r = 0; r < rows; r += step, count++) {
    for (let c = 0; c < columns; c++) {
      const value = data[r * columns + c];
      sums[c] += value;
      squares[c] += value * value;
    }
  }
  const variance = squares.map((square, c) => square / count - (sums[c] / count) ** 2);
  return Int32Array.from({ length: columns }, (_, c) => c).sort((a, b) => variance[b] - variance[a] || a - b);
}

function createMeasurer(
  runtime: Runtime,
  scope: Scope,
  data: Matrix,
  placed: PlacedRows,
  { k, metric }: { k: number; metric: Metric },
  watch: Watch,
): Measurer {
  const { memory } = runtime.arena;
  const { rows, columns } = data;
  const length = listLength(rows, k);
  const indices = scope.place(new Int32Array(rows * length).fill(-1));
  const distances = scope.place(new Float32Array(rows * length).fill(Number.POSITIVE_INFINITY));
  const fresh = scope.place(new Uint8Array(rows * length));
  const code = METRIC_CODES[metric];
  const { laid, width } = placed;
  // the parts of descent report progress themselves
  const quiet = { ...watch, progress: () => {} };

  return {
    free: () => {},
    lists: () => ({
      indices: new Int32Array(memory.buffer, indices, rows * length),
      fresh: new Uint8Array(memory.buffer, fresh, rows * length),
    }),
    async joinGroups(offsets, members) {
      const part = scopeOf(runtime);
      const groups = offsets.length - 1;
      const perRow = members.length / groups;
      await part.run(
        {
          kernel: 'joinGroup',
          items: groups,
          work: rows * perRow * columns,
          parameters: [
            code,
            laid,
            width,
            part.place(offsets),
            part.place(members),
            indices,
            distances,
            fresh,
            length,
          ],
        },
        quiet,
      );
    },
    async joinNeighbors(adjacency, used) {
      const part = scopeOf(runtime);
      const items = Math.ceil(rows / JOIN_ROWS);
      const parameters = [
        ...[code, laid, rows, width],
        ...[adjacency.offsets, adjacency.rows, adjacency.fresh].map(part.place),
        ...[indices, distances, fresh, length, used],
      ];
      const changes = part.place(new Int32Array(items));
      const scratch = runtime.size('descentScratch');
      const work = adjacency.rows.length * used * columns;
      const job = { kernel: 'joinNeighbors', items, scratch, work, parameters: [...parameters, changes] };
      return part.run(job, quiet, () =>
        new Int32Array(memory.buffer, changes, items).reduce((sum, one) => sum + one, 0),
      );
    },
    finish: (wanted) => finish(runtime, data, placed, metric, indices, length, wanted),
  };
}

/** Arrays that live for one job. */
function scopeOf(runtime: Runtime) {
  const scope = createScope(runtime.arena);
  return {
    place: scope.place,
    async run<T = void>(job: Parameters<Runtime['run']>[0], watch: Watch, result?: () => T): Promise<T> {
      try {
        await runtime.run(job, watch);
        return result?.() as T;
      } finally {
        scope.free();
      }
    },
  };
}

/** Measures the lists in double, orders them by (distance, row) and keeps the first k. */
async function finish(
  runtime: Runtime,
  data: Matrix,
  placed: PlacedRows,
  metric: Metric,
  indices: number,
  length: number,
  k: number,
): Promise<Neighbors> {
  const { memory } = runtime.arena;
  const { rows, columns } = data;
  const listed = new Int32Array(memory.buffer, indices, rows * length).slice();
  const part = scopeOf(runtime);
  const { source, means, squares } = placed;
  const targets = part.place(listed.map((id) => Math.max(id, 0)));
  const exactAt = part.place(new Float64Array(rows * length));
  const exact = await part.run(
    {
      kernel: 'targetDistances',
      items: rows,
      scratch: 64,
      work: rows * length * columns * 3,
      parameters: [
        ...[METRIC_CODES[metric], columns, source, means, squares, source, means, squares],
        ...[targets, length, exactAt],
      ],
    },
    unwatched,
    () => new Float64Array(memory.buffer, exactAt, rows * length).slice(),
  );
  const result = {
    rows,
    k,
    indices: new Int32Array(rows * k).fill(-1),
    distances: new Float32Array(rows * k).fill(Number.POSITIVE_INFINITY),
  };
  for (let i = 0; i < rows; i++) {
    const own: number[] = [];
    for (let n = i * length; n < (i + 1) * length; n++) if (listed[n] >= 0) own.push(n);
    own.sort((a, b) => exact[a] - exact[b] || listed[a] - listed[b]);
    for (let rank = 0; rank < Math.min(k, own.length); rank++) {
      result.indices[i * k + rank] = listed[own[rank]];
      result.distances[i * k + rank] = trueDistance(metric, exact[own[rank]]);
    }
  }
  return result;
}
