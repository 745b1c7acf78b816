/** The role of every column of the table and of the map's file, to change before a run. */
import type { OptionTexts } from 'whymap/options';
import type { Planned } from '../compute/messages.js';
import {
  type ColumnRole,
  MAP_ROLES,
  mapRolesOf,
  ROLES,
  type Role,
  rolesOf,
  withMapRole,
  withRole,
} from './roles.js';
import { features, mapFrom, set, settings, slots } from './state.js';

/** More columns than these are chosen by the names of features and of what is dropped. */
const MOST_ROWS = 60;

/** Every column with its role; where there are too many, or none is known, names to type. */
export function Roles({ found }: { found: Planned | null }) {
  const names = namesOf(features.value?.found?.columns);
  const roles = found === null ? [] : rolesOf(names, found.plan.features, settings.value);
  const isFile = mapFrom.value === 'file';
  const mapNames = isFile ? namesOf(slots.value.embedding?.found?.columns) : [];
  const map = found?.plan.map ?? null;
  const mapRoles = map === null ? [] : mapRolesOf(mapNames, map, settings.value);
  return (
    <details class="reading-roles">
      <summary>Change the roles of columns</summary>
      {isShown(roles) ? (
        <RoleTable roles={roles} choices={ROLES} change={withRole} />
      ) : (
        <div class="fields">
          <TextChoice
            name="features"
            label="Features"
            help="Only these columns; * stands for any characters."
          />
          <TextChoice name="drop" label="Left out" help="None of these columns." />
        </div>
      )}
      {isFile && mapNames.length > 0 && (
        <>
          <h3>Columns of the map</h3>
          {isShown(mapRoles) ? (
            <RoleTable roles={mapRoles} choices={MAP_ROLES} change={withMapRole} of="the map" />
          ) : (
            <div class="fields">
              <TextChoice
                name="embeddingColumns"
                label="Coordinates"
                help="Names of columns, separated by commas."
              />
              <TextChoice
                name="mapId"
                label="Ids of the map"
                help="Its column with the sample ids; #1 is the first."
              />
            </div>
          )}
        </>
      )}
      <div class="fields">
        <Flag name="pairByRow" label="Rows of all files are in the same order" />
        <Flag name="transpose" label="Features are in rows, samples in columns" />
      </div>
    </details>
  );
}

const namesOf = (columns: readonly { readonly name: string }[] = []) => columns.map(({ name }) => name);
const isShown = (roles: readonly ColumnRole[]) => roles.length > 0 && roles.length <= MOST_ROWS;

interface RoleTableProps {
  readonly roles: readonly ColumnRole[];
  readonly choices: readonly Role[];
  /** The options after the column of this name has been given a role. */
  readonly change: (
    before: OptionTexts,
    roles: readonly ColumnRole[],
    name: string,
    role: Role,
  ) => OptionTexts;
  /** The file, where it is not the table. */
  readonly of?: string;
}

function RoleTable({ roles, choices, change, of }: RoleTableProps) {
  return (
    <table class="roles">
      <thead>
        <tr>
          <th scope="col">Column</th>
          <th scope="col">Role</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {roles.map(({ name, role, reason }, position) => (
          <tr key={`${position} ${name}`}>
            <th scope="row">{name === '' ? `(column ${position + 1})` : name}</th>
            <td>
              <select
                aria-label={`Role of ${name === '' ? `column ${position + 1}` : name}${of ? ` of ${of}` : ''}`}
                value={role}
                onChange={(event) => {
                  const chosen = event.currentTarget.value as Role;
                  const wanted = name === '' ? `#${position + 1}` : name;
                  settings.value = change(settings.value, roles, wanted, chosen);
                }}
              >
                {choices.map((each) => (
                  <option key={each} value={each}>
                    {each}
                  </option>
                ))}
              </select>
            </td>
            <td class="note">{reason}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function TextChoice({ name, label, help }: { name: string; label: string; help: string }) {
  const id = `field-${name}`;
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      <input
        id={id}
        type="text"
        value={String(settings.value[name] ?? '')}
        onInput={(event) => set(name, event.currentTarget.value)}
      />
      <p class="note">{help}</p>
    </div>
  );
}

function Flag({ name, label }: { name: string; label: string }) {
  return (
    <label class="field flag">
      <input
        type="checkbox"
        checked={settings.value[name] === true}
        onChange={(event) => set(name, event.currentTarget.checked)}
      />
      {label}
    </label>
  );
}
