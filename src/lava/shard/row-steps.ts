/**
 * What a shard computes over rows of a table in parts, which it reads some at a time and does not keep.
 *
 * Every step is a function of the request alone: parts, first position, how many rows, columns, and arrays.
 * Types: `ShardRequest`: step, key, fields, arrays. `ShardReply`: fields, arrays. `PartsReader` reads rows of parts. `Watch`:
 *   checkpoint.
 * Fails: ShapeError for a request whose parts do not fit together; errors of reading; CancelledError once the watch ends.
 */

import { addSquares, addValues, newFeatureSums } from '../../core/rows/feature-moments.js';
import { addToRanges, newValueRanges } from '../../core/rows/value-ranges.js';
import { paced, type Watch } from '../../engine/watch.js';
import type { Csr, Matrix } from '../../model.js';
import { positionBlocks } from '../associations/parted.js';
import { addScores } from '../conditions/scores.js';
import { checkLike } from './check.js';
import { expectFitting } from './check-specification.js';
import { lists, matrixArray } from './frame-arrays.js';
import { arrayOf, type ShardReply, type ShardRequest } from './messages.js';
import type { PartsReader } from './specification.js';

/** The rows of a request, and what came with it. */
interface RequestedRows {
  readonly blocks: AsyncIterable<Matrix | Csr>;
  readonly rows: number;
  readonly columns: number;
  readonly arrays: Required<ShardRequest>['arrays'];
}

type RowStep = (requested: RequestedRows, watch: Watch) => Promise<ShardReply>;

/** Most rows of a request, so that no answer is larger than a shard can hold. */
export const MOST_ROWS = 2 ** 18;

const ROW_STEPS: Readonly<Record<string, RowStep>> = {
  async rangesOfRows({ blocks, columns }, watch) {
    const ranges = newValueRanges(columns);
    for await (const block of blocks) {
      addToRanges(ranges, block);
      await watch.checkpoint();
    }
    const { low, high, stored, whole, missing } = ranges;
    return {
      fields: { whole, missing },
      arrays: [...lists('low', [low]), ...lists('high', [high]), ...lists('stored', [stored])],
    };
  },
  async sumRows({ blocks, rows, columns }, watch) {
    const sums = newFeatureSums({ rows, columns });
    for await (const block of blocks) await paced(addValues(sums, block), watch);
    const { total, stored, negative } = sums;
    return {
      fields: { negative },
      arrays: [...lists('high', [total.high]), ...lists('low', [total.low]), ...lists('stored', [stored])],
    };
  },
  async sumSquares({ blocks, rows, columns, arrays }, watch) {
    const sums = newFeatureSums({ rows, columns });
    sums.mean = arrayOf(arrays, 'mean', Float64Array);
    expectFitting(sums.mean.length === columns, 'a mean of every feature');
    for await (const block of blocks) await paced(addSquares(sums, block), watch);
    const { high, low } = sums.squares;
    return { fields: {}, arrays: [...lists('high', [high]), ...lists('low', [low])] };
  },
  async scoreRows({ blocks, rows, columns, arrays }, watch) {
    const mean = arrayOf(arrays, 'mean', Float64Array);
    const weights = arrayOf(arrays, 'weights', Float64Array);
    const modules = weights.length / columns;
    expectFitting(mean.length === columns, 'a mean of every feature');
    expectFitting(Number.isInteger(modules), 'a weight of every feature in every module');
    const scores = { rows, columns: modules, data: new Float32Array(rows * modules) };
    let first = 0;
    for await (const values of blocks) {
      const numbers = Int32Array.from({ length: values.rows }, (_, i) => first + i);
      await paced(addScores(scores, { values, rows: numbers }, { weights, modules, mean }), watch);
      first += values.rows;
    }
    return { fields: {}, arrays: [matrixArray('scores', scores)] };
  },
};

/** The step over rows of that name, or undefined. */
export function rowStepOf(
  name: string,
):
  | ((request: Required<ShardRequest>, readParts: PartsReader, watch: Watch) => Promise<ShardReply>)
  | undefined {
  if (!Object.hasOwn(ROW_STEPS, name)) return undefined;
  return async ({ fields, arrays }, readParts, watch) => {
    const parts = checkLike(fields.parts, { path: '', key: '' }, 'parts');
    const { first, count, columns } = checkLike(fields.rows, { first: 0, count: 0, columns: 0 }, 'rows');
    expectFitting([first, count].every(isCount) && count <= MOST_ROWS, 'rows of a table, not too many');
    // no rows are asked for, but the folder is looked at
    const about = await readParts(parts, new Int32Array(0));
    expectFitting(about.columns === columns, 'as many features as the parts have');
    const blocks = positionBlocks(first, count, (positions) => readParts(parts, positions));
    return ROW_STEPS[name]({ blocks, rows: count, columns, arrays }, watch);
  };
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
