/** A place for one file: chosen, being looked at, read, or refused. */
import { useRef } from 'preact/hooks';
import { count, plural } from '../derive/words.js';
import { Icon } from '../panels/parts/Icon.js';
import { fileItem, pickedFolder } from './items.js';
import { type Dropped, remove, type Slot, slots, take } from './state.js';
import { problemWords } from './words.js';

/** Makes a choice of files one of folders, in every browser; not among the attributes that the types know. */
const FOLDERS = { webkitdirectory: true };

interface FileSlotProps {
  readonly slot: Slot;
  readonly label: string;
  readonly hint: string;
  readonly large?: boolean;
}

export function FileSlot({ slot, label, hint, large }: FileSlotProps) {
  const input = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const dropped = slots.value[slot];
  const choose = () => input.current?.click();
  return (
    <div class={`slot${large ? ' large' : ''}`}>
      <input
        ref={input}
        type="file"
        class="unseen"
        tabIndex={-1}
        aria-label={`${label}: choose a file`}
        data-slot={slot}
        multiple={slot === 'features'}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = '';
          if (files.length > 0) void take(files.map(fileItem), files.length === 1 ? slot : undefined);
        }}
      />
      {slot !== 'labels' && (
        <input
          ref={folder}
          type="file"
          class="unseen"
          tabIndex={-1}
          aria-label={`${label}: choose a folder`}
          data-folder={slot}
          {...FOLDERS}
          onChange={(event) => {
            const files = [...(event.currentTarget.files ?? [])];
            event.currentTarget.value = '';
            if (files.length > 0) void take([pickedFolder(files)], slot);
          }}
        />
      )}
      {dropped ? (
        <Chosen dropped={dropped} label={label} onChange={choose} onRemove={() => remove(slot)} />
      ) : (
        <p class="slot-empty">
          {hint}{' '}
          <button type="button" class="button" onClick={choose}>
            Choose a file
          </button>
          {slot !== 'labels' && (
            <button type="button" class="text-button" onClick={() => folder.current?.click()}>
              or a folder
            </button>
          )}
        </p>
      )}
    </div>
  );
}

interface ChosenProps {
  readonly dropped: Dropped;
  readonly label: string;
  readonly onChange: () => void;
  readonly onRemove: () => void;
}

function Chosen({ dropped, label, onChange, onRemove }: ChosenProps) {
  const { item, found, problem } = dropped;
  return (
    <>
      <p class="slot-file">
        <b>{item.name}</b>
        <span class="note">
          {size(item.size)}
          {item.content instanceof Map && ` in ${plural(item.content.size, 'file')}`}
          {found && `, ${FORMATS[found.format] ?? found.format}`}
          {found && found.columns.length > 0 && `, ${count(found.columns.length)} columns`}
          {!found && !problem && ', looking at it\u2026'}
        </span>
        <button type="button" class="text-button" onClick={onChange}>
          Change
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label={`Remove ${label}: ${item.name}`}
          onClick={onRemove}
        >
          <Icon name="close" />
        </button>
      </p>
      {problem && (
        <div class="slot-problem" role="alert">
          {problemWords(problem).sentences.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </div>
      )}
    </>
  );
}

const FORMATS: Readonly<Record<string, string>> = {
  csv: 'text table',
  npy: 'NumPy array',
  npz: 'NumPy arrays',
  zarr: 'Zarr',
  '10x': 'Cell Ranger',
  h5: 'HDF5',
  parquet: 'Parquet',
  arrow: 'Arrow',
  idx: 'IDX',
  mtx: 'Matrix Market',
  json: 'JSON',
};

function size(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB'];
  const step = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[step]}`;
}
