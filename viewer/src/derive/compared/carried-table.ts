/** The table that was explained, as far as its values travel with the explanation. */
import type { Explanation, Table } from 'whymap';
import { carriedValues } from 'whymap/lava';

/** Leading features of a module that its agreement between two regions is computed from, as in the library. */
const LEADING = 12;

const made = new WeakMap<Explanation, Table | null>();

/**
 * A table with the values of every module's leading features, sparse, for the library's questions about modules; null
 * where some of them do not travel with the explanation. Made once for an explanation.
 */
export function carriedTable(explanation: Explanation): Table | null {
  const known = made.get(explanation);
  if (known !== undefined) return known;
  const table = tableOf(explanation);
  made.set(explanation, table);
  return table;
}

function tableOf(explanation: Explanation): Table | null {
  const { rows, descriptions, featureNames, ids, labels } = explanation;
  const leading = new Set(
    descriptions.flatMap(({ topFeatures }) => topFeatures.slice(0, LEADING).map(({ feature }) => feature)),
  );
  const indices = [...leading].sort((a, b) => a - b);
  const columns = indices.flatMap((feature) => {
    const column = carriedValues(explanation, feature);
    return column ? [column] : [];
  });
  if (columns.length < indices.length) return null;
  const each = indices.length;
  const values = new Float32Array(rows * each);
  columns.forEach((column, at) => {
    for (let row = 0; row < rows; row++) values[row * each + at] = column[row];
  });
  return {
    features: {
      rows,
      columns: featureNames.length,
      offsets: Float64Array.from({ length: rows + 1 }, (_, row) => row * each),
      indices: Int32Array.from({ length: rows * each }, (_, at) => indices[at % each]),
      values,
    },
    featureNames,
    ids,
    labels,
    source: { name: 'carried values', sha256: null },
    dropped: { rows: 0, features: [] },
    warnings: [],
  };
}
