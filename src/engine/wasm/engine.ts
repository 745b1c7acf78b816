/**
 * The wasm engine: AssemblyScript SIMD kernels (folder `kernels/`) over one WebAssembly memory, on worker
 * threads where memory can be shared and on the calling thread where it cannot.
 *
 * Determinism: the same input gives the same bytes for any number of threads, in Node and in browsers.
 * Types: `Inputs`,
 *   what is in the engine's memory: reclaim (frees unused copies), releaseBlock (frees it). `Runtime`, of the engine:
 *   arena (its memory), threads (how many), close (ends the threads).
 * Fails: MachineError and UnsupportedError while it is created; its routines as engine.ts of the parent folder says.
 */

import type { Engine } from '../engine.js';

import { defaultThreads } from '../pool.js';
import { createAssociate } from './associate/associate.js';
import { createAssociationSum } from './associate/association-sum.js';
import { createQuadraticForms } from './associate/factor.js';
import { createSumLocalSquares } from './associate/local-squares.js';
import { createMultiply } from './associate/multiply.js';
import { createSolveNonNegative } from './associate/non-negative.js';
import { createSumPatterns } from './associate/pattern-sums.js';
import { createRotateFactors } from './associate/rotate.js';
import { createSweepAssociations, createSweepPatterns } from './associate/sweep.js';
import { createWeightedCorrelations } from './associate/weighted-correlations.js';
import { createTsneSteps } from './forces/tsne.js';
import { createTsnePlacement } from './forces/tsne-placement.js';
import { createSampledEpochs } from './forces/umap.js';
import { createNearest } from './knn-exact/nearest.js';
import { createRanks } from './knn-exact/ranks.js';
import { createCountNearest, createNearestInTree, createNeighborhoodGraph } from './neighborhoods/graph.js';
import { createKMeans } from './neighborhoods/k-means.js';
import { createNearestApproximate } from './nn-descent/nn-descent.js';
import { createInputs } from './runtime/inputs.js';
import { type Arena, LARGEST_MEMORY } from './runtime/memory.js';
import { createRuntime, sharingAllowed } from './runtime/runtime.js';
import { createGraphFilter } from './spectral/graph-filter.js';

export interface WasmOptions {
  /** Threads that work at once; by default as many as the machine runs at once. */
  readonly threads?: number;
  /** Bytes that the engine's memory may grow to; 4 GiB by default and at most. */
  readonly memory?: number;
  /** Whether threads share memory; by default where the platform allows it. Without it there is one thread. */
  readonly shared?: boolean;
  /**
   * Entries that the associations of a locality have room for at first; associate/associate.ts has the default.
   */
  readonly slotEntries?: number;
}

/**
 * Creates the engine: one memory and the kernels over it. Threads start with the first large job. MachineError where
 * memory cannot be reserved, UnsupportedError without WebAssembly SIMD.
 */
export async function createWasmEngine(options: WasmOptions = {}): Promise<Engine> {
  let arena: Arena | null = null;
  const inputs = createInputs(() => arena!);
  const runtime = await createRuntime({
    threads: options.threads ?? (await defaultThreads()),
    memory: options.memory ?? LARGEST_MEMORY,
    shared: options.shared ?? sharingAllowed(),
    reclaim: inputs.reclaim,
  });
  arena = runtime.arena;
  const multiply = createMultiply(runtime);
  return {
    name: 'wasm',
    threads: runtime.threads,
    multiply,
    associate: createAssociate(runtime, inputs, options.slotEntries),
    quadraticForms: createQuadraticForms(runtime, inputs),
    sumPatterns: createSumPatterns(runtime, inputs),
    associationSum: createAssociationSum(runtime, inputs),
    rotateFactors: createRotateFactors(runtime),
    solveNonNegative: createSolveNonNegative(runtime),
    sweepAssociations: createSweepAssociations(runtime, inputs),
    sweepPatterns: createSweepPatterns(runtime),
    sumLocalSquares: createSumLocalSquares(runtime, inputs),
    weightedCorrelations: createWeightedCorrelations(runtime),
    neighborhoodGraph: createNeighborhoodGraph(runtime),
    nearestInTree: createNearestInTree(runtime),
    countNearest: createCountNearest(runtime),
    kMeans: createKMeans(runtime, inputs),
    nearest: createNearest(runtime, multiply),
    nearestApproximate: createNearestApproximate(runtime, multiply),
    ...createRanks(runtime, multiply),
    tsneSteps: createTsneSteps(runtime, inputs),
    tsnePlacement: createTsnePlacement(runtime, inputs),
    sampledEpochs: createSampledEpochs(runtime, inputs),
    graphFilter: createGraphFilter(runtime, inputs),
    release: inputs.releaseBlock,
    close: runtime.close,
  };
}
