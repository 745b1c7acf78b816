/** The list of modules, in order of share, with the summary before it. */

import { useEffect, useRef } from 'preact/hooks';
import { PLANNED } from 'whymap/io';
import { alikeSentences, comesBack, headline, summary } from 'whymap/lava';
import { listedModules } from '../../derive/module-order.js';
import type { View } from '../../derive/view.js';
import { plural } from '../../derive/words.js';
import { groupCount, openModule } from '../../state/store.js';
import { Icon } from '../parts/Icon.js';
import { GeneSets } from './GeneSets.js';
import { Granularity } from './Granularity.js';
import { GroupChoice, GroupedCards } from './Groups.js';
import { ModuleCard } from './ModuleCard.js';
import { ModuleDetail } from './ModuleDetail.js';
import { filter, ModuleFilter, showEvery } from './ModuleFilter.js';

export function Modules({ view }: { view: View }) {
  const open = openModule.value;
  useReturn(open);
  if (open !== null) return <ModuleDetail view={view} module={open} />;
  const { descriptions } = view.explanation;
  const listed = listedModules(view.explanation, filter.value);
  const back = listed.filter((module) => comesBack(descriptions[module]));
  const lost = listed.filter((module) => !comesBack(descriptions[module]));
  return (
    <>
      <Summary view={view} />
      <Granularity view={view} />
      <GroupChoice view={view} />
      {groupCount.value === null && <ModuleFilter explanation={view.explanation} shown={listed.length} />}
      {groupCount.value !== null ? (
        <GroupedCards view={view} count={groupCount.value} />
      ) : descriptions.length === 0 ? (
        <p class="empty">Fewer or larger localities may show more.</p>
      ) : (
        <>
          <Cards view={view} modules={back} />
          {lost.length > 0 && <NotBack view={view} modules={lost} open={back.length === 0} />}
          {listed.length === 0 && <NoneListed />}
        </>
      )}
    </>
  );
}

function Cards({ view, modules }: { view: View; modules: readonly number[] }) {
  return (
    <div class="cards">
      {modules.map((module) => (
        <ModuleCard key={view.explanation.descriptions[module].id} view={view} module={module} />
      ))}
    </div>
  );
}

/** The modules that refits did not give again, folded. */
function NotBack({ view, modules, open }: { view: View; modules: readonly number[]; open: boolean }) {
  return (
    <details class="not-back" open={open}>
      <summary>{plural(modules.length, 'module')} did not come back</summary>
      <p class="note">
        Fits on 90% of the samples and another covering of the map group these features differently
        (similarity below 0.70). Read them as examples of what varies here, not as units.
      </p>
      <Cards view={view} modules={modules} />
    </details>
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
  const warnings = view.explanation.warnings.filter(({ code }) => !PLANNED.has(code));
  const [, first, rest] = headline(view.explanation).match(/^(.*?)(?:; (.*))?$/) ?? [];
  return (
    <section class="summary" aria-label="Summary">
      <h2>{first}</h2>
      {rest && <p>{rest}</p>}
      <p>{summary(view.explanation)}</p>
      {alikeSentences(view.explanation).map((text) => (
        <p key={text}>{text}</p>
      ))}
      <p class="note">
        Open a module to see where it is, or click any sample on the map to ask why it is there.
      </p>
      <GeneSets view={view} />
      {warnings.length > 0 && (
        <details class="warnings">
          <summary>
            <Icon name="warning" />
            {plural(warnings.length, 'thing')} to know about these data
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
