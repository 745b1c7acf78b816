/**
 * Comparing rows of bytes with one another by products that are made elsewhere, a table at a time (`kernels/given.ts`).
 *
 * A processor multiplies bytes several times faster than what WebAssembly has. The product of the next block is made and
 * copied while the present one is looked through.
 */

import type { Watch } from '../engine.js';
import { partOf } from '../watch.js';
import type { Scope } from './memory.js';
import { copyIn } from './memory.js';
import type { Runtime } from './runtime.js';
import { structOf } from './screen.js';
import {
  type Block,
  type Comparison,
  compareBlocks,
  doneAt,
  limitLists,
  type MultiplyBytes,
  placeWalk,
} from './walk.js';

/** Rows and columns of a table: whole blocks of asked rows. */
const TABLE_ROWS = 2048;
/** What makes signed bytes of unsigned ones. */
const MIDDLE = 128;

/** Every pair of rows once. */
export async function compareByTables(
  runtime: Runtime,
  scope: Scope,
  comparison: Comparison & { readonly multiplyBytes: MultiplyBytes },
  watch: Watch,
): Promise<void> {
  const { screen } = comparison;
  const rows = screen.data.count;
  const walk = placeWalk(runtime, scope, comparison, TABLE_ROWS);
  const tables = [0, 1].map(() => scope.allocate(TABLE_ROWS * TABLE_ROWS * 4));
  const offsets = scope.place(offsetsOf(bytesOf(runtime, comparison), rows, screen.columns));
  const product = createProducts(runtime, comparison);
  const blocks = blocksOf(rows);
  const fill = (at: number): Promise<void> => {
    const filled = product(blocks[at]).then((table) => copyIn(runtime.arena.memory, table, tables[at % 2]));
    // it may fail while the block before is looked through, and is heard when its turn comes
    filled.catch(() => undefined);
    return filled;
  };
  let next = fill(0);
  try {
    for (let at = 0; at < blocks.length; at++) {
      const block = blocks[at];
      await next;
      next = at + 1 < blocks.length ? fill(at + 1) : Promise.resolve();
      const { first, from, to } = block;
      copyIn(
        runtime.arena.memory,
        structOf([], [first, from, (to - from) * 4, tables[at % 2], offsets]),
        screen.table,
      );
      if (first === from) await limitLists(runtime, walk, block);
      const done = doneAt(from, rows, true);
      const share = (doneAt(to, rows, true) - done) / (from / TABLE_ROWS + 1);
      const step = first === from ? 0 : first / TABLE_ROWS + 1;
      await compareBlocks(
        runtime,
        walk,
        block,
        partOf(watch, done + step * share, done + (step + 1) * share),
      );
    }
  } finally {
    // one that is under way when something else fails, or the caller stops
    await next.catch(() => undefined);
  }
}

/** Blocks of all pairs, each met once: of each segment that with itself first, where lists find their limits. */
function blocksOf(rows: number): Block[] {
  const blocks: Block[] = [];
  for (let from = 0; from < rows; from += TABLE_ROWS) {
    const to = Math.min(rows, from + TABLE_ROWS);
    blocks.push({ first: from, count: to - from, from, to });
    for (let first = 0; first < from; first += TABLE_ROWS) {
      blocks.push({ first, count: TABLE_ROWS, from, to });
    }
  }
  return blocks;
}

const bytesOf = ({ arena }: Runtime, { screen }: Comparison): Uint8Array =>
  new Uint8Array(arena.memory.buffer, screen.data.packed, screen.data.count * screen.columns);

/** What the signed side lacks: 128 times the sum of each row. */
function offsetsOf(bytes: Uint8Array, rows: number, columns: number): Int32Array {
  const offsets = new Int32Array(rows);
  for (let r = 0; r < rows; r++) {
    let sum = 0;
    for (let i = r * columns; i < (r + 1) * columns; i++) sum += bytes[i];
    offsets[r] = MIDDLE * sum;
  }
  return offsets;
}

/** Products of blocks; the data rows of a segment are turned once. */
function createProducts(
  runtime: Runtime,
  comparison: Comparison & { readonly multiplyBytes: MultiplyBytes },
): (block: Block) => Promise<Int32Array> {
  const { columns: depth } = comparison.screen;
  let turnedFrom = -1;
  let turned: Int8Array = new Int8Array(0);
  return ({ first, count, from, to }) => {
    // looked at anew each time: memory that is not shared moves when it grows
    const bytes = bytesOf(runtime, comparison);
    if (from !== turnedFrom)
      turned = signedColumns(bytes.subarray(from * depth, to * depth), to - from, depth);
    turnedFrom = from;
    const a = bytes.slice(first * depth, (first + count) * depth);
    return comparison.multiplyBytes(a, turned, { rows: count, depth, columns: to - from });
  };
}

/** Rows as columns, less 128. */
function signedColumns(bytes: Uint8Array, rows: number, depth: number): Int8Array {
  const turned = new Int8Array(rows * depth);
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < depth; k++) turned[k * rows + r] = bytes[r * depth + k] - MIDDLE;
  }
  return turned;
}
