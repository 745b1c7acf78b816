/** `whymap embed`: a table in, coordinates out as NPY or CSV; or, with --audit-ardr, a comparison of methods. */

import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type EmbedOptions, type EmbedResult, embed } from '../dr/index.js';
import { MachineError, OptionError, option, words } from '../errors.js';
import { PLANNED, type ReadingPlan, writeCsv, writeNpy } from '../io/index.js';
import type { Table } from '../model.js';
import type { OptionValues } from '../options/index.js';
import { readFeatures } from '../run/inputs.js';
import { planOf } from '../run/plan.js';
import type { CommandRun } from './command.js';
import { openOutput } from './outputs/folder.js';
import { packageVersion } from './outputs/summary.js';
import { type Session, withSession } from './session.js';

export const run: CommandRun<'embed'> = async (path = '', values, signal) => {
  const { auditArdr: audit } = values;
  const options = methodOptions(values);
  const out = audit ? (values.out ?? 'whymap-ardr') : outputPath(values.out ?? 'embedding.npy');
  await withSession(values, signal, async (session) => {
    if (audit) return runAudit(path, out, values, session);
    await checkWritable(out);
    const table = await readFeatures(path, values, session);
    const plan = planOf(table, table, null, null);
    session.onPlan?.(plan);
    const result = await embed(table, options, session.context);
    await writeWhole(out, out.endsWith('.csv') ? asCsv(result) : asNpy(result));
    session.progress.stop();
    session.tellPlan();
    tell({ result, table, plan, out }, values, session);
  });
};

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

/** Fails before the work rather than after it. */
async function checkWritable(out: string): Promise<void> {
  const existing = await stat(out).catch(() => null);
  if (existing?.isDirectory()) {
    throw new OptionError({
      got: `the output file ${out}, which is a folder`,
      expected: 'a file',
      remedy: 'give a file name that ends in .npy or .csv',
    });
  }
  await writeWhole(join(dirname(out), `.${basename(out)}.probe-${process.pid}`), '', true);
}

/** The file appears whole or not at all. */
async function writeWhole(out: string, content: string | Uint8Array, probe = false): Promise<void> {
  const partial = join(dirname(out), `.${basename(out)}.partial-${process.pid}`);
  try {
    await mkdir(dirname(out), { recursive: true });
    await writeFile(partial, content);
    if (!probe) await rename(partial, out);
  } catch (cause) {
    const parts = {
      got: `${out}, which cannot be written (${cause instanceof Error ? cause.message : cause})`,
      expected: 'a folder that takes new files',
      remedy: words`name another place with ${option('out')}`,
    };
    throw new MachineError(parts, { cause });
  } finally {
    await rm(partial, { force: true });
  }
}

function asNpy({ embedding: { coordinates } }: EmbedResult): Uint8Array {
  return writeNpy(coordinates.data, [coordinates.rows, coordinates.columns]);
}

function asCsv({ embedding: { coordinates, ids } }: EmbedResult): string {
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
