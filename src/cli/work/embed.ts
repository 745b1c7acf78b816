/** The work of `whymap embed`: an embedding made, new samples in one that was made, or methods compared. */

import { type EmbedOptions, type EmbedResult, embed, type Model, transform } from '../../dr/index.js';
import { CancelledError } from '../../errors.js';
import { PLANNED, type ReadingPlan, writeCsv, writeNpy } from '../../io/index.js';
import type { OutputFile } from '../../io/output/file.js';
import type { OutputFolder } from '../../io/output/folder.js';
import type { Embedding, Table } from '../../model.js';
import type { OptionValues } from '../../options/index.js';
import { readFeatures } from '../../run/inputs.js';
import { planOf } from '../../run/plan.js';
import { readModel, savedModel } from '../outputs/model-file.js';
import { type Session, withSession } from '../session.js';
import { commandLineWarnings, tell, writeJson } from '../terminal/text.js';
import { packageVersion } from '../version.js';

interface EmbedOutputs {
  readonly file: OutputFile;
  /** For `--save-model`, or null. */
  readonly modelFile: OutputFile | null;
}

/** Reads the model where one is named, then the table; makes the embedding and writes it. */
export async function runEmbed(
  path: string,
  { file, modelFile }: EmbedOutputs,
  values: OptionValues<'embed'>,
  signal: AbortSignal,
): Promise<void> {
  const model = values.model === undefined ? null : await readModel(values.model);
  await withSession(values, signal, async (session) => {
    if (model) return runTransform(path, model, file, values, session);
    const table = await readFeatures(path, values, session);
    const plan = planOf(table, table, null, null);
    session.onPlan?.(plan);
    const result = await embed(table, methodOptions(values), session.context);
    if (signal.aborted) throw new CancelledError();
    await modelFile?.write(savedModel(result));
    await file.write(contentOf(result.embedding, file.path));
    session.progress.stop();
    session.tellPlan();
    tellEmbedding({ result, table, plan, out: file.path }, values, session);
  });
}

/** `--model`: new samples into an embedding that was made before. */
async function runTransform(
  path: string,
  model: Model,
  file: OutputFile,
  values: OptionValues<'embed'>,
  session: Session,
): Promise<void> {
  const table = await readFeatures(path, values, session);
  const { kind } = model;
  const embedding = await transform(model, table, session.context);
  if (session.context.signal?.aborted) throw new CancelledError();
  await file.write(contentOf(embedding, file.path));
  session.progress.stop();
  const { rows, columns } = embedding.coordinates;
  const output = tell(values.json);
  output.write(`${rows} samples placed by ${kind} in ${columns} dimensions: ${file.path}\n`);
  const warnings = commandLineWarnings(table.warnings);
  for (const { message } of warnings) output.write(`Note: ${message}\n`);
  if (!values.json) return;
  const summary = { version: packageVersion(), method: kind, seed: session.seed, rows, dimensions: columns };
  writeJson(JSON.stringify({ ...summary, out: file.path, warnings }, null, 2));
}

/** The content of the output file, by the ending of its name. */
function contentOf(embedding: Embedding, out: string): Uint8Array | string {
  return out.endsWith('.csv') ? asCsv(embedding) : asNpy(embedding);
}

/** The options of `embed` in whymap/dr, without those that were left out. */
function methodOptions(values: OptionValues<'embed'>): EmbedOptions {
  const { method, solve, dimensions, metric, nNeighbors, minDist, spread, negativeSampleRate } = values;
  const { perplexity, earlyExaggeration, theta, variant, init, steps, learningRate } = values;
  const options = {
    ...{ method, solve, dimensions, metric, nNeighbors, minDist, spread, negativeSampleRate },
    ...{ perplexity, earlyExaggeration, theta, variant, init, steps, learningRate },
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** The coordinates as the bytes of an NPY file, samples x dimensions. */
function asNpy({ coordinates }: Embedding): Uint8Array {
  return writeNpy(coordinates.data, [coordinates.rows, coordinates.columns]);
}

/** The coordinates as CSV: the id where there is one, then x1, x2... */
function asCsv({ coordinates, ids }: Embedding): string {
  const { rows, columns, data } = coordinates;
  const axes = Array.from({ length: columns }, (_, k) => `x${k + 1}`);
  const lines = Array.from({ length: rows }, (_, r) => {
    const values = [...data.subarray(r * columns, (r + 1) * columns)];
    return ids ? [ids[r], ...values] : values;
  });
  return writeCsv(ids ? ['id', ...axes] : axes, lines);
}

interface Made {
  readonly result: EmbedResult;
  readonly table: Table;
  readonly plan: ReadingPlan;
  readonly out: string;
}

/** Says what was made, and with --json writes the summary. */
function tellEmbedding(
  { result, table, plan, out }: Made,
  values: OptionValues<'embed'>,
  session: Session,
): void {
  const { rows, columns } = result.embedding.coordinates;
  const warnings = commandLineWarnings([...table.warnings, ...result.warnings]);
  const { json } = values;
  const output = tell(json);
  output.write(`${result.method} of ${rows} samples in ${columns} dimensions: ${out}\n`);
  for (const { code, message } of warnings) if (!PLANNED.has(code)) output.write(`Note: ${message}\n`);
  if (!json) return;
  const { neighbors: _, distances: __, ...settings } = result.settings;
  const summary = {
    version: packageVersion(),
    method: result.method,
    solve: result.solve,
    settings,
    seed: session.seed,
    rows,
    dimensions: columns,
    steps: result.steps,
    converged: result.converged,
    eigenvalues: result.eigenvalues ? [...result.eigenvalues] : null,
    loss: result.losses.at(-1) ?? null,
    out,
    reading: plan,
    warnings,
    engine: session.context.engine.name,
  };
  writeJson(JSON.stringify(summary, null, 2));
}

/** `--audit-ardr`: compares the methods on these data and writes the folder. */
export async function runAudit(
  path: string,
  folder: OutputFolder,
  values: OptionValues<'embed'>,
  session: Session,
): Promise<void> {
  const { auditArdr } = await import('../../reproduce/ardr/audit.js');
  try {
    const table = await readFeatures(path, values, session);
    session.onPlan?.(planOf(table, table, null, null));
    const audit = await auditArdr(table, session.context);
    await folder.write('ardr.md', audit.markdown);
    await folder.write('ardr.csv', audit.csv);
    const data = { version: packageVersion(), seed: session.seed, ...audit.data };
    const json = `${JSON.stringify(data, null, 2)}\n`;
    await folder.write('ardr.json', json);
    await folder.commit();
    session.progress.stop();
    session.tellPlan();
    const output = tell(values.json);
    output.write(`${audit.markdown}\nWritten to ${folder.path}\n`);
    if (values.json) writeJson(json);
  } finally {
    await folder.discard();
  }
}
