/**
 * Does a structure come back on other maps: of the same data with other seeds, and of one cloud without any structure?
 *
 * Source: ours. The cloud is normal, with the variances of the data's principal components (the null of SigClust, Liu et al.
 *   2008), embedded by the same method: what it shows, the method makes of nothing.
 * Cost: one embedding a map. Determinism: seeds follow the context's; stream `structure-cloud-0`, `-1`...
 */

import type { Random } from '../../core/random.js';
import type { Context } from '../../engine/context.js';
import type { Matrix } from '../../model.js';
import type { Candidate } from './candidates.js';
import { findStructures } from './find.js';
import { goesAround } from './hole.js';
import type { FindOptions, MapStructures, ShownIn, StructureKind } from './types.js';

/** Two groups are apart on a map where this share of the pairs across is in different pieces. */
const APART = 0.9;
/** A group is there where it and a piece of the map have this share of their union in common. */
const SAME = 0.7;

/** A map made again, and what it shows. */
export interface OtherMap {
  readonly map: Matrix;
  readonly found: MapStructures;
}

/** Makes maps and finds their structures. @param make the map of an index. */
export async function otherMaps(
  count: number,
  make: (index: number) => Promise<Matrix>,
  options: FindOptions,
  context: Context,
): Promise<OtherMap[]> {
  const maps: OtherMap[] = [];
  for (let index = 0; index < count; index++) {
    const map = await make(index);
    maps.push({ map, found: await findStructures(map, options, context) });
  }
  return maps;
}

/** A normal cloud with the variances of the scores' columns. */
export function cloudLike(scores: Matrix, random: Random): Matrix {
  const { rows, columns, data } = scores;
  const deviation = new Float64Array(columns);
  for (let p = 0; p < data.length; p++) deviation[p % columns] += data[p] ** 2 / rows;
  return {
    rows,
    columns,
    data: Float32Array.from(data, (_, p) => Math.sqrt(deviation[p % columns]) * random.normal()),
  };
}

/** How many maps of the same data show a structure. */
export function shownAgain(candidate: Candidate, maps: readonly OtherMap[]): ShownIn | null {
  if (maps.length === 0) return null;
  return { shown: maps.filter((other) => isShown(candidate, other)).length, of: maps.length };
}

/** Whether a map of the same data shows a structure. */
function isShown({ kind, rows }: Candidate, { map, found }: OtherMap): boolean {
  switch (kind) {
    case 'gap':
      return shareApart(found.pieces, rows[0], rows[1]) >= APART;
    case 'cluster':
    case 'region':
      return bestOverlap(found, rows[0]) >= SAME;
    case 'bridge': {
      const members = new Set(rows[0]);
      return found.bridges.some(
        (bridge) => bridge.rows.filter((i) => members.has(i)).length >= members.size / 2,
      );
    }
    case 'hole':
      return found.holes.some(({ center }) => goesAround(map, [...rows[0]], center));
  }
}

/** Share of pairs across that are in different pieces. */
function shareApart(pieces: Int32Array, a: Int32Array, b: Int32Array): number {
  const countOf = (rows: Int32Array) => {
    const counts = new Map<number, number>();
    for (const i of rows) counts.set(pieces[i], (counts.get(pieces[i]) ?? 0) + 1);
    return counts;
  };
  const other = countOf(b);
  let together = 0;
  for (const [piece, count] of countOf(a))
    together += (count / a.length) * ((other.get(piece) ?? 0) / b.length);
  return 1 - together;
}

/** The largest share of their union that the rows have in common with a piece of the map; 1 piece shows nothing. */
function bestOverlap({ pieces, clusters }: MapStructures, rows: Int32Array): number {
  if (clusters.length < 2) return 0;
  const sizes = new Map<number, number>();
  for (const piece of pieces) sizes.set(piece, (sizes.get(piece) ?? 0) + 1);
  const common = new Map<number, number>();
  for (const i of rows) common.set(pieces[i], (common.get(pieces[i]) ?? 0) + 1);
  return [...common].reduce((best, [piece, count]) => {
    return Math.max(best, count / (rows.length + (sizes.get(piece) ?? 0) - count));
  }, 0);
}

/** How many maps of a cloud show a structure of that kind as marked; null for a region, which the map does not show. */
export function shownByCloud({ kind, mark }: Candidate, maps: readonly OtherMap[]): ShownIn | null {
  if (maps.length === 0 || mark === null) return null;
  return { shown: maps.filter(({ found }) => strongest(kind, found) >= mark).length, of: maps.length };
}

/** The most marked structure of a kind on a map; 0 where there is none. */
function strongest(kind: StructureKind, { gaps, bridges, holes }: MapStructures): number {
  const marks = {
    gap: () => gaps.filter(({ adjacent }) => adjacent).map(({ width }) => width),
    cluster: () => gaps.filter(({ adjacent }) => adjacent).map(({ width }) => width),
    bridge: () => bridges.map(({ ratio }) => ratio),
    hole: () => holes.map(({ ratio }) => ratio),
    region: () => [],
  }[kind]();
  return marks.reduce((most, mark) => Math.max(most, mark), 0);
}
