/** The top of the page: what is shown, the search, the coloring, what can be saved, the theme. */
import type { View } from '../../derive/view.js';
import { plural } from '../../derive/words.js';
import { home } from '../../state/home.js';
import { theme } from '../../state/store.js';
import { Icon } from '../parts/Icon.js';
import { ColorChoice } from './ColorChoice.js';
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
