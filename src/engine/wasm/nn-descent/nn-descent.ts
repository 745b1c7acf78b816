/** The measuring of nearest-neighbor descent over `kernels/nn-descent/join.ts`. */

import { gatherRows } from '../../../core/matrix.js';
import type { Matrix, Neighbors } from '../../../model.js';
import type { Engine, Metric, Watch } from '../../engine.js';
import { trueDistance } from '../../js/distance.js';
import { descend, listLength, type Measurer } from '../../nn-descent.js';
import { unwatched, withoutProgress } from '../../watch.js';
import { frameOf } from '../knn-exact/frame.js';
import { METRIC_CODES } from '../knn-exact/prepared-rows.js';
import { orderByProximity } from '../knn-exact/row-order.js';
import { JOIN_ROWS, PACK_ROWS } from '../runtime/layouts.js';
import { createScope, type Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { type UploadedRows, uploadRows } from './packed-rows.js';

/** Entries of a list beyond the k that are asked for, where distances are estimated, and those measured in double. */
const MORE_ENTRIES = 24;
const MORE_EXACT = 2;

export function createNearestApproximate(
  runtime: Runtime,
  multiply: Engine['multiply'],
): Engine['nearestApproximate'] {
  return async (data, options, watch = unwatched) => {
    const scope = createScope(runtime.arena);
    try {
      const order = await orderByProximity(multiply, data, frameOf(data, options.metric));
      const moved = gatherRows(data, order);
      const uploaded = await uploadRows(runtime, scope, multiply, moved, options);
      const measurer = createMeasurer(runtime, scope, moved, uploaded, options, watch);
      return inRowOrder(await descend({ multiply }, measurer, uploaded.points, options, watch), order);
    } finally {
      scope.free();
    }
  };
}

/** Results for the rows in their own order; rows at the same distance are ordered by their own numbers. */
function inRowOrder({ rows, k, indices, distances }: Neighbors, order: Int32Array): Neighbors {
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

function createMeasurer(
  runtime: Runtime,
  scope: Scope,
  data: Matrix,
  uploaded: UploadedRows,
  { k, metric }: { k: number; metric: Metric },
  watch: Watch,
): Measurer {
  const { memory } = runtime.arena;
  const { rows, columns } = data;
  const shortest = listLength(rows, k);
  const length = uploaded.estimates ? Math.min(rows - 1, Math.max(shortest, k + MORE_ENTRIES)) : shortest;
  const indices = scope.copy(new Int32Array(rows * length).fill(-1));
  const distances = scope.copy(new Float32Array(rows * length).fill(Number.POSITIVE_INFINITY));
  const fresh = scope.copy(new Uint8Array(rows * length));
  const lists = scope.copyStructure('DescentLists', { indices, distances, fresh, k: length });
  const shared = { rows: uploaded.rows, lists };
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
          call: { ...shared, offsets: part.copy(offsets), members: part.copy(members) },
        },
        quiet,
      );
    },
    async joinNeighbors(adjacency, used) {
      const part = scopeOf(runtime);
      const items = Math.ceil(rows / JOIN_ROWS);
      const frozen = [adjacency.offsets, adjacency.rows, adjacency.fresh].map(part.copy);
      const changes = part.copy(new Int32Array(items));
      const scratch = runtime.size('descentScratch');
      const work = adjacency.rows.length * used * columns;
      const call = {
        ...{ ...shared, count: rows, used, changes },
        ...{ offsets: frozen[0], neighbors: frozen[1], fresh: frozen[2] },
      };
      const job = { kernel: 'joinNeighbors', items, scratch, work, call } as const;
      return part.run(job, quiet, () =>
        new Int32Array(memory.buffer, changes, items).reduce((sum, one) => sum + one, 0),
      );
    },
    async finish(wanted) {
      if (uploaded.estimates) {
        const work = rows * length * columns * 3;
        const items = Math.ceil(rows / PACK_ROWS);
        await runtime.run({ kernel: 'remeasureLists', items, work, call: { ...shared, count: rows } }, quiet);
      }
      const all = new Int32Array(memory.buffer, indices, rows * length);
      const most = Math.min(length, wanted + MORE_EXACT);
      const first = Int32Array.from({ length: rows * most }, (_, n) => {
        return all[Math.floor(n / most) * length + (n % most)];
      });
      return finish(runtime, data, uploaded, metric, { listed: first, length: most }, wanted);
    },
  };
}

/** Arrays that live for one job. */
function scopeOf(runtime: Runtime) {
  const scope = createScope(runtime.arena);
  return {
    copy: scope.copy,
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
  uploaded: UploadedRows,
  metric: Metric,
  { listed, length }: { listed: Int32Array; length: number },
  k: number,
): Promise<Neighbors> {
  const { memory } = runtime.arena;
  const { rows, columns } = data;
  const part = scopeOf(runtime);
  const { source, means, squares } = uploaded;
  const targets = part.copy(listed.map((id) => Math.max(id, 0)));
  const exactAt = part.copy(new Float64Array(rows * length));
  const exact = await part.run(
    {
      kernel: 'targetDistances',
      items: rows,
      scratch: runtime.size('targetScratch'),
      work: rows * length * columns * 3,
      call: {
        ...{ metric: METRIC_CODES[metric], d: columns, targets, k: length, distances: exactAt },
        ...{ queries: source, queryMeans: means, querySquares: squares },
        ...{ data: source, dataMeans: means, dataSquares: squares },
      },
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
