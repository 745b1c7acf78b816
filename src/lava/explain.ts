/**
 * Explains an embedding: localities, associations, modules, presence and descriptions, in one call.
 *
 * Source: LAVA (arXiv 2509.21149); what is ours is marked in the files of each step.
 * Types: `PartialContext`: a Context or some of its parts: engine, random or seed, signal, memory, onProgress. `Table`, samples x
 *   features: features, featureNames, ids, labels, metadata, warnings. `Embedding`, the map: coordinates (samples x dimensions).
 *   `Localities`, n-neighborhoods of probes: size (n), count, overlap (mean number of localities of a sample). `Modules`, of a fit: presence
 *   (localities x modules, not negative). `AssociationCounts`: of pairs and features. `ModuleCorrelations`: correlations, freedom, straddling.
 * Fails: ShapeError, OptionError and CancelledError; MachineError where memory cannot be had.
 */

import type { ImageSize } from '../core/image-size.js';
import { beginBeside, withBeside } from '../engine/beside.js';
import { type Context, type PartialContext, resolveContext, watchStage } from '../engine/context.js';
import type {
  AssociationCounts,
  AssociationMeasure,
  Embedding,
  Explanation,
  Granularity,
  Localities,
  Matrix,
  ModuleDescription,
  Modules,
  Table,
} from '../model.js';
import {
  type AssociationOptions,
  associate,
  associationRules,
  releaseAssociations,
} from './associations/associations.js';
import { operationsOf } from './associations/operations.js';
import { chosenFeatures } from './associations/wide-tables.js';
import { keptWithin } from './conditions/kept-within.js';
import { moduleScoresOf } from './conditions/scores.js';
import { withinFindings, withinLevels } from './conditions/within-levels.js';
import { type DescribeInput, describeCorrelated, leadingPairs } from './describe/describe.js';
import type { ModuleCorrelations } from './describe/local-correlations.js';
import { samplePresence } from './describe/presence.js';
import { signsCorrelated } from './describe/signed-patterns.js';
import { type EvaluationOptions, evaluateModules } from './evaluate/evaluate.js';
import { chooseGranularity, type GranularityOptions } from './evaluate/granularity.js';
import { replicationRefits } from './evaluate/replication.js';
import { significanceOptions } from './evaluate/significance.js';
import { stabilityRuns } from './evaluate/stability.js';
import { checkInput, checkSizes } from './explain-checks.js';
import { factorize, type ModuleOptions } from './factorize/modules.js';
import { findings } from './findings.js';
import { denseCovering } from './localities/dense-covering.js';
import { type LocalityOptions, locate } from './localities/localities.js';

export interface ExplainInput {
  readonly table: Table;
  /** Of the same samples, in the same order (see `joinEmbedding` of whymap/io). */
  readonly embedding: Embedding;
  /** The localities that `locate` found before, with the same options and context. Default: found here. */
  readonly localities?: Localities;
}

export interface ExplainOptions
  extends LocalityOptions,
    Omit<AssociationOptions, 'levels'>,
    Omit<ModuleOptions, 'modules'>,
    EvaluationOptions,
    GranularityOptions {
  /** Number of modules, or `auto` (granularity.ts). Default 12. */
  readonly modules?: number | 'auto';
  /**
   * Features at most, those of largest dispersion inside localities (select-features.ts), or `all`. Default: all up to 5,000
   * features, 3,000 of more; all pixels of an image.
   */
  readonly maxFeatures?: number | 'all';
  /**
   * Categorical metadata columns (or the labels, by their name) inside whose levels features are correlated: shifts
   * between donors, batches or slides are then no association. Several columns are crossed. Default: none.
   */
  readonly within?: readonly string[];
  /** Name of the labels, by which `within` may mean them. Default `label`. */
  readonly label?: string;
  /** Width and height when features are the pixels of an image, row by row. Default null. */
  readonly image?: ImageSize | null;
}

