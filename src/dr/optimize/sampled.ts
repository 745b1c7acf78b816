/**
 * UMAP's optimization: attraction along edges, as often as their weight says, and repulsion from a few
 * strangers drawn at random for each.
 *
 * Source: McInnes, Healy, Melville (2018), algorithm 5, with umap-learn 0.5's schedule (an edge of weight w
 * is used every maxWeight / w epochs; learning rate falls linearly to 0), force limit of 4 and softening 0.001.
 * Ours: coefficients come from tables over squared distance (see coefficients.ts), and the strangers of one
 * edge all push from where its head was, which breaks a chain of dependent look-ups (a third faster).
 * Shapes: graph rows x rows; y rows x dimensions doubles, changed in place; with `targets`, edges lead to
 * fixed samples and only the heads move (placing new samples).
 * Cost: edges used x (1 + negativeSampleRate). Determinism: one sequence of edges and draws, in one thread,
 * so the same bytes whatever the engine's number of threads.
 */

import type { Random } from '../../core/random.js';
import type { Watch } from '../../engine/engine.js';
import type { Csr } from '../../model.js';
import type { Curve } from '../affinities/curve.js';
import type { Dynamics, Parameters } from '../run.js';
import { type Edges, forceTables, runEdges, type Work } from './sampledEdges.js';
import { runPlaneEdges } from './sampledPlane.js';

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

/** Edges between two looks at the clock: about 5 ms of work. */
const CHUNK = 1 << 16;

export function sampledDynamics(graph: Csr, options: SampledOptions): Dynamics {
  const { dimensions, epochs, curve, random } = options;
  const edges = usableEdges(graph, epochs, options.negativeSampleRate);
  const tables = forceTables(curve);
  const state = Int32Array.from({ length: 4 }, () => random.integer() | 1);
  const { learningRate, negativeSampleRate, repulsionStrength } = options;
  const parameters: Parameters = { learningRate, negativeSampleRate, repulsionStrength };
  const work: Work = { edges, tables, state, dimensions, force: new Float64Array(dimensions) };
  const run = dimensions === 2 ? runPlaneEdges : runEdges;
  return {
    parameters,
    async step(y, epoch, watch: Watch) {
      const alpha = parameters.learningRate * Math.max(0, 1 - epoch / epochs);
      const targets = options.targets ?? y;
      for (let from = 0; from < edges.heads.length; from += CHUNK) {
        const to = Math.min(edges.heads.length, from + CHUNK);
        run(work, { y, targets, moveTargets: targets === y, epoch, alpha, from, to, parameters });
        await watch.checkpoint();
      }
      return { loss: Number.NaN, converged: false };
    },
  };
}

function usableEdges(graph: Csr, epochs: number, negativeSampleRate: number): Edges {
  let largest = 0;
  for (const value of graph.values) largest = Math.max(largest, value);
  const kept: number[] = [];
  const heads: number[] = [];
  for (let i = 0; i < graph.rows; i++) {
    for (let p = graph.offsets[i]; p < graph.offsets[i + 1]; p++) {
      if (!(graph.values[p] * epochs >= largest)) continue;
      kept.push(p);
      heads.push(i);
    }
  }
  const period = Float32Array.from(kept, (p) => largest / graph.values[p]);
  return {
    heads: Int32Array.from(heads),
    tails: Int32Array.from(kept, (p) => graph.indices[p]),
    period,
    next: period.slice(),
    nextNegative: period.map((value) => (negativeSampleRate > 0 ? value / negativeSampleRate : 0)),
  };
}
