/** The top of the page while there is nothing to show yet. */
import { Icon } from '../panels/parts/Icon.js';
import { theme, view } from '../state/store.js';
import { phase, showLast } from './state.js';

export function TopBar() {
  const dark = theme.value === 'dark';
  return (
    <header class="top">
      <h1>
        <span class="mark">whymap</span>
        <span class="title">why does the map look like this?</span>
      </h1>
      <span class="sizes" />
      {view.value && phase.value === 'start' && (
        <button type="button" class="button" onClick={showLast}>
          Back to the result
        </button>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label={dark ? 'Use the light theme' : 'Use the dark theme'}
        title={dark ? 'Light theme' : 'Dark theme'}
        onClick={() => {
          theme.value = dark ? 'light' : 'dark';
        }}
      >
        <Icon name={dark ? 'sun' : 'moon'} />
      </button>
    </header>
  );
}
