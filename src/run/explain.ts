/**
 * From the names of files and the options to an explanation: reads, checks, embeds where no embedding is given,
 * explains, and measures trust. The command line and the browser both come through here, which is why the same
 * files, options and seed give the same bytes in either.
 *
 * Options arrive parsed, by the names of the table in src/options.
 */

import { encodeExplanation } from '../io/explanation-file.js';
import { isTooLarge, type ReadingPlan } from '../io/index.js';
import type { FeatureChooser } from '../io/table/feature-chooser.js';
import { partsOf } from '../lava/associations/parted.js';
import { checkSizes, type ExplainOptions, explain } from '../lava/explain.js';
import { explainedTable } from '../lava/query/explained-table.js';
import type { Embedding, Explanation, Table, Warning } from '../model.js';
import { type OptionValues, recordedOptions } from '../options/index.js';
import { withoutFolder } from '../report/names.js';
import { withFeatureValues } from '../report/values.js';
import {
  type FeaturesRead,
  joined,
  pairingOptions,
  readFeatures,
  readJoinedEmbedding,
  readRequestedEmbedding,
  type Work,
  withinColumns,
} from './inputs.js';
import { DEFAULT_MAP, mapsInside } from './maps-inside.js';
import type { PartedInput } from './parted-input.js';
import { planOf } from './plan.js';
import { type ExplanationTrust, withTrust } from './region-trust.js';
import { newStreamedChoice, type StreamedChoice } from './streamed-choice.js';

/** How a run is carried out: the context, its seed, and where the files are. */
export interface Run extends Work {
  readonly seed: number;
  /** Opens a table in parts, null for any other name; absent where there is no disk. */
  readonly openParts?: (path: string, values: ExplainValues, work: Work) => Promise<PartedInput | null>;
}

/** Parsed options of `explain`; those of outputs are left to the caller. */
export type ExplainValues = OptionValues<'explain'>;

export interface Explained {
  readonly explanation: Explanation;
  /** The samples and features that were explained. */
  readonly table: Table;
  /** How the files were read and paired. */
  readonly plan: ReadingPlan;
  /** Trust of each locality; null when it was not measured. */
  readonly localities: ExplanationTrust['localities'];
}

/** Explains the features in the file named `features`. */
export async function explainFiles(features: string, named: ExplainValues, run: Run): Promise<Explained> {
  const started = performance.now();
  const parted = (await run.openParts?.(features, named, run)) ?? null;
  const { values, warnings: taken } = parted
    ? { values: parted.values, warnings: [] }
    : await withMapOfFile(features, named, run);
  const options = explainOptions(values);
  const input: Input = parted ? parted.input : await readInput(features, values, options, run);
  const seconds = (performance.now() - started) / 1000;
  const timings: Record<string, number> = input.located
    ? { reading: seconds - input.located.seconds, localities: input.located.seconds }
    : { reading: seconds };
  const localitiesKnown = input.located?.localities;
  const explained = await explain({ ...input, localities: localitiesKnown }, options, run.context);
  const judged = await judge(explained, input.table, values, run);
  const { localities } = judged;
  const found = parted ? await parted.withValues(judged.explanation) : judged.explanation;
  const explanation: Explanation = {
    ...found,
    options: { ...found.options, seed: run.seed, ...recordedOptions('explain', values) },
    warnings: [...found.warnings, ...taken, ...input.warnings],
    timings: { ...timings, ...found.timings },
  };
  return { explanation, table: input.table, plan: input.plan, localities };
}

/**
 * What a page shows of it: with raw feature values, and without what differs between runs with the same result: timings,
 * threads, the reason for the engine, which tells them, and the folders that files lie in. `summary.json` has these. Options
 * keep their paths, by which files are found again.
 */
export function shownExplanation(explanation: Explanation, table: Table): Explanation {
  const engine = { name: explanation.engine.name, reason: '', threads: 0 };
  const shown = { ...namedShortly(explanation, table), timings: {}, engine };
  // of a table in parts they are read once the modules are known
  if (partsOf(table.features)) return shown;
  return withFeatureValues(shown, explainedTable(explanation, table));
}

/** The source of the embedding and the warnings with names of files in place of paths. */
function namedShortly(explanation: Explanation, table: Table): Explanation {
  const { embedding, warnings, options } = explanation;
  const paths = [table.source.name, embedding.source.name, options.labels, options.featureNames]
    .filter((path): path is string => typeof path === 'string' && withoutFolder(path) !== path)
    .sort((a, b) => b.length - a.length);
  const short = (text: string) =>
    paths.reduce((shorter, path) => shorter.replaceAll(path, withoutFolder(path)), text);
  return {
    ...explanation,
    embedding: { ...embedding, source: { ...embedding.source, name: short(embedding.source.name) } },
    warnings: warnings.map((warning) => ({ ...warning, message: short(warning.message) })),
  };
}

/** The bytes of `explanation.whymap`. */
export function explanationFile(explanation: Explanation, table: Table): Uint8Array {
  return encodeExplanation(shownExplanation(explanation, table));
}

/** The names of the two files, without their folders; of one file that holds both, its name and the map's key. */
export function titleOf(explanation: Explanation, table: Table): string {
  const [features, map] = [table, explanation.embedding].map(({ source }) => withoutFolder(source.name));
  if (features !== map) return `${features} on ${map}`;
  const { embedding: key } = explanation.options;
  return typeof key === 'string' && key !== map ? `${features}, ${key}` : features;
}

