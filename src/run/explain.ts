/**
 * From the names of files and the options to an explanation: reads, checks, embeds where no embedding is given,
 * explains, and measures trust. The command line and the browser both come through here, which is why the same
 * files, options and seed give the same bytes in either.
 *
 * Options arrive as the texts that a person gave, by the names of the command line's flags.
 */

import { ASSOCIATION_MEASURE_NAMES } from '../core/association-measures.js';
import { OptionError } from '../errors.js';
import { encodeExplanation } from '../io/explanation-file.js';
import { isTooLarge } from '../io/index.js';
import type { FeatureChooser } from '../io/table/feature-chooser.js';
import { type ExplainOptions, explain } from '../lava/explain.js';
import type { Embedding, Explanation, Table, Warning } from '../model.js';
import { withFeatureValues } from '../report/values.js';
import {
  choiceOption,
  type Given,
  imageOption,
  integerOption,
  numberOption,
  textOption,
} from './arguments.js';
import {
  joined,
  readEmbeddingColumns,
  readFeatures,
  readGivenEmbedding,
  readJoinedEmbedding,
  type Work,
} from './inputs.js';
import { type PlacesTrust, withTrust } from './region-trust.js';
import { newStreamedChoice, type StreamedChoice } from './streamed-choice.js';

/** How a run is carried out: the engine and why it was chosen, the seed, and where its files are. */
export interface Run extends Work {
  readonly seed: number;
  /** Why this engine. */
  readonly reason: string;
}

export interface Explained {
  readonly explanation: Explanation;
  /** The samples and features that were explained. */
  readonly table: Table;
  /** Trust of each locality; null when it was not measured. */
  readonly localities: PlacesTrust['localities'];
}

/** Explains the features in the file named `features`. */
export async function explainFiles(
  features: string,
  given: Given,
  options: ExplainOptions,
  run: Run,
): Promise<Explained> {
  const started = performance.now();
  const input = await readInput(features, given, options, run);
  const seconds = (performance.now() - started) / 1000;
  const timings: Record<string, number> = input.located
    ? { reading: seconds - input.located.seconds, localities: input.located.seconds }
    : { reading: seconds };
  const localitiesKnown = input.located?.localities;
  const explained = await explain({ ...input, localities: localitiesKnown }, options, run.context);
  const { explanation: found, localities } = await judge(explained, input.table, given, run);
  const explanation: Explanation = {
    ...found,
    options: { ...found.options, seed: run.seed, ...inputOptions(given) },
    warnings: [...found.warnings, ...input.warnings],
    engine: { ...found.engine, reason: run.reason },
    timings: { ...timings, ...found.timings },
  };
  return { explanation, table: input.table, localities };
}

/** What a page shows of it: with raw feature values, and without the timings, which differ between runs. */
export function shownExplanation(explanation: Explanation, table: Table): Explanation {
  return withFeatureValues({ ...explanation, timings: {} }, table);
}

/** The bytes of `explanation.whymap`. */
export function explanationFile(explanation: Explanation, table: Table): Uint8Array {
  return encodeExplanation(shownExplanation(explanation, table));
}

/** The names of the two files, without their folders. */
export function titleOf(explanation: Explanation, table: Table): string {
  const last = (name: string) => name.split('/').at(-1) ?? name;
  return `${last(table.source.name)} on ${last(explanation.embedding.source.name)}`;
}

/** Trust of the regions, unless it is not wanted. */
async function judge(explanation: Explanation, table: Table, given: Given, run: Run): Promise<PlacesTrust> {
  if (choiceOption(given, 'trust', ['yes', 'no'] as const) === 'no') return { explanation, localities: null };
  return withTrust(explanation, table, run.context, integerOption(given, 'trustSamples', 2));
}

interface Input {
  readonly table: Table;
  readonly embedding: Embedding;
  readonly warnings: readonly Warning[];
  /** Where features were chosen while reading. */
  readonly located?: ReturnType<StreamedChoice['located']>;
}

/**
 * The table and its embedding. With both an embedding and `--max-features` the features are chosen while they are read,
 * in formats that allow it; not where samples may yet be dropped for missing cells or labels, since localities are
 * of all samples.
 */
