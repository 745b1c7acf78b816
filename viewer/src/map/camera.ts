/** How the drawing's plane is projected to the screen, and its inverse. */
import type { Bounds } from '../derive/grid.js';

/** Screen x = x * scale + left; screen y = top - y * scale (y points up in the drawing). */
export interface Camera {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Free room around the drawing, in pixels. */
export interface Margins {
  readonly sides: number;
  readonly above: number;
  readonly below: number;
}

/** Room for the points and names at the border; the tools and the legend lie beside the map. */
const MAP_MARGINS: Margins = { sides: 28, above: 24, below: 24 };

/** Shows all of `bounds` in the middle of the free room, with the same scale along both sides. */
export function fitCamera(bounds: Bounds, size: Size, margins: Margins = MAP_MARGINS): Camera {
  const width = bounds.maxX - bounds.minX || 1;
  const height = bounds.maxY - bounds.minY || 1;
  const room = {
    width: size.width - 2 * margins.sides,
    height: size.height - margins.above - margins.below,
  };
  const scale = Math.max(1e-12, Math.min(room.width / width, room.height / height));
  return {
    scale,
    left: size.width / 2 - scale * (bounds.minX + bounds.maxX) * 0.5,
    top: margins.above + room.height / 2 + scale * (bounds.minY + bounds.maxY) * 0.5,
  };
}

/** The base camera after the person's zoom `k` and shift (x, y), in the order that d3-zoom uses. */
export function zoomed(base: Camera, zoom: { k: number; x: number; y: number }): Camera {
  return {
    scale: base.scale * zoom.k,
    left: base.left * zoom.k + zoom.x,
    top: base.top * zoom.k + zoom.y,
  };
}

export const toScreen = (camera: Camera, x: number, y: number): [number, number] => [
  x * camera.scale + camera.left,
  camera.top - y * camera.scale,
];

export const toDrawing = (camera: Camera, sx: number, sy: number): [number, number] => [
  (sx - camera.left) / camera.scale,
  (camera.top - sy) / camera.scale,
];

/** Radius of a point in pixels: so that points fill about a tenth of the map, and grow slowly with zoom. */
export function pointRadius(count: number, size: Size, zoom: number): number {
  const room = Math.sqrt((size.width * size.height) / Math.max(1, count));
  return Math.max(0.7, Math.min(9, Math.min(4, 0.17 * room) * zoom ** 0.45));
}
