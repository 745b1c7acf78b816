/**
 * The input of a run that explains: the table with its embedding, which is read first, found in the table, or made here; features
 * chosen and localities placed on the way, where that saves time.
 *
 * Fails: as the readers and `planPairing` do, and `locate`.
 */

import { beginBeside, withBeside } from '../engine/beside.js';
import { type EmbeddingRead, isTooLarge, type ReadingPlan } from '../io/index.js';
import type { FeatureChooser } from '../io/table/feature-chooser.js';
import type { ExplainOptions } from '../lava/explain.js';
import { checkSizes } from '../lava/explain-checks.js';
import { locate } from '../lava/localities/localities.js';
import type { Embedding, Table, Warning } from '../model.js';
import type { OptionValues } from '../options/index.js';
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
import { mapsInside } from './maps-inside.js';
import type { PartedInput } from './parted-input.js';
import { planOf } from './plan.js';
import { newStreamedChoice, type StreamedChoice } from './streamed-choice.js';

/** How a run is carried out: the context, its seed, and where the files are. */
export interface Run extends Work {
  readonly seed: number;
  /** Opens a table in parts, null for any other name; absent where there is no disk. */
  readonly openParts?: (path: string, values: ExplainValues, work: Work) => Promise<PartedInput | null>;
}

/** Parsed options of `explain`; those of outputs are left to the caller. */
export type ExplainValues = OptionValues<'explain'>;

/** Fewer samples are no map. */
const LEAST_SAMPLES = 3;

/** The table and its embedding with the same samples, and what was found on the way. */
export interface Input {
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
export async function readInput(
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
  if (typeof maxFeatures !== 'number' || !steady || embeddingColumns !== undefined) {
    if (steady && embedding.ids === null && mayLocateFirst(embedding, run))
      return readBesideLocalities(features, embedding, values, options, run);
    return joined(await readWithinMemory(features, values, run), embedding, values, run);
  }
  const choice = newStreamedChoice(
    embedding,
    { ...options, maxFeatures },
    pairingOptions(values),
    run.context,
  );
  const table = await readWithinMemory(features, values, run, choice.chooser);
  return { ...joined(table, embedding, values, run), located: choice.located() };
}

/** Bytes of what placing localities holds for a sample, at most, and the share of memory that reading leaves to it. */
const LOCATED_BYTES = 400;
const LOCATING_SHARE = 0.1;

/** Whether localities may be placed while the table is read: there are threads for it, and reading needs nearly all of the memory for itself. */
const mayLocateFirst = ({ coordinates: { rows } }: Embedding, { context }: Run): boolean =>
  context.engine.threads > 1 &&
  rows >= LEAST_SAMPLES &&
  rows * LOCATED_BYTES <= LOCATING_SHARE * context.memory;

/**
 * The table and its embedding, with the localities, which are placed while the table is read: they need the map alone, but for samples
 * at the same point. Where the table turns out to have other samples, they are placed again.
 */
async function readBesideLocalities(
  features: string,
  embedding: EmbeddingRead,
  values: ExplainValues,
  options: ExplainOptions,
  run: Run,
): Promise<Input> {
  const reading = readWithinMemory(features, values, run);
  const read = reading.then((table) => table.features);
  // whoever waits for the reading hears of its failure
  read.catch(() => {});
  const placing = beginBeside(run.context, (context) => locate(embedding, options, context, read));
  return withBeside(placing, async () => {
    const input = joined(await reading, embedding, values, run);
    const { coordinates } = embedding;
    if (input.embedding.coordinates !== coordinates || input.table.features.rows !== coordinates.rows) {
      await placing.stop();
      return input;
    }
    const started = performance.now();
    const localities = await placing.result();
    return { ...input, located: { localities, seconds: (performance.now() - started) / 1000 } };
  });
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

/** The warning that the embedding was computed here, and which maps of the file could have been taken. */
function madeHere(method: string, maps: readonly string[]): Warning {
  const there =
    maps.length > 0 ? ` The file holds ${maps.join(' and ')}: name it as the map to explain it.` : '';
  const message = `No embedding was given: it was made here by ${method} with its default options, from the features in their own units.${there}`;
  return { code: 'embedding-made', message };
}
