/**
 * Which of the names there are a person may have meant.
 * Fails: never.
 */

/**
 * The nearest name and the names there are, as text for the remedy of an error: `did you mean X? There is ...`.
 * Ten names at most are listed.
 * @param wanted the name that is not there.
 */
export function describeNames(wanted: string, names: readonly string[]): string {
  const near = closest(wanted, names);
  const shown = names.slice(0, 10).join(', ') + (names.length > 10 ? `... (${names.length})` : '');
  return `${near === null ? '' : `did you mean ${near}? `}There is ${shown || 'nothing'}`;
}

/**
 * The nearest name by edit distance (letter case aside), or null when none is near. Near is a third of the
 * letters or fewer that differ, or a name that holds the text.
 * @param wanted the name that is not there; nothing is near the empty text.
 * @param names that are there.
 */
export function closest(wanted: string, names: readonly string[]): string | null {
  if (wanted === '') return null;
  const target = wanted.toLowerCase();
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const name of names) {
    const lower = name.toLowerCase();
    const contained = target.length > 2 && lower.includes(target);
    const distance = contained ? 1 : editDistance(target, lower);
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * Edits (insert, delete, replace, swap of neighbors) between two texts; optimal string alignment.
 * @param a a text.
 * @param b another.
 */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      current[j] = Math.min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) current[j] = Math.min(current[j], before[j - 2] + 1);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length];
}
