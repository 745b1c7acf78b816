/**
 * t-SNE: probabilities at a perplexity, start by principal components, Barnes-Hut repulsion.
 *
 * Source: van der Maaten and Hinton (2008), van der Maaten (2014); learning rate and start after Belkina et al.
 * (2019) and Kobak and Berens (2019). Cost: neighbors (3 times the perplexity), then steps x rows x log rows.
 * Deterministic given the seed.
 */

import { OptionError } from '../../errors.js';
import type { Warning } from '../../model.js';
import { neighborsOf } from '../affinities/neighbor-graph.js';
import { conditionalProbabilities, jointProbabilities } from '../affinities/perplexity.js';
import { constantWarning, denseFeatures } from '../input.js';
import type { TsneModel } from '../model.js';
import { gainsDynamics } from '../optimize/gains.js';
import { withDefaults } from '../options.js';
import { componentScores, startCoordinates } from './initial-coordinates.js';
import type { MethodInput, Prepared } from './method.js';

const PERPLEXITY = 30;
const LEAST_RATE = 50;
/** Standard deviation of the first dimension of a start. */
const START = 1e-4;

const tsneDefaults = {
  metric: 'euclidean',
  init: 'pca',
  steps: 1000,
  momentum: 0.8,
  earlyExaggeration: 12,
  earlyExaggerationSteps: 250,
  theta: 0.5,
} as const;

/** How new samples are placed: openTSNE's defaults (`TSNEEmbedding.transform`, version 1.0). */
const placement = {
  perplexity: 5,
  steps: 250,
  exaggeration: 1.5,
  learningRate: 0.1,
  momentum: 0.8,
  maxGradientNorm: 0.25,
} as const;

/** t-SNE, ready to run. */
export async function prepareTsne(input: MethodInput): Promise<Prepared> {
  const { options, dimensions, context } = input;
  const { rows } = input.features;
  const fitted = fitPerplexity(options.perplexity, rows);
  const settings = withDefaults(options, { ...tsneDefaults, perplexity: fitted.perplexity });
  const { earlyExaggeration, theta, steps, momentum, earlyExaggerationSteps } = settings;
  const rate = (exaggeration: number) => Math.max(rows / exaggeration / 4, LEAST_RATE);
  const learningRate = settings.learningRate ?? rate(earlyExaggeration);
  const laterRate = settings.learningRate === undefined ? rate(1) / learningRate : 1;
  const features = denseFeatures(input.features, context);
  const k = Math.min(rows - 1, Math.ceil(3 * fitted.perplexity));
  const neighbors = await neighborsOf(features, k, options, context);
  const p = jointProbabilities(neighbors, conditionalProbabilities(neighbors, fitted.perplexity));
  const random = context.random.stream('start');
  const pca = async () => scaleToStart(await componentScores(features, dimensions, context), dimensions);
  if (settings.init === 'spectral') throw noSpectralStart();
  const y = await startCoordinates(settings.init, rows, dimensions, { random, deviation: START, pca });
  const descent = { dimensions, steps, theta, learningRate, laterRate, momentum };
  const run = { ...descent, earlyExaggeration, earlyExaggerationSteps };
  const { metric } = settings;
  const model = (coordinates: Float64Array): TsneModel => ({
    ...{ kind: 'tsne', features, coordinates, dimensions, metric, theta },
    ...placement,
  });
  return {
    y,
    dynamics: gainsDynamics(context.engine, p, run),
    steps,
    eigenvalues: null,
    model,
    settings: { ...settings, learningRate },
    warnings: [...fitted.warnings, ...constantWarning(input.features)],
  };
}

/** The perplexity: the requested one, or an error; or 30, lowered with a warning. At most a third of the others. */
function fitPerplexity(
  requested: number | undefined,
  rows: number,
): { perplexity: number; warnings: Warning[] } {
  const most = Math.max(1, (rows - 1) / 3);
  if (requested !== undefined && requested > rows - 1) {
    throw new OptionError({
      got: `perplexity ${requested} for ${rows} samples`,
      expected: `at most ${rows - 1}, better ${Math.floor(most)}`,
      remedy: 'lower the perplexity, or leave it out',
    });
  }
  if (requested !== undefined) return { perplexity: requested, warnings: [] };
  if (PERPLEXITY <= most) return { perplexity: PERPLEXITY, warnings: [] };
  const message = `The perplexity is ${most.toFixed(1)} instead of ${PERPLEXITY}: there are only ${rows} samples.`;
  return { perplexity: most, warnings: [{ code: 'perplexity-reduced', message }] };
}

/** Coordinates scaled so that the first dimension has the standard deviation of a start. */
function scaleToStart(y: Float64Array, dimensions: number): Float64Array {
  let squares = 0;
  for (let at = 0; at < y.length; at += dimensions) squares += y[at] * y[at];
  const deviation = Math.sqrt((squares * dimensions) / y.length);
  return y.map((value) => (deviation > 0 ? (value * START) / deviation : 0));
}

/** An error: t-SNE has no graph to start spectrally from. */
function noSpectralStart(): OptionError {
  return new OptionError({
    got: 'init spectral with method tsne',
    expected: 'pca, random, or coordinates',
    remedy: 'leave init out for pca',
  });
}