async function readInput(features: string, given: Given, options: ExplainOptions, run: Run): Promise<Input> {
  const { maxFeatures } = options;
  const steady = (given.missing ?? 'error') === 'error' && given.labels === undefined;
  const wholeFile = given.method === undefined && given.embeddingColumns === undefined;
  if (given.embedding === undefined || !wholeFile || maxFeatures === undefined || !steady) {
    return embeddingFor(await readWithinMemory(features, given, run), features, given, run);
  }
  const embedding = await readGivenEmbedding(features, given, run);
  const choice = newStreamedChoice(embedding, { ...options, maxFeatures }, run.context);
  const table = await readWithinMemory(features, given, run, choice.chooser);
  return { ...joined(table, embedding), located: choice.located() };
}

/**
 * The whole table; where it is larger than the memory it may have and `--max-features` was given, the features of
 * largest variance, which the reader can find without holding the rest (its warning says so).
 */
function readWithinMemory(
  features: string,
  given: Given,
  run: Run,
  chooser?: FeatureChooser,
): Promise<Table> {
  const whole = { ...given, maxFeatures: undefined };
  return readFeatures(features, whole, run, chooser).catch((error: unknown) => {
    if (!isTooLarge(error) || given.maxFeatures === undefined) throw error;
    return readFeatures(features, given, run);
  });
}

/** The embedding that was given, or one made here. */
async function embeddingFor(table: Table, path: string, given: Given, run: Run): Promise<Input> {
  const asked = textOption(given, 'embedding');
  const method = textOption(given, 'method');
  const columns = textOption(given, 'embeddingColumns');
  if (asked !== undefined || columns !== undefined) {
    if (method === undefined) {
      return columns === undefined
        ? readJoinedEmbedding(table, path, given, run)
        : readEmbeddingColumns(table, given, run);
    }
    throw new OptionError({
      got: `both --embedding ${asked ?? columns} and --method ${method}`,
      expected: 'one of them',
      remedy: 'leave out --method to explain the embedding that is given',
    });
  }
  const { embed, methodNames } = await import('../dr/index.js');
  const name = choiceOption(given, 'method', methodNames) ?? 'umap';
  const made = await embed(table, { method: name }, run.context);
  return { table, embedding: made.embedding, warnings: [madeHere(name), ...made.warnings] };
}

function madeHere(method: string): Warning {
  const message = `No embedding was given: it was made here by ${method} with its default options.`;
  return { code: 'embedding-made', message };
}

/** What was asked of the method, checked. */
export function explainOptions(given: Given): ExplainOptions {
  return {
    localitySize: integerOption(given, 'localitySize', 3),
    overlap: numberOption(given, 'overlap'),
    tuningSamples: integerOption(given, 'tuningSamples', 1),
    covering: integerOption(given, 'covering', 0),
    modules: given.modules === 'auto' ? 'auto' : integerOption(given, 'modules', 1),
    maxFeatures: integerOption(given, 'maxFeatures', 2),
    draws: integerOption(given, 'draws', 0),
    level: numberOption(given, 'level'),
    stability: integerOption(given, 'stability', 0),
    association: choiceOption(given, 'association', ASSOCIATION_MEASURE_NAMES),
    associationForm: choiceOption(given, 'associationForm', ['debiased', 'absolute', 'signed']),
    support: integerOption(given, 'support', 0),
    gate: numberOption(given, 'gate'),
    form: choiceOption(given, 'form', ['symmetric', 'stacked']),
    image: imageOption(given, 'image') ?? null,
  };
}

const INPUT_OPTIONS = [
  'embedding',
  'embeddingKey',
  'embeddingColumns',
  'method',
  'id',
  'label',
  'labels',
  'featureNames',
  'missing',
  'header',
  'table',
  'query',
  'layer',
  'useRaw',
  'normalize',
  'maxFeatures',
];

/** How the input was read, for running it again. */
function inputOptions(given: Given): Record<string, string | boolean> {
  const entries = INPUT_OPTIONS.flatMap((name) => {
    const value = given[name];
    return value === undefined || value === false ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}