/**
 * Explains `embedding` by `table`. Throws ShapeError when the two have different numbers of samples, OptionError when
 * an option does not fit, CancelledError when the context's signal is aborted.
 * @param input table and embedding of the same samples in the same order; `localities` where they are known.
 * @param options all have defaults.
 * @returns modules in order of share, described and evaluated; none where nothing passes the gate.
 */
export function explain(
  input: ExplainInput,
  options: ExplainOptions,
  partialContext: PartialContext = {},
): Promise<Explanation> {
  return explainBeside(input, options, partialContext, () => {});
}

/**
 * The same for a caller with work that needs no modules, and may go on while they are described and evaluated.
 * @param onFitted called once modules are found; their associations are held in memory a little longer.
 */
export async function explainBeside(
  input: ExplainInput,
  options: ExplainOptions,
  partialContext: PartialContext,
  onFitted: () => void,
): Promise<Explanation> {
  const context = await resolveContext(partialContext);
  const { embedding } = input;
  checkInput(input, options);
  const significance = significanceOptions(options);
  stabilityRuns(options);
  replicationRefits(options);
  checkSizes(input, options);
  const { within, label, ...others } = options;
  const { levels, warnings: ofLevels } = withinLevels(input.table, within, label);
  const inLevels = levels ? { ...others, levels } : others;
  const { timings, timed } = stageTimer();
  const localities =
    input.localities ??
    (await timed('localities', () => locate(embedding, options, context, input.table.features)));
  const ofLocalities = withinFindings(within, levels, localities);
  const { table, warnings } = await chosenFeatures(input.table, localities, inLevels, context);
  const rules = associationRules(options, localities.size);
  const fitted = await fitAll({ table, embedding, localities }, inLevels, context, timed, onFitted);
  const { modules, granularity, counts, fitOptions } = fitted;
  const perSample = samplePresence(embedding, localities, modules.presence);
  const image = options.image ?? null;
  const found = { table, embedding, localities, modules, samplePresence: perSample };
  const { descriptions, sampleScores } = await describeAll(
    { ...found, correlated: fitted.correlated },
    { ...fitOptions, measure: rules.measure, image, levels },
    counts,
    context,
    timed,
  );
  return {
    rows: table.features.rows,
    featureNames: table.featureNames,
    ids: table.ids,
    labels: table.labels,
    ...(table.metadata && { metadata: table.metadata }),
    embedding,
    localities,
    modules,
    samplePresence: perSample,
    ...{ sampleScores, descriptions, associationCounts: counts },
    options: { ...options, ...sizesOf(localities), ...rulesAsOptions(rules), ...significance },
    ...(granularity && { granularity }),
    image,
    warnings: [
      ...[...table.warnings, ...ofLevels, ...ofLocalities, ...warnings],
      ...findings(table.features.rows, localities, fitted),
    ],
    engine: { name: context.engine.name, reason: context.reason, threads: context.engine.threads },
    timings,
  };
}

type Timed = <T>(stage: string, work: () => Promise<T>) => Promise<T>;

/** Runs stages and keeps their wall times, in seconds, by name. An error of the work passes. */
function stageTimer(): { readonly timings: Record<string, number>; readonly timed: Timed } {
  const timings: Record<string, number> = {};
  const timed: Timed = async (stage, work) => {
    const start = performance.now();
    const result = await work();
    timings[stage] = (timings[stage] ?? 0) + (performance.now() - start) / 1000;
    return result;
  };
  return { timings, timed };
}

/**
 * Describes and evaluates each module, and measures what is left of it inside the levels of metadata columns. Scores of the samples
 * need signs only, and are summed beside the evaluation.
 */
