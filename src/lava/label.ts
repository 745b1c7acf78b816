/** A short name for a module: its leading features, or where it lies in the image when features are pixels. */

import type { Matrix } from '../model.js';

const NAMED = 3;

export function moduleLabel(
  membership: Matrix,
  k: number,
  topFeatures: readonly { readonly feature: number }[],
  names: readonly string[],
  image: { readonly width: number; readonly height: number } | null,
): string {
  if (image)
    return imageLabel(membership.data.subarray(k * membership.columns, (k + 1) * membership.columns), image);
  return topFeatures
    .slice(0, NAMED)
    .map(({ feature }) => names[feature])
    .join(', ');
}

/** "upper left (rows 3-9, columns 2-8)": where the stronger half of the membership lies. */
function imageLabel(row: Float32Array, image: { readonly width: number; readonly height: number }): string {
  const rows: number[] = [];
  const columns: number[] = [];
  row.forEach((loading, pixel) => {
    if (loading < 0.5) return;
    rows.push(Math.floor(pixel / image.width));
    columns.push(pixel % image.width);
  });
  const middle = (values: number[], size: number) => values.reduce((a, b) => a + b, 0) / values.length / size;
  const vertical = third(middle(rows, image.height), ['upper', 'middle', 'lower']);
  const horizontal = third(middle(columns, image.width), ['left', 'center', 'right']);
  const place = vertical === 'middle' && horizontal === 'center' ? 'center' : `${vertical} ${horizontal}`;
  const span = (values: number[]) => `${Math.min(...values)}-${Math.max(...values)}`;
  return `${place} (rows ${span(rows)}, columns ${span(columns)})`;
}

function third(position: number, names: readonly [string, string, string]): string {
  return names[Math.min(2, Math.floor(position * 3))];
}
