/**
 * Regions of an embedding that a person names: a locality, a rectangle, a polygon, a label, a level or range of a metadata
 * column, ids, rows or a module; and what these have in common, together, or not.
 *
 * Source: ours. A rectangle bounds as many coordinates as its corners have; a polygon bounds the first two
 * (polygon.ts). Cost: samples x corners. Throws OptionError for a region that does not exist or holds no sample.
 * Types: `Explanation`, of a map: rows (number of samples), localities (members and probes), embedding (coordinates
 *   and source), labels (one a sample, or null), ids (one a sample, or null), descriptions (one a module, in order of
 *   share), featureNames (one a feature). `Polygon`: corners [x, y] in order; the last is joined to the first.
 *   `Localities`, n-neighborhoods of probes: count (how many), members (count x size sample rows, nearest first),
 *   size (n, samples in each). `Embedding`, the map: coordinates (samples x dimensions). `ModuleDescription`, of one
 *   module: id (`M1`, `M2`...). `Matrix`, row-major float32: columns (how many), data (element (r, c) at `r * columns
 *   + c`).
 */

import { storedValue, trueValue } from '../../core/units.js';
import { OptionError, option, words } from '../../errors.js';
import type { Explanation } from '../../model.js';
import { shownName } from '../describe/module-name.js';
import { columnNamed, isMissing, rowsWithValue } from './columns.js';
import { remedyForEmpty } from './empty-region.js';
import { samplesWithModule } from './modules-in-region.js';
import { type Polygon, pointsInPolygon } from './polygon.js';

export type Region =
  | { readonly kind: 'locality'; readonly locality: number }
  /** Opposite corners; coordinates beyond theirs are free. */
  | { readonly kind: 'rectangle'; readonly from: readonly number[]; readonly to: readonly number[] }
  | { readonly kind: 'polygon'; readonly points: Polygon }
  | { readonly kind: 'label'; readonly label: string }
  | { readonly kind: 'ids'; readonly ids: readonly string[] }
  | { readonly kind: 'rows'; readonly rows: readonly number[] }
  /** Samples where a module is present; `M1`, `M2`... */
  | { readonly kind: 'module'; readonly module: string }
  /** A level of a categorical column; a number or range of a numeric one: `42`, `50..70`, `>=50`. */
  | { readonly kind: 'column'; readonly column: string; readonly value: string }
  /** Samples without a value in the column. */
  | { readonly kind: 'missing'; readonly column: string }
  /** Samples of all, of any, or not of the regions `of`. */
  | { readonly kind: 'all'; readonly of: readonly Region[] }
  | { readonly kind: 'any'; readonly of: readonly Region[] }
  | { readonly kind: 'not'; readonly of: Region };

/** Samples with a map, not explained: every region but a locality and a module can be named. */
export interface MappedSamples
  extends Pick<Explanation, 'rows' | 'ids' | 'labels' | 'metadata' | 'options' | 'embedding'> {
  readonly localities?: undefined;
}

/** What regions are named of. */
export type RegionSource = Explanation | MappedSamples;

/** Rows of the region's samples, ascending. OptionError for a region that does not exist or holds none. */
export function regionRows(explanation: RegionSource, region: Region): Int32Array {
  const mask = regionMask(explanation, region);
  const rows = new Int32Array(mask.reduce((sum, inside) => sum + inside, 0));
  let at = 0;
  for (let row = 0; row < mask.length; row++) if (mask[row]) rows[at++] = row;
  if (rows.length > 0) return rows;
  throw new OptionError({
    got: `no sample in ${regionName(region)}`,
    expected: 'a region that holds samples',
    remedy: remedyForEmpty(explanation, region.kind),
  });
}

/**
 * 1 for every sample of the region, 0 for all others. A part of a combined region may hold no sample. OptionError for
 * a part that does not exist, or where there is no part.
 */
function regionMask(explanation: RegionSource, region: Region): Uint8Array {
  if (region.kind === 'not') return regionMask(explanation, region.of).map((inside) => 1 - inside);
  if (region.kind === 'all' || region.kind === 'any') {
    const got = `${region.kind} of no regions`;
    if (region.of.length === 0) throw new OptionError({ got, expected: 'one or more', remedy: 'name some' });
    const masks = region.of.map((part) => regionMask(explanation, part));
    const enough = region.kind === 'all' ? masks.length : 1;
    return masks[0].map((_, row) => (masks.reduce((sum, mask) => sum + mask[row], 0) >= enough ? 1 : 0));
  }
  const mask = new Uint8Array(explanation.rows);
  for (const row of rowsOf(explanation, region)) mask[row] = 1;
  return mask;
}

