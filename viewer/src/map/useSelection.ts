/** Pointer on the map: hover, click on a sample, lasso and rectangle. Shift makes any drag a lasso. */
import { useRef, useState } from 'preact/hooks';
import { nearestWithin } from '../derive/grid.js';
import { polygonCode, regionOf } from '../derive/region-code.js';
import type { View } from '../derive/view.js';
import { plural } from '../derive/words.js';
import { hovered, selectRegion, tool } from '../state/store.js';
import { type Camera, toDrawing } from './camera.js';

type Point = readonly [number, number];

const HOVER_PIXELS = 12;
const CLICK_PIXELS = 4;

export function useSelection(view: View, camera: Camera) {
  const [lasso, setLasso] = useState<readonly Point[]>([]);
  const start = useRef<Point | null>(null);
  const drawn = useRef<Point[]>([]);
  const drawing = useRef<'lasso' | 'rectangle' | null>(null);

  const at = (event: PointerEvent): Point => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const sampleAt = (point: Point): number =>
    nearestWithin(view.grid, view.drawing, toDrawing(camera, ...point), HOVER_PIXELS / camera.scale);

  return {
    lasso,
    onPointerDown(event: PointerEvent) {
      if (event.button !== 0) return;
      start.current = at(event);
      drawing.current = event.shiftKey ? 'lasso' : tool.value === 'pan' ? null : tool.value;
      drawn.current = [start.current];
    },
    onPointerMove(event: PointerEvent) {
      const point = at(event);
      // let go outside the map
      if (event.buttons === 0) start.current = null;
      if (!start.current || !drawing.current) {
        hovered.value = start.current ? -1 : sampleAt(point);
        return;
      }
      // not earlier: a name that is clicked must hear of it
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      drawn.current =
        drawing.current === 'rectangle' ? corners(start.current, point) : [...drawn.current, point];
      setLasso(drawn.current);
    },
    onPointerUp(event: PointerEvent) {
      const from = start.current;
      start.current = null;
      if (!from) return;
      const to = at(event);
      const moved = drawn.current.some(([x, y]) => Math.hypot(x - from[0], y - from[1]) > CLICK_PIXELS);
      const clicked = Math.hypot(to[0] - from[0], to[1] - from[1]) <= CLICK_PIXELS;
      if (drawing.current && moved) finish(view, camera, drawing.current, drawn.current);
      else if (clicked && !onName(event)) selectSample(view, sampleAt(to));
      setLasso([]);
    },
    onPointerLeave() {
      hovered.value = -1;
    },
  };
}

/** A name opens its module by itself. */
const onName = ({ target }: PointerEvent): boolean =>
  target instanceof Element && target.closest('button.name') !== null;

function corners([x0, y0]: Point, [x1, y1]: Point): Point[] {
  return [
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1],
  ];
}

function finish(view: View, camera: Camera, kind: 'lasso' | 'rectangle', outline: readonly Point[]): void {
  const code = polygonCode(outline.map(([x, y]) => toDrawing(camera, x, y)));
  const found = regionOf(view, code);
  selectRegion(found && { ...found, name: `${kind} of ${plural(found.rows.length, 'sample')}` });
}

/** Selects one sample, or nothing for -1. */
export function selectSample(view: View, row: number): void {
  selectRegion(row < 0 ? null : regionOf(view, `rows:${row}`));
}
