/** A comparison of conditions beside its explanation: read from what `whymap compare` wrote, and laid over the samples. */
import type { Explanation } from 'whymap';
import { type ComparedRow, type ConditionComparison, moduleTitle } from 'whymap/lava';

/** What `comparison.json` holds, as far as the page shows it. */
export interface Comparison extends ConditionComparison {
  readonly sentences: readonly string[];
}

/** Reads a `comparison.json`. Throws an Error in words where it is none, or one of another explanation. */
export function comparisonFrom(text: string, explanation: Explanation): Comparison {
  const found = parsed(text);
  if (!Array.isArray(found?.rows) || !Array.isArray(found.sentences)) {
    throw new Error('This file is no comparison: choose the comparison.json that whymap compare wrote.');
  }
  const known = new Set(explanation.descriptions.map(({ id }) => id));
  const { count } = explanation.localities;
  const isHere = ({ module, presenceDifferences: at }: ComparedRow) =>
    !at || (at.length === count && module.split('+').every((id) => known.has(id)));
  if (found.rows.every(isHere)) return found;
  throw new Error('This comparison is of another explanation: its modules or localities are not those here.');
}

function parsed(text: string): Comparison | null {
  try {
    return JSON.parse(text) as Comparison | null;
  } catch {
    return null;
  }
}

/** Whether something differs. */
export const isFinding = ({ verdict }: ComparedRow): boolean => verdict !== 'shared' && verdict !== 'none';

/** `M3 (f1, f2) in tubule`; with the name of a gene set where one names the module: `M3 PODOCYTE (9 of 9) in tubule`. */
export function rowName(explanation: Explanation, { module, label, stratum }: ComparedRow): string {
  const named = explanation.descriptions.find(({ id, geneSets }) => id === module && geneSets?.length);
  const title = named ? moduleTitle(explanation, named) : `(${label})`;
  return `${module} ${title}${stratum === 'all' ? '' : ` in ${stratum}`}`;
}

/**
 * For each sample the mean difference of presence, case less control, over the localities that hold it and were measured on both
 * sides; NaN where there is none.
 */
export function differenceAt(
  { localities, rows }: Explanation,
  { presenceDifferences }: ComparedRow,
): Float32Array {
  const sums = new Float64Array(rows);
  const counts = new Uint16Array(rows);
  presenceDifferences?.forEach((difference, l) => {
    if (difference === null) return;
    for (const row of localities.members.subarray(l * localities.size, (l + 1) * localities.size)) {
      sums[row] += difference;
      counts[row]++;
    }
  });
  return Float32Array.from(sums, (sum, row) => sum / counts[row]);
}
