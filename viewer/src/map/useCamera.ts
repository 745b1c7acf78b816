/** The camera of the map: d3-zoom turns wheel, drag, touch and keys into zoom and shift. */
import { select } from 'd3-selection';
import { type D3ZoomEvent, type ZoomTransform, zoom, zoomIdentity } from 'd3-zoom';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Bounds } from '../derive/grid.js';
import { type CameraPosition, cameraPosition, type Tool, tool } from '../state/store.js';
import { type Camera, fitCamera, type Size, toDrawing, zoomed } from './camera.js';

export interface CameraControl {
  readonly camera: Camera;
  readonly zoom: number;
  /** A drag, a pinch or a turn of the wheel is on its way. */
  readonly moving: boolean;
  by(factor: number): void;
  shift(dx: number, dy: number): void;
  reset(): void;
}

const LIMITS: [number, number] = [0.5, 200];

export function useCamera(
  element: { current: HTMLElement | null },
  bounds: Bounds,
  size: Size,
): CameraControl {
  const [transform, setTransform] = useState<ZoomTransform>(zoomIdentity);
  const [moving, setMoving] = useState(false);
  /** The base camera of this drawing, and the one that the transform was made for: they differ after a change of size. */
  const base = useMemo(() => fitCamera(bounds, size), [bounds, size]);
  const latest = useRef(base);
  latest.current = base;
  const madeFor = useRef(base);
  const behavior = useRef(
    zoom<HTMLElement, unknown>()
      .scaleExtent(LIMITS)
      .filter((event: Event) => allowed(event, tool.value)),
  ).current;
  useEffect(() => {
    const target = element.current;
    if (!target) return;
    const selection = select(target);
    behavior
      .on('start', () => setMoving(true))
      .on('zoom', (event: D3ZoomEvent<HTMLElement, unknown>) => {
        madeFor.current = latest.current;
        setTransform(event.transform);
      })
      .on('end', () => setMoving(false));
    selection.call(behavior).on('dblclick.zoom', null);
    return () => {
      selection.on('.zoom', null);
    };
  }, [element, behavior]);
  const act = useCallback(
    (change: (on: ReturnType<typeof select<HTMLElement, unknown>>) => void) => {
      if (element.current) change(select(element.current));
    },
    [element],
  );
  useCameraPosition({ base, transform, size, current: madeFor.current === base }, (next) =>
    act((on) => behavior.transform(on, next)),
  );
  return {
    camera: zoomed(base, transform),
    zoom: transform.k,
    moving,
    by: (factor) => act((on) => behavior.scaleBy(on, factor)),
    shift: (dx, dy) => act((on) => behavior.translateBy(on, dx / transform.k, dy / transform.k)),
    reset: () => act((on) => behavior.transform(on, zoomIdentity)),
  };
}

interface Position {
  readonly base: Camera;
  readonly transform: ZoomTransform;
  readonly size: Size;
  /** Whether the transform was made for this base camera. */
  readonly current: boolean;
}

/** Keeps the position that the address tells and the camera in step. */
function useCameraPosition(
  { base, transform, size, current }: Position,
  apply: (transform: ZoomTransform) => void,
): void {
  const reported = useRef<CameraPosition | null>(null);
  useEffect(() => {
    if (!current && cameraPosition.value) return;
    reported.current = positionOf(base, transform, size);
    cameraPosition.value = reported.current;
  }, [transform]);
  useEffect(() => {
    // a map of another size shows the same part of the drawing
    if (cameraPosition.value) apply(transformOf(base, cameraPosition.value, size));
  }, [base]);
  useEffect(() => {
    // what the address says; what this map reported itself is there already
    if (cameraPosition.value !== reported.current) apply(transformOf(base, cameraPosition.value, size));
  }, [cameraPosition.value]);
}

function positionOf(base: Camera, transform: ZoomTransform, size: Size): CameraPosition | null {
  if (transform.k === 1 && transform.x === 0 && transform.y === 0) return null;
  const [x, y] = toDrawing(zoomed(base, transform), size.width / 2, size.height / 2);
  return { zoom: transform.k, x, y };
}

function transformOf(base: Camera, wanted: CameraPosition | null, { width, height }: Size): ZoomTransform {
  if (!wanted) return zoomIdentity;
  const { zoom: k, x, y } = wanted;
  const scale = base.scale * k;
  return zoomIdentity
    .translate(width / 2 - x * scale - base.left * k, height / 2 + y * scale - base.top * k)
    .scale(k);
}

/** The wheel always zooms; dragging moves the map unless it draws a selection. */
function allowed(event: Event, active: Tool): boolean {
  if (event.type === 'wheel') return true;
  if (event instanceof MouseEvent && event.button !== 0) return false;
  if (event instanceof MouseEvent && event.shiftKey) return false;
  // two fingers always pinch
  return (
    active === 'pan' ||
    (typeof TouchEvent !== 'undefined' && event instanceof TouchEvent && event.touches.length > 1)
  );
}
