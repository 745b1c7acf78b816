/** Texts as levels and codes: the form of a categorical column. */

/**
 * The distinct texts, ascending by code units, and for each value its index among them; -1 where it is null.
 * Cost: one look-up a value.
 */
export function encodeLevels(values: readonly (string | null)[]): { levels: string[]; codes: Int32Array } {
  const levels = [...new Set(values.filter((value) => value !== null))].sort();
  const index = new Map(levels.map((level, code) => [level, code]));
  return {
    levels,
    codes: Int32Array.from(values, (value) => (value === null ? -1 : (index.get(value) ?? -1))),
  };
}
