/** A search field for labels, levels of metadata, features, modules and samples: a combobox that is used by keys or pointer. */
import { useId, useMemo, useRef, useState } from 'preact/hooks';
import { regionOf } from '../../derive/region-code.js';
import { type Found, search } from '../../derive/search.js';
import type { View } from '../../derive/view.js';
import { featureNoun } from '../../derive/words.js';
import { selectSample } from '../../map/useSelection.js';
import { panel, selectFeature, selectModule, selectRegion } from '../../state/store.js';
import { Icon } from '../parts/Icon.js';

export function Search({ view }: { view: View }) {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const [open, setOpen] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const list = useId();
  const found = useMemo(() => search(view, text), [view, text]);
  const shown = open && text.trim() !== '';
  const choose = (entry: Found | undefined) => {
    if (!entry) return;
    go(view, entry);
    setText('');
    setOpen(false);
    input.current?.blur();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && found.length > 0) {
      event.preventDefault();
      setOpen(true);
      setActive((active + step + found.length) % found.length);
    } else if (event.key === 'Enter') choose(found[active]);
    else if (event.key === 'Escape') {
      setText('');
      setOpen(false);
    }
  };
  return (
    <div class="search">
      <Icon name="search" />
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label={`Find a ${featureNoun(view.explanation)}, sample, label or module`}
        aria-expanded={shown}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={shown && found[active] ? `${list}-${active}` : undefined}
        placeholder="Find"
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setActive(0);
          setOpen(true);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setOpen(false)}
        onFocus={() => setOpen(true)}
      />
      <FoundList view={view} list={list} found={found} active={active} shown={shown} choose={choose} />
    </div>
  );
}

interface FoundListProps {
  readonly view: View;
  /** Id of the list. */
  readonly list: string;
  readonly found: readonly Found[];
  /** Index of the entry that Enter would choose. */
  readonly active: number;
  readonly shown: boolean;
  choose(entry: Found): void;
}

/** The entries that were found, each an option of the list; a note where there are none. */
function FoundList({ view, list, found, active, shown, choose }: FoundListProps) {
  return (
    <div class="found" hidden={!shown}>
      <div id={list} role="listbox" aria-label="Found">
        {found.map((entry, at) => (
          <div
            key={entry.kind === 'level' ? entry.code : `${entry.kind} ${entry.number}`}
            id={`${list}-${at}`}
            role="option"
            tabIndex={-1}
            aria-selected={at === active}
            // before the field loses the focus, which closes the list
            onPointerDown={(event) => {
              event.preventDefault();
              choose(entry);
            }}
          >
            <span>{entry.name}</span>
            <small>{kindOf(view, entry)}</small>
          </div>
        ))}
      </div>
      {found.length === 0 && (
        <p class="note" role="status">
          Nothing by that name{view.explanation.ids ? '' : '; samples here have row numbers only'}.
        </p>
      )}
    </div>
  );
}

/** What an entry is, in a word: the column of a level, else feature, module or sample. */
function kindOf(view: View, entry: Found): string {
  if (entry.kind === 'level') return entry.column;
  return entry.kind === 'feature' ? featureNoun(view.explanation) : entry.kind;
}

/** Shows what was chosen. */
function go(view: View, entry: Found): void {
  if (entry.kind === 'feature') selectFeature(view, entry.number);
  else if (entry.kind === 'sample') selectSample(view, entry.number);
  else if (entry.kind === 'level') selectRegion(regionOf(view, entry.code));
  else {
    selectModule(entry.number);
    panel.value = 'modules';
  }
}
