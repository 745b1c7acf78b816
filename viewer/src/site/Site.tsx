/** The page that computes: what to explain, how far it is, and the result. */
import { useEffect, useRef } from 'preact/hooks';
import { App } from '../App.js';
import { theme, view } from '../state/store.js';
import { Running } from './Running.js';
import { Start } from './Start.js';
import { phase, title } from './state.js';

export function Site() {
  useEffect(() => {
    document.documentElement.dataset.theme = theme.value;
  }, [theme.value]);
  useEffect(() => {
    document.documentElement.dataset.phase = phase.value;
    document.title = phase.value === 'done' ? `${title.value} \u00b7 whymap` : 'whymap';
  }, [phase.value]);
  useFocusMoved();
  if (phase.value === 'done' && view.value) return <App view={view.value} title={title.value} />;
  return phase.value === 'running' ? <Running /> : <Start />;
}

/** What had the focus is gone with the page it stood on: what comes next begins where reading begins. */
function useFocusMoved(): void {
  const last = useRef(phase.value);
  useEffect(() => {
    if (last.current !== phase.value && document.activeElement === document.body) {
      document.querySelector<HTMLElement>('#step-features, #panel')?.focus();
    }
    last.current = phase.value;
  }, [phase.value]);
}
