/**
 * The columns that may hold ids, with their values: what pairing with another file needs.
 * Types: `FileFacts`, one file: columns (ColumnFacts, by position). `ColumnRoles`, positions: ids (or null),
 *   candidates (best first), used (features or coordinates), idReason (in words), label (or null), left (left out, with
 *   reasons). `Candidate`, a column that may hold ids: declared (named as ids), score (larger is likelier), counts
 *   (only numbers the rows). `ColumnFacts`, one column: counter (first value where they count rows one by one, else
 *   null).
 * Fails: never.
 */

import type { RawReading } from '../options.js';
import { shownName } from './column-names.js';
import type { FileFacts } from './facts.js';
import { candidateAt, WEAK } from './id-columns.js';
import type { ColumnRoles, IdColumn } from './types.js';

/**
 * The columns of one file that may hold ids, with their values, likeliest first: what pairing with another file
 * needs.
 * @param options `id`: the option that names a column of ids.
 * @param texts the texts of the column at a position, one a row, or null where they were not kept.
 * @returns the column of ids and the reason for it, the label's name, what was left out, and the candidates; columns
 * without texts are left out of these.
 */
export function idColumnsOf(
  file: FileFacts,
  roles: ColumnRoles,
  options: { readonly id?: string },
  texts: (position: number) => readonly string[] | null,
): RawReading {
  const order =
    roles.ids === null ? roles.candidates : [roles.ids, ...roles.candidates.filter((c) => c !== roles.ids)];
  const candidates = order.flatMap((position): IdColumn[] => {
    const values = texts(position);
    if (values === null) return [];
    const candidate = candidateAt(file, position);
    const requested = options.id !== undefined && position === roles.ids;
    return [
      {
        name: shownName(file, position),
        values,
        declared: requested || (candidate?.declared ?? false),
        weak: !requested && (candidate?.score ?? 0) <= WEAK,
        requested,
        counter: candidate?.counts ? file.columns[position].counter : null,
        feature: roles.used.includes(position) ? shownName(file, position) : null,
      },
    ];
  });
  return {
    ids: roles.ids === null ? null : { column: shownName(file, roles.ids), reason: roles.idReason },
    label: roles.label === null ? null : shownName(file, roles.label),
    leftOut: roles.left
      .filter(({ position }) => position !== roles.ids)
      .map(({ name, reason }) => ({ name, reason })),
    candidates,
  };
}
