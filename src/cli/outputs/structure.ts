/** What `--structure` adds: structure.csv, a part of audit.json and summary.json, a column of pointwise.csv, and lines for the terminal. */

import { capitalized, count, decimal, listed, pValue } from '../../core/words.js';
import type { OutputFolder } from '../../io/output/folder.js';
import { writeCsv } from '../../io/write.js';
import {
  STRUCTURE_ANSWERS,
  type StructureTrace,
  structuresInOrder,
  type TracedStructure,
} from '../../trust/index.js';
import { answerCounts } from '../../trust/structure/layer.js';
import { rounded } from './tables.js';

/** The trace for JSON: samples as row numbers, but of clusters and gaps only how many (pointwise.csv has them). */
export function structureJson({ structures, found }: StructureTrace): object {
  return {
    clusters: found.clusters.map(({ name, rows }) => ({ name, samples: rows.length })),
    structures: structures.map(({ rows, ...structure }) => ({
      ...structure,
      samples: rows.map(({ length }) => length),
      rows:
        structure.kind === 'cluster' || structure.kind === 'gap' ? undefined : rows.map((part) => [...part]),
    })),
  };
}

/** Name of each sample's cluster on the map; empty for those between clusters. */
export function clusterColumn({ found }: StructureTrace): string[] {
  return Array.from(found.labels, (label) => (label < 0 ? '' : found.clusters[label].name));
}

/** One line a structure, in the order of the terminal's table: its answer, what that rests on, and the same in words. */
export function structureCsv({ structures }: StructureTrace): string {
  const axes = (structures[0]?.center ?? []).map((_, d) => `x${d}`);
  const figures = ['statistic', 'value', 'value_without', 'p', 'p_adjusted', 'text'];
  const number = (value: number | null) =>
    value === null || !Number.isFinite(value) ? null : rounded(value);
  return writeCsv(
    ['structure', 'kind', 'answer', 'samples', ...axes, ...figures],
    structuresInOrder(structures).map(
      ({ name, kind, answer, rows, center, statistic, p, pAdjusted, text }) => [
        name,
        kind,
        answer,
        rows.map(({ length }) => length).join(' and '),
        ...center.map(rounded),
        statistic.name,
        number(statistic.value),
        number(statistic.null),
        p,
        pAdjusted,
        text,
      ],
    ),
  );
}

/**
 * Writes `structure.csv` of a trace.
 * @param summary sentences on all structures.
 * @returns the lines for the terminal; none without a trace.
 */
export async function writeStructure(
  folder: OutputFolder,
  trace: StructureTrace | null,
  summary: readonly string[] = [],
): Promise<string[]> {
  if (trace === null) return [];
  await folder.write('structure.csv', structureCsv(trace));
  return structureLines(summary, trace, `${folder.path}/structure.csv`);
}

/** Structures that a person asked for, and so many of each answer, are told in words on the terminal. */
const IN_WORDS = 2;

/**
 * The trace in lines: a summary, a table with one line a structure, and the largest of each answer in words. The widest
 * line of the table has 80 characters.
 * @param summary sentences on all of them.
 * @param where the file with all of them in words.
 */
export function structureLines(
  summary: readonly string[],
  { structures }: StructureTrace,
  where: string,
): string[] {
  const [headline, ...others] = summary;
  const lead = [headline, ...others.map((sentence) => `  ${sentence}`)];
  if (structures.length === 0) return lead;
  const sorted = structuresInOrder(structures);
  const told = STRUCTURE_ANSWERS.flatMap((answer) => {
    const some = sorted.filter((one) => one.answer === answer);
    const requested = some.filter(({ kind }) => kind === 'region');
    return [...requested, ...some.filter(({ kind }) => kind !== 'region').slice(0, IN_WORDS)];
  });
  const all = told.length === sorted.length;
  const lines = listedStructures(sorted);
  return [
    ...lead,
    '',
    ...tableOf(lines),
    ...notListed(
      sorted.filter((one) => !lines.includes(one)),
      where,
    ),
    ...keyOf(sorted),
    '',
    all ? 'In words:' : `The largest in words (all ${count(sorted.length)}: ${where}):`,
    ...told.map(({ answer, text }) => `  - ${capitalized(answer)}. ${text}`),
    ...(all ? [`The same with all figures: ${where}`] : []),
  ];
}

/** A region that was requested, what is in the data, and so many of each other answer have a line on the terminal. */
const LINES_AN_ANSWER = 12;

/** The structures that have a line: all in the data do, every region, and the largest of the other answers. */
function listedStructures(sorted: readonly TracedStructure[]): TracedStructure[] {
  return STRUCTURE_ANSWERS.flatMap((answer) => {
    const some = sorted.filter((one) => one.answer === answer);
    return some.filter(
      ({ kind }, at) => answer === 'in the data' || kind === 'region' || at < LINES_AN_ANSWER,
    );
  });
}

/** How many of each answer have no line, and where they are. */
function notListed(left: readonly TracedStructure[], where: string): string[] {
  if (left.length === 0) return [];
  const counts = answerCounts(left).filter(({ count: some }) => some > 0);
  const words = listed(counts.map(({ answer, count: some }) => `${count(some)} ${answer}`));
  return [`  and smaller ones, ${words}, in ${where}`];
}

/** Columns of a terminal. */
const WIDTH = 80;

/** One line a structure under a header; names are cut where the line would be too long. */
function tableOf(structures: readonly TracedStructure[]): string[] {
  const rows = [
    ['structure', 'samples', 'on the map', 'answer', 'statistic', 'p'],
    ...structures.map(({ name, rows: parts, center, answer, statistic, pAdjusted }) => [
      capitalized(name),
      parts.map(({ length }) => count(length)).join(' | '),
      placeText(center),
      answer,
      Number.isFinite(statistic.value) ? decimal(statistic.value) : '-',
      pValue(pAdjusted),
    ]),
  ];
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  const others = widths.slice(1).reduce((sum, width) => sum + width + 2, 2);
  const name = Math.max(8, Math.min(widths[0], WIDTH - others));
  const cut = (text: string) => (text.length <= name ? text : `${text.slice(0, name - 1)}…`);
  return rows.map(([structure, samples, center, answer, statistic, p]) =>
    [
      `  ${cut(structure).padEnd(name)}`,
      samples.padStart(widths[1]),
      center.padStart(widths[2]),
      answer.padEnd(widths[3]),
      statistic.padStart(widths[4]),
      p.padStart(widths[5]),
    ].join('  '),
  );
}

/** Coordinates on a map of two or three dimensions; of more they are in the file only. */
const placeText = (center: readonly number[]) =>
  center.length > 3 ? '-' : center.map((value) => value.toPrecision(2)).join(', ');

/** What the figures of the table mean, for the kinds that are in it. */
function keyOf(structures: readonly TracedStructure[]): string[] {
  const has = (...kinds: string[]) => structures.some(({ kind }) => kinds.includes(kind));
  return [
    'The statistic, in the data:',
    ...(has('gap', 'cluster', 'region')
      ? ['  of gaps and groups: density at the border over that of the sparser side']
      : []),
    ...(has('bridge')
      ? ['  of bridges: the longest step across without the samples over that with them']
      : []),
    ...(has('hole') ? ['  of holes: the scale at which the loop fills over that at which it closes'] : []),
    `p: how often data without the structure look so, corrected over all ${count(structures.length)}.`,
  ].map((line) => `  ${line}`);
}
