/**
 * `normalize` and `maxFeatures` for a table that is in memory. Readers of large files do both while reading.
 * Types: `Table`, samples x features: warnings (findings of the reading), features (Matrix or Csr), featureNames (one
 *   a column), source (name and SHA-256). `Settings`: what the file is read for and what options say of it
 *   (options.ts). `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`; its rows (how many). `Csr`:
 *   sparse, entries of row r are at `offsets[r]` to `offsets[r + 1]` of `indices` (columns, ascending) and `values`.
 * Fails: OptionError for values that are no counts.
 */

import { isCsr } from '../../core/csr.js';
import { withoutUnits } from '../../core/units.js';
import type { Csr, Matrix, Table } from '../../model.js';
import type { Settings } from '../options.js';
import { selectColumns } from './missing.js';
import { forEachCell } from './missing-cells.js';
import { normalizedCount } from './normalize.js';
import { chooseFeatures, sumsOf } from './select-features.js';

/**
 * The table normalized and reduced to `maxFeatures`, as options say, with warnings of both. Called for tables in
 * memory. The table itself where no option says so.
 */
export function prepareTable(table: Table, settings: Settings): Table {
  const warnings = [...table.warnings];
  let { features, featureNames } = table;
  if (settings.normalize === 'log1p-cp10k') {
    features = normalizeCounts(withoutUnits(features));
    const message = `Counts of ${table.source.name} were normalized to 10,000 a sample, then log1p.`;
    warnings.push({ code: 'normalized', message });
  }
  if (settings.maxFeatures !== undefined && settings.maxFeatures < features.columns) {
    const sums = sumsOf(features);
    const choice = chooseFeatures(sums, features.rows, featureNames, settings.maxFeatures, table.source.name);
    warnings.push(...choice.warnings);
    const kept = choice.kept ?? [];
    features = selectColumns(features, kept);
    featureNames = kept.map((c) => table.featureNames[c]);
  }
  return { ...table, features, featureNames, warnings };
}

/**
 * log(1 + x) of counts scaled to a total of 10,000 a sample; samples x features. The matrix is copied.
 * OptionError for a value that is no count.
 * @param m samples x features, counts.
 */
function normalizeCounts(m: Matrix | Csr): Matrix | Csr {
  const totals = new Float64Array(m.rows);
  forEachCell(m, (value, row) => {
    totals[row] += value;
  });
  const values = (isCsr(m) ? m.values : m.data).slice();
  forEachCell(m, (value, row, _column, position) => {
    values[position] = normalizedCount(value, totals[row]);
  });
  return isCsr(m) ? { ...m, values } : { ...m, data: values };
}
