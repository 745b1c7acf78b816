/** Where the map comes from: made here, a file, a key inside the features' file, or columns of it. */

import { NameChoice } from './Columns.js';
import { FileSlot } from './FileSlot.js';
import { METHODS } from './fields.js';
import { features, type MapFrom, mapFrom, set, settings, slots, takeMapFrom } from './state.js';

export function MapChoice() {
  const found = features.value?.found;
  if (!found) return null;
  const numbers = found.columns.filter(({ kind }) => kind === 'number').map(({ name }) => name);
  const ways: readonly { from: MapFrom; name: string; shown: boolean }[] = [
    { from: 'made', name: 'Make one here', shown: true },
    { from: 'file', name: 'From a file', shown: true },
    { from: 'key', name: 'Inside the same file', shown: found.arrays.length > 0 },
    { from: 'columns', name: 'Columns of the same file', shown: numbers.length > 2 },
  ];
  return (
    <section class="step" aria-labelledby="step-map">
      <h2 id="step-map">The map to explain</h2>
      <div class="ways" role="radiogroup" aria-labelledby="step-map">
        {ways
          .filter(({ shown }) => shown)
          .map(({ from, name }) => (
            <label key={from}>
              <input
                type="radio"
                name="map-from"
                value={from}
                checked={mapFrom.value === from}
                onChange={() => takeMapFrom(from)}
              />
              {name}
            </label>
          ))}
      </div>
      {mapFrom.value === 'made' && <Method />}
      {mapFrom.value === 'file' && <MapFile />}
      {mapFrom.value === 'key' && (
        <div class="fields">
          <NameChoice
            name="embeddingKey"
            label="Embedding"
            help="Coordinates of the same samples."
            none="the only one"
            names={found.arrays}
            first={[]}
          />
        </div>
      )}
      {mapFrom.value === 'columns' && <MapColumns names={numbers} />}
    </section>
  );
}

function Method() {
  return (
    <div class="fields">
      <div class="field">
        <label class="field-label" for="field-method">
          Method
        </label>
        <select
          id="field-method"
          value={String(settings.value.method ?? '')}
          onChange={(event) => set('method', event.currentTarget.value)}
        >
          <option value="">umap</option>
          {METHODS.filter((name) => name !== 'umap').map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <p class="note">With its default settings, in two dimensions.</p>
      </div>
    </div>
  );
}

function MapFile() {
  const arrays = slots.value.embedding?.found?.arrays ?? [];
  return (
    <>
      <p class="note">
        Coordinates of the same samples, of any dimension: joined by sample ids where both files have them,
        else in the order of the rows.
      </p>
      <FileSlot slot="embedding" label="Map" hint="Drop it here, or" />
      {arrays.length > 1 && (
        <div class="fields">
          <NameChoice
            name="embeddingKey"
            label="Embedding"
            help="Which of its arrays."
            none="the only one"
            names={arrays}
            first={[]}
          />
        </div>
      )}
    </>
  );
}

const MAP_COLUMN = /umap|tsne|pca|emb|latent|coord|(^|[_ .-])(x|y|z|dim)?[_ .-]?\d*$/i;
const SUGGESTED = 12;

/** The columns of the map, as a list that can be typed, with likely ones to pick. */
function MapColumns({ names }: { names: readonly string[] }) {
  const value = String(settings.value.embeddingColumns ?? '');
  const chosen = value === '' ? [] : value.split(',').map((name) => name.trim());
  const likely = names.filter((name) => MAP_COLUMN.test(name));
  const suggested = (likely.length > 0 ? likely : names).slice(0, SUGGESTED);
  const toggle = (name: string) =>
    set(
      'embeddingColumns',
      (chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name]).join(','),
    );
  return (
    <div class="fields">
      <div class="field wide">
        <label class="field-label" for="field-embeddingColumns">
          Columns of the map
        </label>
        <input
          id="field-embeddingColumns"
          type="text"
          value={value}
          placeholder="such as x,y"
          onInput={(event) => set('embeddingColumns', event.currentTarget.value)}
        />
        <p class="note">Names, separated by commas. They are left out of the features.</p>
        <div class="picks">
          {suggested.map((name) => (
            <button
              key={name}
              type="button"
              class="pick"
              aria-pressed={chosen.includes(name)}
              onClick={() => toggle(name)}
            >
              {name}
            </button>
          ))}
        </div>
      </div>
    </div>
  );
}
