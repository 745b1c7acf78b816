/**
 * Multidimensional scaling. `classical`: the coordinates whose Gram matrix is nearest to -1/2 C D^2 C
 * (Torgerson 1952), by eigenvectors or forces. `metric`: raw stress (Kruskal 1964), by forces only, from the
 * classical solution unless the options name another start.
 *
 * Shapes: distances rows x rows doubles are held: 8 * rows^2 bytes. Cost: rows^2 an eigenvector step or
 * force step. Deterministic. Euclidean classical MDS equals PCA, which needs none of that memory.
 */

import { watchStage } from '../../engine/context.js';
import { OptionError, ShapeError } from '../../errors.js';
import type { Matrix } from '../../model.js';
import { checkDenseMemory, pairwiseDistances } from '../affinities/distances.js';
import { distanceGram } from '../affinities/gram.js';
import { constantWarning, denseFeatures } from '../input.js';
import { stressLaw } from '../laws/stress.js';
import { gradientDescent } from '../optimize/gradient-descent.js';
import { withDefaults } from '../options.js';
import { runGram, solveGram } from './gram-method.js';
import { startCoordinates } from './initial-coordinates.js';
import type { MethodInput, Prepared } from './method.js';

const stressDefaults = {
  precision: 'float64',
  init: 'spectral',
  steps: 300,
  learningRate: 1,
  momentum: 0,
  tolerance: 1e-6,
} as const;

/** Classical or metric MDS, solved or ready to run. */
export async function prepareMds(input: MethodInput): Promise<Prepared> {
  const { options } = input;
  if (options.variant === 'metric') {
    if (options.solve !== 'spectral') return prepareMetric(input);
    throw new OptionError({
      got: 'variant metric with solve spectral',
      expected: 'solve forces, since raw stress has no spectral solution',
      remedy: 'leave solve out, or take variant classical',
    });
  }
  return prepareClassical(input);
}

/** Distances rows x rows: those in the options, checked, or computed. Throws MachineError where `copies` of them do not fit. */
async function distancesOf(input: MethodInput, copies: number): Promise<Float64Array> {
  const { options, context, features } = input;
  checkDenseMemory(features.rows, copies, 'mds', context);
  if (options.distances) return checkedDistances(options.distances, features.rows);
  const watch = watchStage(context, 'distances');
  return pairwiseDistances(denseFeatures(features, context), options.metric ?? 'euclidean', watch);
}

/** Distances as doubles. Throws ShapeError unless symmetric, finite and 0 on the diagonal. */
function checkedDistances(distances: Matrix, rows: number): Float64Array {
  const { data } = distances;
  const square = distances.rows === rows && distances.columns === rows;
  let wrong = square ? '' : `distances of ${distances.rows} x ${distances.columns}`;
  for (let i = 0; i < rows && !wrong; i++) {
    if (data[i * rows + i] !== 0) wrong = `a distance of ${data[i * rows + i]} from sample ${i} to itself`;
    for (let j = 0; j < i && !wrong; j++) {
      const [a, b] = [data[i * rows + j], data[j * rows + i]];
      if (!(a >= 0 && a < Number.POSITIVE_INFINITY) || a !== b)
        wrong = `distances ${a} and ${b} of samples ${i} and ${j}`;
    }
  }
  if (!wrong) return Float64Array.from(data);
  throw new ShapeError({
    got: wrong,
    expected: `symmetric finite distances of ${rows} x ${rows} with zeros on the diagonal`,
    remedy: 'give one row and one column a sample, the same both ways',
  });
}

/** Classical MDS on squared distances. */
async function prepareClassical(input: MethodInput): Promise<Prepared> {
  const { options, dimensions, context } = input;
  const squared = await distancesOf(input, 1);
  const warnings = options.distances ? [] : constantWarning(input.features);
  for (let at = 0; at < squared.length; at++) squared[at] *= squared[at];
  const gram = distanceGram(squared, input.features.rows);
  if (input.solve === 'forces') {
    const run = await runGram(gram, options, dimensions, context);
    return { ...run, eigenvalues: null, model: null, warnings };
  }
  const solved = await solveGram(gram, dimensions, context);
  const settings = { metric: 'euclidean', variant: 'classical', ...options };
  const all = [...warnings, ...solved.warnings];
  return {
    y: solved.y,
    dynamics: null,
    steps: 0,
    eigenvalues: solved.values,
    model: null,
    settings,
    warnings: all,
  };
}

/** Metric MDS: raw stress by majorization steps. */
async function prepareMetric(input: MethodInput): Promise<Prepared> {
  const { options, dimensions, context } = input;
  const { rows } = input.features;
  const settings = withDefaults(options, stressDefaults);
  const delta = await distancesOf(input, 2);
  let squares = 0;
  for (const value of delta) squares += value * value;
  const y = await startCoordinates(settings.init, rows, dimensions, {
    random: context.random.stream('start'),
    deviation: Math.sqrt(squares / (2 * rows * rows * dimensions)),
    spectral: async () => {
      const gram = distanceGram(
        delta.map((value) => value * value),
        rows,
      );
      return (await solveGram(gram, dimensions, context)).y;
    },
  });
  const { precision, learningRate, momentum, tolerance, steps } = settings;
  const unit = 1 / (4 * rows);
  const dynamics = gradientDescent(stressLaw(delta, rows), {
    dimensions,
    precision,
    learningRate,
    unit,
    momentum,
    tolerance,
  });
  const warnings = options.distances ? [] : constantWarning(input.features);
  return { y, dynamics, steps, eigenvalues: null, model: null, settings, warnings };
}
