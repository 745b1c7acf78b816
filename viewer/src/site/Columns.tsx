/** Which columns are ids and labels; layers of AnnData; labels from a file of their own. */
import { FileSlot } from './FileSlot.js';
import { isAnndata } from './fields.js';
import { features, set, settings } from './state.js';

export function Columns() {
  const found = features.value?.found;
  if (!found) return null;
  const names = found.columns.map(({ name }) => name).filter((name) => name !== '');
  const texts = found.columns.filter(({ kind }) => kind === 'text').map(({ name }) => name);
  return (
    <div class="fields">
      {names.length > 0 && (
        <>
          <NameChoice
            name="label"
            label="Labels"
            help="One a sample, such as a cell type. Shown, never used by the method."
            none="none"
            names={names}
            first={texts}
          />
          <NameChoice
            name="id"
            label="Sample ids"
            help="Names of the samples, by which files are joined."
            none="found by itself, or none"
            names={names}
            first={texts}
          />
        </>
      )}
      {isAnndata(found.format) && found.layers.length > 0 && (
        <NameChoice
          name="layer"
          label="Layer"
          help="Which matrix is explained."
          none="X"
          names={found.layers}
          first={[]}
        />
      )}
      <div class="field">
        <span class="field-label">Labels from another file</span>
        <FileSlot slot="labels" label="Labels" hint="" />
      </div>
    </div>
  );
}

interface NameChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  /** What an empty choice means. */
  readonly none: string;
  readonly names: readonly string[];
  /** Those that are more likely. */
  readonly first: readonly string[];
}

/** More names than this are typed, with suggestions, rather than scrolled through. */
const LONGEST_LIST = 300;

export function NameChoice({ name, label, help, none, names, first }: NameChoiceProps) {
  const value = String(settings.value[name] ?? '');
  const id = `field-${name}`;
  const likely = names.filter((each) => first.includes(each));
  const rest = names.filter((each) => !first.includes(each));
  const change = (event: { currentTarget: { value: string } }) => set(name, event.currentTarget.value);
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      {names.length > LONGEST_LIST ? (
        <>
          <input id={id} type="text" list={`${id}-names`} value={value} placeholder={none} onInput={change} />
          <datalist id={`${id}-names`}>
            {[...likely, ...rest].slice(0, LONGEST_LIST).map((each) => (
              <option key={each} value={each} />
            ))}
          </datalist>
        </>
      ) : (
        <select id={id} value={value} onChange={change} aria-describedby={`${id}-help`}>
          <option value="">{none}</option>
          {[...likely, ...rest].map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      )}
      <p class="note" id={`${id}-help`}>
        {help}
      </p>
    </div>
  );
}
