/**
 * The features that an explanation was made from, read again: with the options that it records unless others are
 * named, and with its samples in its order, found by their ids where both have them.
 * Fails: as the readers do; ShapeError where samples of the explanation are missing.
 */

import { selectRows } from '../core/csr.js';
import { ShapeError } from '../errors.js';
import type { Explanation, Table } from '../model.js';
import { type InputValues, recordedOptions } from '../options/index.js';
import { readFeatures, type Work } from './inputs.js';

/** The table in the file `path`. @param values options of reading that were named. */
export async function readExplained(
  path: string,
  explanation: Explanation,
  values: InputValues,
  work: Work,
): Promise<Table> {
  const recorded: InputValues = recordedOptions('compare', explanation.options);
  const table = await readFeatures(
    path,
    { ...recorded, ...values, features: undefined, maxFeatures: undefined },
    work,
  );
  return inOrderOf(explanation, table);
}

/** The table's rows in the explanation's order; the table itself where ids say nothing else. */
function inOrderOf({ ids, rows, labels, metadata }: Explanation, table: Table): Table {
  if (ids === null || table.ids === null) return table;
  if (ids.length === table.ids.length && ids.every((id, i) => id === table.ids?.[i])) return table;
  const positions = new Map(table.ids.map((id, i) => [id, i]));
  const found = Int32Array.from(ids, (id) => positions.get(id) ?? -1);
  const missing = ids.filter((_, i) => found[i] < 0);
  if (missing.length > 0) {
    throw new ShapeError({
      got: `${table.source.name} without ${missing.length} of the ${rows} samples that were explained (${missing.slice(0, 3).join(', ')})`,
      expected: 'the file that was explained',
      remedy: 'give the same file, read with the same options, as when it was explained',
    });
  }
  return { ...table, features: selectRows(table.features, found), ids, labels, metadata };
}