/** A name of the region for people, such as `rectangle 0,0 to 5,3` or `not M3`. Never throws. */
export function regionName(region: Region): string {
  switch (region.kind) {
    case 'locality':
      return `locality ${region.locality}`;
    case 'rectangle':
      return `rectangle ${region.from.join(',')} to ${region.to.join(',')}`;
    case 'polygon':
      return `polygon of ${region.points.length} corners`;
    case 'label':
      return region.label;
    case 'ids':
      return region.ids.length === 1 ? region.ids[0] : `${region.ids.length} ids`;
    case 'rows':
      return region.rows.length === 1 ? `row ${region.rows[0]}` : `${region.rows.length} rows`;
    case 'module':
      return `the region of ${region.module}`;
    case 'column':
      return `${region.column} ${region.value}`;
    case 'missing':
      return `samples without ${region.column}`;
    case 'not':
      return `not ${nameOfPart(region.of)}`;
    case 'all':
      return region.of.map(nameOfPart).join(' and ');
    case 'any':
      return region.of.map(nameOfPart).join(' or ');
  }
}

/** Name of an operand, in parentheses where it has operators itself. */
const nameOfPart = (region: Region): string =>
  region.kind === 'all' || region.kind === 'any' ? `(${regionName(region)})` : regionName(region);

type SingleRegion = Exclude<Region, { readonly of: unknown }>;

/** Rows of a region without operators, in any order, possibly more than once. OptionError where it does not exist. */
function rowsOf(explanation: RegionSource, region: SingleRegion): Iterable<number> {
  switch (region.kind) {
    case 'locality':
      return localityRows(explained(explanation, 'a locality'), region.locality);
    case 'rectangle':
      return rectangleRows(explanation, region.from, region.to);
    case 'polygon':
      return polygonRows(explanation, region.points);
    case 'label':
      return labelRows(explanation, region.label);
    case 'ids':
      return idRows(explanation, region.ids);
    case 'rows':
      return checkedRows(explanation, region.rows);
    case 'module':
      return moduleRows(explained(explanation, 'a module'), region.module);
    case 'column':
      return rowsWithValue(columnNamed(explanation, region.column), region.value);
    case 'missing': {
      const column = columnNamed(explanation, region.column);
      return allRows(explanation.rows).filter((row) => isMissing(column, row));
    }
  }
}

/** The explanation; OptionError where the samples were not explained. @param wanted what only an explanation has. */
function explained(source: RegionSource, wanted: string): Explanation {
  if (source.localities !== undefined) return source;
  throw new OptionError({
    got: `${wanted} of a map that was not explained`,
    expected: 'a rectangle, polygon, label, column, ids or rows',
    remedy: 'explain the map first, and query the explanation',
  });
}

/** Rows of the samples in a locality, nearest to the probe first. OptionError for a number that is none. */
function localityRows({ localities }: Explanation, locality: number): Int32Array {
  if (!Number.isInteger(locality) || locality < 0 || locality >= localities.count) {
    throw new OptionError({
      got: `locality ${locality}`,
      expected: `a whole number from 0 to ${localities.count - 1}`,
      remedy: 'take a number from localities.csv',
    });
  }
  return localities.members.subarray(locality * localities.size, (locality + 1) * localities.size);
}

/**
 * Rows, ascending, of the samples between two opposite corners, borders included. OptionError for corners of
 * different length.
 * @param from a corner in the embedding's true units, one number for each of its first coordinates; others are free.
 * @param to the opposite corner, in any order.
 */
function rectangleRows(explanation: RegionSource, from: readonly number[], to: readonly number[]): number[] {
  const { rows, columns, data, units } = explanation.embedding.coordinates;
  if (from.length !== to.length || from.length === 0 || from.length > columns) {
    throw new OptionError({
      got: `corners of ${from.length} and ${to.length} coordinates`,
      expected: `two corners of equally many coordinates, 1 to ${columns}`,
      remedy: 'give two opposite corners, for example rectangle:0,0,5,3',
    });
  }
  const inside = (row: number) =>
    from.every((a, c) => {
      const x = trueValue(data[row * columns + c], c, units);
      return x >= Math.min(a, to[c]) && x <= Math.max(a, to[c]);
    });
  return allRows(rows).filter(inside);
}

/**
 * Rows, ascending, of the samples inside a polygon of the first two coordinates. OptionError for fewer than three
 * corners.
 * @param points corners in order, in the embedding's true units.
 */
