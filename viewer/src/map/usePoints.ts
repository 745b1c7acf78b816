/** The layer of points: makes the renderer once, hands it each new scene, and draws when the camera moves. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { View } from '../derive/view.js';
import { currentColoring, region, theme } from '../state/store.js';
import type { Camera, Size } from './camera.js';
import { createCanvasRenderer } from './canvas.js';
import type { PointRenderer } from './renderer.js';

export function usePoints(view: View, frame: { camera: Camera; size: Size; radius: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [renderer, setRenderer] = useState<PointRenderer | null>(null);
  useLayoutEffect(() => {
    if (!canvas.current) return;
    const made = createCanvasRenderer(canvas.current);
    setRenderer(made);
    return () => made.destroy();
  }, []);
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
    const request = requestAnimationFrame(() => renderer?.draw(camera, radius));
    return () => cancelAnimationFrame(request);
  }, [renderer, camera.scale, camera.left, camera.top, radius, size, coloring, emphasis]);
  return { canvas, kind: renderer?.kind ?? 'none', notice: null as string | null };
}

function emphasized(rows: number, chosen: Int32Array | undefined): Uint8Array | null {
  if (!chosen || chosen.length < 2) return null;
  const mask = new Uint8Array(rows);
  for (const row of chosen) mask[row] = 1;
  return mask;
}
