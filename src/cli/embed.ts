/** `whymap embed`: a table in, coordinates out as NPY or CSV; or, with --audit-ardr, a comparison of methods. */

import { resolve } from 'node:path';
import { type EmbedOptions, type EmbedResult, embed } from '../dr/index.js';
import { OptionError } from '../errors.js';
import { PLANNED, type ReadingPlan, writeCsv, writeNpy } from '../io/index.js';
import type { Embedding, Table } from '../model.js';
import type { OptionValues } from '../options/index.js';
import { readFeatures } from '../run/inputs.js';
import { planOf } from '../run/plan.js';
import type { CommandRun } from './command.js';
import { checkWritable, writeWhole } from './outputs/file.js';
import { openOutput } from './outputs/folder.js';
import { placeByModel, savedModel } from './outputs/model-file.js';
import { packageVersion } from './outputs/summary.js';
import { type Session, withSession } from './session.js';

export const run: CommandRun<'embed'> = async (path = '', values, signal) => {
  const { auditArdr: audit } = values;
  const options = methodOptions(values);
  const out = audit ? (values.out ?? 'whymap-ardr') : outputPath(values.out ?? 'embedding.npy');
  await withSession(values, signal, async (session) => {
    if (audit) return runAudit(path, out, values, session);
    await checkWritable(out);
    const { model, saveModel } = values;
    if (model !== undefined) return runPlacing(path, model, out, values, session);
    if (saveModel !== undefined) await checkWritable(saveModel);
    const table = await readFeatures(path, values, session);
    const plan = planOf(table, table, null, null);
    session.onPlan?.(plan);
    const result = await embed(table, options, session.context);
    if (saveModel !== undefined) await writeWhole(saveModel, savedModel(result));
    await writeWhole(out, out.endsWith('.csv') ? asCsv(result.embedding) : asNpy(result.embedding));
    session.progress.stop();
    session.tellPlan();
    tell({ result, table, plan, out }, values, session);
  });
};

/** `--model`: new samples into an embedding that was made before. */
async function runPlacing(
  path: string,
  model: string,
  out: string,
  values: OptionValues<'embed'>,
  session: Session,
): Promise<void> {
  const table = await readFeatures(path, values, session);
  const { kind, embedding } = await placeByModel(model, table, values, session);
  await writeWhole(out, out.endsWith('.csv') ? asCsv(embedding) : asNpy(embedding));
  session.progress.stop();
  const { rows, columns } = embedding.coordinates;
  const told = values.json ? process.stderr : process.stdout;
  told.write(`${rows} samples placed by ${kind} in ${columns} dimensions: ${out}\n`);
  for (const warning of table.warnings) told.write(`Note: ${warning.message}\n`);
  if (!values.json) return;
  const summary = { version: packageVersion(), method: kind, seed: session.seed, rows, dimensions: columns };
  process.stdout.write(`${JSON.stringify({ ...summary, out, warnings: table.warnings }, null, 2)}\n`);
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

function outputPath(out: string): string {
  if (/\.(npy|csv)$/.test(out)) return resolve(out);
  throw new OptionError({
    got: `the output file ${out}`,
    expected: 'a name that ends in .npy or .csv',
    remedy: 'give the file such a name',
  });
}

function asNpy({ coordinates }: Embedding): Uint8Array {
  return writeNpy(coordinates.data, [coordinates.rows, coordinates.columns]);
}

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
function tell({ result, table, plan, out }: Made, values: OptionValues<'embed'>, session: Session): void {
  const { rows, columns } = result.embedding.coordinates;
  const warnings = [...table.warnings, ...result.warnings];
  const { json } = values;
  const told = json ? process.stderr : process.stdout;
  told.write(`${result.method} of ${rows} samples in ${columns} dimensions: ${out}\n`);
  for (const { code, message } of warnings) if (!PLANNED.has(code)) told.write(`Note: ${message}\n`);
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
  process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
}

async function runAudit(
  path: string,
  out: string,
  values: OptionValues<'embed'>,
  session: Session,
): Promise<void> {
  const { auditArdr } = await import('../reproduce/ardr/audit.js');
  const folder = await openOutput(out);
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
    const told = values.json ? process.stderr : process.stdout;
    told.write(`${audit.markdown}\nWritten to ${folder.path}\n`);
    if (values.json) process.stdout.write(json);
  } finally {
    await folder.discard();
  }
}