function polygonRows(explanation: RegionSource, points: Polygon): Int32Array {
  const { rows, columns, data, units } = explanation.embedding.coordinates;
  if (points.length < 3 || columns < 2) {
    throw new OptionError({
      got: `a polygon of ${points.length} corners in ${columns} dimensions`,
      expected: 'three corners or more, in an embedding of two dimensions or more',
      remedy: 'give the corners in order, for example polygon:0,0;5,0;5,3',
    });
  }
  const along = (axis: number) => Float32Array.from({ length: rows }, (_, row) => data[row * columns + axis]);
  // corners where the stored coordinates are, which are single precision
  const corners = points.map(([x, y]) => [storedValue(x, 0, units), storedValue(y, 1, units)] as const);
  return pointsInPolygon({ x: along(0), y: along(1) }, corners);
}

/** Rows, ascending, of the samples that have the label. OptionError for a label that no sample has. */
function labelRows({ labels, rows }: RegionSource, label: string): number[] {
  const known = [...new Set(labels ?? [])].sort();
  if (!known.includes(label)) {
    throw new OptionError({
      got: `the label ${label}`,
      expected: known.length > 0 ? `one of ${known.slice(0, 12).join(', ')}` : 'data with labels',
      remedy:
        known.length > 0
          ? 'spell it as in the data'
          : words`explain the data again with a label column (${option('label')})`,
    });
  }
  return allRows(rows).filter((row) => labels?.[row] === label);
}

/**
 * Rows of the samples with these ids, in their order. OptionError for an id that no sample has. An id that is named
 * twice comes twice.
 * @param wanted ids.
 */
function idRows({ ids, rows }: RegionSource, wanted: readonly string[]): number[] {
  const rowOf = new Map(ids?.map((id, row) => [id, row]));
  const unknown = wanted.filter((id) => !rowOf.has(id));
  if (unknown.length > 0) {
    throw new OptionError({
      got: `${unknown.length} unknown ids (${unknown.slice(0, 3).join(', ')})`,
      expected: ids ? `ids of the ${rows} samples that were explained` : 'data with ids',
      remedy: ids ? 'spell them as in the data' : 'name samples by row number: rows:0,1,2',
    });
  }
  return wanted.map((id) => rowOf.get(id) ?? 0);
}

/**
 * The row numbers as they are; OptionError for one that is out of range.
 * @param wanted row numbers, from 0.
 */
function checkedRows({ rows }: RegionSource, wanted: readonly number[]): readonly number[] {
  const wrong = wanted.filter((row) => !Number.isInteger(row) || row < 0 || row >= rows);
  if (wrong.length === 0) return wanted;
  throw new OptionError({
    got: `row ${wrong[0]}`,
    expected: `row numbers from 0 to ${rows - 1}`,
    remedy: 'rows are counted from 0, after rows that were dropped',
  });
}

/**
 * Rows, ascending, of the samples whose presence of the module is above 0 and at least a quarter of its largest over localities;
 * empty where it is present nowhere. OptionError for an id that is none.
 */
function moduleRows(explanation: Explanation, id: string): Iterable<number> {
  return samplesWithModule(explanation, moduleIndex(explanation, id));
}

/** Index of the module called `id` (`M1` is 0). OptionError for an id that is none. */
export function moduleIndex({ descriptions }: Explanation, id: string): number {
  const k = descriptions.findIndex((description) => description.id === id);
  if (k >= 0) return k;
  throw new OptionError({
    got: `a module called ${id}`,
    expected: `M1 to M${descriptions.length}`,
    remedy: 'take an id from modules.csv',
  });
}

/**
 * Index of the feature called `name`, as in the data or as it is shown (`HLA-DRA` for `HLA-DRA_ENSG00000204287`) where one feature alone
 * is shown so. OptionError for a name that is none. Of two features of one name the first. The error names features that differ by case
 * only.
 */
export function featureIndex({ featureNames }: Pick<Explanation, 'featureNames'>, name: string): number {
  const feature = featureNames.indexOf(name);
  if (feature >= 0) return feature;
  const shown = featureNames.flatMap((other, f) => (shownName(other) === name ? [f] : []));
  if (shown.length === 1) return shown[0];
  const isClose = (other: string) => shownName(other).toLowerCase() === shownName(name).toLowerCase();
  const close = featureNames.filter(isClose);
  throw new OptionError({
    got: `a feature called ${name}`,
    expected: close.length > 0 ? close.join(' or ') : `one of the ${featureNames.length} features explained`,
    remedy: 'spell it as in the data',
  });
}

/** All row numbers, 0 to rows - 1. Never throws. */
const allRows = (rows: number): number[] => Array.from({ length: rows }, (_, row) => row);
