/** The list of modules, in order of share, with the summary before it. */

import { useEffect, useRef } from 'preact/hooks';
import { listedModules } from '../derive/module-order.js';
import type { View } from '../derive/view.js';
import { summary } from '../derive/words.js';
import { openModule } from '../state/store.js';
import { Granularity } from './Granularity.js';
import { Icon } from './Icon.js';
import { ModuleCard } from './ModuleCard.js';
import { ModuleDetail } from './ModuleDetail.js';
import { filter, ModuleFilter, showEvery } from './ModuleFilter.js';

export function Modules({ view }: { view: View }) {
  const open = openModule.value;
  useReturn(open);
  if (open !== null) return <ModuleDetail view={view} module={open} />;
  const { descriptions } = view.explanation;
  const listed = listedModules(view.explanation, filter.value);
  return (
    <>
      <Summary view={view} />
      <Granularity view={view} />
      <ModuleFilter explanation={view.explanation} shown={listed.length} />
      {descriptions.length === 0 ? (
        <p class="empty">
          No module was found: no set of features moves together in more than a chance way anywhere on this
          map.
        </p>
      ) : (
        <div class="cards">
          {listed.map((module) => (
            <ModuleCard key={descriptions[module].id} view={view} module={module} />
          ))}
          {listed.length === 0 && <NoneListed />}
        </div>
      )}
    </>
  );
}

/** Back in the list, the module that was open has the focus again. */
function useReturn(open: number | null): void {
  const last = useRef<number | null>(null);
  useEffect(() => {
    if (open === null && last.current !== null && document.activeElement === document.body) {
      document.querySelector<HTMLElement>(`#card-${last.current} button`)?.focus();
    }
    last.current = open;
  }, [open]);
}

function NoneListed() {
  return (
    <div class="empty">
      <p>No module matches.</p>
      <p>
        <button type="button" class="button" onClick={showEvery}>
          Show all modules
        </button>
      </p>
    </div>
  );
}

function Summary({ view }: { view: View }) {
  const { warnings } = view.explanation;
  return (
    <section class="summary" aria-label="Summary">
      <p>{summary(view.explanation)}</p>
      <p class="note">
        Open a module to see where it is, or click any sample on the map to ask why it is there.
      </p>
      {warnings.length > 0 && (
        <details class="warnings">
          <summary>
            <Icon name="warning" />
            {warnings.length === 1
              ? '1 thing to know about these data'
              : `${warnings.length} things to know about these data`}
          </summary>
          <ul>
            {warnings.map((warning) => (
              <li key={warning.code + warning.message}>{warning.message}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