/** Trust of the regions, unless it is not wanted. */
async function judge(
  explanation: Explanation,
  table: Table,
  { trust, trustSamples }: ExplainValues,
  run: Run,
): Promise<ExplanationTrust> {
  if (trust === false) return { explanation, localities: null };
  return withTrust(explanation, table, run.context, trustSamples);
}

/** Fewer samples are no map. */
const LEAST_SAMPLES = 3;

interface Input {
  readonly table: Table;
  readonly embedding: Embedding;
  readonly warnings: readonly Warning[];
  readonly plan: ReadingPlan;
  /** Where features were chosen while reading. */
  readonly located?: ReturnType<StreamedChoice['located']>;
}

/**
 * The table and its embedding. An embedding of a file or key is read first: it is small, and what is wrong with it, or with
 * the sizes for so many samples, is said before the table is read. With `--max-features` too the features are chosen
 * while they are read, in formats that allow it; not where samples may yet be dropped for missing cells or labels,
 * since localities are of all samples, nor with levels, which are read after the values.
 */
async function readInput(
  features: string,
  values: ExplainValues,
  options: ExplainOptions,
  run: Run,
): Promise<Input> {
  const { maxFeatures } = options;
  const { missing = 'error', labels, embedding: name, embeddingColumns } = values;
  if (name === undefined)
    return embeddingFor(await readWithinMemory(features, values, run), features, values, run);
  const embedding = await readRequestedEmbedding(features, values, run);
  const steady = missing === 'error' && labels === undefined && values.within === undefined;
  // paired by row, so the samples are those of the embedding; of too few both files are to blame
  if (steady && embedding.ids === null && embedding.coordinates.rows >= LEAST_SAMPLES)
    checkSizes({ embedding }, options);
  if (typeof maxFeatures !== 'number' || !steady || embeddingColumns !== undefined)
    return joined(await readWithinMemory(features, values, run), embedding, values, run);
  const choice = newStreamedChoice(
    embedding,
    { ...options, maxFeatures },
    pairingOptions(values),
    run.context,
  );
  const table = await readWithinMemory(features, values, run, choice.chooser);
  return { ...joined(table, embedding, values, run), located: choice.located() };
}

/**
 * The whole table; where it is larger than the memory it may have and `--max-features` was given, the features of
 * largest variance, which the reader can find without holding the rest (its warning says so).
 */
function readWithinMemory(
  features: string,
  values: ExplainValues,
  run: Run,
  chooser?: FeatureChooser,
): Promise<FeaturesRead> {
  const whole = { ...values, maxFeatures: undefined };
  return readFeatures(features, whole, run, chooser).catch((error: unknown) => {
    if (!isTooLarge(error) || typeof values.maxFeatures !== 'number') throw error;
    return readFeatures(features, values, run);
  });
}

/** The embedding in columns of the table, or one made here. */
async function embeddingFor(
  table: FeaturesRead,
  path: string,
  values: ExplainValues,
  run: Run,
): Promise<Input> {
  const { embeddingColumns, method = 'umap' } = values;
  if (embeddingColumns !== undefined) return readJoinedEmbedding(table, path, values, run);
  const plan = planOf(table, table, null, null, withinColumns(values));
  run.onPlan?.(plan);
  const { embed } = await import('../dr/index.js');
  const made = await embed(table, { method }, run.context);
  const warning = madeHere(method, await mapsInside(path, run));
  return { table, embedding: made.embedding, warnings: [warning, ...made.warnings], plan };
}

/** The options with the map that the features' own file holds, where none is named and none is to be made. */
async function withMapOfFile(
  path: string,
  values: ExplainValues,
  run: Run,
): Promise<{ readonly values: ExplainValues; readonly warnings: readonly Warning[] }> {
  const { embedding, embeddingColumns, method } = values;
  const isNamed = embedding !== undefined || embeddingColumns !== undefined || method !== undefined;
  if (isNamed || !(await mapsInside(path, run)).includes(DEFAULT_MAP)) return { values, warnings: [] };
  const message = `No embedding was named: ${DEFAULT_MAP} of the file was taken. Name another, or a method to make one.`;
  return { values: { ...values, embedding: DEFAULT_MAP }, warnings: [{ code: 'embedding-taken', message }] };
}

/** The warning that the embedding was computed here, and which maps of the file could have been taken. */
function madeHere(method: string, maps: readonly string[]): Warning {
  const there =
    maps.length > 0 ? ` The file holds ${maps.join(' and ')}: name it as the map to explain it.` : '';
  const message = `No embedding was given: it was made here by ${method} with its default options, from the features in their own units.${there}`;
  return { code: 'embedding-made', message };
}

/** The options of `explain` in whymap/lava. */
export function explainOptions(values: ExplainValues): ExplainOptions {
  const { localitySize, overlap, tuningSamples, covering, modules, maxFeatures, draws, level } = values;
  const { refits, stability, association, associationForm, support, gate, form, image = null } = values;
  const within = withinColumns(values);
  return {
    ...{ localitySize, overlap, tuningSamples, covering, modules, maxFeatures, draws, level },
    ...{ refits, stability, association, associationForm, support, gate, form, image },
    ...(within.length > 0 && { within, label: values.label }),
  };
}
