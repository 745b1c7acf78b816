/** Metadata columns as the page shows them: levels with their counts, and how many samples have no value. */
import type { Explanation, MetadataColumn } from 'whymap';
import { columnsOfSamples, quotedName } from 'whymap/lava';

export interface GroupColumn {
  readonly kind: 'categorical';
  readonly name: string;
  /** Labels: most frequent first. Other columns: in the source's order. */
  readonly levels: readonly string[];
  /** How many samples have each level. */
  readonly counts: readonly number[];
  /** Of each sample, the index of its level, or -1 where it has none. */
  readonly codes: Int32Array;
  readonly missing: number;
}

export interface NumberColumn {
  readonly kind: 'numeric';
  readonly name: string;
  /** One a sample, NaN where it has none. */
  readonly values: Float64Array;
  readonly missing: number;
}

export type Column = GroupColumn | NumberColumn;

/** The labels, when there are any, then the metadata. */
export function columnsOf(explanation: Explanation): Column[] {
  const all = columnsOfSamples(explanation).map(shownColumn);
  return explanation.labels ? [byFrequency(all[0] as GroupColumn), ...all.slice(1)] : all;
}

function shownColumn(column: MetadataColumn): Column {
  if (column.kind === 'numeric')
    return {
      ...column,
      missing: column.values.reduce((sum, value) => sum + (Number.isNaN(value) ? 1 : 0), 0),
    };
  const counts = new Array<number>(column.levels.length).fill(0);
  let missing = 0;
  for (const code of column.codes) {
    if (code < 0) missing++;
    else counts[code]++;
  }
  return { ...column, counts, missing };
}

function byFrequency({ levels, counts, codes, ...rest }: GroupColumn): GroupColumn {
  const order = [...levels.keys()].sort((a, b) => counts[b] - counts[a] || (levels[a] < levels[b] ? -1 : 1));
  const rank = new Int32Array(levels.length);
  order.forEach((code, at) => {
    rank[code] = at;
  });
  return {
    ...rest,
    levels: order.map((code) => levels[code]),
    counts: order.map((code) => counts[code]),
    codes: codes.map((code) => (code < 0 ? code : rank[code])),
  };
}

/** The region of a level, as its text. @param column whether it is the labels' column. */
export const levelCode = (column: GroupColumn, level: string, isLabel: boolean): string =>
  `${isLabel ? 'label' : quotedName(column.name)}:${quotedName(level)}`;

export const missingCode = (column: Column): string => `missing:${quotedName(column.name)}`;

/** The value of a sample in words; empty where it has none. */
export function valueAt(column: Column, row: number): string {
  if (column.kind === 'categorical') return column.levels[column.codes[row]] ?? '';
  const value = column.values[row];
  return Number.isNaN(value) ? '' : Number(value.toPrecision(4)).toString();
}
