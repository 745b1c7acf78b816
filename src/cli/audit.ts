/** `whymap audit`: features and an embedding in, a folder that says how far the map can be trusted out. */

import { OptionError } from '../errors.js';
import type { Table, Warning } from '../model.js';
import { type Audit, type AuditOptions, audit } from '../trust/index.js';
import { choiceOption, flagOption, type Given, integerOption, textOption } from './arguments.js';
import type { CommandRun } from './command.js';
import { readFeatures, readJoinedEmbedding } from './inputs.js';
import { auditJson, linksCsv, measuresTable, pointwiseCsv } from './outputs/audit.js';
import { auditReport } from './outputs/audit-report.js';
import { openOutput } from './outputs/folder.js';
import { type Session, withSession } from './session.js';

const METRICS = ['euclidean', 'cosine', 'correlation', 'manhattan'] as const;

export const run: CommandRun = async ([features], given, signal) => {
  if (textOption(given, 'embedding') === undefined) {
    throw new OptionError({
      got: 'no --embedding',
      expected: 'the map to audit',
      remedy: 'name its file, or its key inside an .h5ad, with --embedding',
    });
  }
  const options = auditOptions(given);
  await withSession(given, signal, (session) => runAudit(features, given, options, session));
};

async function runAudit(
  features: string,
  given: Given,
  options: AuditOptions,
  session: Session,
): Promise<void> {
  const folder = await openOutput(textOption(given, 'out') ?? 'whymap-audit');
  try {
    const started = performance.now();
    const read = await readFeatures(features, given, session);
    const { table, embedding, warnings } = await readJoinedEmbedding(read, features, given, session);
    const reading = (performance.now() - started) / 1000;
    const { labels, featureNames } = table;
    const input = { features: table.features, embedding: embedding.coordinates };
    const found = await audit(input, { ...options, labels, featureNames }, session.context);
    const all: Warning[] = [...table.warnings, ...warnings, ...found.warnings];
    const run = {
      options: { ...options, ...asGiven(given), seed: session.seed },
      data: { dropped: table.dropped, source: table.source, embedding: embedding.source },
      engine: { name: session.context.engine.name, reason: session.reason },
      timings: { reading, auditing: (performance.now() - started) / 1000 - reading },
      warnings: all,
    };
    const result = auditJson(found, run);
    await folder.write('audit.json', `${result}\n`);
    await folder.write('pointwise.csv', pointwiseCsv(found, table.ids));
    await folder.write('links.csv', linksCsv(found, table.ids));
    await folder.write(
      'report.html',
      auditReport({ audit: found, coordinates: input.embedding, table, warnings: all }),
    );
    await folder.commit();
    session.progress.stop();
    tell(found, all, folder.path, table, flagOption(given, 'json') ? process.stderr : process.stdout);
    if (flagOption(given, 'json')) process.stdout.write(`${result}\n`);
  } finally {
    await folder.discard();
  }
}

function auditOptions(given: Given): AuditOptions {
  return {
    k: integerOption(given, 'neighbors', 1),
    metric: choiceOption(given, 'metric', METRICS),
    components: integerOption(given, 'components', 1),
    standardize: choiceOption(given, 'scale', ['none', 'standard'] as const) === 'standard',
    sample: integerOption(given, 'sample', 2),
  };
}

const GIVEN = [
  'embedding',
  'embeddingKey',
  'id',
  'label',
  'labels',
  'missing',
  'layer',
  'useRaw',
  'normalize',
  'maxFeatures',
];

/** How the input was read, for running it again. */
function asGiven(given: Given): Given {
  return Object.fromEntries(GIVEN.flatMap((name) => (given[name] ? [[name, given[name]]] : [])));
}

function tell(
  found: Audit,
  warnings: readonly Warning[],
  path: string,
  table: Table,
  out: { write(text: string): unknown },
): void {
  const lines = [
    `${found.samples} samples, ${table.featureNames.length} features, neighborhoods of ${found.k}.`,
    '',
    ...found.verdict.map(({ text }) => text),
    '',
    ...measuresTable(found),
    ...(warnings.length > 0 ? ['', 'To know:', ...warnings.map(({ message }) => `  - ${message}`)] : []),
    '',
    `Result: ${path}`,
  ];
  out.write(`${lines.join('\n')}\n`);
}
