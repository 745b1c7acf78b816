/**
 * UMAP's epochs by `kernels/forces/umap.ts`: one job does all epochs of a call, in one to four dimensions. More
 * dimensions use the reference loops on this thread.
 * Types: `Runtime`, of the engine: arena (its memory), run (runs a job on all threads; CancelledError when the watch
 *   ends). `Inputs`, what is in the engine's memory: features (addresses of a table, copied in once). `Csr`: sparse,
 *   entries of row r are at `offsets[r]` to `offsets[r + 1]` of `indices` (columns, ascending) and `values`; its rows
 *   (how many). `Scope`, allocations that end together: free (ends it), copy (copies an array in, gives its address),
 *   allocate (an address for so many bytes; MachineError when there is no room). `SampledEpochs`: dimensions; epochs
 *   first to first + epochs of total; a, b; seed; targets or null; its learningRate (at the start, falls to
 *   0), negativeSampleRate (negative samples an edge), repulsionStrength (weight of repulsion). `Arena`, the
 *   allocator: memory (of WebAssembly).
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends, the coordinates as they were.
 */

import type { Csr } from '../../../model.js';
import type { Engine, SampledEpochs } from '../../engine.js';
import * as reference from '../../js/negative-sampling.js';
import { TABLE_STEPS } from '../../js/tabulated-function.js';
import { unwatched } from '../../watch.js';
import type { Inputs } from '../runtime/inputs.js';
import { FORCE_STEP_BITS } from '../runtime/layouts.js';
import { createScope, type Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { padEntries } from './padded-rows.js';

/** Rows of a block; blocks do not depend on the number of threads. */
const BLOCK_ROWS = 256;
const MOST_BLOCKS = 64;
const MOST_DIMENSIONS = 4;
/** Operations an entry, with its share of negative samples, roughly. */
const ENTRY_WORK = 60;

/**
 * Makes `Engine.sampledEpochs`: epochs of UMAP's attraction along a graph and repulsion from negative samples, which
 * change the coordinates y (samples x dimensions float64) in place.
 * @param inputs what the engine's memory already holds.
 * @returns takes `rates` first: rows x targets, how often an edge is used in an epoch, at most 1, symmetric unless targets are
 * fixed; not to be changed between calls, since its padded copy is kept.
 */
export function createSampledEpochs(runtime: Runtime, inputs: Inputs): Engine['sampledEpochs'] {
  const referenceEpochs = reference.createSampledEpochs();
  const padded = new WeakMap<Csr, PaddedRates>();
  return async (rates, y, options, watch = unwatched) => {
    if (options.dimensions > MOST_DIMENSIONS) return referenceEpochs(rates, y, options, watch);
    const scope = createScope(runtime.arena);
    try {
      const known = padded.get(rates);
      const entries = {
        ...(known ?? { rates: padEntries(rates), longest: longestRow(rates) }),
        tables:
          known && known.tables.a === options.a && known.tables.b === options.b
            ? known.tables
            : reference.forceTables(options),
      };
      padded.set(rates, entries);
      const { job, result } = uploadJob(inputs, scope, entries, y, options);
      await runtime.run(job, watch);
      const { dimensions } = options;
      const width = widthOf(dimensions);
      const coordinates = new Float32Array(
        runtime.arena.memory.buffer,
        result,
        (y.length / dimensions) * width,
      );
      if (width === dimensions) y.set(coordinates);
      else {
        for (let at = 0; at < y.length; at++) {
          y[at] = coordinates[Math.floor(at / dimensions) * width + (at % dimensions)];
        }
      }
    } finally {
      scope.free();
    }
  };
}

/** What is kept of a graph between calls. */
interface PaddedRates {
  /** Its rows padded to multiples of 4 entries, and the entries of its longest row before that. */
  readonly rates: Csr;
  readonly longest: number;
  /** Coefficients of the forces. */
  readonly tables: reference.Tables;
}

/** Coefficients as the kernels read them: `factor` times the value at each step, and the rise to the next. */
function kernelTable(table: Float64Array, factor: number): Float32Array {
  const every = TABLE_STEPS / 2 ** FORCE_STEP_BITS;
  const pairs = new Float32Array((2 * (table.length - 1)) / every);
  for (let at = 0; at < pairs.length; at += 2) {
    const step = (at / 2) * every;
    pairs[at] = factor * table[step];
    pairs[at + 1] = factor * table[step + every] - pairs[at];
  }
  return pairs;
}

/** Floats that the kernels hold for each sample: 2, or 4 from three dimensions on. */
function widthOf(dimensions: number): number {
  return dimensions > 2 ? 4 : 2;
}

/**
 * Coordinates as the kernels hold them: 2 or 4 float32 a sample (`widthOf`), zeros beyond the dimensions.
 * @param y samples x dimensions.
 */
function widened(y: Float64Array, dimensions: number): Float32Array {
  const width = widthOf(dimensions);
  if (width === dimensions) return Float32Array.from(y);
  const coordinates = new Float32Array((y.length / dimensions) * width);
  for (let at = 0; at < y.length; at++) {
    coordinates[Math.floor(at / dimensions) * width + (at % dimensions)] = y[at];
  }
  return coordinates;
}

/**
 * Number of entries in the longest row of a compressed matrix; a thread's scratch memory depends on it. 0 for none.
 */
function longestRow({ rows, offsets }: Csr): number {
  let longest = 0;
  for (let i = 0; i < rows; i++) longest = Math.max(longest, offsets[i + 1] - offsets[i]);
  return longest;
}

/**
 * Copies the graph and the coordinates into the engine's memory. Returns the job of all epochs, and the address where
 * the coordinates (samples x `widthOf` float32) are after it.
 * @param y samples x dimensions.
 */
function uploadJob(
  inputs: Inputs,
  scope: Scope,
  { rates, longest, tables }: PaddedRates,
  y: Float64Array,
  options: SampledEpochs,
) {
  const { first, epochs, total, seed } = options;
  const { learningRate, negativeSampleRate, repulsionStrength } = options;
  const { rows } = rates;
  const blocks = Math.max(1, Math.min(MOST_BLOCKS, Math.ceil(rows / BLOCK_ROWS)));
  const { offsets, indices, values } = inputs.features(rates, scope);
  const { dimensions } = options;
  const evenCoordinates = scope.copy(widened(y, dimensions));
  const oddCoordinates = scope.allocate(rows * widthOf(dimensions) * 4);
  const targets = options.targets ? scope.copy(widened(options.targets, dimensions)) : 0;
  const targetCount = options.targets ? options.targets.length / dimensions : 0;
  const counter = scope.copy(new Uint8Array(64));
  const job = {
    kernel: 'umapItem',
    items: epochs * reference.TURNS * blocks,
    scratch: 192 + 4 * longest * (2 + Math.ceil(negativeSampleRate)),
    work: epochs * rates.values.length * ENTRY_WORK,
    call: {
      ...{ rows, blocks, first, total, offsets, indices, rates: values, evenCoordinates, oddCoordinates },
      ...{ targets, targetCount, counter, seed, turns: reference.TURNS, dimensions },
      attraction: scope.copy(kernelTable(tables.attraction, 1)),
      repulsion: scope.copy(kernelTable(tables.repulsion, repulsionStrength)),
      ...{ learningRate, negativeSampleRate },
    },
  } as const;
  return { job, result: (epochs * reference.TURNS) % 2 === 1 ? oddCoordinates : evenCoordinates };
}
