/**
 * Steps over all rows of a table in parts, on shards: the coordinator's side.
 *
 * Rows are divided into slices that do not depend on the number of shards; whoever is free takes the next one. Sums of slices are added
 *   in their order, and scores are written where their rows are, so that the bytes are the same for any number of shards.
 * Types: `RowShards`: ranges, sums, scores. `ShardLine`: request. `ShardReply`: fields, arrays. `PartedRows`: path, key, order.
 * Fails: CancelledError when the watch ends; MachineError where a shard's process ends again and again; errors of shards.
 */

import { addExactly } from '../../core/rows/exact-sums.js';
import { addSums, newFeatureSums } from '../../core/rows/feature-moments.js';
import { addRanges, newValueRanges } from '../../core/rows/value-ranges.js';
import type { RowShards } from '../../engine/row-shards.js';
import { partOf, type Watch } from '../../engine/watch.js';
import type { Csr, Matrix, PartedRows } from '../../model.js';
import { partsOf } from '../associations/parted.js';
import { checkLike } from './check.js';
import { expectFitting } from './check-specification.js';
import { lists, matrixIn } from './frame-arrays.js';
import { arrayOf, type ShardReply, type ShardRequest } from './messages.js';
import type { RemoteShard } from './remote-shard.js';
import { MOST_ROWS } from './row-steps.js';

/** @param remotes shards that are asked for steps without a specification. */
export function createRowShards(remotes: readonly RemoteShard[]): RowShards {
  return {
    async ranges(table, watch) {
      const ranges = newValueRanges(table.columns);
      const replies = await inSlices(remotes, table, { step: 'rangesOfRows' }, watch);
      for (const { fields, arrays } of replies) {
        const { whole, missing } = checkLike(fields, { whole: true, missing: 0 }, 'ranges');
        addRanges(ranges, { ...sumsIn(arrays, ['low', 'high', 'stored'], table.columns), whole, missing });
      }
      return ranges;
    },
    async sums(table, watch) {
      const sums = newFeatureSums(table);
      const values = await inSlices(remotes, table, { step: 'sumRows' }, partOf(watch, 0, 0.3));
      for (const { fields, arrays } of values) {
        const { negative } = checkLike(fields, { negative: true }, 'sums');
        const { stored, ...total } = sumsIn(arrays, ['low', 'high', 'stored'], table.columns);
        addSums(sums, { total, stored, negative });
      }
      const request = { step: 'sumSquares', arrays: lists('mean', [sums.mean]) };
      const squares = await inSlices(remotes, table, request, partOf(watch, 0.3, 0.6));
      for (const { arrays } of squares)
        addExactly(sums.squares, sumsIn(arrays, ['low', 'high'], table.columns));
      return sums;
    },
    async scores(table, { weights, modules, mean }, watch) {
      const scores = { rows: table.rows, columns: modules, data: new Float32Array(table.rows * modules) };
      const request = {
        step: 'scoreRows',
        arrays: [...lists('mean', [mean]), ...lists('weights', [weights])],
      };
      const { order } = rowsIn(table);
      await inSlices(remotes, table, request, partOf(watch, 0.6, 1), ({ arrays }, slice) => {
        const some = matrixIn(arrays, 'scores');
        expectFitting(some.rows === slice.count && some.columns === modules, 'scores of every row');
        placeRows(scores, some, order.subarray(slice.first, slice.first + slice.count));
        return null;
      });
      return scores;
    },
  };
}

/** Writes rows to their places among others. @param rows which row each of `some` is. */
function placeRows({ data, columns }: Matrix, some: Matrix, rows: Int32Array): void {
  const from = some.data;
  for (let i = 0, at = 0; i < rows.length; i++) {
    const to = rows[i] * columns;
    for (let k = 0; k < columns; k++) data[to + k] = from[at++];
  }
}

/** Consecutive positions of parts. */
interface Slice {
  readonly first: number;
  readonly count: number;
}

/**
 * Asks for a step over all rows, slice after slice; what is taken of each reply, in the order of slices.
 * @param take what is kept of a reply, called as soon as it is there. Default: all of it.
 */
async function inSlices<T = ShardReply>(
  remotes: readonly RemoteShard[],
  table: Matrix | Csr,
  { step, arrays = [] }: Omit<ShardRequest, 'key'>,
  watch: Watch,
  take: (reply: ShardReply, slice: Slice) => T = (reply) => reply as T,
): Promise<T[]> {
  const { path, key } = rowsIn(table);
  const { rows, columns } = table;
  const slices = Array.from({ length: Math.ceil(rows / MOST_ROWS) }, (_, s) => ({
    first: s * MOST_ROWS,
    count: Math.min(MOST_ROWS, rows - s * MOST_ROWS),
  }));
  const taken: T[] = new Array(slices.length);
  let [next, done, failed] = [0, 0, false];
  const work = async (remote: RemoteShard): Promise<void> => {
    while (next < slices.length && !failed) {
      const s = next++;
      const slice = slices[s];
      const fields = { parts: { path, key }, rows: { ...slice, columns } };
      taken[s] = take(await remote.ask({ step, fields, arrays }, watch), slice);
      done += slice.count;
      watch.progress(done / rows);
    }
  };
  // all are awaited even where one fails, so that none works on unheard
  const works = remotes.map((remote) =>
    work(remote).catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  await Promise.allSettled(works);
  await Promise.all(works);
  return taken;
}

/** Where the rows of a table lie. */
function rowsIn(table: Matrix | Csr): PartedRows {
  const parts = partsOf(table);
  expectFitting(parts !== null, 'a table in parts');
  return parts as PartedRows;
}

/** Arrays of a reply by their names, one number a feature. */
function sumsIn<Name extends string>(
  arrays: ShardReply['arrays'],
  names: readonly Name[],
  features: number,
): Record<Name, Float64Array> {
  const found = names.map((name) => [name, arrayOf(arrays, name, Float64Array)] as const);
  expectFitting(
    found.every(([, { length }]) => length === features),
    'a number for each feature',
  );
  return Object.fromEntries(found) as Record<Name, Float64Array>;
}
