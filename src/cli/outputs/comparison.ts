/** The files of a comparison of conditions: `comparison.csv` and `comparison.json`. */

import { type Cell, writeCsv } from '../../io/write.js';
import type { ComparedRow, ConditionComparison } from '../../lava/index.js';

/** The columns of `comparison.csv` and where their values are. */
const COLUMNS: readonly (readonly [string, (row: ComparedRow) => Cell])[] = [
  ['module', ({ module }) => module],
  ['stratum', ({ stratum }) => stratum],
  ['verdict', ({ verdict }) => verdict],
  ['presence_case', ({ presenceCase }) => presenceCase],
  ['presence_control', ({ presenceControl }) => presenceControl],
  ['relative_score_case', ({ relativeScoreCase }) => relativeScoreCase],
  ['relative_score_control', ({ relativeScoreControl }) => relativeScoreControl],
  ['score_difference', ({ scoreDifference }) => scoreDifference],
  ['abundance_ratio', ({ abundanceRatio }) => abundanceRatio],
  ['p', ({ p }) => p],
  ['p_adjusted', ({ pAdjusted }) => pAdjusted],
  ['replicates_case', ({ replicatesCase }) => replicatesCase],
  ['replicates_control', ({ replicatesControl }) => replicatesControl],
];

/** One row a module and stratum; an empty cell where there is no value. */
export function comparisonCsv({ rows }: ConditionComparison): string {
  return writeCsv(
    COLUMNS.map(([name]) => name),
    rows.map((row) => COLUMNS.map(([, cell]) => cell(row))),
  );
}

/** The comparison with its sentences and how it was made. */
export function comparisonJson(
  found: ConditionComparison,
  sentences: readonly string[],
  run: Readonly<Record<string, unknown>>,
): string {
  const text = JSON.stringify({ ...run, ...shown(found, sentences) }, inOneLine, 2);
  return text.replace(/("presenceDifferences": )"(\[[^"]*\])"/g, '$1$2');
}

/** What the page of the comparison shows of it, as JSON: nothing of the machine. */
export function shownComparison(found: ConditionComparison, sentences: readonly string[]): string {
  return JSON.stringify(shown(found, sentences));
}

const shown = (found: ConditionComparison, sentences: readonly string[]) => ({
  ...found,
  sentences: sentences.filter((line) => line !== ''),
});

/** Differences at every locality as a text of one line. */
const inOneLine = (name: string, value: unknown): unknown =>
  name === 'presenceDifferences' && Array.isArray(value) ? `[${value.map(String).join(', ')}]` : value;
