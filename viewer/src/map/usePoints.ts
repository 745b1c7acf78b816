/** The layer of points: makes the renderer once, hands it each new scene, and draws when the camera moves. */
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { View } from '../derive/view.js';
import { currentColoring, region, theme } from '../state/store.js';
import type { Camera, Size } from './camera.js';
import { createCanvasRenderer } from './canvas.js';
import type { PointRenderer } from './renderer.js';
import { createWebglRenderer } from './webgl.js';

/** Fewer samples are drawn at once in either way: nothing to tell. */
const SLOW_FROM = 50_000;
const WITHOUT_WEBGL = 'Drawn without WebGL: slower above 100,000 points.';
const LOST = 'The graphics driver stopped: drawn without WebGL from here on, slower above 100,000 points.';

interface Frame {
  readonly camera: Camera;
  readonly size: Size;
  readonly radius: number;
  /** Whether the camera is being moved by hand. */
  readonly moving: boolean;
}

export function usePoints(view: View, frame: Frame) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [renderer, setRenderer] = useState<PointRenderer | null>(null);
  const [lost, setLost] = useState(false);
  useLayoutEffect(() => {
    if (!canvas.current) return;
    const webgl = lost ? null : createWebglRenderer(canvas.current, () => setLost(true));
    const made = webgl ?? createCanvasRenderer(canvas.current);
    setRenderer(made);
    return () => made.destroy();
  }, [lost]);
  const emphasis = useMemo(() => emphasized(view.explanation.rows, region.value?.rows), [view, region.value]);
  const coloring = currentColoring.value;
  const { size } = frame;
  useLayoutEffect(() => {
    renderer?.resize(size, devicePixelRatio || 1);
  }, [renderer, size]);
  useLayoutEffect(() => {
    if (!renderer || !coloring) return;
    const background = theme.value === 'dark' ? '#14171b' : '#ffffff';
    renderer.setScene({ drawing: view.drawing, coloring, emphasis, background });
  }, [renderer, view, coloring, emphasis]);
  const late = useDrawing(canvas, renderer, frame, [coloring, emphasis]);
  return {
    canvas,
    /** A canvas keeps the kind of its first drawing: another kind needs a new one. */
    key: lost ? 'after loss' : 'first',
    kind: renderer?.kind ?? 'none',
    notice: renderer?.kind === 'canvas' ? noticeOf(lost, view.explanation.rows) : null,
    /** Whether what is seen is the last picture, moved. */
    late,
  };
}

/** What is said of a map without WebGL: a loss always, slowness where there are samples enough to be slow. */
function noticeOf(lost: boolean, rows: number): string | null {
  if (lost) return LOST;
  return rows > SLOW_FROM ? WITHOUT_WEBGL : null;
}

/** A picture that takes longer than this, in milliseconds, is moved with the camera and drawn anew when that rests. */
const SLOW = 80;
const REST = 120;

/**
 * Draws at once what is new, and on the next frame what was moved. Where a picture takes long (a million points drawn
 * by the processor), the last one is moved and scaled for as long as the person drags, so that the map follows the
 * pointer; true while it is. The page says in `data-drawn` whether all samples are drawn as they should be now.
 */
function useDrawing(
  canvas: { current: HTMLCanvasElement | null },
  renderer: PointRenderer | null,
  { camera, size, radius, moving }: Frame,
  scene: readonly unknown[],
): boolean {
  const [late, setLate] = useState(false);
  const last = useRef<{ camera: Camera; scene: readonly unknown[] } | null>(null);
  const slow = useRef(false);
  useLayoutEffect(() => {
    const element = canvas.current;
    if (!renderer || !element) return;
    const now = [renderer, size, ...scene];
    const draw = () => {
      const start = performance.now();
      element.style.transform = '';
      renderer.draw(camera, radius);
      last.current = { camera, scene: now };
      setLate(false);
      document.documentElement.dataset.drawn = 'true';
      // the second frame waits for the graphics process to have taken the first
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          slow.current = performance.now() - start > SLOW;
        }),
      );
    };
    const same = last.current?.scene.every((part, i) => part === now[i]) ?? false;
    const shown = same ? last.current : null;
    if (shown && sameCamera(shown.camera, camera)) {
      element.style.transform = '';
      setLate(false);
      document.documentElement.dataset.drawn = 'true';
      return;
    }
    // what was not drawn before is drawn at once: a page that is printed or captured as it loads gets no frame
    if (!shown && !(slow.current && last.current)) {
      draw();
      return;
    }
    // a slow picture with other colors waits until the panels have shown their answer, which it would hold up
    if (!shown) {
      document.documentElement.dataset.drawn = 'false';
      return afterFrame(draw);
    }
    const wait = slow.current ? REST : 0;
    document.documentElement.dataset.drawn = 'false';
    if (wait > 0) {
      element.style.transform = moved(shown.camera, camera);
      setLate(true);
      if (moving) return;
    }
    return afterRest(draw, wait);
  }, [renderer, camera.scale, camera.left, camera.top, radius, size, moving, ...scene]);
  return late;
}

/** Calls after the next frame has been shown, unless the returned function is called before. */
function afterFrame(work: () => void): () => void {
  let request = requestAnimationFrame(() => {
    request = requestAnimationFrame(work);
  });
  return () => cancelAnimationFrame(request);
}

/** Calls on a frame after so many milliseconds, unless the returned function is called before. */
function afterRest(work: () => void, wait: number): () => void {
  let request = 0;
  const timer = setTimeout(() => {
    request = requestAnimationFrame(work);
  }, wait);
  return () => {
    clearTimeout(timer);
    cancelAnimationFrame(request);
  };
}

const sameCamera = (a: Camera, b: Camera): boolean =>
  a.scale === b.scale && a.left === b.left && a.top === b.top;

/** The style that shows a picture taken with one camera as another sees it. */
function moved(from: Camera, to: Camera): string {
  const scale = to.scale / from.scale;
  return `translate(${to.left - from.left * scale}px, ${to.top - from.top * scale}px) scale(${scale})`;
}

export function emphasized(rows: number, chosen: Int32Array | undefined): Uint8Array | null {
  if (!chosen || chosen.length < 2) return null;
  const mask = new Uint8Array(rows);
  for (const row of chosen) mask[row] = 1;
  return mask;
}
