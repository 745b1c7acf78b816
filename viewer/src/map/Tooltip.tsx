/** What is under the pointer: the sample, and the modules that are present there. */
import { valueAt } from '../derive/columns.js';
import { categoryColor } from '../derive/palette.js';
import { moduleName, sampleName, type View } from '../derive/view.js';
import { decimal, trustHere } from '../derive/words.js';
import { SamplePicture } from '../panels/parts/Picture.js';
import { hovered, theme } from '../state/store.js';
import { type Camera, type Size, toScreen } from './camera.js';

const WIDTH = 290;
/** Columns that are told of a sample; all of them stand in the table that can be saved. */
const COLUMNS = 4;
const SHOWN = 4;

export function Tooltip({ view, camera, size }: { view: View; camera: Camera; size: Size }) {
  const row = hovered.value;
  if (row < 0) return null;
  const [x, y] = toScreen(camera, view.drawing.x[row], view.drawing.y[row]);
  const beside = x + 18 + WIDTH > size.width ? x - 18 - WIDTH : x + 18;
  const left = Math.max(8, Math.min(beside, size.width - WIDTH - 8));
  const { explanation } = view;
  return (
    <div
      class="tooltip"
      style={{ left: `${left}px`, top: `${Math.max(8, Math.min(y - 20, size.height - 220))}px` }}
    >
      <header>
        <SamplePicture view={view} row={row} scale={2} />
        <div>
          <strong>{sampleName(explanation, row)}</strong>
          {view.columns.slice(0, COLUMNS).map((column) => (
            <span key={column.name}>
              {column === view.labels ? '' : `${column.name}: `}
              {valueAt(column, row) || 'no value'}
            </span>
          ))}
        </div>
      </header>
      <PresentModules view={view} row={row} />
      {explanation.trust && <p class="hint">{trustHere(explanation.trust, row)}</p>}
      <p class="hint">Click to ask why.</p>
    </div>
  );
}

function PresentModules({ view, row }: { view: View; row: number }) {
  const present = view.presence
    .map(({ values, cut, top }, module) => ({ module, value: values[row], cut, top }))
    .filter(({ value, cut }) => value >= cut)
    .sort((a, b) => b.value - a.value);
  if (present.length === 0) return <p>No module is present here.</p>;
  return (
    <ul class="bars">
      {present.slice(0, SHOWN).map(({ module, value }) => (
        <li key={module}>
          <span class="bar-name">{moduleName(view.explanation, module)}</span>
          <span class="bar">
            <i
              style={{
                width: `${100 * Math.min(1, value)}%`,
                background: categoryColor(module, theme.value),
              }}
            />
          </span>
          <span class="bar-value">{decimal(value)}</span>
        </li>
      ))}
      {present.length > SHOWN && <li class="more">and {present.length - SHOWN} more</li>}
    </ul>
  );
}
