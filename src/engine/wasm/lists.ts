/** Lists of the k nearest rows in the engine's memory: see `kernels/nearest.ts`. */

import type { Neighbors } from '../../model.js';
import type { Metric } from '../engine.js';
import { trueDistance } from '../js/distance.js';
import type { Scope } from './memory.js';
import type { Runtime } from './runtime.js';
import { CHUNK_ROWS, type Screen, structOf } from './screen.js';

export interface Lists {
  /** Address of the kernels' `Lists`. */
  readonly address: number;
  /** What was found, copied out of the engine's memory. */
  read(): Neighbors;
}

/** Empty lists of `rows` rows. */
export function placeLists(
  { arena }: Runtime,
  scope: Scope,
  { rows, k, metric, screen }: { rows: number; k: number; metric: Metric; screen: Screen },
): Lists {
  const length = rows * k;
  const distances = scope.place(new Float64Array(length).fill(Number.POSITIVE_INFINITY));
  const indices = scope.place(new Int32Array(length).fill(-1));
  const limits = scope.place(new Float32Array(placesOf(rows)).fill(Number.POSITIVE_INFINITY));
  const locks = scope.place(new Int32Array(rows));
  return {
    address: scope.place(structOf([screen.rankToBound], [k, distances, indices, limits, locks])),
    read: () => ({
      ...{ rows, k, indices: new Int32Array(arena.memory.buffer, indices, length).slice() },
      distances: Float32Array.from(new Float64Array(arena.memory.buffer, distances, length), (distance) =>
        trueDistance(metric, distance),
      ),
    }),
  };
}

/** Places for one number a row: whole chunks, as the kernels read them. */
export const placesOf = (rows: number): number => Math.ceil(rows / CHUNK_ROWS) * CHUNK_ROWS;
