/**
 * t-SNE's steps over `kernels/forces/tsne.ts`: one job does all the steps asked for. In the plane; other numbers of
 * dimensions go through the reference loops on this thread.
 */

import type { Csr } from '../../../model.js';
import type { Engine, TsneState, TsneSteps } from '../../engine.js';
import { tsneSteps } from '../../js/tsne.js';
import { unwatched } from '../../watch.js';
import type { Inputs } from '../runtime/inputs.js';
import { createScope, type Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { filledRows } from './padded-rows.js';

/** Rows of a block; blocks do not depend on the number of threads. */
const BLOCK_ROWS = 256;
const MOST_BLOCKS = 64;
/** Bytes of `Problem` in the kernels: 18 integers, then 4 doubles. */
const INTEGERS = 18;
const DOUBLES = 4;
/** Operations a row and an entry of P, roughly. */
const ROW_WORK = 6000;
const ENTRY_WORK = 15;

export function createTsneSteps(runtime: Runtime, inputs: Inputs): Engine['tsneSteps'] {
  const filled = new WeakMap<Csr, Csr>();
  return async (p, state, options, watch = unwatched) => {
    if (options.dimensions !== 2) return tsneSteps(p, state, options, watch);
    const scope = createScope(runtime.arena);
    try {
      const entries = filled.get(p) ?? filledRows(p);
      filled.set(p, entries);
      const placed = placeProblem(runtime, inputs, scope, entries, state, options);
      await runtime.run(placed.job, watch);
      return finish(runtime, placed, p, state, options);
    } finally {
      scope.free();
    }
  };
}

function placeProblem(
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
  const [y, velocity, gains] = [state.y, state.velocity, state.gains].map(scope.place);
  const places = scope.place(Float32Array.from(state.y));
  const [attraction, repulsion] = [scope.allocate(rows * 8), scope.allocate(rows * 8)];
  const [kernels, losses] = [scope.allocate(blocks * 8), scope.allocate(blocks * 8)];
  const flow = scope.place(new Uint8Array(256));
  const tree = scope.allocate(runtime.size('treeBytes', rows));
  const problem = scope.allocate(INTEGERS * 4 + DOUBLES * 8);
  const { memory } = runtime.arena;
  new Int32Array(memory.buffer, problem, INTEGERS).set([
    ...[rows, blocks, options.steps, options.withLoss ? 1 : 0],
    ...[offsets, indices, values, y, velocity, gains, places],
    ...[attraction, repulsion, kernels, losses, flow, tree, 0],
  ]);
  const { theta, learningRate, momentum, exaggeration } = options;
  const doubles = [theta, learningRate, momentum, exaggeration];
  new Float64Array(memory.buffer, problem + INTEGERS * 4, DOUBLES).set(doubles);
  const job = {
    kernel: 'tsneItem',
    items: options.steps * (1 + 3 * blocks),
    scratch: runtime.size('repulseScratch', rows),
    work: options.steps * (rows * ROW_WORK + p.values.length * ENTRY_WORK),
    parameters: [problem],
  };
  return { job, blocks, y, velocity, gains, kernels, losses };
}

/** Copies the state out, and adds up the divergence: sum P log P + sum P log(1 + d^2) + log Z. */
function finish(
  runtime: Runtime,
  placed: ReturnType<typeof placeProblem>,
  p: Csr,
  state: TsneState,
  options: TsneSteps,
): number {
  const doubles = (address: number, length: number) =>
    new Float64Array(runtime.arena.memory.buffer, address, length);
  for (const name of ['y', 'velocity', 'gains'] as const) {
    state[name].set(doubles(placed[name], state[name].length));
  }
  if (!options.withLoss) return Number.NaN;
  const sum = (address: number) => doubles(address, placed.blocks).reduce((total, value) => total + value, 0);
  let entropy = 0;
  for (const value of p.values) if (value > 0) entropy += value * Math.log(value);
  return entropy + sum(placed.losses) + Math.log(sum(placed.kernels) - p.rows);
}
