/**
 * UMAP's epochs over `kernels/umap.ts`: one job does all the epochs asked for. In the plane; other numbers of
 * dimensions go through the reference loops on this thread.
 */

import type { Csr } from '../../model.js';
import type { Engine, SampledEpochs } from '../engine.js';
import * as reference from '../js/sampled.js';
import { unwatched } from '../watch.js';
import type { Inputs } from './inputs.js';
import { createScope, type Scope } from './memory.js';
import { filledRows } from './rows.js';
import type { Runtime } from './runtime.js';

/** Rows of a block; blocks do not depend on the number of threads. */
const BLOCK_ROWS = 256;
const MOST_BLOCKS = 64;
/** Words of `Problem` in the kernels: integers, then floats. */
const INTEGERS = 14;
const FLOATS = 5;
/** Operations an entry, with its share of strangers, roughly. */
const ENTRY_WORK = 60;

export function createSampledEpochs(runtime: Runtime, inputs: Inputs): Engine['sampledEpochs'] {
  const otherwise = reference.createSampledEpochs();
  const filled = new WeakMap<Csr, { readonly rates: Csr; readonly longest: number }>();
  return async (rates, y, options, watch = unwatched) => {
    if (options.dimensions !== 2) return otherwise(rates, y, options, watch);
    const scope = createScope(runtime.arena);
    try {
      const entries = filled.get(rates) ?? { rates: filledRows(rates), longest: longestRow(rates) };
      filled.set(rates, entries);
      const { job, result } = placeProblem(runtime, inputs, scope, entries, y, options);
      await runtime.run(job, watch);
      y.set(new Float32Array(runtime.arena.memory.buffer, result, y.length));
    } finally {
      scope.free();
    }
  };
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
  const places = scope.place(Float32Array.from(y));
  const others = scope.allocate(y.length * 4);
  const targets = options.targets ? scope.place(Float32Array.from(options.targets)) : 0;
  const targetCount = options.targets ? options.targets.length / 2 : 0;
  const flow = scope.place(new Uint8Array(64));
  const problem = scope.allocate((INTEGERS + FLOATS) * 4);
  const { memory } = runtime.arena;
  new Int32Array(memory.buffer, problem, INTEGERS).set([
    ...[rows, blocks, first, total, offsets, indices, values, places, others],
    ...[targets, targetCount, flow, seed, reference.TURNS],
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
