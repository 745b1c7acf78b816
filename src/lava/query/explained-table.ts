/**
 * Checks that a table is the one that an explanation was made from, and how its features were correlated.
 * Types: `Explanation`, of a map: options (as run), featureNames (one a feature), rows (number of samples). `Table`,
 *   samples x features: features (Matrix or Csr), featureNames (one a column).
 */

import { ShapeError } from '../../errors.js';
import type { AssociationMeasure, Explanation, Table } from '../../model.js';
import { checkedMeasure } from '../associations/associations.js';
import { keepFeatures } from '../associations/select-features.js';
import { withinLevels } from '../conditions/within-levels.js';
import { labelName } from './columns.js';

/**
 * The measure that the explanation's features were correlated with; Pearson where it names none.
 * Throws OptionError for a measure that this version does not know.
 */
export function measureOf({ options }: Pick<Explanation, 'options'>): AssociationMeasure {
  return checkedMeasure(options.association ?? 'pearson');
}

/** How the explanation's features were correlated: the measure, and the levels inside which (null: all samples together). */
export function correlatedBy(explanation: Pick<Explanation, 'options' | 'labels' | 'metadata'>): {
  readonly measure: AssociationMeasure;
  readonly levels: Int32Array | null;
} {
  const { within } = explanation.options;
  const names = Array.isArray(within) ? within.map(String) : undefined;
  const { levels } = withinLevels(explanation, names, labelName(explanation));
  return { measure: measureOf(explanation), levels };
}

/**
 * The values that were explained: the table itself, or those of its columns that the explanation names. Throws
 * ShapeError for a table with other samples or without these features.
 * @returns columns in the explanation's order; copied unless the names are the same.
 */
export function explainedTable(explanation: Explanation, table: Table): Table {
  const { featureNames, rows } = explanation;
  const same = (names: readonly string[]) =>
    names.length === featureNames.length && featureNames.every((name, f) => names[f] === name);
  if (table.features.rows === rows) {
    if (same(table.featureNames)) return table;
    const indices = new Map(table.featureNames.map((name, f) => [name, f]));
    const columns = featureNames.map((name) => indices.get(name) ?? -1);
    if (!columns.includes(-1)) return keepFeatures(table, Int32Array.from(columns));
  }
  throw new ShapeError({
    got: `a table of ${table.features.rows} samples and ${table.features.columns} features`,
    expected: `the ${rows} samples and ${featureNames.length} features that were explained`,
    remedy: 'give the same file, read with the same options, as when it was explained',
  });
}
