/** The tables of a result as CSV in pieces: modules, pairs, presence, scores. */

import { type Cell, csvPieces } from '../../io/write.js';
import type { Explanation, Matrix } from '../../model.js';

const PAIRS_LEAST = 0.05;

/** module, rank, feature, loading, verdict: every feature with a loading above 0, strongest first; the module's verdict of significance. */
export function modulesCsv(explanation: Explanation): Iterable<string> {
  const { loadings } = explanation.modules;
  return csvPieces(['module', 'rank', 'feature', 'loading', 'verdict'], rows());
  function* rows(): Generator<Cell[]> {
    for (const [k, { id, significance }] of explanation.descriptions.entries()) {
      const verdict = significance?.verdict ?? '';
      const row = loadings.data.subarray(k * loadings.columns, (k + 1) * loadings.columns);
      const order = [...row.keys()].filter((f) => row[f] > 0);
      order.sort((a, b) => row[b] - row[a] || a - b);
      for (const [rank, f] of order.entries())
        yield [id, rank + 1, explanation.featureNames[f], row[f], verdict];
    }
  }
}

/** module, feature_a, feature_b, weight, correlation: the leading pairs with their mean signed correlation. */
export function pairsCsv(explanation: Explanation): Iterable<string> {
  const names = explanation.featureNames;
  const header = ['module', 'feature_a', 'feature_b', 'weight', 'correlation'];
  const rows = explanation.descriptions.flatMap(({ id, pairs }) =>
    pairs
      .filter(({ weight }) => weight >= PAIRS_LEAST)
      .map(({ a, b, weight, correlation }) => [
        id,
        names[a],
        names[b],
        rounded(weight),
        rounded(correlation),
      ]),
  );
  return csvPieces(header, rows);
}

/** sample, then one column a module with its presence. */
export function presenceCsv(explanation: Explanation): Iterable<string> {
  return samplesCsv(explanation, explanation.samplePresence);
}

/** sample, then one column a module with its score. @param scores samples x modules. */
export function scoresCsv(explanation: Explanation, scores: Matrix): Iterable<string> {
  return samplesCsv(explanation, scores);
}

/** sample, then one column a module. @param values samples x modules. */
function samplesCsv({ ids, descriptions }: Explanation, values: Matrix): Iterable<string> {
  return csvPieces(['sample', ...descriptions.map(({ id }) => id)], rows());
  function* rows(): Generator<Cell[]> {
    const m = values.columns;
    for (let s = 0; s < values.rows; s++) {
      yield [ids?.[s] ?? s, ...values.data.subarray(s * m, (s + 1) * m)];
    }
  }
}

/** Six decimals: more is below the noise of any correlation, and shorter to read. */
export function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
