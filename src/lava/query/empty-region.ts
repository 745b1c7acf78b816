/**
 * What to do about a region that holds no sample, in words.
 * Types: `Mapped`, samples with a map: rows (how many), embedding (coordinates, samples x dimensions, with their units).
 * Fails: never. Ours.
 */

import { trueValue } from '../../core/units.js';
import type { Explanation } from '../../model.js';

type Mapped = Pick<Explanation, 'rows' | 'embedding'>;

/**
 * The remedy for a region without samples: a shape may lie elsewhere, other regions exclude one another.
 * @param kind of the region: `rectangle`, `polygon`, `label`, `all`...
 */
export function remedyForEmpty(mapped: Mapped, kind: string): string {
  if (kind !== 'rectangle' && kind !== 'polygon') return 'name a region of which samples are left';
  return `make it larger, or move it: the samples of the map lie ${extentOf(mapped)}`;
}

/** Where the samples lie, in the first two dimensions and true units: `between -8.4,-6.4 and 16.5,14`. */
function extentOf({ rows, embedding }: Mapped): string {
  const { columns, data, units } = embedding.coordinates;
  const corner = (nearer: (a: number, b: number) => number) =>
    [0, 1].slice(0, columns).map((c) => {
      let edge = data[c];
      for (let row = 1; row < rows; row++) edge = nearer(edge, data[row * columns + c]);
      return Number(trueValue(edge, c, units).toPrecision(3));
    });
  return `between ${corner(Math.min)} and ${corner(Math.max)}`;
}
