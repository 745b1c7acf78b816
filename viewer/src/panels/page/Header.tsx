/** The top of the page: what is shown, how it is colored, the theme. */
import { decodeColoring, encodeColoring } from '../../derive/coloring.js';
import { moduleName, type View } from '../../derive/view.js';
import { count, plural } from '../../derive/words.js';
import { home } from '../../state/home.js';
import { colorBy, openModule, theme } from '../../state/store.js';
import { Icon } from '../parts/Icon.js';
import { Save } from './Save.js';
import { Search } from './Search.js';
import { TourButton } from './Tour.js';

export function Header({ view, title }: { view: View; title: string }) {
  const { rows, featureNames, modules } = view.explanation;
  return (
    <header class="top">
      <h1>
        <span class="mark">whymap</span>
        <span class="title">{title}</span>
      </h1>
      <p class="sizes">
        {plural(rows, 'sample')} · {plural(featureNames.length, 'feature')} ·{' '}
        {plural(modules.count, 'module')}
      </p>
      {home.value && (
        <button type="button" class="text-button" onClick={home.value.change}>
          <Icon name="back" /> {home.value.command ? 'Settings' : 'Other data'}
        </button>
      )}
      <Search view={view} />
      <ColorChoice view={view} />
      <Save view={view} title={title} />
      <TourButton />
      <button
        type="button"
        class="icon-button"
        aria-label={theme.value === 'dark' ? 'Use the light theme' : 'Use the dark theme'}
        title={theme.value === 'dark' ? 'Light theme' : 'Dark theme'}
        onClick={() => {
          theme.value = theme.value === 'dark' ? 'light' : 'dark';
        }}
      >
        <Icon name={theme.value === 'dark' ? 'sun' : 'moon'} />
      </button>
    </header>
  );
}

function ColorChoice({ view }: { view: View }) {
  const { explanation } = view;
  return (
    <label class="choice">
      <span>Color by</span>
      <select
        value={encodeColoring(view, colorBy.value)}
        onChange={(event) => {
          const next = decodeColoring(view, event.currentTarget.value);
          colorBy.value = next;
          openModule.value = next.by === 'module' ? next.module : null;
        }}
      >
        <option value="strongest">strongest module</option>
        <option value="density">density</option>
        {view.columns.length > 0 && (
          <optgroup label="Labels and metadata">
            {view.columns.map((column, index) => (
              <option key={column.name} value={encodeColoring(view, { by: 'column', column: index })}>
                {column.name}
                {column.missing > 0 ? ` (${count(column.missing)} without)` : ''}
              </option>
            ))}
          </optgroup>
        )}
        {explanation.trust && (
          <optgroup label="Trust">
            <option value="trust">trust at each sample</option>
            <option value="torn">torn apart</option>
            <option value="glued">glued together</option>
          </optgroup>
        )}
        <optgroup label="Presence of a module">
          {explanation.descriptions.map((description, module) => (
            <option key={description.id} value={`module:${module}`}>
              {moduleName(explanation, module)}
            </option>
          ))}
        </optgroup>
        {explanation.values && !explanation.image && (
          <optgroup label="Value of a feature">
            {[...explanation.values.features].map((feature) => (
              <option key={feature} value={`feature:${feature}`}>
                {explanation.featureNames[feature]}
              </option>
            ))}
          </optgroup>
        )}
      </select>
    </label>
  );
}
