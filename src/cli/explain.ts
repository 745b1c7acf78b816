/** `whymap explain`: features and an embedding in, a folder with modules, presence and a report out. */

import { OptionError } from '../errors.js';
import { isTooLarge } from '../io/index.js';
import { type ExplainOptions, explain } from '../lava/explain.js';
import type { Embedding, Explanation, Table, Warning } from '../model.js';
import {
  choiceOption,
  flagOption,
  type Given,
  imageOption,
  integerOption,
  numberOption,
  textOption,
} from './arguments.js';
import type { CommandRun } from './command.js';
import { readFeatures, readJoinedEmbedding } from './inputs.js';
import { openOutput } from './outputs/folder.js';
import { geneSetsCsv } from './outputs/gene-sets.js';
import { tellFindings } from './outputs/words.js';
import { writeOutputs } from './outputs/write.js';
import { type PlacesTrust, withTrust } from './places.js';
import { type Session, withSession } from './session.js';
import { writeBack, writeBackPath } from './write-back.js';

export const run: CommandRun = async ([features], given, signal) => {
  const options = explainOptions(given);
  await withSession(given, signal, async (session) => {
    await runExplain(features, given, options, textOption(given, 'out') ?? 'whymap-out', session);
  });
};

/** The whole of `explain` for one table; `demo` comes in here too. */
export async function runExplain(
  features: string,
  given: Given,
  options: ExplainOptions,
  out: string,
  session: Session,
): Promise<void> {
  const back = writeBackPath(features, given);
  const folder = await openOutput(out);
  try {
    const started = performance.now();
    // features are chosen by what they do inside localities, which are not known while reading
    const table = await readWithinMemory(features, given, session);
    const input = await embeddingFor(table, features, given, session);
    const reading = (performance.now() - started) / 1000;
    const explained = await explain(input, options, session.context);
    const judged = await judge(explained, input.table, given, session);
    const found = judged.explanation;
    const made: Explanation = {
      ...found,
      options: { ...found.options, seed: session.seed, ...inputOptions(given) },
      warnings: [...found.warnings, ...input.warnings],
      engine: { ...found.engine, reason: session.reason },
      timings: { reading, ...found.timings },
    };
    const unmatched = await writeBack(made, features, back);
    const explanation = { ...made, warnings: [...made.warnings, ...unmatched] };
    const summary = await writeOutputs(folder, explanation, input.table, judged.localities);
    const sets = textOption(given, 'geneSets');
    if (sets !== undefined) await folder.write('gene-sets.csv', await geneSetsCsv(explanation, sets));
    await folder.commit();
    session.progress.stop();
    const json = flagOption(given, 'json');
    const told = json ? process.stderr : process.stdout;
    tellFindings(explanation, folder.path, told);
    if (back !== null)
      told.write(`Presence and modules are in ${back} (obsm X_whymap, varm and uns whymap).\n`);
    if (json) process.stdout.write(`${summary}\n`);
  } finally {
    await folder.discard();
  }
}

/** Trust of the regions, unless it is not wanted. */
async function judge(
  explanation: Explanation,
  table: Table,
  given: Given,
  session: Session,
): Promise<PlacesTrust> {
  if (choiceOption(given, 'trust', ['yes', 'no'] as const) === 'no') return { explanation, localities: null };
  return withTrust(explanation, table, session.context);
}

/**
 * The whole table; where it is larger than the memory it may have and `--max-features` was given, the features of
 * largest variance, which the reader can find without holding the rest (its warning says so).
 */
function readWithinMemory(features: string, given: Given, session: Session): Promise<Table> {
  return readFeatures(features, { ...given, maxFeatures: undefined }, session).catch((error: unknown) => {
    if (!isTooLarge(error) || given.maxFeatures === undefined) throw error;
    return readFeatures(features, given, session);
  });
}

interface Input {
  readonly table: Table;
  readonly embedding: Embedding;
  readonly warnings: readonly Warning[];
}

/** The embedding that was given, or one made here. */
async function embeddingFor(table: Table, path: string, given: Given, session: Session): Promise<Input> {
  const asked = textOption(given, 'embedding');
  const method = textOption(given, 'method');
  if (asked !== undefined) {
    if (method === undefined) return readJoinedEmbedding(table, path, given, session);
    throw new OptionError({
      got: `both --embedding ${asked} and --method ${method}`,
      expected: 'one of them',
      remedy: 'leave out --method to explain the embedding that is given',
    });
  }
  const { embed, methodNames } = await import('../dr/index.js');
  const name = choiceOption(given, 'method', methodNames) ?? 'umap';
  const made = await embed(table, { method: name }, session.context);
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
    modules: given.modules === 'auto' ? 'auto' : integerOption(given, 'modules', 1),
    maxFeatures: integerOption(given, 'maxFeatures', 2),
    draws: integerOption(given, 'draws', 0),
    level: numberOption(given, 'level'),
    stability: integerOption(given, 'stability', 0),
    association: choiceOption(given, 'association', ['pearson', 'spearman']),
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
  'method',
  'id',
  'label',
  'labels',
  'featureNames',
  'missing',
  'header',
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
