/**
 * Where names stand on the screen: near what they name, beside the samples rather than over them, inside the map, and
 * never over one another. A name for which there is no room is left out; the first names choose first.
 */

import { type Occupancy, occupied } from '../derive/occupancy.js';
import { textWidth } from '../panels/parts/text-width.js';
import { type Camera, type Size, toDrawing, toScreen } from './camera.js';

/** Height of a name with the room around it, and its padding at both sides, in pixels. */
const LINE = 22;
const FONT = '600 12.5px';
const PADDING = 22;
/** Names at a side of the map are moved in, to this distance from it. */
const EDGE = 4;
/** A name goes this many pixels farther for standing over nothing instead of over samples everywhere. */
const CLEAR = 90;
/** A name over samples in one of this many cells is as bad as over samples everywhere. */
const FULL = 8;
const STEPS_UP = [0, -1, 1, -2, 2, -3, 3, -4, 4];
const STEPS_ASIDE = [0, -0.5, 0.5];
/** Room between what is named and a name beside it. */
const BESIDE = 16;

export interface Placed<T> {
  readonly name: T;
  /** Of the middle. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

interface Named {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

export function placeNames<T extends Named>(
  names: readonly T[],
  { camera, size }: { camera: Camera; size: Size },
  occupancy: Occupancy,
): Placed<T>[] {
  const placed: Placed<T>[] = [];
  for (const name of names) {
    const [x, y] = toScreen(camera, name.x, name.y);
    if (x < 0 || x > size.width || y < 0 || y > size.height) continue;
    const width = Math.min(textWidth(name.text, FONT) + PADDING, size.width - 2 * EDGE);
    const spots = STEPS_UP.flatMap((up) =>
      STEPS_ASIDE.map((aside) => spotAt([x, y], [aside, up], width, size)),
    ).filter((spot) => placed.every((other) => isApart(other, { ...spot, width })));
    const cost = (spot: Spot) =>
      spot.away + CLEAR * Math.min(1, FULL * covered(occupancy, camera, spot, width));
    const best = spots.map((spot) => ({ spot, cost: cost(spot) })).sort((a, b) => a.cost - b.cost)[0];
    if (best) placed.push({ name, left: best.spot.left, top: best.spot.top, width });
  }
  return placed;
}

interface Spot {
  readonly left: number;
  readonly top: number;
  /** Pixels from what is named. */
  readonly away: number;
}

/** The spot at some steps from a point, moved into the map. */
function spotAt(
  [x, y]: readonly [number, number],
  [aside, up]: readonly [number, number],
  width: number,
  size: Size,
): Spot {
  const wanted = x + 2 * aside * (width / 2 + BESIDE);
  const left = Math.max(width / 2 + EDGE, Math.min(wanted, size.width - width / 2 - EDGE));
  const top = Math.max(LINE / 2 + EDGE, Math.min(y + up * LINE, size.height - LINE / 2 - EDGE));
  const [across, along] = [Math.max(0, Math.abs(left - x) - width / 2), Math.abs(top - y)];
  // a name above or below is nearer than one whose end is as far away
  return { left, top, away: Math.hypot(across, along) + 4 * Math.abs(aside) };
}

const isApart = (a: { left: number; top: number; width: number }, b: typeof a): boolean =>
  Math.abs(a.top - b.top) >= LINE || Math.abs(a.left - b.left) >= (a.width + b.width) / 2;

function covered(occupancy: Occupancy, camera: Camera, { left, top }: Spot, width: number): number {
  const [fromX, fromY] = toDrawing(camera, left - width / 2, top + LINE / 2);
  const [toX, toY] = toDrawing(camera, left + width / 2, top - LINE / 2);
  return occupied(occupancy, [fromX, toX], [fromY, toY]);
}
