/** The layer of points: makes the renderer once, hands it each new scene, and draws when the camera moves. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { View } from '../derive/view.js';
import { currentColoring, region, theme } from '../state/store.js';
import type { Camera, Size } from './camera.js';
import { createCanvasRenderer } from './canvas.js';
import type { PointRenderer } from './renderer.js';
import { createWebglRenderer } from './webgl.js';

const WITHOUT_WEBGL = 'Drawn without WebGL: slower above 100,000 points.';
const LOST = 'The graphics driver stopped: drawn without WebGL from here on, slower above 100,000 points.';

export function usePoints(view: View, frame: { camera: Camera; size: Size; radius: number }) {
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
  const { camera, size, radius } = frame;
  useLayoutEffect(() => {
    renderer?.resize(size, devicePixelRatio || 1);
  }, [renderer, size]);
  useLayoutEffect(() => {
    if (!renderer || !coloring) return;
    const background = theme.value === 'dark' ? '#14171b' : '#ffffff';
    renderer.setScene({ drawing: view.drawing, coloring, emphasis, background });
  }, [renderer, view, coloring, emphasis]);
  useEffect(() => {
    const request = requestAnimationFrame(() => {
      renderer?.draw(camera, radius);
      if (renderer) document.documentElement.dataset.drawn = 'true';
    });
    return () => cancelAnimationFrame(request);
  }, [renderer, camera.scale, camera.left, camera.top, radius, size, coloring, emphasis]);
  return {
    canvas,
    /** A canvas keeps the kind of its first drawing: another kind needs a new one. */
    key: lost ? 'after loss' : 'first',
    kind: renderer?.kind ?? 'none',
    notice: renderer?.kind === 'canvas' ? (lost ? LOST : WITHOUT_WEBGL) : null,
  };
}

export function emphasized(rows: number, chosen: Int32Array | undefined): Uint8Array | null {
  if (!chosen || chosen.length < 2) return null;
  const mask = new Uint8Array(rows);
  for (const row of chosen) mask[row] = 1;
  return mask;
}
