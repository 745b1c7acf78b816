/** The options of an embedding: their names, defaults, which method takes which, and their checks. */

import { METRICS, type Metric } from '../engine/engine.js';
import { OptionError } from '../errors.js';
import type { Matrix, Neighbors } from '../model.js';

export const methodNames = ['pca', 'mds', 'isomap', 'lle', 'dk-lle', 'tsne', 'umap'] as const;
export type MethodName = (typeof methodNames)[number];
export type Solve = 'spectral' | 'forces';
export type Init = 'spectral' | 'pca' | 'random' | Matrix;

/** All options of `embed`. Each has the meaning and default of scikit-learn's or umap-learn's namesake. */
export interface EmbedOptions {
  /** Default `umap`. */
  readonly method?: MethodName;
  /** By eigenvectors or by forces, where a method has both. Default: the first of the method's list. */
  readonly solve?: Solve;
  /** Dimensions of the embedding, at least 1. Default 2. */
  readonly dimensions?: number;
  /** Precision in which a run by forces holds its coordinates. Default `float64`. */
  readonly precision?: 'float64' | 'float32';
  /** Distance between samples. Default `euclidean`. */
  readonly metric?: Metric;
  /** Neighbors of a sample. umap counts the sample itself, as umap-learn does; the others do not. */
  readonly nNeighbors?: number;
  /** Neighbor lists made before, without the samples themselves; must hold what nNeighbors or perplexity need. */
  readonly neighbors?: Neighbors;
  /** `mds` only: distances (samples x samples) in place of features. */
  readonly distances?: Matrix;
  /** `mds` only: `classical` (eigenvectors of distances) or `metric` (raw stress). Default `classical`. */
  readonly variant?: 'classical' | 'metric';
  /** Start of a run by forces: a name, or coordinates. */
  readonly init?: Init;
  /** Most steps (epochs) of a run by forces. */
  readonly steps?: number;
  /** Step length: see docs/embed.md for its unit in each method. */
  readonly learningRate?: number;
  /** Share of the last step that is kept, 0 to below 1. */
  readonly momentum?: number;
  /** A run has converged when a step is shorter than this share of the embedding's length. */
  readonly tolerance?: number;
  /** umap: closest distance of samples in the embedding. Default 0.1. */
  readonly minDist?: number;
  /** umap: scale of the embedding. Default 1. */
  readonly spread?: number;
  /** umap: neighbors that are at full strength. Default 1. */
  readonly localConnectivity?: number;
  /** umap: 1 joins the two directions of a membership by union, 0 by intersection. Default 1. */
  readonly setOpMixRatio?: number;
  /** umap: negative samples (random samples that repulse) for each neighbor attracted. Default 5. */
  readonly negativeSampleRate?: number;
  /** umap, dk-lle: weight of repulsion. Default 1. */
  readonly repulsionStrength?: number;
  /** tsne: effective number of neighbors. Default 30. */
  readonly perplexity?: number;
  /** tsne: attraction is multiplied by this at first. Default 12. */
  readonly earlyExaggeration?: number;
  /** tsne: steps with early exaggeration. Default 250. */
  readonly earlyExaggerationSteps?: number;
  /** tsne: accuracy of Barnes-Hut, 0 (exact) to 1. Default 0.5. */
  readonly theta?: number;
  /** lle, dk-lle: share of the trace added to each local Gram matrix. Default 1e-3, dk-lle 0.1. */
  readonly regularization?: number;
  /** dk-lle: kernel on the input side for weights that are not entropic. Default `gaussian`. */
  readonly inputKernel?: 'gaussian' | 'linear';
  /** dk-lle: how weights are found; see docs/lab/ardr.md. Default `entropic`. */
  readonly weights?: 'entropic' | 'nonnegative' | 'signed';
  /**
   * dk-lle: what a sample's weights sum to, above 0 and at most 1 (LLE's constraint). Default 0.25 for
   * entropic weights under the objective `umap`, else 1.
   */
  readonly weightSum?: number;
  /** dk-lle: `umap` forces or the `frobenius` objective of the paper's penalized form. Default `umap`. */
  readonly objective?: 'umap' | 'frobenius';
}

type OptionName = keyof EmbedOptions;

const common: readonly OptionName[] = ['method', 'solve', 'dimensions'];
const running: readonly OptionName[] = [
  'precision',
  'init',
  'steps',
  'learningRate',
  'momentum',
  'tolerance',
];
const graph: readonly OptionName[] = ['metric', 'nNeighbors', 'neighbors'];