async function describeAll(
  found: DescribeInput & Pick<Fitted, 'correlated'>,
  options: Fitted['fitOptions'] &
    Parameters<typeof describeCorrelated>[2] & { readonly measure: AssociationMeasure },
  associationCounts: AssociationCounts,
  context: Context,
  timed: Timed,
): Promise<{ readonly descriptions: ModuleDescription[]; readonly sampleScores: Matrix }> {
  const { table, correlated } = found;
  const described = await timed('description', async () => {
    const modules = await describeCorrelated(found, correlated, options, context);
    const signs = await signsCorrelated({ ...found, descriptions: modules }, correlated, context);
    return modules.map((module, k) => ({ ...module, signs: signs[k] }));
  });
  const scored = { descriptions: described, image: options.image ?? null };
  const scores = beginBeside(context, (beside) => moduleScoresOf(scored, table, beside));
  // shards take one request after the other, and one thread has no gaps to fill
  if (context.shards || context.engine.threads === 1) await scores.result();
  return withBeside(scores, async () => {
    const input = { ...found, descriptions: described, associationCounts };
    const evaluated = await timed('significance', () => evaluateModules(input, options, context));
    const within = await timed('within', () =>
      keptWithin({ ...input, levels: options.levels }, options.measure, context),
    );
    const descriptions = described.map((module, k) => ({
      ...module,
      ...evaluated[k],
      trust: null,
      ...(within[k].length > 0 && { within: within[k] }),
    }));
    return { descriptions, sampleScores: await scores.result() };
  });
}

interface Fitted {
  readonly modules: Modules;
  /** Correlations of the modules' leading features. */
  readonly correlated: readonly ModuleCorrelations[];
  readonly granularity: Granularity | undefined;
  readonly counts: AssociationCounts;
  /** The options with the number of modules that was fitted. */
  readonly fitOptions: Omit<InLevels, 'modules'> & { readonly modules: number | undefined };
}

/** The options with the levels that `within` names. */
type InLevels = Omit<ExplainOptions, 'within' | 'label'> & Pick<AssociationOptions, 'levels'>;

/**
 * Associates all localities (of the denser covering) and factorizes them; with `auto` the number of modules is chosen
 * first.
 * @param timed runs a stage and keeps its time.
 * @param onFitted called once modules are found.
 * @returns modules with presence in the reported localities only, and how their number was chosen.
 */
async function fitAll(
  input: { readonly table: Table; readonly embedding: Embedding; readonly localities: Localities },
  options: InLevels,
  context: Context,
  timed: Timed,
  onFitted: () => void,
): Promise<Fitted> {
  const { table, embedding, localities } = input;
  const { features } = table;
  const dense = await denseCovering(embedding, localities, context.engine, silently(context, 'localities'));
  const { modules: requested, ...others } = options;
  const associations = await timed('associations', () => associate(features, dense, options, context));
  try {
    const granularity =
      requested === 'auto'
        ? await timed('granularity', () => chooseGranularity({ ...input, dense }, others, context))
        : undefined;
    const count = requested === 'auto' ? granularity?.chosen : requested;
    const fitOptions = { ...others, modules: count };
    const samples = { features, localities: dense, rules: associationRules(options, localities.size) };
    const fit = { associations, samples, reported: localities.count };
    const modules = await timed('modules', () => factorize(fit, fitOptions, context));
    onFitted();
    const wanted = leadingPairs(modules, dense.count, embedding.coordinates);
    const operations = operationsOf(associations, context.engine);
    const correlated = await timed('description', () =>
      operations.correlateLocalities(samples, wanted, watchStage(context, 'description')),
    );
    return { modules, correlated, granularity, counts: associations.counts, fitOptions };
  } finally {
    await releaseAssociations(associations, context);
  }
}

/**
 * A watch whose checkpoint throws CancelledError once the signal is aborted, and that reports no progress. Never throws.
 * @param stage its name, not shown without progress.
 */
const silently = (context: Context, stage: string) =>
  watchStage({ ...context, onProgress: undefined }, stage);

/** The sizes of localities under the names of their options. */
const sizesOf = ({ size, overlap }: Localities) => ({ localitySize: size, overlap });

/** The association rules under the names of their options. */
function rulesAsOptions({ measure, form, support, gate }: ReturnType<typeof associationRules>) {
  return { association: measure, associationForm: form, support, gate };
}
