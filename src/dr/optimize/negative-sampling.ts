/**
 * UMAP's optimization: attraction along edges, as often as their weight says, and repulsion from a few
 * random negative samples for each, through the engine's epochs.
 *
 * Source: McInnes, Healy, Melville (2018), algorithm 5, with umap-learn 0.5's schedule (an edge of weight w
 * is used every maxWeight / w epochs; learning rate falls linearly to 0). Ours: see engine/js/negative-sampling.ts.
 * Shapes: graph rows x rows, symmetric; y rows x dimensions doubles, changed in place; with `targets`, edges lead to
 * fixed samples and only the heads move (placing new samples). Several epochs are done at once (pace.ts).
 * Cost: edges used x (1 + negativeSampleRate). Deterministic, the same on any number of threads.
 */

import type { Random } from '../../core/random.js';
import type { Engine, Watch } from '../../engine/engine.js';
import { withoutProgress } from '../../engine/watch.js';
import type { Csr } from '../../model.js';
import type { Curve } from '../affinities/curve-parameters.js';
import type { Dynamics, Parameters } from '../run.js';
import { createPace } from './pace.js';

/** Name of the random stream of negative samples: the word of version 0.1.0, since another one would change every map. */
export const NEGATIVE_SAMPLES = 'strangers';

export interface SampledOptions {
  readonly dimensions: number;
  readonly epochs: number;
  readonly curve: Curve;
  readonly learningRate: number;
  readonly negativeSampleRate: number;
  readonly repulsionStrength: number;
  readonly random: Random;
  /** Coordinates of fixed samples that edges lead to; null when edges lead to the moving samples. */
  readonly targets: Float64Array | null;
}

/** Epochs of sampled attraction and repulsion over a weighted graph by the engine. */
export function sampledDynamics(engine: Engine, graph: Csr, options: SampledOptions): Dynamics {
  const { dimensions, epochs, curve, targets } = options;
  const rates = usedEdges(graph, epochs);
  const seed = options.random.integer();
  const { learningRate, negativeSampleRate, repulsionStrength } = options;
  const parameters: Parameters = { learningRate, negativeSampleRate, repulsionStrength };
  const pace = createPace();
  return {
    parameters,
    async step(y, epoch, watch: Watch, most) {
      const done = Math.min(most, pace.size());
      const request = {
        dimensions,
        first: epoch,
        epochs: done,
        total: epochs,
        seed,
        targets,
        a: curve.a,
        b: curve.b,
        learningRate: parameters.learningRate,
        negativeSampleRate: parameters.negativeSampleRate,
        repulsionStrength: parameters.repulsionStrength,
      };
      const quiet = withoutProgress(watch);
      await pace.timed(done, () => engine.sampledEpochs(rates, y, request, quiet));
      return { loss: Number.NaN, converged: false, done };
    },
  };
}

/** Weights over the largest; edges that would not be used once are left out. */
function usedEdges(graph: Csr, epochs: number): Csr {
  let largest = 0;
  for (const value of graph.values) largest = Math.max(largest, value);
  const offsets = new Float64Array(graph.rows + 1);
  const indices = new Int32Array(graph.values.length);
  const values = new Float32Array(graph.values.length);
  let at = 0;
  for (let i = 0; i < graph.rows; i++) {
    for (let p = graph.offsets[i]; p < graph.offsets[i + 1]; p++) {
      if (!(graph.values[p] > 0 && graph.values[p] * epochs >= largest)) continue;
      indices[at] = graph.indices[p];
      values[at++] = graph.values[p] / largest;
    }
    offsets[i + 1] = at;
  }
  const kept = { indices: indices.slice(0, at), values: values.slice(0, at) };
  return { rows: graph.rows, columns: graph.columns, offsets, ...kept };
}
