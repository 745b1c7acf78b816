/** Loadings over the pixels of an image as pictures, in SVG. */

import type { Matrix } from '../../model.js';

const PIXEL = 4;
const GAP = 14;
const ACROSS = 8;
const FAINT = 0.03;

/** One picture a module, dark where the loading is large, in rows of eight. */
export function strokeFigure(
  loadings: Matrix,
  image: { readonly width: number; readonly height: number },
): string {
  const width = image.width * PIXEL + GAP;
  const height = image.height * PIXEL + GAP + 12;
  const across = Math.min(ACROSS, loadings.rows);
  const down = Math.ceil(loadings.rows / across);
  const pictures = Array.from({ length: loadings.rows }, (_, k) => {
    const row = loadings.data.subarray(k * loadings.columns, (k + 1) * loadings.columns);
    const x = (k % across) * width;
    const y = Math.floor(k / across) * height;
    return `<g transform="translate(${x} ${y})"><text x="2" y="11" font-family="sans-serif" font-size="10">M${k + 1}</text>${pixels(row, image)}</g>`;
  });
  const [w, h] = [across * width, down * height];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}"><rect width="${w}" height="${h}" fill="#fff"/>${pictures.join('\n')}</svg>\n`;
}

/** One module's loadings as squares of an SVG. */
function pixels(row: Float32Array, image: { readonly width: number; readonly height: number }): string {
  const frame = `<rect y="14" width="${image.width * PIXEL}" height="${image.height * PIXEL}" fill="#f4f4f4"/>`;
  const shown = [...row.keys()].filter((pixel) => row[pixel] >= FAINT);
  const squares = shown.map((pixel) => {
    const x = (pixel % image.width) * PIXEL;
    const y = 14 + Math.floor(pixel / image.width) * PIXEL;
    return `<rect x="${x}" y="${y}" width="${PIXEL}" height="${PIXEL}" fill="#0b3c6f" opacity="${row[pixel].toFixed(2)}"/>`;
  });
  return frame + squares.join('');
}
