/**
 * Isomap: classical MDS of distances along the neighbor graph, by eigenvectors or by forces.
 *
 * Source: Tenenbaum, de Silva, Langford (2000). Shapes: rows x rows doubles are held. Cost: a shortest-path
 * search from every sample, then rows^2 an eigenvector step. Fails: a graph in pieces is an error.
 * Deterministic.
 */

import { watchStage } from '../../engine/context.js';
import { checkDenseMemory } from '../affinities/distances.js';
import { geodesics, neighborGraph } from '../affinities/geodesic.js';
import { distanceGram } from '../affinities/gram.js';
import { neighborsOf } from '../affinities/neighbor-graph.js';
import { constantWarning, denseFeatures, fitNeighbors } from '../input.js';
import { runGram, solveGram } from './gram-method.js';
import type { MethodInput, Prepared } from './method.js';

/** scikit-learn's default. */
const NEIGHBORS = 5;

/** Isomap, solved or ready to run. Holds rows x rows doubles. */
export async function prepareIsomap(input: MethodInput): Promise<Prepared> {
  const { options, dimensions, context } = input;
  const { rows } = input.features;
  checkDenseMemory(rows, 1, 'isomap', context);
  const fitted = fitNeighbors(options.nNeighbors, NEIGHBORS, rows, rows - 1);
  const features = denseFeatures(input.features, context);
  const neighbors = await neighborsOf(features, fitted.value, options, context, 'exact');
  const metric = options.metric ?? 'euclidean';
  const graph = neighborGraph(features, neighbors, metric);
  const squared = await geodesics(graph, fitted.value, watchStage(context, 'geodesics'));
  for (let at = 0; at < squared.length; at++) squared[at] *= squared[at];
  const gram = distanceGram(squared, rows);
  const warnings = [...fitted.warnings, ...constantWarning(input.features)];
  const chosen = { metric, nNeighbors: fitted.value };
  if (input.solve === 'forces') {
    const run = await runGram(gram, options, dimensions, context);
    return { ...run, settings: { ...run.settings, ...chosen }, eigenvalues: null, model: null, warnings };
  }
  const solved = await solveGram(gram, dimensions, context);
  return {
    y: solved.y,
    dynamics: null,
    steps: 0,
    eigenvalues: solved.values,
    model: null,
    settings: { ...options, ...chosen },
    warnings: [...warnings, ...solved.warnings],
  };
}
