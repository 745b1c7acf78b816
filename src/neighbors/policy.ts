/**
 * Chooses how exact nearest neighbors are searched: the one policy for neighbors, localities and trust.
 *
 * Purpose: in few columns a kd-tree finds the neighbors of a row in about log(rows) steps; in many it visits nearly
 *   all rows, and the engine's blocked products win. Both are exact, so only the time depends on the choice
 *   (docs/lab/engines.md has the times).
 */

import type { Metric } from '../engine/engine.js';

/**
 * Most columns for which the kd-tree is faster. `neighbors`: the few nearest of every row, which the engine compares in
 * symmetric blocks. `localities`: the many nearest (hundreds) of probes, with searches that share their bounds.
 */
const KD_TREE_COLUMNS = { neighbors: 8, localities: 12 } as const;

/** What is searched: the nearest rows of all rows, or the members of localities. */
export type SearchPurpose = keyof typeof KD_TREE_COLUMNS;

/** Whether a kd-tree is used instead of the engine's products. @param columns of the rows. */
export function usesKdTree(columns: number, metric: Metric, purpose: SearchPurpose = 'neighbors'): boolean {
  return metric === 'euclidean' && columns <= KD_TREE_COLUMNS[purpose];
}
