/** What the colors mean. */
import type { Legend as LegendContent } from '../derive/coloring.js';

const SHOWN = 18;

export function Legend({ legend }: { legend: LegendContent }) {
  return (
    <aside class="legend" aria-label="Legend">
      <h2>{legend.title}</h2>
      {legend.kind === 'ramp' ? <Ramp legend={legend} /> : <Categories legend={legend} />}
      <p>{legend.note}</p>
    </aside>
  );
}

function Ramp({ legend }: { legend: LegendContent & { kind: 'ramp' } }) {
  return (
    <div class="ramp">
      <div class="ramp-bar" style={{ background: `linear-gradient(to right, ${legend.colors.join(',')})` }} />
      <div class="ramp-ends">
        <span>{legend.low}</span>
        <span>{legend.high}</span>
      </div>
    </div>
  );
}

function Categories({ legend }: { legend: LegendContent & { kind: 'categories' } }) {
  const rest = legend.entries.length - SHOWN;
  return (
    <ul>
      {legend.entries.slice(0, SHOWN).map((entry) => (
        <li key={entry.name}>
          <i style={{ background: entry.color }} />
          <span title={entry.name}>{entry.name}</span>
        </li>
      ))}
      {rest > 0 && <li class="more">and {rest} more, named under the pointer</li>}
    </ul>
  );
}
