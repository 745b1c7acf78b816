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
  ['score_case', ({ scoreCase }) => scoreCase],
  ['score_control', ({ scoreControl }) => scoreControl],
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
  return JSON.stringify({ ...run, ...found, sentences: sentences.filter((line) => line !== '') }, null, 2);
}
