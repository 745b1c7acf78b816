/** How the files would be read, said before a run, with the role of every column to change. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { planned } from '../compute/client.js';
import type { Planned, Problem } from '../compute/messages.js';
import { type ColumnRole, ROLES, type Role, rolesOf, withRole } from './roles.js';
import { currentJob, features, lacking, optionTexts, phase, set, settings, slots } from './state.js';
import { problemWords } from './words.js';

/** What the worker last answered, and for which question. */
const answer = signal<{ readonly planned: Planned | null; readonly problem: Problem | null }>({
  planned: null,
  problem: null,
});
const asking = signal(false);
let question = 0;

/** Files up to this size are read at once when something changes; larger ones on request. */
const AT_ONCE = 64 * 2 ** 20;
/** Time for a person to go on typing, in milliseconds. */
const PAUSE = 400;
/** More columns than these are chosen by the names of features and of what is dropped. */
const MOST_ROWS = 60;

async function ask(): Promise<void> {
  const mine = ++question;
  asking.value = true;
  const next = await planned(currentJob()).then(
    (found) => ({ planned: found, problem: null }),
    (problem: Problem) => ({ planned: answer.value.planned, problem }),
  );
  if (mine !== question) return;
  answer.value = next;
  asking.value = false;
}

export function Reading() {
  const size = Object.values(slots.value).reduce((sum, dropped) => sum + (dropped?.item.size ?? 0), 0);
  const ready = lacking.value === null && phase.value === 'start';
  const key = JSON.stringify(optionTexts.value);
  useEffect(() => {
    if (!ready || size > AT_ONCE) return;
    const timer = setTimeout(() => void ask(), PAUSE);
    return () => clearTimeout(timer);
  }, [ready, key, slots.value]);
  const { planned: found, problem } = answer.value;
  return (
    <section class="step" aria-labelledby="step-reading">
      <h2 id="step-reading">How the files are read</h2>
      {size > AT_ONCE && (
        <button type="button" class="button" disabled={!ready} onClick={() => void ask()}>
          Read them and say
        </button>
      )}
      <div aria-live="polite" aria-busy={asking.value}>
        {problem !== null && <Refused problem={problem} />}
        {problem === null && found !== null && <Plan found={found} />}
        {found === null && problem === null && <p class="note">Reading…</p>}
      </div>
      <Roles found={found} />
    </section>
  );
}

/** Why a run would stop. */
function Refused({ problem }: { problem: Problem }) {
  const { title, sentences } = problemWords(problem);
  return (
    <div class="reading-problem">
      <p>
        <strong>{title}.</strong> {sentences.join(' ')}
      </p>
    </div>
  );
}

function Plan({ found }: { found: Planned }) {
  return (
    <>
      <ul class="reading-lines">
        {found.plan.lines.map((line) => (
          <li key={line}>{line.trim()}</li>
        ))}
      </ul>
      {found.notes.map((note) => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
    </>
  );
}

/** Every column with its role; where there are too many, the names of features and of what is dropped. */
function Roles({ found }: { found: Planned | null }) {
  const names = features.value?.found?.columns.map(({ name }) => name) ?? [];
  const roles = found === null ? [] : rolesOf(names, found.plan.features);
  return (
    <details class="reading-roles">
      <summary>Change the roles of columns</summary>
      {roles.length > 0 && roles.length <= MOST_ROWS ? (
        <RoleTable roles={roles} />
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
      <div class="fields">
        <TextChoice
          name="mapId"
          label="Ids of the map"
          help="Its column with the sample ids; #1 is the first."
        />
        <Flag name="pairByRow" label="Rows of all files are in the same order" />
        <Flag name="transpose" label="Features are in rows, samples in columns" />
      </div>
    </details>
  );
}

function RoleTable({ roles }: { roles: readonly ColumnRole[] }) {
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
                aria-label={`Role of ${name === '' ? `column ${position + 1}` : name}`}
                value={role}
                onChange={(event) => {
                  const chosen = event.currentTarget.value as Role;
                  const wanted = name === '' ? `#${position + 1}` : name;
                  settings.value = withRole(settings.value, roles, wanted, chosen);
                }}
              >
                {ROLES.map((each) => (
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
