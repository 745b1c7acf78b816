/**
 * Purpose: which columns of numbers are the coordinates of a map.
 * Ours: a family of names (`UMAP_1`, `UMAP_2`) excludes all else; whole numbers beside fractions are no coordinates.
 * Fails: OptionError when two families are there (`UMAP_1`, `tSNE_1`): only a person knows which is meant.
 * Types: `FileFacts`, one file: columns (ColumnFacts, by position), source (its name). `ColumnFacts`, one column:
 *   whole (all are whole numbers), name (empty where it has none), restarts (counts anew in groups), distinct
 *   (different values, null when not counted).
 */

import { OptionError, option, words } from '../../errors.js';
import { shownName } from './column-names.js';
import type { FileFacts } from './facts.js';
import { isIdNumber } from './id-columns.js';
import { coordinateFamily, isGroupName } from './names.js';
import type { LeftOut } from './types.js';

/**
 * Chooses the coordinates of a map. OptionError where there are two maps.
 * @param numbers positions of columns of numbers (or lists of them) that are neither ids nor labels.
 * @returns positions of the coordinates, and the columns left with the reason.
 */
export function mapColumns(
  file: FileFacts,
  numbers: readonly number[],
): { used: readonly number[]; left: readonly LeftOut[] } {
  const groups = numbers.filter((c) => isNoCoordinate(file, c));
  const rest = numbers.filter((c) => !groups.includes(c));
  const family = familyOf(file, rest.length > 0 ? rest : numbers);
  const used = family ?? withoutWhole(file, rest.length > 0 ? rest : numbers);
  const names = used.map((c) => shownName(file, c)).slice(0, 3);
  const left = numbers
    .filter((c) => !used.includes(c))
    .map((position) => ({
      position,
      name: shownName(file, position),
      reason: reasonOf(file, position, groups.includes(position), names),
    }));
  return { used, left };
}

/**
 * Whether a column of whole numbers holds groups, ids or a count in groups, so that it is no coordinate.
 * Columns with fractions are never such.
 * @param position of the column, from 0.
 */
function isNoCoordinate(file: FileFacts, position: number): boolean {
  const facts = file.columns[position];
  return facts.whole && (isGroupName(facts.name) || isIdNumber(facts) || facts.restarts);
}

/**
 * Positions of the coordinates that share a family of names (`UMAP_1`, `UMAP_2`), where one family has two
 * members or more; null where none has. OptionError for two families. In the order of the file.
 * @param numbers positions of the columns of numbers.
 */
function familyOf(file: FileFacts, numbers: readonly number[]): readonly number[] | null {
  const families = new Map<string, number[]>();
  for (const c of numbers) {
    const family = coordinateFamily(file.columns[c].name);
    if (family !== null) families.set(family, [...(families.get(family) ?? []), c]);
  }
  const several = [...families.values()].filter((members) => members.length > 1);
  if (several.length > 1) {
    const shown = several.map((members) =>
      members
        .slice(0, 2)
        .map((c) => shownName(file, c))
        .join(','),
    );
    throw new OptionError({
      got: `${several.length} maps in ${file.source} (${shown.join('; ')})`,
      expected: 'one',
      remedy: words`name its columns: ${option('embeddingColumns', shown[0])}`,
    });
  }
  return several[0] ?? null;
}

/**
 * Positions of the columns with fractions; all where none has any.
 * @param numbers positions of the columns of numbers.
 */
function withoutWhole(file: FileFacts, numbers: readonly number[]): readonly number[] {
  const fractional = numbers.filter((c) => !file.columns[c].whole);
  return fractional.length > 0 ? fractional : numbers;
}

/**
 * Why a column of numbers is no coordinate, in words.
 * @param group whether it holds groups.
 * @param used names of the coordinates.
 * @returns a clause, such as `holds groups (12 whole numbers)`.
 * @param position of the column, from 0.
 */
function reasonOf(file: FileFacts, position: number, group: boolean, used: readonly string[]): string {
  const { whole, distinct } = file.columns[position];
  if (group) return `holds groups (${distinct} whole numbers)`;
  if (whole) return `holds whole numbers beside the fractions of ${used.join(', ')}`;
  return `is no coordinate beside ${used.join(', ')}`;
}
