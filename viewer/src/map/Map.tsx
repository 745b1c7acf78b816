/** The map: points, overlay, names, pointer and keys. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { nearestWithin } from '../derive/grid.js';
import { linksShown } from '../derive/links.js';
import { linkColor } from '../derive/palette.js';
import type { View } from '../derive/view.js';
import {
  colorBy,
  currentColoring,
  hovered,
  links,
  mapFrame,
  mapNotice,
  openModule,
  region,
  selectRegion,
  showLocalities,
  showNames,
  theme,
  tool,
} from '../state/store.js';
import { type Camera, pointRadius, type Size, toDrawing } from './camera.js';
import { Legend } from './Legend.js';
import { Names } from './Names.js';
import { drawOverlay, type OverlayScene, overlayInk } from './overlay.js';
import { Toolbar } from './Toolbar.js';
import { Tooltip } from './Tooltip.js';
import { type CameraControl, useCamera } from './useCamera.js';
import { usePoints } from './usePoints.js';
import { selectSample, useSelection } from './useSelection.js';

export function MapView({ view }: { view: View }) {
  const frame = useRef<HTMLDivElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const size = useSize(frame);
  const control = useCamera(frame, view.grid.bounds, size);
  const { camera } = control;
  const radius = pointRadius(view.explanation.rows, size, control.zoom);
  const points = usePoints(view, { camera, size, radius, moving: control.moving });
  const { lasso, ...pointer } = useSelection(view, camera);
  const scene = useOverlayScene(view, lasso);
  const askMiddle = () => selectSample(view, nearestToMiddle(view, camera, size));
  useLayoutEffect(() => {
    if (overlay.current)
      drawOverlay(overlay.current, scene, { camera, size, ratio: devicePixelRatio || 1, radius });
  });
  useEffect(() => {
    mapFrame.value = { camera, size, radius };
  }, [camera.scale, camera.left, camera.top, size, radius]);
  return (
    <section class="map" aria-label="Map of the embedding">
      <Toolbar control={control} notice={points.notice} />
      <div
        ref={frame}
        class={`map-frame tool-${tool.value}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the map takes keys: arrows, plus, minus, 0, L, R, V
        tabIndex={0}
        role="application"
        aria-label={describe(view)}
        onKeyDown={(event) => onKey(event, control, askMiddle)}
        onContextMenu={(event) => event.preventDefault()}
        {...pointer}
      >
        <canvas key={points.key} ref={points.canvas} class="layer" data-renderer={points.kind} />
        <canvas ref={overlay} class="layer" />
        {showNames.value && <Names view={view} camera={camera} size={size} moving={control.moving} />}
        <Tooltip view={view} camera={camera} size={size} />
        {(points.late || mapNotice.value) && (
          <p class="over-map" role="status">
            {mapNotice.value || LATE}
          </p>
        )}
      </div>
      <footer class="map-foot">
        <Caveat view={view} />
        {currentColoring.value && <Legend view={view} legend={currentColoring.value.legend} />}
      </footer>
    </section>
  );
}

function useSize(frame: { current: HTMLElement | null }): Size {
  const [size, setSize] = useState<Size>({ width: 800, height: 600 });
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const measure = () => {
      const { clientWidth, clientHeight } = element;
      if (clientWidth > 0 && clientHeight > 0) setSize({ width: clientWidth, height: clientHeight });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame]);
  return size;
}

function useOverlayScene(view: View, lasso: OverlayScene['lasso']): OverlayScene {
  const module = openModule.value;
  const strength = useMemo(() => (module === null ? null : localityStrength(view, module)), [view, module]);
  const shownLinks = useMemo(
    () => linksShown(view, links.value, region.value),
    [view, links.value, region.value],
  );
  return {
    ...overlayInk(theme.value),
    view,
    showLocalities: showLocalities.value,
    strength: colorBy.value.by === 'module' ? strength : null,
    marked: region.value?.localities ?? [],
    links: shownLinks && { ...shownLinks, color: linkColor(shownLinks.kind, theme.value) },
    selected: region.value?.rows.length === 1 ? region.value.rows[0] : -1,
    hovered: hovered.value,
    lasso,
  };
}

function localityStrength(view: View, module: number): Float32Array {
  const { presence } = view.explanation.modules;
  const { top } = view.presence[module];
  return Float32Array.from({ length: presence.rows }, (_, locality) =>
    Math.min(1, presence.data[locality * presence.columns + module] / top),
  );
}

function describe(view: View): string {
  const { rows, modules } = view.explanation;
  return (
    `Map of ${rows} samples and ${modules.count} modules. Arrow keys move, plus and minus zoom, 0 shows all, ` +
    'Enter asks about the sample nearest to the middle, V moves, L draws a lasso, R draws a rectangle, Escape clears. The cards say in words what is where.'
  );
}

const LATE = 'The last picture, moved: all samples are drawn anew when the map rests.';

const STEP = 60;

/** The sample nearest to the middle of what is shown. */
function nearestToMiddle(view: View, camera: Camera, { width, height }: Size): number {
  const radius = Math.hypot(width, height) / 2 / camera.scale;
  return nearestWithin(view.grid, view.drawing, toDrawing(camera, width / 2, height / 2), radius);
}

function onKey(event: KeyboardEvent, control: CameraControl, askMiddle: () => void): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const actions: Record<string, () => void> = {
    ArrowLeft: () => control.shift(STEP, 0),
    ArrowRight: () => control.shift(-STEP, 0),
    ArrowUp: () => control.shift(0, STEP),
    ArrowDown: () => control.shift(0, -STEP),
    '+': () => control.by(1.4),
    '=': () => control.by(1.4),
    '-': () => control.by(1 / 1.4),
    '0': () => control.reset(),
    v: () => (tool.value = 'pan'),
    l: () => (tool.value = 'lasso'),
    r: () => (tool.value = 'rectangle'),
    Enter: askMiddle,
    Escape: () => selectRegion(null),
  };
  const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

function Caveat({ view }: { view: View }) {
  const { projection, dimensions } = view.drawing;
  if (projection === 'as-is') return null;
  return (
    <p class="caveat">
      {projection === 'line'
        ? 'The embedding has one dimension: only left and right carry meaning here.'
        : `A flat projection of an embedding with ${dimensions} dimensions: near points here need not be near there. Modules were found in all ${dimensions}.`}
    </p>
  );
}
