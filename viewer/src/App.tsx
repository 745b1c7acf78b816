/** The page: map first, panels beside it. */
import { useEffect, useRef } from 'preact/hooks';
import type { View } from './derive/view.js';
import { MapView } from './map/Map.js';
import { Conditions } from './panels/conditions/Conditions.js';
import { Groups } from './panels/groups/Groups.js';
import { Modules } from './panels/modules/Modules.js';
import { Header } from './panels/page/Header.js';
import { Run } from './panels/page/Run.js';
import { Tour } from './panels/page/Tour.js';
import { Trust } from './panels/page/Trust.js';
import { Ask } from './panels/region/Ask.js';
import { useAddress } from './state/address.js';
import { useHost } from './state/host.js';
import { openModule, type Panel, panel, region, selectedFeature, theme } from './state/store.js';
import './styles/tools.css';

const PANELS: readonly { panel: Panel; name: string }[] = [
  { panel: 'modules', name: 'Modules' },
  { panel: 'ask', name: 'Ask' },
  { panel: 'groups', name: 'Groups' },
  { panel: 'conditions', name: 'Conditions' },
  { panel: 'trust', name: 'Trust' },
  { panel: 'run', name: 'Run' },
];

/** The conditions have a tab where a comparison is shown. */
const panelsOf = ({ comparison }: View) =>
  PANELS.filter((entry) => comparison !== null || entry.panel !== 'conditions');

export function App({ view, title }: { view: View; title: string }) {
  useAddress(view);
  useHost(view);
  useEffect(() => {
    document.documentElement.dataset.theme = theme.value;
  }, [theme.value]);
  useFocusKept();
  return (
    <div class="page">
      <Header view={view} title={title} />
      <main>
        <MapView view={view} />
        <aside class="side" aria-label="Explanation">
          <Tour />
          <div
            class="tabs"
            role="tablist"
            aria-label="Explanation"
            onKeyDown={(event) => onTabKey(event, panelsOf(view))}
          >
            {panelsOf(view).map((entry) => (
              <button
                key={entry.panel}
                type="button"
                role="tab"
                id={`tab-${entry.panel}`}
                aria-selected={panel.value === entry.panel}
                tabIndex={panel.value === entry.panel ? 0 : -1}
                aria-controls="panel"
                onClick={() => {
                  panel.value = entry.panel;
                }}
              >
                {entry.name}
              </button>
            ))}
          </div>
          <div
            class="panel"
            id="panel"
            role="tabpanel"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it
            tabIndex={0}
            aria-labelledby={`tab-${panel.value}`}
          >
            {panel.value === 'modules' && <Modules view={view} />}
            {panel.value === 'ask' && <Ask view={view} />}
            {panel.value === 'groups' && <Groups view={view} />}
            {panel.value === 'conditions' && <Conditions view={view} />}
            {panel.value === 'trust' && <Trust view={view} />}
            {panel.value === 'run' && <Run view={view} />}
          </div>
        </aside>
      </main>
    </div>
  );
}

/** What had the focus may be gone when the panel shows something else: the panel has it then, not the page's start. */
function useFocusKept(): void {
  const first = useRef(true);
  useEffect(() => {
    if (!first.current && document.activeElement === document.body) {
      document.getElementById('panel')?.focus({ preventScroll: true });
    }
    first.current = false;
  }, [panel.value, openModule.value, region.value, selectedFeature.value]);
}

/** Arrow keys, Home and End go from tab to tab, as in every list of tabs. */
function onTabKey(event: KeyboardEvent, shown: typeof PANELS): void {
  const at = shown.findIndex((entry) => entry.panel === panel.value);
  const last = shown.length - 1;
  const next = {
    ArrowRight: at === last ? 0 : at + 1,
    ArrowLeft: at === 0 ? last : at - 1,
    Home: 0,
    End: last,
  }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  panel.value = shown[next].panel;
  document.getElementById(`tab-${shown[next].panel}`)?.focus();
}
