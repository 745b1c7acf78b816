/**
 * The picture of a scatter plot: all samples as small squares, those inside as dots over them, none left out.
 * Dots are counted pixel by pixel, so that a million cost one pass: what is drawn n times with an opacity covers
 * 1 - (1 - opacity)^n of a pixel, as if each were painted over the others.
 */

export interface ScatterDots {
  /** Position of each sample in units of the plot. */
  readonly x: (row: number) => number;
  readonly y: (row: number) => number;
  readonly rows: number;
  /** The samples that are drawn as dots. */
  readonly inside: Int32Array;
  /** Colors as `#rrggbb`. */
  readonly color: string;
  readonly ground: string;
}

export interface PlotSize {
  readonly width: number;
  readonly height: number;
  /** Pixels a unit. */
  readonly ratio: number;
}

/** Samples from which on marks are small and pale. */
const MANY = 5000;

/** RGBA of the whole plot, row by row; transparent where no sample is. */
export function scatterPixels(dots: ScatterDots, size: PlotSize): Uint8ClampedArray<ArrayBuffer> {
  const { rows, inside } = dots;
  const square = squareOf((rows > MANY ? 1.5 : 3) * size.ratio);
  const disc = discOf((inside.length > MANY ? 1 : 2.4) * size.ratio);
  const below = counted(dots, size, square, { length: rows, at: (i) => i });
  const above = counted(dots, size, disc, { length: inside.length, at: (i) => inside[i] });
  const opacity = rows > MANY ? 0.5 : 0.8;
  const [ground, color] = [dots.ground, dots.color].map(channels);
  const pixels = new Uint8ClampedArray(4 * below.length);
  for (let pixel = 0; pixel < below.length; pixel++) {
    if (below[pixel] === 0 && above[pixel] === 0) continue;
    const over = 1 - (1 - opacity) ** above[pixel];
    const under = (1 - over) * (1 - (1 - opacity) ** below[pixel]);
    for (let c = 0; c < 3; c++)
      pixels[4 * pixel + c] = (color[c] * over + ground[c] * under) / (over + under);
    pixels[4 * pixel + 3] = 255 * (over + under);
  }
  return pixels;
}

/** How often each pixel is covered by the mark of a sample. */
function counted(
  { x, y }: ScatterDots,
  { width, height, ratio }: PlotSize,
  mark: readonly (readonly [number, number])[],
  rows: { readonly length: number; readonly at: (i: number) => number },
): Uint32Array {
  const [across, down] = [width * ratio, height * ratio];
  const counts = new Uint32Array(across * down);
  for (let i = 0; i < rows.length; i++) {
    const row = rows.at(i);
    const [left, top] = [Math.round(x(row) * ratio), Math.round(y(row) * ratio)];
    for (const [dx, dy] of mark) {
      const [px, py] = [left + dx, top + dy];
      if (px >= 0 && px < across && py >= 0 && py < down) counts[py * across + px]++;
    }
  }
  return counts;
}

/** Pixels of a square around a point. @param side in pixels. */
function squareOf(side: number): [number, number][] {
  const whole = Math.max(1, Math.round(side));
  const start = -Math.floor(whole / 2);
  return Array.from({ length: whole * whole }, (_, i) => [
    start + (i % whole),
    start + Math.floor(i / whole),
  ]);
}

/** Pixels of a disc around a point. @param radius in pixels. */
function discOf(radius: number): [number, number][] {
  const reach = Math.ceil(radius);
  const side = 2 * reach + 1;
  return Array.from({ length: side * side }, (_, i): [number, number] => [
    (i % side) - reach,
    Math.floor(i / side) - reach,
  ]).filter(([dx, dy]) => Math.hypot(dx, dy) <= radius);
}

const channels = (hex: string): number[] => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
