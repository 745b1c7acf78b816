/**
 * What the studies of real cohorts share: the file from the person's folder, its explanation and comparison, and tables.
 *
 * The data stay with their owners: `--data` names a folder with the .h5ad files.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OptionError, option, words } from '../../errors.js';
import { joinEmbedding, pathSource, readEmbedding, readTable } from '../../io/index.js';
import { type ConditionComparison, compareConditions } from '../../lava/conditions/compare.js';
import { conditionSentences } from '../../lava/conditions/sentences.js';
import { type ExplainOptions, explain } from '../../lava/explain.js';
import type { Explanation, ModuleDescription } from '../../model.js';
import type { StudyResult, StudyTable } from '../report.js';
import type { StudyInput } from '../study.js';

export interface RealCohort {
  readonly file: string;
  /** Key of the map in `obsm`. */
  readonly embedding: string;
  readonly options: ExplainOptions;
  readonly request: Parameters<typeof compareConditions>[1];
}

export interface ComparedCohort {
  readonly explanation: Explanation;
  readonly found: ConditionComparison;
  /** The same map explained within the column of the report. */
  readonly inside: Explanation;
}

/** A statement that a study must show, whether it holds, and the figures that it rests on. */
export interface Statement {
  readonly text: string;
  readonly holds: boolean;
  readonly figures: string;
}

/** What a study of a cohort says of it. */
export interface CohortReport {
  readonly title: string;
  /** Metadata column within which modules are to be kept. */
  readonly column: string;
  readonly statementsOn: (compared: ComparedCohort) => Statement[];
}

/** Explains and compares a cohort and checks what is known of it. @throws OptionError without its file. */
export async function reportCohort(
  cohort: RealCohort,
  { title, column, statementsOn }: CohortReport,
  input: StudyInput,
): Promise<StudyResult> {
  const compared = await compareCohort(cohort, column, input);
  const { maxFeatures } = cohort.options;
  return {
    title,
    text: [['```', ...conditionSentences(compared.found), '```'].join('\n')],
    tables: [
      statementsTable(statementsOn(compared)),
      modulesTable(compared, column),
      insideTable(compared.inside, column),
    ],
    figures: [],
    settings: {
      ...cohort.request,
      ...(maxFeatures === undefined ? {} : { maxFeatures }),
      engine: input.context.engine.name,
    },
  };
}

/** Reads, explains (also within the column) and compares a cohort. @throws OptionError without its file. */
async function compareCohort(
  { file, embedding: key, options, request }: RealCohort,
  column: string,
  { data, context }: StudyInput,
): Promise<ComparedCohort> {
  const path = join(data ?? '', file);
  if (data === undefined || !existsSync(path)) {
    throw new OptionError({
      got: data === undefined ? words`no ${option('data')}` : words`${option('data', data)}, without ${file}`,
      expected: `a folder that holds ${file}`,
      remedy: words`name it with ${option('data')}`,
    });
  }
  const settings = { memory: context.memory };
  const read = await readTable(pathSource(path), settings);
  const map = await readEmbedding(pathSource(path), { ...settings, key });
  const { table, embedding } = joinEmbedding(read, map, {});
  const explanation = await explain({ table, embedding }, options, context);
  const found = await compareConditions({ explanation, table }, request, context);
  const inside = await explain({ table, embedding }, { ...options, within: [column] }, context);
  return { explanation, found, inside };
}

/** Modules with one of so many of the genes among their leading ten features. */
export function modulesWith(
  { descriptions, featureNames }: Explanation,
  genes: readonly string[],
  least: number,
): ModuleDescription[] {
  const isOf = ({ feature }: { readonly feature: number }) =>
    genes.includes(featureNames[feature].replace(/_ENSG\d+$/, ''));
  return descriptions.filter(({ topFeatures }) => topFeatures.slice(0, 10).filter(isOf).length >= least);
}

/** Share of a module's squared correlation that is kept within the levels of a column; NaN where it is unknown. */
export function keptIn({ within = [] }: ModuleDescription, column: string): number {
  return within.find((share) => share.column === column)?.kept ?? Number.NaN;
}

/** The modules: features, what is kept within a column, significance, and the verdict over all samples. */
function modulesTable({ explanation, found }: ComparedCohort, column: string): StudyTable {
  return {
    name: 'modules',
    title: 'Modules',
    header: ['module', 'features', `kept within ${column}`, 'significance', 'verdict', 'p', 'corrected'],
    rows: explanation.descriptions.map((module) => {
      const row = found.rows.find(({ module: id, stratum }) => id === module.id && stratum === 'all');
      return [
        module.id,
        leadingGenes(explanation, module),
        keptIn(module, column),
        module.significance?.verdict ?? 'not tested',
        row?.verdict ?? '',
        row?.p ?? null,
        row?.pAdjusted ?? null,
      ];
    }),
  };
}

/** The modules that are found within the column: features, share, significance. */
function insideTable(inside: Explanation, column: string): StudyTable {
  return {
    name: 'within',
    title: `Modules within ${column}`,
    header: ['module', 'features', 'share', 'significance'],
    rows: inside.descriptions.map((module) => [
      module.id,
      leadingGenes(inside, module),
      module.share,
      module.significance?.verdict ?? 'not tested',
    ]),
  };
}

/** Names of a module's six leading genes, without their Ensembl ids. */
function leadingGenes({ featureNames }: Explanation, { topFeatures }: ModuleDescription): string {
  return topFeatures
    .slice(0, 6)
    .map(({ feature }) => featureNames[feature].replace(/_ENSG\d+$/, ''))
    .join(' ');
}

/** The statements with their figures. */
function statementsTable(statements: readonly Statement[]): StudyTable {
  return {
    name: 'statements',
    title: 'What it must show',
    header: ['statement', 'holds', 'figures'],
    rows: statements.map(({ text, holds, figures }) => [text, holds ? 'yes' : 'no', figures]),
  };
}
