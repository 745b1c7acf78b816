/** The measuring of nearest-neighbor descent over `kernels/descent.ts`. */

import { gatherRows } from '../../core/matrix.js';
import type { Matrix, Neighbors } from '../../model.js';
import { descend, direction, listLength, type Measurer, splitByMedians } from '../descent.js';
import type { Engine, Metric, Watch } from '../engine.js';
import { trueDistance } from '../js/distance.js';
import { unwatched, withoutProgress } from '../watch.js';
import { directionsOf, frameOf, nearDistance } from './frame.js';
import { createScope, type Scope } from './memory.js';
import type { Runtime } from './runtime.js';
import { METRIC_CODES, placeScreen, type Side } from './screen.js';

/** Rows of an item of `joinNeighbors` and of `layRows` in the kernels. */
const JOIN_ROWS = 32;
const LAY_ROWS = 64;
/** Rows that the order of columns is judged by. */
const SAMPLED_ROWS = 1000;
/** Rows that `nearTogether` does not order among themselves. */
const NEAR_ROWS = 16;
/** Directions along which rows are compared first, and the columns from which that pays. */
const DIRECTIONS = 128;
const TURNED_COLUMNS = 256;
/** Estimates are taken where what the directions leave out is less than this share of a near row's squared distance. */
const LITTLE = 0.3;
/** Entries of a list beyond the k that are asked for, where distances are estimated, and those measured in double. */
const MORE_ENTRIES = 20;
const MORE_EXACT = 4;

export function createNearestApproximate(
  runtime: Runtime,
  multiply: Engine['multiply'],
): Engine['nearestApproximate'] {
  return async (data, options, watch = unwatched) => {
    const scope = createScope(runtime.arena);
    try {
      const order = await nearTogether(multiply, data, options.metric);
      const moved = gatherRows(data, order);
      const placed = await placeRows(runtime, scope, multiply, moved, options);
      const measurer = createMeasurer(runtime, scope, moved, placed, options, watch);
      return renamed(await descend({ multiply }, measurer, moved, options, watch), order);
    } finally {
      scope.free();
    }
  };
}

/**
 * An order of the rows in which near rows lie near one another, by halving along directions of large variance: descent
 * looks at rows here and there, and waits for memory more than it computes.
 */
async function nearTogether(multiply: Engine['multiply'], data: Matrix, metric: Metric): Promise<Int32Array> {
  const levels = Math.min(data.columns, Math.max(1, Math.ceil(Math.log2(data.rows / NEAR_ROWS))));
  const basis = await directionsOf(multiply, data, frameOf(data, metric), levels);
  return splitByMedians(await multiply(data, basis, { transposeB: true }), levels).members;
}

/** Results for the rows in their own order; rows at the same distance are ordered by their own numbers. */
function renamed({ rows, k, indices, distances }: Neighbors, order: Int32Array): Neighbors {
  const result = { rows, k, indices: new Int32Array(rows * k), distances: new Float32Array(rows * k) };
  for (let i = 0; i < rows; i++) {
    const first = order[i] * k;
    for (let n = 0; n < k; n++) {
      const id = indices[i * k + n] < 0 ? -1 : order[indices[i * k + n]];
      const distance = distances[i * k + n];
      let at = first + n;
      for (; at > first && id >= 0; at--) {
        if (result.distances[at - 1] !== distance || result.indices[at - 1] < id) break;
        result.indices[at] = result.indices[at - 1];
      }
      result.indices[at] = id;
      result.distances[first + n] = distance;
    }
  }
  return result;
}

interface PlacedRows {
  readonly source: number;
  /** Address of the kernels' `Laid`. */
  readonly laid: number;
  /** Whether distances are estimated while searching. */
  readonly estimates: boolean;
  readonly means: number;
  readonly squares: number;
}

async function placeRows(
  runtime: Runtime,
  scope: Scope,
  multiply: Engine['multiply'],
  data: Matrix,
  { metric, k }: { metric: Metric; k: number },
): Promise<PlacedRows> {
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
  const turned = await turnRows(runtime, scope, multiply, data, { metric, scale: scales[0], k });
  const source = turned?.side.source ?? scope.place(data.data);
  const target = scope.allocate(rows * width * 4);
  const struct = Uint32Array.of(
    ...[METRIC_CODES[metric], target, width],
    ...[turned?.side.turned ?? 0, turned ? DIRECTIONS : 0],
    turned?.estimates ? turned.side.lastGaps : 0,
  );
  const placed = {
    source,
    laid: scope.place(struct),
    means: scope.place(means),
    squares: scope.place(squares),
    estimates: turned?.estimates ?? false,
  };
  const order = scope.place(byVariance(data));
  await runtime.run(
    {
      kernel: 'layRows',
      items: Math.ceil(rows / LAY_ROWS),
      work: data.data.length * 6,
      parameters: [source, rows, columns, order, placed.means, scope.place(scales), target, width],
    },
    unwatched,
  );
  return placed;
}

