/**
 * What an explanation says of the samples and features of an AnnData file, in the file's order.
 * Types: `Explanation`, of a map: modules (loadings and presence), samplePresence (samples x modules), sampleScores
 *   (samples x modules, or absent), ids (one a sample, or null), rows (number of samples), featureNames (one a
 *   feature), descriptions (one a module, in order of share), options (as run). `Matrix`: row-major float32, element
 *   (r, c) at `data[r * columns + c]`. `Modules`, of a fit: count (how many), loadings (modules x features, not
 *   negative, largest 1), explained (share of all together). `ModuleDescription`, of one module: id (`M1`, `M2`...),
 *   label (short name), share (of the squared association), trust (0 to 1, or null), significance (of the tests, or
 *   null), contrast (true where it is a difference between groups). `ModuleSignificance`, of the tests of a module:
 *   pAdjusted (corrected over modules), significant (true or false).
 * Fails: FormatError for a file of other samples or features.
 */

import { transpose } from '../../../core/matrix.js';
import { FormatError } from '../../../errors.js';
import type { Explanation, Matrix, Warning } from '../../../model.js';
import { some } from '../../table/checks.js';

/** One array of the results. */
export interface ResultArray {
  readonly path: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | readonly string[];
}

interface Names {
  readonly samples: readonly string[];
  readonly features: readonly string[];
}

/**
 * The arrays that an explanation adds to an `.h5ad` file, by their paths, in the order of the file's samples and
 * features; with warnings for those that do not match.
 * @param names of the file's samples and features.
 * @param name of the file.
 */
export function resultsOf(
  explanation: Explanation,
  names: Names,
  name: string,
): { arrays: readonly ResultArray[]; warnings: readonly Warning[] } {
  const { modules, samplePresence, sampleScores } = explanation;
  const count = modules.count;
  const sampleRows = rowsByName(explanation.ids, explanation.rows, names.samples, 'samples', name);
  const featureColumns = rowsByName(
    explanation.featureNames,
    explanation.featureNames.length,
    names.features,
    'features',
    name,
  );
  const loadings = transpose(modules.loadings);
  return {
    arrays: [
      {
        path: 'obsm/X_whymap',
        shape: [names.samples.length, count],
        data: spread(samplePresence, sampleRows.rows),
      },
      {
        path: 'varm/whymap',
        shape: [names.features.length, count],
        data: spread(loadings, featureColumns.rows),
      },
      ...(sampleScores ? scoreColumns(sampleScores, explanation, sampleRows.rows) : []),
      ...summaryArrays(explanation),
    ],
    warnings: [...sampleRows.warnings, ...featureColumns.warnings],
  };
}

/** Name of the column of `obs` with the score of a module, and what such names begin with. */
export const SCORE_COLUMN = 'whymap_score_';

/**
 * One column of `obs` a module. Float32, NaN for samples that were not explained.
 * @param scores samples of the explanation x modules.
 * @param rows row of every sample of the file, or -1.
 */
function scoreColumns(scores: Matrix, { descriptions }: Explanation, rows: Int32Array): ResultArray[] {
  const spreadScores = spread(scores, rows);
  return descriptions.map(({ id }, k) => ({
    path: `obs/${SCORE_COLUMN}${id}`,
    shape: [rows.length],
    data: Float32Array.from({ length: rows.length }, (_, row) => spreadScores[row * scores.columns + k]),
  }));
}

/**
 * The arrays of `uns["whymap"]`: one value a module, and options and descriptions as JSON. Numbers that are null
 * become NaN. Never throws.
 */
function summaryArrays(explanation: Explanation): ResultArray[] {
  const { descriptions, modules } = explanation;
  const numbers = (values: readonly (number | boolean | null | undefined)[]) =>
    Float64Array.from(values, (value) =>
      value === null || value === undefined ? Number.NaN : Number(value),
    );
  const columns: Record<string, Float64Array | readonly string[]> = {
    modules: descriptions.map((description) => description.id),
    labels: descriptions.map((description) => description.label),
    share: numbers(descriptions.map((description) => description.share)),
    trust: numbers(descriptions.map((description) => description.trust)),
    p_adjusted: numbers(descriptions.map((description) => description.significance?.pAdjusted)),
    significant: numbers(descriptions.map((description) => description.significance?.significant)),
    contrast: numbers(descriptions.map((description) => description.contrast)),
    explained: numbers([modules.explained]),
    options: [JSON.stringify(explanation.options)],
    descriptions: [JSON.stringify(descriptions)],
  };
  return Object.entries(columns).map(([key, data]) => ({
    path: `uns/whymap/${key}`,
    shape: [data.length],
    data,
  }));
}

/**
 * For each name in the file its row in the explanation, or -1; FormatError where hardly any match.
 * @param ours names in the explanation; null for none, paired by order.
 * @param count of rows in the explanation.
 * @param theirs names in the file.
 * @param what they name.
 * @param name of the file.
 */
function rowsByName(
  ours: readonly string[] | null,
  count: number,
  theirs: readonly string[],
  what: string,
  name: string,
): { rows: Int32Array; warnings: Warning[] } {
  if (ours === null) {
    if (count === theirs.length) return { rows: Int32Array.from(theirs.keys()), warnings: [] };
    throw otherNames(`${count} ${what} without ids, and ${theirs.length} in ${name}`, what);
  }
  const known = new Map(ours.map((id, i) => [id, i]));
  const rows = Int32Array.from(theirs, (id) => known.get(id) ?? -1);
  const present = new Set(theirs);
  const absent = ours.filter((id) => !present.has(id));
  if (absent.length === ours.length)
    throw otherNames(`${what} of which none is in ${name} (${some(ours)})`, what);
  if (absent.length === 0) return { rows, warnings: [] };
  const message = `${absent.length} ${what} of the explanation are not in ${name} and were left out of it: ${some(absent)}.`;
  return { rows, warnings: [{ code: `${what}-unmatched`, message }] };
}

/**
 * The rows of a matrix in the file's order; NaN for rows that the explanation does not have (-1).
 * @param rows row of the matrix for each row of the file.
 * @param values rows of the explanation x columns.
 */
function spread(values: Matrix, rows: Int32Array): Float32Array {
  const { columns, data } = values;
  const result = new Float32Array(rows.length * columns).fill(Number.NaN);
  for (const [i, row] of rows.entries()) {
    if (row >= 0) result.set(data.subarray(row * columns, (row + 1) * columns), i * columns);
  }
  return result;
}

/**
 * The error for a file of other samples or features.
 * @param got what the file holds.
 * @param what is compared, samples or features.
 */
function otherNames(got: string, what: string): FormatError {
  return new FormatError({
    got,
    expected: `the ${what} that were explained`,
    remedy: 'write into the file that the explanation was made from',
  });
}
