/** Texts as levels and codes: the form of a categorical column. */

/**
 * The distinct texts, ascending by code units, and for each value its index among them; -1 where it is null or the empty text,
 * which stand for a missing value.
 * Cost: one look-up a value.
 */
export function encodeLevels(values: readonly (string | null)[]): { levels: string[]; codes: Int32Array } {
  const present = values.filter((value): value is string => value !== null && value !== '');
  const levels = [...new Set(present)].sort();
  const index = new Map(levels.map((level, code) => [level, code]));
  return {
    levels,
    codes: Int32Array.from(values, (value) => (value === null ? -1 : (index.get(value) ?? -1))),
  };
}