/**
 * The rows along a few directions of large variance, where there are enough columns to gain by it. Where those leave
 * little out, distances are estimated while searching, as if the rests of two rows were at right angles.
 */
async function turnRows(
  runtime: Runtime,
  scope: Scope,
  multiply: Engine['multiply'],
  data: Matrix,
  { metric, scale, k }: { metric: Metric; scale: number; k: number },
): Promise<{ side: Side; estimates: boolean } | null> {
  if (metric === 'manhattan' || data.columns < TURNED_COLUMNS) return null;
  const frame = { ...frameOf(data, metric), ...(metric === 'euclidean' ? { scale } : {}) };
  const basis = await directionsOf(multiply, data, frame, DIRECTIONS);
  const plan = { kind: 'turned', basis, depth: 8 } as const;
  const { data: side } = await placeScreen(runtime, scope, { data, asked: data, frame, given: false }, plan);
  let rest = 0;
  for (const gap of new Float32Array(runtime.arena.memory.buffer, side.lastGaps, side.count))
    rest += gap * gap;
  const near = await nearDistance(multiply, data, frame, k / data.rows);
  return { side, estimates: rest / side.count < LITTLE * near };
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
  const shortest = listLength(rows, k);
  const length = placed.estimates ? Math.min(rows - 1, Math.max(shortest, k + MORE_ENTRIES)) : shortest;
  const indices = scope.place(new Int32Array(rows * length).fill(-1));
  const distances = scope.place(new Float32Array(rows * length).fill(Number.POSITIVE_INFINITY));
  const fresh = scope.place(new Uint8Array(rows * length));
  const { laid } = placed;
  // the parts of descent report progress themselves
  const quiet = withoutProgress(watch);

  return {
    length,
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
          parameters: [laid, part.place(offsets), part.place(members), indices, distances, fresh, length],
        },
        quiet,
      );
    },
    async joinNeighbors(adjacency, used) {
      const part = scopeOf(runtime);
      const items = Math.ceil(rows / JOIN_ROWS);
      const parameters = [
        ...[laid, rows],
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
    async finish(wanted) {
      if (placed.estimates) {
        const parameters = [laid, rows, indices, distances, length];
        const work = rows * length * columns * 3;
        const items = Math.ceil(rows / LAY_ROWS);
        await runtime.run({ kernel: 'measureLists', items, work, parameters }, quiet);
      }
      const all = new Int32Array(memory.buffer, indices, rows * length);
      const most = Math.min(length, wanted + MORE_EXACT);
      const first = Int32Array.from({ length: rows * most }, (_, n) => {
        return all[Math.floor(n / most) * length + (n % most)];
      });
      return finish(runtime, data, placed, metric, { listed: first, length: most }, wanted);
    },
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
  { listed, length }: { listed: Int32Array; length: number },
  k: number,
): Promise<Neighbors> {
  const { memory } = runtime.arena;
  const { rows, columns } = data;
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
  const order = new Int32Array(length);
  for (let i = 0; i < rows; i++) {
    const count = orderByDistance(order, i * length, length, exact, listed);
    for (let rank = 0; rank < Math.min(k, count); rank++) {
      result.indices[i * k + rank] = listed[order[rank]];
      result.distances[i * k + rank] = trueDistance(metric, exact[order[rank]]);
    }
  }
  return result;
}

/** Writes the places of a list's entries in order of (distance, row); returns how many there are. */
function orderByDistance(
  order: Int32Array,
  first: number,
  length: number,
  distances: Float64Array,
  rows: Int32Array,
): number {
  let count = 0;
  for (let n = first; n < first + length; n++) {
    if (rows[n] < 0) continue;
    let at = count++;
    for (; at > 0; at--) {
      const before = order[at - 1];
      if (distances[before] < distances[n]) break;
      if (distances[before] === distances[n] && rows[before] < rows[n]) break;
      order[at] = before;
    }
    order[at] = n;
  }
  return count;
}
