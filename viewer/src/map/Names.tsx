/** Names written on the map: the modules where they are strongest, or the levels of a column where most samples are. */
import { useMemo, useRef } from 'preact/hooks';
import type { ColorBy } from '../derive/coloring.js';
import { levelCode } from '../derive/columns.js';
import { peaks } from '../derive/name-anchors.js';
import { moduleName, type View } from '../derive/view.js';
import { selectCode } from '../state/regions.js';
import { colorBy, currentColoring, openModule, panel, selectModule } from '../state/store.js';
import type { Camera, Size } from './camera.js';
import { placeNames } from './name-placement.js';

interface Name {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly color: string;
  /** What the name opens: a module's card, or the region of a level. */
  readonly module: number | null;
  readonly code: string | null;
}

const LEVELS = 40;

export interface NamesProps {
  readonly view: View;
  readonly camera: Camera;
  readonly size: Size;
  /** Whether the camera is being moved by hand. */
  readonly moving: boolean;
}

/** While a drag lasts the names are moved as one picture, and placed anew when it ends. */
export function Names({ view, camera, size, moving }: NamesProps) {
  const drawnCamera = useRef(camera);
  if (!moving || camera.scale !== drawnCamera.current.scale) drawnCamera.current = camera;
  const { left, top } = drawnCamera.current;
  const by = colorBy.value;
  const levelNames = useMemo(() => namesOfLevels(view, by), [view, by]);
  return (
    <div class="names" style={{ transform: `translate(${camera.left - left}px, ${camera.top - top}px)` }}>
      {placedNames(view, { camera: drawnCamera.current, size }, levelNames).map(({ name, left, top }) => (
        <button
          key={`${name.text} ${name.x} ${name.y}`}
          type="button"
          tabIndex={-1}
          aria-hidden="true"
          class="name"
          style={{ left: `${left}px`, top: `${top}px`, '--mark': name.color || 'transparent' }}
          onClick={(event) => open(view, name, event.shiftKey)}
        >
          {name.text}
        </button>
      ))}
    </div>
  );
}

/** The names that the map shows now, and where on the screen. */
export function placedNames(
  view: View,
  { camera, size }: { camera: Camera; size: Size },
  levelNames: readonly Name[] = namesOfLevels(view, colorBy.value),
) {
  const { by } = colorBy.value;
  const colors = currentColoring.value?.colors ?? [];
  const names =
    by === 'column'
      ? levelNames.map((name, i) => ({ ...name, color: colors[i] ?? '' }))
      : namesOfModules(view, by, colors);
  return placeNames(names, { camera, size }, view.occupancy);
}

function namesOfModules(view: View, by: string, colors: readonly string[]): Name[] {
  const only = by === 'module' ? openModule.value : null;
  if (by !== 'strongest' && only === null) return [];
  return view.moduleAnchors.flatMap((anchors, module) =>
    (only === null ? !view.leads[module] : only !== module)
      ? []
      : anchors.map(({ x, y }) => ({
          text: short(moduleName(view.explanation, module)),
          x,
          y,
          color: by === 'strongest' ? (colors[module + 1] ?? '') : '',
          module,
          code: null,
        })),
  );
}

/** The levels of the column that colors the map, each where most of its samples are; none for numbers. */
function namesOfLevels(view: View, by: ColorBy): Name[] {
  const column = by.by === 'column' ? view.columns[by.column] : null;
  if (column?.kind !== 'categorical') return [];
  return column.levels.slice(0, LEVELS).flatMap((text, code) => {
    const [anchor] = peaks(view.cells, (row) => (column.codes[row] === code ? 1 : 0));
    const region = levelCode(column, text, column === view.labels);
    return anchor
      ? [{ text: short(text), x: anchor.x, y: anchor.y, color: '', module: null, code: region }]
      : [];
  });
}

/** Opens the module, or selects the samples of the level; with Shift, these and those selected before. */
function open(view: View, { module, code }: Name, more: boolean): void {
  if (code !== null) {
    selectCode(view, code, more);
    return;
  }
  selectModule(module);
  panel.value = 'modules';
}

const short = (text: string) => (text.length > 34 ? `${text.slice(0, 33)}\u2026` : text);
