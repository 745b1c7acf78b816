/** What the colors mean. A category selects its samples; with Shift, these and those selected before. */
import { useState } from 'preact/hooks';
import type { Legend as LegendContent, LegendEntry } from '../derive/coloring-parts.js';
import type { View } from '../derive/view.js';
import { count, percent } from '../derive/words.js';
import { selectCode } from '../state/regions.js';
import { region, selectRegion } from '../state/store.js';

/** Categories that are listed before a person asks for the others. */
const SHOWN = 18;

export function Legend({ view, legend }: { view: View; legend: LegendContent }) {
  return (
    <aside class="legend" aria-label="Legend">
      <h2>{legend.title}</h2>
      {legend.kind === 'ramp' ? (
        <Ramp view={view} legend={legend} />
      ) : (
        <Categories view={view} entries={legend.entries} />
      )}
      <p>{legend.note}</p>
    </aside>
  );
}

function Ramp({ view, legend }: { view: View; legend: LegendContent & { kind: 'ramp' } }) {
  return (
    <>
      <div class="ramp">
        <div
          class="ramp-bar"
          style={{ background: `linear-gradient(to right, ${legend.colors.join(',')})` }}
        />
        <div class="ramp-ends">
          <span>{legend.low}</span>
          <span>{legend.high}</span>
        </div>
      </div>
      {legend.missing && (
        <ul>
          <Entry view={view} entry={legend.missing} />
        </ul>
      )}
    </>
  );
}

function Categories({ view, entries }: { view: View; entries: readonly LegendEntry[] }) {
  const [all, setAll] = useState(false);
  const rest = entries.length - SHOWN;
  return (
    <ul>
      {(all ? entries : entries.slice(0, SHOWN)).map((entry) => (
        <Entry key={entry.code} view={view} entry={entry} />
      ))}
      {rest > 0 && (
        <li>
          <button type="button" class="link more" onClick={() => setAll(!all)}>
            {all ? 'fewer' : `and ${count(rest)} more`}
          </button>
        </li>
      )}
    </ul>
  );
}

function Entry({ view, entry: { name, color, count: samples, code } }: { view: View; entry: LegendEntry }) {
  const selected = region.value?.code === code;
  return (
    <li>
      <button
        type="button"
        class="legend-entry"
        aria-pressed={selected}
        title={`${count(samples)} samples: select them, or with Shift add them to the selection`}
        onClick={(event) => {
          if (selected) selectRegion(null);
          else selectCode(view, code, event.shiftKey);
        }}
      >
        <i style={{ background: color }} />
        <span>{name}</span> <small>{percent(samples / view.explanation.rows)}</small>
      </button>
    </li>
  );
}
