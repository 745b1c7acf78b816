/** The settings of a run, in groups; what is left empty has the default that stands in the field. */
import { useState } from 'preact/hooks';
import { type Field, GROUPS, type Group, usefulFor } from './fields.js';
import { features, set, settings } from './state.js';

export function Settings() {
  return (
    <section class="step" aria-labelledby="step-settings">
      <h2 id="step-settings">Settings</h2>
      {GROUPS.map((group) => (
        <SettingsGroup key={group.title} group={group} />
      ))}
    </section>
  );
}

/** Open at first where something in it was changed; then as the person has it. */
function SettingsGroup({ group: { title, open, fields } }: { group: Group }) {
  const format = features.value?.found?.format;
  const shown = fields.filter((field) => usefulFor(field, format));
  const changed = shown.filter(({ name }) => settings.value[name] !== undefined).length;
  const [isOpen, setOpen] = useState(open || changed > 0);
  return (
    <details class="group" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {title}
        {changed > 0 && <span class="note"> {changed} changed</span>}
      </summary>
      <div class="fields">
        {shown.map((field) => (
          <FieldInput key={field.name} field={field} />
        ))}
      </div>
    </details>
  );
}

function FieldInput({ field }: { field: Field }) {
  const { name, label, help, input } = field;
  const id = `field-${name}`;
  const value = String(settings.value[name] ?? '');
  const common = { id, value, 'aria-describedby': `${id}-help` };
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      {typeof input === 'string' ? (
        <input
          {...common}
          type="text"
          inputMode={input === 'number' ? 'decimal' : 'text'}
          autocomplete="off"
          placeholder={field.default}
          onInput={(event) => set(name, event.currentTarget.value.trim())}
        />
      ) : (
        <select {...common} onChange={(event) => set(name, event.currentTarget.value)}>
          <option value="">{field.default}</option>
          {input.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      )}
      <p class="note" id={`${id}-help`}>
        {help}
      </p>
    </div>
  );
}
