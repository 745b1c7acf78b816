/**
 * t-SNE's steps by `kernels/forces/tsne.ts`: one job does all steps of a call, in two dimensions. Other numbers
 * of dimensions use the reference loops on this thread.
 * Types: `Runtime`, of the engine: arena (its memory), run (runs a job on all threads; CancelledError when the watch
 *   ends), size (bytes that a kernel needs). `Inputs`, what is in the engine's memory: features (addresses of a table,
 *   copied in once). `Scope`, allocations that end together: free (ends it), copy (copies an array in, gives its
 *   address), allocate (an address for so many bytes; MachineError when there is no room). `Csr`: sparse, entries of
 *   row r are at `offsets[r]` to `offsets[r + 1]` of `indices` (columns, ascending) and `values`. `TsneState`: y,
 *   velocity and gains, rows x dimensions, changed in place. `TsneSteps`: dimensions, steps, theta, learningRate,
 *   momentum, exaggeration, withLoss. `Arena`, the allocator: memory (of WebAssembly).
 * Fails: MachineError where memory cannot be had; CancelledError when the watch ends, the state as it was.
 */

import type { Csr } from '../../../model.js';
import type { Engine, TsneState, TsneSteps } from '../../engine.js';
import { tsneSteps } from '../../js/tsne.js';
import { unwatched } from '../../watch.js';
import type { Inputs } from '../runtime/inputs.js';
import { createScope, type Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { padEntries } from './padded-rows.js';

/** Rows of a block; blocks do not depend on the number of threads. */
const BLOCK_ROWS = 256;
const MOST_BLOCKS = 64;
/** Rough number of operations for each row and for each entry of P. */
const ROW_WORK = 6000;
const ENTRY_WORK = 15;

/**
 * Makes `Engine.tsneSteps`: gradient steps of t-SNE that change `state` in place; returns the divergence, or NaN
 * where it is not requested. P (symmetric, samples x samples) is padded once and kept as long as the caller keeps it.
 */
export function createTsneSteps(runtime: Runtime, inputs: Inputs): Engine['tsneSteps'] {
  const padded = new WeakMap<Csr, Csr>();
  return async (p, state, options, watch = unwatched) => {
    if (options.dimensions !== 2) return tsneSteps(p, state, options, watch);
    const scope = createScope(runtime.arena);
    try {
      const entries = padded.get(p) ?? padEntries(p);
      padded.set(p, entries);
      const uploaded = uploadJob(runtime, inputs, scope, entries, state, options);
      await runtime.run(uploaded.job, watch);
      return finish(runtime, uploaded, p, state, options);
    } finally {
      scope.free();
    }
  };
}

/**
 * Copies P and the state (positions, velocities, gains: samples x 2 float64 each) into the engine's memory. Returns
 * the job of all steps, and the addresses of what it changes: the state and the partial sums of each block of rows.
 */
function uploadJob(
  runtime: Runtime,
  inputs: Inputs,
  scope: Scope,
  p: Csr,
  state: TsneState,
  options: TsneSteps,
) {
  const { rows } = p;
  const blocks = Math.max(1, Math.min(MOST_BLOCKS, Math.ceil(rows / BLOCK_ROWS)));
  const { offsets, indices, values } = inputs.features(p, scope);
  const [y, velocity, gains] = [state.y, state.velocity, state.gains].map(scope.copy);
  const coordinates = scope.copy(Float32Array.from(state.y));
  const [attraction, repulsion] = [scope.allocate(rows * 8), scope.allocate(rows * 8)];
  const [kernels, losses] = [scope.allocate(blocks * 8), scope.allocate(blocks * 8)];
  const counters = scope.copy(new Uint8Array(256));
  const tree = scope.allocate(runtime.size('treeBytes', rows));
  const { theta, learningRate, momentum, exaggeration } = options;
  const job = {
    kernel: 'tsneItem',
    items: options.steps * (1 + 3 * blocks),
    scratch: runtime.size('repulseScratch', rows),
    work: options.steps * (rows * ROW_WORK + p.values.length * ENTRY_WORK),
    call: {
      ...{ n: rows, blocks, steps: options.steps, withLoss: options.withLoss ? 1 : 0 },
      ...{ offsets, indices, values, y, velocity, gains, coordinates },
      ...{ attraction, repulsion, kernels, losses, counters, tree },
      ...{ theta, learningRate, momentum, exaggeration },
    },
  } as const;
  return { job, blocks, y, velocity, gains, kernels, losses };
}

/**
 * Copies the state out of the engine's memory into `state`. Returns the Kullback-Leibler divergence of P from the
 * affinities of the coordinates before the last step, sum P log P + sum P log(1 + d^2) + log Z; NaN unless `withLoss`.
 * @param uploaded what `uploadJob` returned.
 */
function finish(
  runtime: Runtime,
  uploaded: ReturnType<typeof uploadJob>,
  p: Csr,
  state: TsneState,
  options: TsneSteps,
): number {
  const doubles = (address: number, length: number) =>
    new Float64Array(runtime.arena.memory.buffer, address, length);
  for (const name of ['y', 'velocity', 'gains'] as const) {
    state[name].set(doubles(uploaded[name], state[name].length));
  }
  if (!options.withLoss) return Number.NaN;
  const sum = (address: number) =>
    doubles(address, uploaded.blocks).reduce((total, value) => total + value, 0);
  let entropy = 0;
  for (const value of p.values) if (value > 0) entropy += value * Math.log(value);
  return entropy + sum(uploaded.losses) + Math.log(sum(uploaded.kernels) - p.rows);
}
