/**
 * Where to write the name of a module (or label) on the map: the peaks of its mass on a coarse smoothed
 * grid. A module that recurs in distant regions gets one name in each of up to three of them.
 */
import { boundsOf, smoothed } from './grid.js';
import type { Drawing } from './project.js';

export interface NameAnchor {
  readonly x: number;
  readonly y: number;
  /** Mass relative to the first points. */
  readonly mass: number;
}

const SIDE = 48;
const MOST_ANCHORS = 3;
/** A further anchor must hold this much of the first one's mass, and lie this far away (of the map's width). */
const MINIMUM_MASS = 0.35;
const MINIMUM_DISTANCE = 0.22;

/** The coarse cell that each sample lies in. */
export interface Cells {
  readonly minX: number;
  readonly minY: number;
  readonly span: number;
  /** One a sample. */
  readonly cell: Uint16Array;
}

export function cellsOf(points: Pick<Drawing, 'x' | 'y'>): Cells {
  const { minX, minY, maxX, maxY } = boundsOf(points);
  const span = Math.max(maxX - minX, maxY - minY) || 1;
  const cell = new Uint16Array(points.x.length);
  for (let row = 0; row < cell.length; row++) {
    const across = Math.min(SIDE - 1, Math.floor(((points.x[row] - minX) / span) * SIDE));
    cell[row] = Math.min(SIDE - 1, Math.floor(((points.y[row] - minY) / span) * SIDE)) * SIDE + across;
  }
  return { minX, minY, span, cell };
}

/** Peaks of the mass `weight(row)`, largest first; none when there is no mass. */
export function peaks({ minX, minY, span, cell }: Cells, weight: (row: number) => number): NameAnchor[] {
  let mass = new Float32Array(SIDE * SIDE);
  for (let row = 0; row < cell.length; row++) mass[cell[row]] += weight(row);
  mass = smoothed(mass, SIDE);
  const found: NameAnchor[] = [];
  let first = 0;
  while (found.length < MOST_ANCHORS) {
    const best = mass.reduce((top, value, i) => (value > mass[top] ? i : top), 0);
    if (mass[best] <= 0 || mass[best] < MINIMUM_MASS * first) break;
    if (found.length === 0) first = mass[best];
    const [x, y] = [best % SIDE, Math.floor(best / SIDE)];
    found.push({
      x: minX + ((x + 0.5) / SIDE) * span,
      y: minY + ((y + 0.5) / SIDE) * span,
      mass: mass[best] / first,
    });
    mass = mass.map((value, i) =>
      Math.hypot((i % SIDE) - x, Math.floor(i / SIDE) - y) < MINIMUM_DISTANCE * SIDE ? 0 : value,
    );
  }
  return found;
}
