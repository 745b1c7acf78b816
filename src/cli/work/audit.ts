/** The work of `whymap audit`: reads, measures, writes the folder and prints the verdict. */

import { PLANNED, type ReadingPlan } from '../../io/index.js';
import type { OutputFolder } from '../../io/output/folder.js';
import { writeNpy } from '../../io/write.js';
import type { Matrix, Table, Warning } from '../../model.js';
import { type OptionValues, recordedOptions } from '../../options/index.js';
import { type FeaturesRead, readFeatures, readJoinedEmbedding } from '../../run/inputs.js';
import { planOf } from '../../run/plan.js';
import { traceMap } from '../../run/structure.js';
import {
  type Audit,
  type AuditOptions,
  audit,
  referenceSpace,
  type StructureTrace,
  structureLayer,
  verdictOfStructure,
} from '../../trust/index.js';
import { makeMap, type Repeats } from '../audit-method.js';
import { auditJson, linksCsv, measuresTable, pointwiseCsv } from '../outputs/audit.js';
import { auditReport } from '../outputs/audit-report.js';
import { clusterColumn, structureJson, writeStructure } from '../outputs/structure.js';
import type { Session } from '../session.js';
import { commandLineWarnings, tell, type Writer, writeJson } from '../terminal/text.js';

/** Reads, measures, writes the folder and prints the verdict. */
export async function runAudit(
  features: string,
  values: OptionValues<'audit'>,
  folder: OutputFolder,
  session: Session,
): Promise<void> {
  const { json = false } = values;
  const options = auditOptions(values);
  try {
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    const read = await readFeatures(features, values, session);
    const input = await mapFor(read, features, values, options, session);
    const { table } = input;
    const reading = seconds();
    const { labels, featureNames } = table;
    const judged = { features: input.space, embedding: input.map };
    const bare = await audit(
      judged,
      { ...options, ...input.measuring, labels, featureNames },
      session.context,
    );
    const repeats = input.repeat && (await input.repeat(bare.k));
    const structure = values.structure ? await traced(input, values, options, session) : null;
    const layer = structure && structureLayer(structure, labels);
    const judgedParts = structure ? verdictOfStructure(bare.verdict, structure.structures) : bare.verdict;
    const found = { ...bare, verdict: repeats ? [...judgedParts, repeats.sentence] : judgedParts };
    const warnings = commandLineWarnings([...table.warnings, ...input.warnings, ...found.warnings]);
    const run = {
      reading: input.plan,
      options: { ...options, ...recordedOptions('audit', values), seed: session.seed },
      data: { dropped: table.dropped, source: table.source, embedding: input.source },
      engine: { name: session.context.engine.name, reason: session.context.reason },
      timings: { reading, auditing: seconds() - reading },
      warnings,
    };
    const result = auditJson(found, run, structure && structureJson(structure));
    await folder.write('audit.json', `${result}\n`);
    await folder.write(
      'pointwise.csv',
      pointwiseCsv(found, table.ids, repeats, structure && clusterColumn(structure)),
    );
    await folder.write('links.csv', linksCsv(found, table.ids));
    await folder.write(
      'report.html',
      auditReport({ audit: found, coordinates: input.map, table, warnings, structure: layer }),
    );
    const lines = await writeStructure(folder, structure, layer?.summary);
    if (repeats)
      await folder.write('embedding.npy', writeNpy(input.map.data, [input.map.rows, input.map.columns]));
    await folder.commit();
    session.progress.stop();
    session.tellPlan();
    const shown = warnings.filter(({ code }) => !PLANNED.has(code));
    tellAudit(found, shown, folder.path, table, tell(json), lines);
    if (json) writeJson(result);
  } finally {
    await folder.discard();
  }
}

interface Input {
  readonly table: Table;
  /** What the map is judged against. */
  readonly space: Table['features'];
  /** Options of the space that are already carried out in it. */
  readonly measuring: AuditOptions;
  readonly map: Matrix;
  readonly source: { readonly name: string; readonly sha256: string | null };
  readonly warnings: readonly Warning[];
  readonly plan: ReadingPlan;
  readonly repeat: ((k: number) => Promise<Repeats>) | null;
}

/** The map that was given, or one made here of the space that distances are measured in. */
async function mapFor(
  table: FeaturesRead,
  path: string,
  values: OptionValues<'audit'>,
  options: AuditOptions,
  session: Session,
): Promise<Input> {
  const { method } = values;
  if (method === undefined) {
    const joined = await readJoinedEmbedding(table, path, values, session);
    const { coordinates: map, source } = joined.embedding;
    const { features } = joined.table;
    return { ...joined, space: features, measuring: {}, map, source, repeat: null };
  }
  const plan = planOf(table, table, null, null);
  session.onPlan?.(plan);
  const space = await referenceSpace(table.features, options, session.context);
  const { map, repeat } = await makeMap(space, method, session.seed, session.context);
  const source = { name: `${method}, made here`, sha256: null };
  const measuring = { components: undefined, standardize: false };
  return { table, space, measuring, map, source, warnings: [], plan, repeat };
}

/** The structures of the map, traced to the data. */
function traced(
  { table, space, map, measuring }: Input,
  values: OptionValues<'audit'>,
  options: AuditOptions,
  session: Session,
): Promise<StructureTrace> {
  const { method, madeBy = method, region, mapSeeds, nullMaps, leastSamples } = values;
  const { metric, components, standardize } = { ...options, ...measuring };
  return traceMap(
    { table, features: space, map },
    { madeBy, region, mapSeeds, nullMaps, leastSamples },
    { metric, components, standardize },
    session,
  );
}

/** The options of `audit` in whymap/trust. */
function auditOptions(values: OptionValues<'audit'>): AuditOptions {
  const { neighbors: k, metric, components, scale, sample } = values;
  return { k, metric, components, standardize: scale === 'standard', sample };
}

/** Says what was found. */
function tellAudit(
  found: Audit,
  warnings: readonly Warning[],
  path: string,
  table: Table,
  out: Writer,
  structure: readonly string[],
): void {
  const lines = [
    `${found.samples} samples, ${table.featureNames.length} features, neighborhoods of ${found.k}.`,
    '',
    ...found.verdict.map(({ text }) => text),
    '',
    ...measuresTable(found),
    ...(structure.length > 0 ? ['', ...structure] : []),
    ...(warnings.length > 0 ? ['', 'To know:', ...warnings.map(({ message }) => `  - ${message}`)] : []),
    '',
    `Result: ${path}`,
  ];
  out.write(`${lines.join('\n')}\n`);
}
