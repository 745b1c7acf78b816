/**
 * The lists of nearest-neighbor descent in the engine's memory, by `kernels/nn-descent/`; ../../nn-descent.ts holds the
 * algorithm.
 * Types: `Runtime`, of the engine: arena (its memory), run (runs a job on all threads; CancelledError when the watch
 *   ends), size (bytes that a kernel needs). `Engine`: the heavy routines; each rejects with CancelledError when its
 *   watch ends. `Neighbors`: rows x k indices and distances, nearest first. `Scope`, allocations that end together:
 *   free (ends it), copy (copies an array in, gives its address), copyStructure (writes a structure, gives its
 *   address). `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `PackedRows`: rows in memory, near
 *   ones side by side. `Metric`: `euclidean`, `cosine`, `correlation` or `manhattan`. `Watch`: takes the progress of a
 *   stage, and throws CancelledError at a checkpoint once the signal is aborted. `Random`: seeded numbers, streams by
 *   name. `Arena`, the allocator: memory (of WebAssembly).
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends.
 */

import type { Random } from '../../../core/random.js';
import type { Matrix, Neighbors } from '../../../model.js';
import type { Engine, NnDescentOptions, Watch } from '../../engine.js';
import {
  type DescentLists,
  listLength,
  MOST_REVERSED,
  nnDescent,
  SMALL_LEAF,
  treeStream,
} from '../../nn-descent.js';
import { partOf, unwatched, withoutProgress } from '../../watch.js';
import { JOIN_ROWS, PACK_ROWS, REVERSE_ITEMS, SQUARED_INT16 } from '../runtime/layouts.js';
import { createScope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { type Descent, exactLists, MORE_EXACT, measureLists } from './finish-lists.js';
import { type PackedRows, packRows } from './packed-rows.js';

/** Entries of a list beyond k, where distances are estimated, and where they are not. */
const MORE_ENTRIES = 24;
const MORE_ROUNDED = 4;
/**
 * Leaves of rounded rows, whose pairs are products of blocks: a pair costs a fourth of one that is met in a round, so leaves
 * are large and rounds narrow.
 */
const LARGE_LEAF = 320;
const FEW_REVERSED = 8;
/** Units between a row and its k-th neighbor below which rounding may have confused its neighbors. */
const FEWEST_UNITS = 100;
/** Length of a direction of a tree: sums of products with a row stay within 32 bits. */
const DIRECTION_LENGTH = 32_767;

/**
 * Makes `Engine.nearestApproximate`: about the k nearest rows of each row, by nearest-neighbor descent; rows x k,
 * ascending by (distance, row number), -1 where fewer were found.
 */
export function createNearestApproximate(
  runtime: Runtime,
  multiply: Engine['multiply'],
): Engine['nearestApproximate'] {
  const search = async (
    data: Matrix,
    options: NnDescentOptions,
    rounding: boolean,
    watch: Watch,
  ): Promise<Neighbors> => {
    const scope = createScope(runtime.arena);
    try {
      // nnDescent reports the progress of all steps
      const quiet = withoutProgress(watch);
      const packed = await packRows(
        { runtime, scope, multiply, data, watch: quiet },
        { ...options, rounding },
      );
      const lists = createLists({ runtime, scope, data, packed, metric: options.metric, quiet }, options.k);
      return await nnDescent(lists, data.rows, options, watch);
    } finally {
      scope.free();
    }
  };
  return async (data, options, watch = unwatched) => {
    try {
      return await search(data, options, true, watch);
    } catch (reason) {
      if (!(reason instanceof TooCoarse)) throw reason;
      return await search(data, options, false, partOf(watch, 0.4, 1));
    }
  };
}

/** Thrown where some row's neighbors are too near for rounded rows. */
class TooCoarse extends Error {}

/**
 * Allocates a list of candidates for each row in the engine's memory, empty, and returns the steps of descent that
 * improve them. A list has more entries than k where distances are not exact.
 */
function createLists(descent: Descent, k: number): DescentLists {
  const { runtime, scope, data, packed, quiet } = descent;
  const { rows } = data;
  const more = packed.full ? MORE_ENTRIES : MORE_ROUNDED;
  const length = Math.max(listLength(rows, k), Math.min(rows - 1, k + more));
  const entries = scope.allocate(rows * length * 8);
  new Uint8Array(runtime.arena.memory.buffer, entries, rows * length * 8).fill(255);
  const lists = scope.copyStructure('DescentLists', { entries, length });
  const filled = { rows: packed.rows, lists };
  const rounded = packed.kind === SQUARED_INT16;
  const stored = () => new Uint32Array(runtime.arena.memory.buffer, entries, rows * length * 2);
  // the k-th distance of a list only falls: where a row is too near to its neighbors early, it stays so
  const refuseCoarse = (): void => {
    if (!rounded || packed.exactUnit > 0) return;
    const all = stored();
    for (let at = 2 * k - 1; at < all.length; at += 2 * length) {
      if (all[at] < FEWEST_UNITS ** 2) throw new TooCoarse();
    }
  };
  return {
    ...{ length, leaf: rounded ? LARGE_LEAF : SMALL_LEAF, reversed: rounded ? FEW_REVERSED : MOST_REVERSED },
    free: () => {},
    async joinTrees(trees, levels, random, watch) {
      await joinTrees(descent, filled, { trees, levels, random }, watch);
      refuseCoarse();
    },
    joinNeighbors: (used) => joinNeighbors(descent, filled, used),
    async finish(requested) {
      refuseCoarse();
      if (packed.full) {
        const { address, width, rests } = packed.full;
        const kept = Math.min(length, requested + (packed.exactUnit > 0 ? 0 : MORE_EXACT));
        const order = packed.orderAddress;
        const call = { source: address, width, order, rests, lists, kept, count: rows };
        const items = Math.ceil(rows / PACK_ROWS);
        await runtime.run({ kernel: 'remeasureLists', items, work: rows * length * width, call }, quiet);
      }
      const finishing = packed.exactUnit > 0 ? exactLists : measureLists;
      return finishing(descent, stored(), length, requested);
    },
  };
}

/** Addresses of the kernels' `DescentRows` and `DescentLists`. */
interface SharedStructures {
  readonly rows: number;
  readonly lists: number;
}

/**
 * Splits all rows by random trees, each on one thread, and measures all pairs inside each leaf, tree after tree.
 */
async function joinTrees(
  { runtime, data, packed, quiet }: Descent,
  shared: SharedStructures,
  { trees, levels, random }: { trees: number; levels: number; random: Random },
  watch: Watch,
): Promise<void> {
  const part = createScope(runtime.arena);
  try {
    const { kind, width } = packed;
    const count = data.rows;
    const members = part.allocate(trees * count * 4);
    const directions = part.copy(randomDirections(packed, { trees, levels, random }));
    const offsets = leafOffsets(count, levels);
    const split = { rows: shared.rows, count, levels, directions, members };
    await runtime.run(
      {
        ...{ kernel: 'splitRows', items: trees, scratch: runtime.size('splitScratch', count) },
        ...{ work: trees * count * levels * width, call: split },
      },
      quiet,
    );
    const largest = Math.ceil(count / (offsets.length - 1));
    const items = offsets.length - 1;
    const offsetsAddress = part.copy(offsets);
    for (let tree = 0; tree < trees; tree++) {
      const call = { ...shared, offsets: offsetsAddress, members: members + tree * count * 4 };
      const scratch = kind === SQUARED_INT16 ? runtime.size('groupScratch', largest, width) : 0;
      const work = count * largest * width;
      await runtime.run({ kernel: 'joinGroup', items, scratch, work, call }, quiet);
      watch.progress((tree + 1) / trees);
    }
  } finally {
    part.free();
  }
}

/** Directions of normal numbers, of the rows' type: trees x levels x width. */
function randomDirections(
  { kind, width }: PackedRows,
  { trees, levels, random }: { trees: number; levels: number; random: Random },
): Int16Array | Float32Array {
  const size = trees * levels * width;
  const directions = kind === SQUARED_INT16 ? new Int16Array(size) : new Float32Array(size);
  for (let tree = 0; tree < trees; tree++) {
    const { normal } = random.stream(treeStream(tree));
    for (let level = 0; level < levels; level++) {
      const drawn = Float64Array.from({ length: width }, () => normal());
      const length = Math.sqrt(drawn.reduce((sum, value) => sum + value * value, 0));
      const factor = kind === SQUARED_INT16 ? DIRECTION_LENGTH / length : 1;
      const first = (tree * levels + level) * width;
      for (let c = 0; c < width; c++) directions[first + c] = drawn[c] * factor;
    }
  }
  return directions;
}

/** Where each leaf begins after all rows were halved `levels` times; one more for the end. */
function leafOffsets(rows: number, levels: number): Int32Array {
  let offsets = [0, rows];
  for (let level = 0; level < levels; level++) {
    offsets = offsets.flatMap((low, n) => (n === 0 ? [low] : [(offsets[n - 1] + low) >> 1, low]));
  }
  return Int32Array.from(offsets);
}

/**
 * Measures, for every row, the neighbors of its neighbors that have not been measured before, and inserts them;
 * returns how many entries were inserted.
 * @param used entries of each list that are looked at, and rows that have a row in theirs.
 */
async function joinNeighbors(
  { runtime, data, packed, quiet }: Descent,
  shared: SharedStructures,
  used: { readonly forward: number; readonly reversed: number },
): Promise<number> {
  const part = createScope(runtime.arena);
  try {
    const { rows } = data;
    const stride = used.forward + used.reversed;
    const adjacency = part.copyStructure('Adjacency', {
      ...{ neighbors: part.allocate(rows * stride * 4), byRank: part.allocate(rows * used.forward * 4) },
      ...{ counts: part.allocate(rows * 4), used: used.forward, reversed: used.reversed, rows },
    });
    const items = Math.ceil(rows / PACK_ROWS);
    const frozen = { lists: shared.lists, adjacency };
    const work = rows * stride * 4;
    await runtime.run({ kernel: 'freezeLists', items, work, call: frozen }, quiet);
    await runtime.run(
      { kernel: 'reverseNeighbors', items: REVERSE_ITEMS, work: REVERSE_ITEMS * work, call: frozen },
      quiet,
    );
    const joins = Math.ceil(rows / JOIN_ROWS);
    const changes = part.allocate(joins * 4);
    await runtime.run(
      {
        ...{ kernel: 'joinNeighbors', items: joins, scratch: runtime.size('descentScratch') },
        ...{ work: rows * stride * stride * packed.width, call: { ...shared, adjacency, changes } },
      },
      quiet,
    );
    const { buffer } = runtime.arena.memory;
    return new Int32Array(buffer, changes, joins).reduce((sum, one) => sum + one, 0);
  } finally {
    part.free();
  }
}