/** Which options each method takes; any other is an error. */
const taken: Record<MethodName, readonly OptionName[]> = {
  pca: [...common, ...running],
  mds: [...common, ...running, 'metric', 'distances', 'variant'],
  isomap: [...common, ...running, ...graph],
  lle: [...common, ...running, ...graph, 'regularization'],
  'dk-lle': [
    ...common,
    ...graph,
    ...['init', 'steps', 'learningRate', 'minDist', 'spread', 'negativeSampleRate', 'repulsionStrength'],
    ...['momentum', 'regularization', 'inputKernel', 'weights', 'weightSum', 'objective'],
  ] as readonly OptionName[],
  tsne: [
    ...common,
    ...['metric', 'neighbors', 'init', 'steps', 'learningRate', 'momentum'],
    ...['perplexity', 'earlyExaggeration', 'earlyExaggerationSteps', 'theta'],
  ] as readonly OptionName[],
  umap: [
    ...common,
    ...graph,
    ...['init', 'steps', 'learningRate', 'minDist', 'spread', 'localConnectivity', 'setOpMixRatio'],
    ...['negativeSampleRate', 'repulsionStrength'],
  ] as readonly OptionName[],
};

interface Range {
  readonly low: number;
  readonly high: number;
  readonly integer?: boolean;
  readonly above?: boolean;
}

const unbounded = Number.MAX_SAFE_INTEGER;
const ranges: Partial<Record<OptionName, Range>> = {
  dimensions: { low: 1, high: 1000, integer: true },
  nNeighbors: { low: 1, high: unbounded, integer: true },
  steps: { low: 0, high: unbounded, integer: true },
  learningRate: { low: 0, high: unbounded, above: true },
  momentum: { low: 0, high: 0.9999 },
  tolerance: { low: 0, high: 1 },
  minDist: { low: 0, high: unbounded },
  spread: { low: 0, high: unbounded, above: true },
  localConnectivity: { low: 0, high: unbounded },
  setOpMixRatio: { low: 0, high: 1 },
  negativeSampleRate: { low: 0, high: 1000 },
  repulsionStrength: { low: 0, high: unbounded },
  perplexity: { low: 1, high: unbounded, above: true },
  earlyExaggeration: { low: 0, high: unbounded, above: true },
  earlyExaggerationSteps: { low: 0, high: unbounded, integer: true },
  theta: { low: 0, high: 1 },
  regularization: { low: 0, high: unbounded },
  weightSum: { low: 0, high: 1, above: true },
};

const choices: Partial<Record<OptionName, readonly string[]>> = {
  method: methodNames,
  solve: ['spectral', 'forces'],
  precision: ['float64', 'float32'],
  metric: METRICS,
  variant: ['classical', 'metric'],
  inputKernel: ['gaussian', 'linear'],
  weights: ['entropic', 'nonnegative', 'signed'],
  objective: ['umap', 'frobenius'],
};

const initNames = ['spectral', 'pca', 'random'];

/** Checks every option once. Throws OptionError for an unknown, misplaced or impossible one. */
export function checkOptions(options: EmbedOptions): MethodName {
  const method = options.method ?? 'umap';
  checkChoice('method', method);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!taken[method].includes(name as OptionName)) throw misplaced(name, method);
    checkChoice(name as OptionName, value);
    checkRange(name as OptionName, value);
  }
  const { init } = options;
  if (typeof init === 'string' && !initNames.includes(init)) throw wrongChoice('init', init, initNames);
  return method;
}

/** An error for an option that the method does not take. */
function misplaced(name: string, method: MethodName): OptionError {
  const users = methodNames.filter((other) => taken[other].includes(name as OptionName));
  return new OptionError({
    got: `option ${name} with method ${method}`,
    expected: `one of ${taken[method].join(', ')}`,
    remedy: users.length > 0 ? `leave it out, or take ${users.join(' or ')}` : 'check the spelling',
  });
}

/** Throws OptionError unless a named choice is one of those allowed. */
function checkChoice(name: OptionName, value: unknown): void {
  const allowed = choices[name];
  if (allowed && !allowed.includes(value as string)) throw wrongChoice(name, value, allowed);
}

/** An error that lists the choices. */
function wrongChoice(name: string, value: unknown, allowed: readonly string[]): OptionError {
  return new OptionError({
    got: `${name} ${JSON.stringify(value)}`,
    expected: `one of ${allowed.join(', ')}`,
    remedy: 'choose one of these',
  });
}

/** Throws OptionError for a number outside its range. */
function checkRange(name: OptionName, value: unknown): void {
  const range = ranges[name];
  if (!range) return;
  const number = typeof value === 'number' ? value : Number.NaN;
  const inside = number <= range.high && (range.above ? number > range.low : number >= range.low);
  if (inside && (!range.integer || Number.isInteger(number))) return;
  const kind = range.integer ? 'a whole number' : 'a number';
  const bound = range.high === unbounded ? '' : ` and at most ${range.high}`;
  throw new OptionError({
    got: `${name} ${String(value)}`,
    expected: `${kind} ${range.above ? 'above' : 'of at least'} ${range.low}${bound}`,
    remedy: `give ${name} such a value, or leave it out for the default`,
  });
}

/** Options in which those that have a default are always there. */
export type Filled<K> = { [P in keyof EmbedOptions]: EmbedOptions[P] } & {
  [P in K & keyof EmbedOptions]-?: NonNullable<EmbedOptions[P]>;
};

/** The options with those left out taken from `defaults`. */
export function withDefaults<T extends EmbedOptions>(options: EmbedOptions, defaults: T): Filled<keyof T> {
  const present = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return { ...defaults, ...present } as Filled<keyof T>;
}
