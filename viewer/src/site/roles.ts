/** The roles of columns as the plan gives them, and what options a change of one comes to. */
import type { FileReading } from 'whymap/io';
import type { OptionTexts } from 'whymap/options';

export const ROLES = ['feature', 'ids', 'label', 'left out'] as const;
export const MAP_ROLES = ['coordinate', 'ids', 'left out'] as const;
export type Role = (typeof ROLES)[number] | (typeof MAP_ROLES)[number];

export interface ColumnRole {
  readonly name: string;
  readonly role: Role;
  /** Why it is left out; empty otherwise. */
  readonly reason: string;
}

/** The role of each column of the table, in the order of the file: of the plan, but for what options have changed since. */
export function rolesOf(names: readonly string[], read: FileReading, settings: OptionTexts): ColumnRole[] {
  const { id, label, drop, features } = settings;
  const dropped = namesIn(drop);
  return rolesIn(names, read, 'feature').map((column, position) => {
    const called = calledIn(column, position);
    if (dropped.includes(called)) return { ...column, role: 'left out' };
    const one = chosenOne(column, called, { ids: id, label });
    return one ?? chosenAmong(column, called, features, 'feature');
  });
}

/** The role of each column of the map's file, in the order of the file; as `rolesOf`. */
export function mapRolesOf(
  names: readonly string[],
  read: FileReading,
  { mapId, embeddingColumns }: OptionTexts,
): ColumnRole[] {
  return rolesIn(names, { ...read, label: null }, 'coordinate').map((column, position) => {
    const called = calledIn(column, position);
    return (
      chosenOne(column, called, { ids: mapId }) ?? chosenAmong(column, called, embeddingColumns, 'coordinate')
    );
  });
}

/** How options call a column: by its name, or its number from 1. */
const calledIn = ({ name }: ColumnRole, position: number) => name || `#${position + 1}`;

/** The column with the role that an option gives to one column or takes from it; null where none speaks of it. */
function chosenOne(
  column: ColumnRole,
  called: string,
  options: Readonly<Partial<Record<Role, string | boolean | undefined>>>,
): ColumnRole | null {
  for (const [role, wanted] of Object.entries(options) as [Role, string | boolean | undefined][]) {
    if (!wanted) continue;
    if (wanted === called) return { ...column, role, reason: '' };
    if (column.role === role) return { ...column, role: 'left out', reason: '' };
  }
  return null;
}

/** The column with the role that a list of names gives to each of them and to no other; patterns wait for the plan. */
function chosenAmong(column: ColumnRole, called: string, list: unknown, role: Role): ColumnRole {
  const wanted = namesIn(list);
  if (wanted.length === 0 || wanted.some((name) => name.includes('*'))) return column;
  if (wanted.includes(called)) return { ...column, role, reason: '' };
  return column.role === role ? { ...column, role: 'left out', reason: '' } : column;
}

/** The role of each column; `used` where the plan says nothing else. */
function rolesIn(names: readonly string[], { ids, label, leftOut }: FileReading, used: Role): ColumnRole[] {
  const reasons = new Map(leftOut.map(({ name, reason }) => [name === UNNAMED ? '' : name, reason]));
  return names.map((name, position) => {
    const isId = ids?.column === name || (name === '' && position === 0 && ids?.column === UNNAMED);
    if (isId) return { name, role: 'ids', reason: '' };
    if (label?.column === name) return { name, role: 'label', reason: '' };
    const reason = reasons.get(name);
    return reason === undefined ? { name, role: used, reason: '' } : { name, role: 'left out', reason };
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

/** The options after a column of the map's file has been given a role. */
export function withMapRole(
  settings: OptionTexts,
  roles: readonly ColumnRole[],
  name: string,
  role: Role,
): OptionTexts {
  const called = roles.map(calledIn);
  const before = called.filter((_, position) => roles[position].role === 'coordinate');
  const coordinates = called.filter((each) =>
    each === name ? role === 'coordinate' : before.includes(each),
  );
  const next: Record<string, string | boolean | undefined> = { ...settings };
  if (settings.mapId === name) next.mapId = '';
  if (role === 'ids') next.mapId = name;
  const isChanged = coordinates.length !== before.length || role === 'coordinate';
  if (isChanged || settings.embeddingColumns) next.embeddingColumns = listed(coordinates);
  return next;
}

const featuresIn = (roles: readonly ColumnRole[]) =>
  roles.filter(({ role }) => role === 'feature').map(({ name }) => name);
