/** A region by words: a level of a column, alone or combined with the selection; or its text, as `whymap query` takes it. */
import { useState } from 'preact/hooks';
import { levelCode, missingCode } from '../../derive/columns.js';
import { combinedCode, oppositeCode } from '../../derive/region-code.js';
import { moduleName, type View } from '../../derive/view.js';
import { forgetNamed, nameSelection, selectCode, selectWritten } from '../../state/regions.js';
import { namedRegions, region } from '../../state/store.js';

export function RegionBuilder({ view }: { view: View }) {
  const groups = groupsOf(view);
  const [group, setGroup] = useState(0);
  const [chosen, setChosen] = useState('');
  const { options } = groups[Math.min(group, groups.length - 1)];
  const code = options.some((option) => option.code === chosen) ? chosen : (options[0]?.code ?? '');
  const selected = region.value;
  return (
    <div class="region-builder">
      <div class="fields">
        <label>
          <span>Samples by</span>
          <select value={group} onChange={(event) => setGroup(Number(event.currentTarget.value))}>
            {groups.map(({ name }, index) => (
              <option key={name} value={index}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>which is</span>
          <select value={code} onChange={(event) => setChosen(event.currentTarget.value)}>
            {options.map((option) => (
              <option key={option.code} value={option.code}>
                {option.name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Operators view={view} code={code} />
      <RegionText key={selected?.code ?? ''} view={view} />
    </div>
  );
}

/** The chosen samples alone, or with what is selected already. */
function Operators({ view, code }: { view: View; code: string }) {
  const selected = region.value;
  const action = (name: string, next: string) => (
    <button type="button" class="button" onClick={() => selectCode(view, next)}>
      {name}
    </button>
  );
  return (
    <p class="actions">
      {action('Select', code)}
      {selected && (
        <>
          {action('And these', combinedCode(selected.code, '&', code))}
          {action('Or these', combinedCode(selected.code, '|', code))}
          {action('Without these', combinedCode(selected.code, '&', oppositeCode(code)))}
          {action('All others', oppositeCode(selected.code))}
        </>
      )}
    </p>
  );
}

interface Group {
  readonly name: string;
  readonly options: readonly { readonly name: string; readonly code: string }[];
}

/** Everything that has names: columns of groups, modules, regions named before. */
function groupsOf(view: View): Group[] {
  const columns = view.columns.flatMap((column): Group[] =>
    column.kind === 'numeric'
      ? []
      : [
          {
            name: column.name,
            options: [
              ...column.levels.map((level) => ({
                name: level,
                code: levelCode(column, level, column === view.labels),
              })),
              ...(column.missing > 0 ? [{ name: 'no value', code: missingCode(column) }] : []),
            ],
          },
        ],
  );
  const modules = view.explanation.descriptions.map(({ id }, module) => ({
    name: moduleName(view.explanation, module),
    code: `module:${id}`,
  }));
  const named = [...namedRegions.value.keys()].map((name) => ({ name, code: `@${name}` }));
  return [
    ...columns,
    ...(modules.length > 0 || columns.length === 0 ? [{ name: 'module present', options: modules }] : []),
    ...(named.length > 0 ? [{ name: 'regions with a name', options: named }] : []),
  ];
}

/** The selection as a text that can be edited, and its name. */
function RegionText({ view }: { view: View }) {
  const [problem, setProblem] = useState('');
  return (
    <details>
      <summary>As text, with a name</summary>
      <TextField
        label="Region as text"
        placeholder="disease:DKD & !module:M3"
        action="Select"
        start={region.value?.code ?? ''}
        onEnter={(text) => setProblem(selectWritten(view, text))}
      />
      {problem && (
        <p class="note bad" role="alert">
          {problem}
        </p>
      )}
      {region.value && (
        <TextField
          label="Name of this region"
          placeholder="Name"
          action="Name it"
          start=""
          onEnter={(name) => nameSelection(view, name)}
        />
      )}
      <Named view={view} />
    </details>
  );
}

interface TextFieldProps {
  readonly label: string;
  readonly placeholder: string;
  readonly action: string;
  readonly start: string;
  readonly onEnter: (text: string) => void;
}

function TextField({ label, placeholder, action, start, onEnter }: TextFieldProps) {
  const [text, setText] = useState(start);
  return (
    <form
      class="written"
      onSubmit={(event) => {
        event.preventDefault();
        onEnter(text.trim());
      }}
    >
      <input
        type="text"
        aria-label={label}
        placeholder={placeholder}
        spellcheck={false}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit" class="button" disabled={text.trim() === ''}>
        {action}
      </button>
    </form>
  );
}

function Named({ view }: { view: View }) {
  const named = [...namedRegions.value.keys()];
  if (named.length === 0) return null;
  return (
    <ul class="named">
      {named.map((each) => (
        <li key={each}>
          <button type="button" class="link" onClick={() => selectCode(view, `@${each}`)}>
            {each}
          </button>
          <button
            type="button"
            class="text-button"
            aria-label={`Forget ${each}`}
            onClick={() => forgetNamed(each)}
          >
            forget
          </button>
        </li>
      ))}
    </ul>
  );
}
