/** The settings of a run, in groups; what is left empty has the default that stands in the field. */
import { type Field, GROUPS, usefulFor } from './fields.js';
import { features, set, settings } from './state.js';

export function Settings() {
  const format = features.value?.found?.format;
  return (
    <section class="step" aria-labelledby="step-settings">
      <h2 id="step-settings">Settings</h2>
      {GROUPS.map(({ title, open, fields }) => {
        const shown = fields.filter((field) => usefulFor(field, format));
        const changed = shown.filter(({ name }) => settings.value[name] !== undefined).length;
        return (
          <details key={title} class="group" open={open || changed > 0}>
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
      })}
    </section>
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
