/**
 * A uniform grid over the drawing: which sample is nearest to the pointer, and how dense each part of the map is.
 * Cells hold sample numbers in one array, in order of cell (counting sort): no objects a point, so a
 * million points take 12 MB and 50 ms.
 */
import type { Drawing } from './project.js';

export interface Bounds {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}

export interface Grid {
  readonly bounds: Bounds;
  /** Cells along each side. */
  readonly side: number;
  /** Samples of cell c are `samples[starts[c]]` to `samples[starts[c + 1]]`. */
  readonly starts: Uint32Array;
  readonly samples: Uint32Array;
  cellOf(x: number, y: number): number;
}

export function boundsOf({ x, y }: Pick<Drawing, 'x' | 'y'>): Bounds {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < x.length; i++) {
    if (x[i] < minX) minX = x[i];
    if (x[i] > maxX) maxX = x[i];
    if (y[i] < minY) minY = y[i];
    if (y[i] > maxY) maxY = y[i];
  }
  return { minX, minY, maxX, maxY };
}

export function buildGrid(points: Pick<Drawing, 'x' | 'y'>): Grid {
  const count = points.x.length;
  const bounds = boundsOf(points);
  const side = Math.max(1, Math.min(512, Math.ceil(Math.sqrt(count / 4))));
  const width = bounds.maxX - bounds.minX || 1;
  const height = bounds.maxY - bounds.minY || 1;
  const clamp = (value: number) => Math.max(0, Math.min(side - 1, Math.floor(value)));
  const cellOf = (x: number, y: number) =>
    clamp(((y - bounds.minY) / height) * side) * side + clamp(((x - bounds.minX) / width) * side);
  const starts = new Uint32Array(side * side + 1);
  for (let i = 0; i < count; i++) starts[cellOf(points.x[i], points.y[i]) + 1]++;
  for (let c = 0; c < side * side; c++) starts[c + 1] += starts[c];
  const next = starts.slice();
  const samples = new Uint32Array(count);
  for (let i = 0; i < count; i++) samples[next[cellOf(points.x[i], points.y[i])]++] = i;
  return { bounds, side, starts, samples, cellOf };
}

/** The sample nearest to (x, y) within `radius` of it, or -1. Ties go to the smaller row number. */
export function nearestWithin(
  grid: Grid,
  points: Pick<Drawing, 'x' | 'y'>,
  at: [number, number],
  radius: number,
) {
  const [x, y] = at;
  const { side } = grid;
  const from = grid.cellOf(x - radius, y - radius);
  const to = grid.cellOf(x + radius, y + radius);
  let best = -1;
  let bestDistance = radius * radius;
  for (let row = Math.floor(from / side); row <= Math.floor(to / side); row++) {
    const first = grid.starts[row * side + (from % side)];
    const last = grid.starts[row * side + (to % side) + 1];
    for (let at = first; at < last; at++) {
      const i = grid.samples[at];
      const distance = (points.x[i] - x) ** 2 + (points.y[i] - y) ** 2;
      if (distance < bestDistance || (distance === bestDistance && i < best)) {
        best = i;
        bestDistance = distance;
      }
    }
  }
  return best;
}

const DENSITY_SIDE = 192;

/** Samples near each sample, relative to the densest points: 0 to 1 (a grid of counts, smoothed twice). */
export function density(points: Pick<Drawing, 'x' | 'y'>): Float32Array {
  const { minX, minY, maxX, maxY } = boundsOf(points);
  const side = DENSITY_SIDE;
  const span = Math.max(maxX - minX, maxY - minY) || 1;
  const cell = (i: number) =>
    Math.min(side - 1, Math.floor(((points.y[i] - minY) / span) * side)) * side +
    Math.min(side - 1, Math.floor(((points.x[i] - minX) / span) * side));
  let counts = new Float32Array(side * side);
  for (let i = 0; i < points.x.length; i++) counts[cell(i)]++;
  counts = smoothed(smoothed(counts, side), side);
  const result = Float32Array.from(points.x, (_, i) => counts[cell(i)]);
  const top = result.reduce((a, b) => Math.max(a, b), 0) || 1;
  return result.map((value) => value / top);
}

/** A 5 x 5 mean in two passes. */
export function smoothed(values: Float32Array, side: number): Float32Array<ArrayBuffer> {
  const pass = (source: Float32Array, step: number, along: (at: number) => number) =>
    Float32Array.from(source, (_, at) => {
      let sum = 0;
      for (let d = -2; d <= 2; d++) {
        const position = along(at) + d;
        if (position >= 0 && position < side) sum += source[at + d * step];
      }
      return sum / 5;
    });
  const across = pass(values, 1, (at) => at % side);
  return pass(across, side, (at) => Math.floor(at / side));
}
