/**
 * Makes an embedding of a table: `embed` from beginning to end, or `startEmbedding`, `advanceEmbedding` and
 * `finishEmbedding` for runs that are watched and changed while they go on.
 */

import { withoutUnits } from '../core/units.js';
import { type PartialContext, resolveContext, watchStage } from '../engine/context.js';
import { OptionError } from '../errors.js';
import type { Embedding, Table, Warning } from '../model.js';
import { checkFeatures } from './input.js';
import type { Prepared } from './methods/method.js';
import { methods } from './methods.js';
import type { Model } from './model.js';
import { checkOptions, type EmbedOptions, type MethodName, type Solve } from './options.js';
import { advance, createRun, type Run } from './run.js';

export interface EmbedResult {
  readonly embedding: Embedding;
  /** The same coordinates in double precision, rows x dimensions. */
  readonly values: Float64Array;
  readonly method: MethodName;
  readonly solve: Solve;
  /** Options as used, defaults filled in. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Eigenvalues of a spectral solution, else null. */
  readonly eigenvalues: Float64Array | null;
  /** Steps done; 0 for a spectral solution. */
  readonly steps: number;
  /** Loss by step, empty where the method computes none. Laws leave out constants. */
  readonly losses: readonly number[];
  /** True for a spectral solution, and for a run whose last step was below its tolerance. */
  readonly converged: boolean;
  /** For `transform`; null where the method cannot place new samples. */
  readonly model: Model | null;
  readonly warnings: readonly Warning[];
}

/** An embedding being made. `run` is null when the method was solved at once. */
export interface EmbeddingRun {
  readonly table: Table;
  readonly method: MethodName;
  readonly solve: Solve;
  readonly prepared: Prepared;
  readonly run: Run | null;
  /** What a coordinate of 1 is in units of the features (see `ColumnUnits`); 1 where the map has a scale of its own. */
  readonly unit: number;
}

/**
 * Embeds the samples of a table.
 * @param table samples x features, at least 2 x 1, all finite.
 * @returns coordinates (samples x dimensions) with how they were made.
 * Throws ShapeError, OptionError and FormatError for input that cannot be embedded, MachineError when it
 * does not fit in memory, CancelledError when the context's signal says so.
 */
export async function embed(
  table: Table,
  options: EmbedOptions = {},
  partialContext: PartialContext = {},
): Promise<EmbedResult> {
  const context = await resolveContext(partialContext);
  const embedding = await startEmbedding(table, options, context);
  await advanceEmbedding(embedding, context);
  return finishEmbedding(embedding);
}

/** Checks the input, computes affinities and the start. */
export async function startEmbedding(
  table: Table,
  options: EmbedOptions = {},
  partialContext: PartialContext = {},
): Promise<EmbeddingRun> {
  const context = await resolveContext(partialContext);
  const method = checkOptions(options);
  checkFeatures(table.features, table.featureNames);
  const recipe = methods[method];
  const features = dependsOnOrigin(options) ? withoutUnits(table.features) : table.features;
  const fallback = options.variant === 'metric' ? 'forces' : recipe.solves[0];
  const solve = options.solve ?? fallback;
  if (!recipe.solves.includes(solve)) throw cannotSolve(method, solve, recipe.solves);
  const dimensions = options.dimensions ?? 2;
  const prepared = await recipe.prepare({ features, options, dimensions, solve, context });
  const run = prepared.dynamics && createRun(prepared.y, dimensions, prepared.dynamics);
  const unit = hasUnitsOfFeatures(method, options) ? (features.units?.scale ?? 1) : 1;
  return { table, method, solve, prepared, run, unit };
}

/** Cosine and correlation compare directions from the origin, which moving columns changes. */
function dependsOnOrigin({ metric }: EmbedOptions): boolean {
  return metric === 'cosine' || metric === 'correlation';
}

/** Whether coordinates are distances in the data, so that they scale with it. */
function hasUnitsOfFeatures(method: MethodName, { distances, metric }: EmbedOptions): boolean {
  const methods: readonly MethodName[] = ['pca', 'mds', 'isomap'];
  return methods.includes(method) && distances === undefined && !dependsOnOrigin({ metric });
}

/** Goes on for `steps` more steps; by default for all that are left. Nothing to do for a spectral solution. */
export async function advanceEmbedding(
  embedding: EmbeddingRun,
  partialContext: PartialContext = {},
  steps = embedding.prepared.steps - (embedding.run?.step ?? 0),
): Promise<void> {
  if (embedding.run)
    await advance(embedding.run, steps, watchStage(await resolveContext(partialContext), 'embedding'));
}

/** The result so far: the current coordinates, or the best ones when a later step made them worse. */
export function finishEmbedding(embedding: EmbeddingRun): EmbedResult {
  const { table, method, solve, prepared, run, unit } = embedding;
  const y = run ? finalCoordinates(run) : prepared.y;
  const values = unit === 1 ? y : y.map((value) => value * unit);
  const rows = table.features.rows;
  const coordinates = { rows, columns: values.length / rows, data: Float32Array.from(values) };
  return {
    embedding: {
      coordinates,
      ids: table.ids,
      source: { name: `${method} of ${table.source.name}`, sha256: null },
    },
    values,
    method,
    solve,
    settings: prepared.settings,
    eigenvalues: prepared.eigenvalues?.map((value) => value * unit * unit) ?? null,
    steps: run?.step ?? 0,
    losses: run ? run.losses.slice() : [],
    converged: run ? run.converged : true,
    model: prepared.model ? prepared.model(y) : null,
    warnings: [...prepared.warnings, ...notConverged(embedding)],
  };
}

/** The last step's coordinates have no loss yet: they are kept unless the loss was already rising. */
function finalCoordinates(run: Run): Float64Array {
  const rising = !Number.isNaN(run.loss) && run.best.step < run.step - 1;
  return (rising ? run.best.y : run.y).slice();
}

/** Warns of a run that stopped at its last step instead of at its tolerance. */
function notConverged({ run, prepared }: EmbeddingRun): Warning[] {
  if (!run || run.converged || prepared.settings.tolerance === undefined) return [];
  const message = `The run stopped after ${run.step} steps, before its steps fell below the tolerance.`;
  return [{ code: 'not-converged', message }];
}

/** An error that names the ways in which a method is solved. */
function cannotSolve(method: MethodName, solve: Solve, solves: readonly Solve[]): OptionError {
  return new OptionError({
    got: `solve ${solve} for method ${method}`,
    expected: solves.join(' or '),
    remedy: 'leave solve out for the default',
  });
}
