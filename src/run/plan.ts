/** The reading plan of a run: how its files were read and paired, for people, for summaries and for the page. */

import {
  type FileReading,
  type PairingNote,
  type ReadingPlan,
  readingPlan,
  type TableRead,
} from '../io/index.js';
import type { Table } from '../model.js';

/** How a file of labels or metadata was read and paired; null without one. */
export interface LabelledBy {
  readonly labelsReading: FileReading | null;
  readonly labelsPairing: PairingNote | null;
}

const FIRST = 3;

/**
 * The plan. `table` is what is left of the features after pairing: a column that turned out to hold ids is no feature.
 * @param map the reading of the map; null where it is made here.
 * @param within columns inside whose levels features are correlated.
 */
export function planOf(
  read: TableRead & LabelledBy,
  table: Table,
  map: FileReading | null,
  pairing: PairingNote | null,
  within: readonly string[] = [],
): ReadingPlan {
  const names = table.featureNames;
  const ids = pairing?.columns?.first;
  const features = {
    ...read.reading,
    columns: names.length,
    first: names.slice(0, FIRST),
    last: names.at(-1) ?? '',
    ids:
      ids === undefined || ids === read.reading.ids?.column
        ? read.reading.ids
        : { column: ids, reason: `its values are ids of ${map?.source ?? 'the map'}` },
  };
  return readingPlan(features, map, read.labelsReading, { map: pairing, labels: read.labelsPairing }, within);
}
