/**
 * From the names of files and the options to an explanation: reads, checks, embeds where no embedding is given,
 * explains, and measures trust. The command line and the browser both come through here, which is why the same
 * files, options and seed give the same bytes in either.
 *
 * Options arrive parsed, by the names of the table in src/options.
 */

import { type Beside, beginBeside } from '../engine/beside.js';
import type { Context } from '../engine/context.js';
import { encodeExplanation } from '../io/explanation-file.js';
import type { ReadingPlan } from '../io/index.js';
import { partsOf } from '../lava/associations/parted.js';
import { type ExplainInput, type ExplainOptions, explain, explainBeside } from '../lava/explain.js';
import { explainedTable } from '../lava/query/explained-table.js';
import type { Explanation, Table, Warning } from '../model.js';
import { recordedOptions } from '../options/index.js';
import { withoutFolder } from '../report/names.js';
import { withFeatureValues } from '../report/values.js';
import { type ExplainValues, type Input, type Run, readInput } from './explain-input.js';
import { withinColumns } from './inputs.js';
import { DEFAULT_MAP, mapsInside } from './maps-inside.js';
import {
  type ExplanationTrust,
  fitsBesideEvaluation,
  type SampleTrust,
  sampleTrust,
  withRegionTrust,
} from './region-trust.js';

export type { ExplainValues, Run } from './explain-input.js';

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
  const located = { ...input, localities: localitiesKnown };
  const { localities, ...judged } = await explainAndJudge(located, options, values, run);
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

/**
 * Explains, and measures the trust of the regions unless it is not wanted: beside description and evaluation where that
 * fits in memory, since it needs no modules.
 */
async function explainAndJudge(
  input: ExplainInput,
  options: ExplainOptions,
  { trust, trustSamples }: ExplainValues,
  { context }: Run,
): Promise<ExplanationTrust> {
  if (trust === false) return { explanation: await explain(input, options, context), localities: null };
  const measure = (of: Context) => sampleTrust(input, of, trustSamples);
  const begun: Beside<SampleTrust | Warning>[] = [];
  const onFitted = () => {
    if (fitsBesideEvaluation(input.table, context)) begun.push(beginBeside(context, measure));
  };
  try {
    const explanation = await explainBeside(input, options, context, onFitted);
    const [trusted = beginBeside(context, measure)] = begun;
    return withRegionTrust(explanation, await trusted.result());
  } finally {
    await begun[0]?.stop();
  }
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
