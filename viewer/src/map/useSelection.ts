/** Pointer on the map: hover, click on a sample, lasso and rectangle. Shift makes any drag a lasso. */
import { useRef, useState } from 'preact/hooks';
import { nearestWithin } from '../derive/grid.js';
import { polygonCode, regionOf } from '../derive/region-code.js';
import type { View } from '../derive/view.js';
import { plural } from '../derive/words.js';
import { hovered, mapNotice, selectRegion, tool } from '../state/store.js';
import { type Camera, toDrawing } from './camera.js';

type Point = readonly [number, number];

const HOVER_PIXELS = 12;
const CLICK_PIXELS = 4;
/** Milliseconds. */
const LONG_PRESS = 500;

const distance = (a: Point, b: Point): number => Math.hypot(a[0] - b[0], a[1] - b[1]);

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

  const press = useLongPress((point) => {
    hovered.value = sampleAt(point);
  });

  return {
    lasso,
    onPointerDown(event: PointerEvent) {
      // a second finger pinches
      if (event.button !== 0 || !event.isPrimary) return;
      start.current = at(event);
      drawing.current = event.shiftKey ? 'lasso' : tool.value === 'pan' ? null : tool.value;
      drawn.current = [start.current];
      if (event.pointerType === 'touch' && !drawing.current) press.begin(start.current);
    },
    onPointerMove(event: PointerEvent) {
      const point = at(event);
      if (!event.isPrimary) return;
      if (start.current && distance(start.current, point) > CLICK_PIXELS) press.stop();
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
      if (press.stop()) return;
      if (!from) return;
      const to = at(event);
      const moved = drawn.current.some(([x, y]) => distance([x, y], from) > CLICK_PIXELS);
      const clicked = distance(to, from) <= CLICK_PIXELS;
      if (drawing.current && moved) finish(view, camera, drawing.current, drawn.current);
      else if (clicked && !onName(event)) selectSample(view, sampleAt(to));
      setLasso([]);
    },
    onPointerLeave() {
      hovered.value = -1;
    },
  };
}

/** A finger that stays does what a pointer does that rests: `onLongPress` is called with where it is. */
function useLongPress(onLongPress: (point: Point) => void) {
  const timer = useRef(0);
  const done = useRef(false);
  return {
    begin(point: Point): void {
      done.current = false;
      timer.current = window.setTimeout(() => {
        done.current = true;
        onLongPress(point);
      }, LONG_PRESS);
    },
    /** Whether the press that ends was a long one. */
    stop(): boolean {
      clearTimeout(timer.current);
      const was = done.current;
      done.current = false;
      return was;
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
  if (!found) {
    mapNotice.value = `No sample lies inside this ${kind}: the selection stays as it was.`;
    return;
  }
  selectRegion({ ...found, name: `${kind} of ${plural(found.rows.length, 'sample')}` });
}

/** Selects one sample, or nothing for -1. */
export function selectSample(view: View, row: number): void {
  selectRegion(row < 0 ? null : regionOf(view, `rows:${row}`));
}
