/** The roles of columns as the plan gives them, and what options a change of one comes to. */
import type { FileReading } from 'whymap/io';
import type { OptionTexts } from 'whymap/options';

export const ROLES = ['feature', 'ids', 'label', 'left out'] as const;
export type Role = (typeof ROLES)[number];

export interface ColumnRole {
  readonly name: string;
  readonly role: Role;
  /** Why it is left out; empty otherwise. */
  readonly reason: string;
}

/** The role of each column of the table, in the order of the file. */
export function rolesOf(names: readonly string[], { ids, label, leftOut }: FileReading): ColumnRole[] {
  const reasons = new Map(leftOut.map(({ name, reason }) => [name, reason]));
  return names.map((name, position) => {
    const isId = ids?.column === name || (name === '' && position === 0 && ids?.column === UNNAMED);
    if (isId) return { name, role: 'ids', reason: '' };
    if (label?.column === name) return { name, role: 'label', reason: '' };
    const reason = reasons.get(name);
    return reason === undefined ? { name, role: 'feature', reason: '' } : { name, role: 'left out', reason };
  });
}

/** How the plan calls a first column without a name. */
const UNNAMED = 'the unnamed first column';

/** A name in a list of an option: in quotes where it holds a comma. */
const listed = (names: readonly string[]) =>
  names.map((name) => (name.includes(',') ? `"${name}"` : name)).join(',');

const namesIn = (list: unknown): string[] =>
  (String(list ?? '').match(/"[^"]*"|[^,]+/g) ?? []).map((part) => part.trim().replace(/^"(.*)"$/, '$1'));

/** The options after a column has been given a role. */
export function withRole(
  settings: OptionTexts,
  roles: readonly ColumnRole[],
  name: string,
  role: Role,
): OptionTexts {
  const before = roles.find((column) => column.name === name);
  // a column that an option took away comes back with that option
  const byOption = [settings.id, settings.label].includes(name) || namesIn(settings.drop).includes(name);
  const drop = namesIn(settings.drop).filter((each) => each !== name);
  const next: Record<string, string | boolean | undefined> = { ...settings, drop: listed(drop) };
  if (settings.id === name) next.id = '';
  if (settings.label === name) next.label = '';
  if (role === 'ids') next.id = name;
  if (role === 'label') next.label = name;
  if (role === 'left out') next.drop = listed([...drop, name]);
  if (role === 'feature' && before?.role !== 'feature' && !byOption) {
    next.features = listed([...featuresIn(roles), name]);
  } else if (settings.features !== undefined && role !== 'feature') {
    next.features = listed(namesIn(settings.features).filter((each) => each !== name));
  }
  return next;
}

const featuresIn = (roles: readonly ColumnRole[]) =>
  roles.filter(({ role }) => role === 'feature').map(({ name }) => name);
