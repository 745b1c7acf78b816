/**
 * A short name for a module: its leading features, or its shape and position when features are pixels. Ours.
 * Types: `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`.
 * Fails: never. Without strong pixels words are of no meaning; every module has a pixel of loading 1.
 */

import { row } from '../../core/matrix.js';
import type { Matrix } from '../../model.js';

const NAMED = 3;
/** Pixels with at least this loading make the shape. */
const STRONG = 0.5;

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * A short name for module k: its three leading features, or its shape in the image.
 * @param loadings modules x features.
 * @param topFeatures strongest first.
 * @param names of all features.
 * @param image width and height in pixels where features are pixels, else null.
 * @returns the names as they are, separated by commas; shape, position and rows and columns from 0 for an image.
 */
export function moduleLabel(
  loadings: Matrix,
  k: number,
  topFeatures: readonly { readonly feature: number }[],
  names: readonly string[],
  image: Size | null,
): string {
  if (image) return imageLabel(row(loadings, k), image);
  return topFeatures
    .slice(0, NAMED)
    .map(({ feature }) => names[feature])
    .join(', ');
}

/**
 * Shape and place of the strong pixels, for example `horizontal band, lower (rows 23-25, columns 3-25)`.
 * @param loadings one a pixel, row by row.
 */
function imageLabel(loadings: Float32Array, image: Size): string {
  const pixels = [...loadings.keys()].filter((pixel) => loadings[pixel] >= STRONG);
  const rows = pixels.map((pixel) => Math.floor(pixel / image.width));
  const columns = pixels.map((pixel) => pixel % image.width);
  const shape = shapeOf(rows, columns);
  const position = positionOf(rows, columns, image, shape);
  return `${shape}, ${position} (rows ${span(rows)}, columns ${span(columns)})`;
}

/**
 * `horizontal band`, `vertical band`, `both sides` or `patch`, from the rows and columns of the strong pixels.
 * @param rows of the strong pixels, from 0.
 * @param columns of the same pixels.
 */
function shapeOf(rows: number[], columns: number[]): string {
  const height = extent(rows);
  const width = extent(columns);
  if (width >= 2.5 * height) return 'horizontal band';
  if (height >= 2.5 * width) return 'vertical band';
  const left = Math.min(...columns) + width / 3;
  const between = columns.filter((column) => column >= left && column < left + width / 3).length;
  return between < 0.15 * columns.length ? 'both sides' : 'patch';
}

/**
 * Where the pixels of an image module are, in words such as `upper left`; a band is placed across its length only.
 * @param shape as `shapeOf` says.
 * @param rows pixel rows of the features.
 * @param columns pixel columns.
 */
function positionOf(rows: number[], columns: number[], image: Size, shape: string): string {
  const vertical = third(middle(rows) / image.height, ['upper', 'middle', 'lower']);
  const horizontal = third(middle(columns) / image.width, ['left', 'center', 'right']);
  if (shape === 'horizontal band' || shape === 'both sides') return vertical;
  if (shape === 'vertical band') return horizontal;
  return vertical === 'middle' && horizontal === 'center' ? 'center' : `${vertical} ${horizontal}`;
}

/**
 * Number of pixel rows (or columns) from the first to the last, both included.
 * @param values numbers of the rows (or columns), one at least.
 */
function extent(values: number[]): number {
  return Math.max(...values) - Math.min(...values) + 1;
}

/**
 * Center between the first and the last pixel row (or column), in pixels from the edge.
 * @param values numbers of the rows (or columns), one at least.
 */
function middle(values: number[]): number {
  return (Math.max(...values) + Math.min(...values) + 1) / 2;
}

/**
 * First and last pixel row (or column), as text: `3-25`.
 * @param values numbers of the rows (or columns), one at least.
 */
function span(values: number[]): string {
  return `${Math.min(...values)}-${Math.max(...values)}`;
}

/** The name of the third in which a position, as a share of the image from 0 to 1, lies. */
function third(position: number, names: readonly [string, string, string]): string {
  return names[Math.min(2, Math.floor(position * 3))];
}
