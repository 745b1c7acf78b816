/**
 * The features that are higher and lower in a region as a table: `whymap query --markers --format csv` prints it, and the page
 * saves it.
 *
 * Source: ours. Types: `MarkerAnswer`, of two regions: markers (highest z first). `Marker`: one feature: name, difference
 *   of means, logFoldChange (or null), auc, p, pAdjusted, shares above zero, pseudobulk (or null). Fails: never.
 */

import type { Marker, MarkerAnswer } from '../lava/query/markers.js';

type Cell = string | number | null;
type Column = readonly [name: string, cell: (marker: Marker) => Cell];

export interface MarkerTable {
  readonly header: readonly string[];
  /** One a feature, in the order of the answer; null where there is no value. */
  readonly rows: readonly (readonly Cell[])[];
}

const COLUMNS: readonly Column[] = [
  ['feature', ({ name }) => name],
  ['difference', ({ difference }) => difference],
  ['log_fold_change', ({ logFoldChange }) => logFoldChange],
  ['auc', ({ auc }) => auc],
  ['p', ({ p }) => p],
  ['p_adjusted', ({ pAdjusted }) => pAdjusted],
  ['above_zero_in', ({ aboveZeroFirst }) => aboveZeroFirst],
  ['above_zero_out', ({ aboveZeroSecond }) => aboveZeroSecond],
];

const REPLICATE_COLUMNS: readonly Column[] = [
  ['replicate_difference', ({ pseudobulk }) => pseudobulk?.difference ?? null],
  ['replicate_p', ({ pseudobulk }) => pseudobulk?.p ?? null],
  ['replicates_in', ({ pseudobulk }) => pseudobulk?.replicatesFirst ?? null],
  ['replicates_out', ({ pseudobulk }) => pseudobulk?.replicatesSecond ?? null],
];

/** The figures of every feature; the test over replicates beside them where replicates were named. */
export function markerTable({ markers }: Pick<MarkerAnswer, 'markers'>): MarkerTable {
  const columns = markers.some(({ pseudobulk }) => pseudobulk !== null)
    ? [...COLUMNS, ...REPLICATE_COLUMNS]
    : COLUMNS;
  return {
    header: columns.map(([name]) => name),
    rows: markers.map((marker) => columns.map(([, cell]) => cell(marker))),
  };
}
