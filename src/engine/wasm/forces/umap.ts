/**
 * UMAP's epochs over `kernels/forces/umap.ts`: one job does all the epochs asked for. Up to four dimensions; more go
 * through the reference loops on this thread.
 */

import type { Csr } from '../../../model.js';
import type { Engine, SampledEpochs } from '../../engine.js';
import * as reference from '../../js/negative-sampling.js';
import { unwatched } from '../../watch.js';
import type { Inputs } from '../runtime/inputs.js';
import { createScope, type Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { filledRows } from './padded-rows.js';

/** Rows of a block; blocks do not depend on the number of threads. */
const BLOCK_ROWS = 256;
const MOST_BLOCKS = 64;
/** Words of `Problem` in the kernels: integers, then floats. */
const INTEGERS = 15;
const MOST_DIMENSIONS = 4;
const FLOATS = 5;
/** Operations an entry, with its share of strangers, roughly. */
const ENTRY_WORK = 60;

export function createSampledEpochs(runtime: Runtime, inputs: Inputs): Engine['sampledEpochs'] {
  const otherwise = reference.createSampledEpochs();
  const filled = new WeakMap<Csr, { readonly rates: Csr; readonly longest: number }>();
  return async (rates, y, options, watch = unwatched) => {
    if (options.dimensions > MOST_DIMENSIONS) return otherwise(rates, y, options, watch);
    const scope = createScope(runtime.arena);
    try {
      const entries = filled.get(rates) ?? { rates: filledRows(rates), longest: longestRow(rates) };
      filled.set(rates, entries);
      const { job, result } = placeProblem(runtime, inputs, scope, entries, y, options);
      await runtime.run(job, watch);
      const { dimensions } = options;
      const width = widthOf(dimensions);
      const places = new Float32Array(runtime.arena.memory.buffer, result, (y.length / dimensions) * width);
      for (let at = 0; at < y.length; at++) {
        y[at] = places[Math.floor(at / dimensions) * width + (at % dimensions)];
      }
    } finally {
      scope.free();
    }
  };
}

/** Numbers of a place as the kernels hold it. */
function widthOf(dimensions: number): number {
  return dimensions > 2 ? 4 : 2;
}

/** Coordinates as the kernels hold them, those beyond the dimensions 0. */
function widened(y: Float64Array, dimensions: number): Float32Array {
  const width = widthOf(dimensions);
  if (width === dimensions) return Float32Array.from(y);
  const places = new Float32Array((y.length / dimensions) * width);
  for (let at = 0; at < y.length; at++) {
    places[Math.floor(at / dimensions) * width + (at % dimensions)] = y[at];
  }
  return places;
}

function longestRow({ rows, offsets }: Csr): number {
  let longest = 0;
  for (let i = 0; i < rows; i++) longest = Math.max(longest, offsets[i + 1] - offsets[i]);
  return longest;
}

function placeProblem(
  runtime: Runtime,
  inputs: Inputs,
  scope: Scope,
  { rates, longest }: { readonly rates: Csr; readonly longest: number },
  y: Float64Array,
  options: SampledEpochs,
) {
  const { first, epochs, total, seed, a, b } = options;
  const { learningRate, negativeSampleRate, repulsionStrength } = options;
  const { rows } = rates;
  const blocks = Math.max(1, Math.min(MOST_BLOCKS, Math.ceil(rows / BLOCK_ROWS)));
  const { offsets, indices, values } = inputs.features(rates, scope);
  const { dimensions } = options;
  const places = scope.place(widened(y, dimensions));
  const others = scope.allocate(rows * widthOf(dimensions) * 4);
  const targets = options.targets ? scope.place(widened(options.targets, dimensions)) : 0;
  const targetCount = options.targets ? options.targets.length / dimensions : 0;
  const flow = scope.place(new Uint8Array(64));
  const problem = scope.allocate((INTEGERS + FLOATS) * 4);
  const { memory } = runtime.arena;
  new Int32Array(memory.buffer, problem, INTEGERS).set([
    ...[rows, blocks, first, total, offsets, indices, values, places, others],
    ...[targets, targetCount, flow, seed, reference.TURNS, dimensions],
  ]);
  const floats = [a, b, learningRate, negativeSampleRate, repulsionStrength];
  new Float32Array(memory.buffer, problem + INTEGERS * 4, FLOATS).set(floats);
  const job = {
    kernel: 'umapItem',
    items: epochs * reference.TURNS * blocks,
    scratch: 128 + 4 * longest * (2 + Math.ceil(negativeSampleRate)),
    work: epochs * rates.values.length * ENTRY_WORK,
    parameters: [problem],
  };
  return { job, result: (epochs * reference.TURNS) % 2 === 1 ? others : places };
}
