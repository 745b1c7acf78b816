/** Which parts of the drawing hold samples, for placing names beside them. */
import { boundsOf } from './grid.js';
import type { Drawing } from './project.js';

const SIDE = 160;

/** SIDE x SIDE cells over the drawing, 1 where a sample lies. */
export interface Occupancy {
  readonly minX: number;
  readonly minY: number;
  readonly span: number;
  readonly cells: Uint8Array;
}

export function occupancyOf({ x, y }: Pick<Drawing, 'x' | 'y'>): Occupancy {
  const { minX, minY, maxX, maxY } = boundsOf({ x, y });
  const span = Math.max(maxX - minX, maxY - minY) || 1;
  const cells = new Uint8Array(SIDE * SIDE);
  const at = (value: number) => Math.min(SIDE - 1, Math.floor(value * SIDE));
  for (let row = 0; row < x.length; row++)
    cells[at((y[row] - minY) / span) * SIDE + at((x[row] - minX) / span)] = 1;
  return { minX, minY, span, cells };
}

/** The share of a rectangle of the drawing whose cells hold samples, 0 to 1. */
export function occupied(
  { minX, minY, span, cells }: Occupancy,
  [left, right]: readonly [number, number],
  [below, above]: readonly [number, number],
): number {
  const cell = (value: number, least: number) => Math.floor(((value - least) / span) * SIDE);
  const [from, to] = [cell(left, minX), cell(right, minX)];
  const [low, high] = [cell(below, minY), cell(above, minY)];
  let held = 0;
  for (let row = Math.max(0, low); row <= Math.min(SIDE - 1, high); row++)
    for (let column = Math.max(0, from); column <= Math.min(SIDE - 1, to); column++)
      held += cells[row * SIDE + column];
  return held / ((to - from + 1) * (high - low + 1));
}
