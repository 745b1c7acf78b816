/** A thumbnail of the map, colored by one module's presence: where it is, at a glance. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { RAMP_STEPS, ramp } from '../../derive/palette.js';
import type { View } from '../../derive/view.js';
import { fitCamera } from '../../map/camera.js';
import { theme } from '../../state/store.js';

interface MiniMapProps {
  readonly view: View;
  readonly module: number;
  readonly width: number;
  readonly height: number;
}

const FRAME = { sides: 4, above: 4, below: 4 };

export function MiniMap({ view, module, width, height }: MiniMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const mode = theme.value;
  useLayoutEffect(() => {
    const ratio = Math.min(2, devicePixelRatio || 1);
    const context = canvas.current?.getContext('2d');
    if (!context || !canvas.current) return;
    canvas.current.width = width * ratio;
    canvas.current.height = height * ratio;
    drawPoints(context, { view, module, width, height }, ramp(mode), ratio);
  }, [view, module, width, height, mode]);
  const name = `Where ${view.explanation.descriptions[module].id} is present`;
  return (
    <canvas
      ref={canvas}
      class="minimap"
      role="img"
      aria-label={name}
      style={{ width: `${width}px`, height: `${height}px` }}
    />
  );
}

interface Corners {
  readonly view: View;
  readonly key: string;
  readonly pixels: Int32Array;
}

/** Those of the last size: all thumbnails of a list have one. */
let last: Corners | null = null;

/** The upper left pixel of each sample in a thumbnail; negative for one above it. */
function cornersOf(
  view: View,
  { width, height }: { width: number; height: number },
  ratio: number,
  side: number,
): Int32Array {
  const key = `${width} ${height} ${ratio}`;
  if (last?.view === view && last.key === key) return last.pixels;
  const { x, y } = view.drawing;
  const camera = fitCamera(view.grid.bounds, { width, height }, FRAME);
  const across = Math.round(width * ratio);
  const pixels = new Int32Array(x.length);
  for (let row = 0; row < pixels.length; row++) {
    const left = Math.round((x[row] * camera.scale + camera.left) * ratio - side / 2);
    const above = Math.round((camera.top - y[row] * camera.scale) * ratio - side / 2);
    pixels[row] = above * across + left;
  }
  last = { view, key, pixels };
  return pixels;
}

/** The highest presence at each pixel, so that where the module is present is never covered; one pass over the samples. */
function drawPoints(
  context: CanvasRenderingContext2D,
  { view, module, width, height }: MiniMapProps,
  colors: readonly string[],
  ratio: number,
): void {
  const { values, top } = view.presence[module];
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  const side = Math.max(1, Math.round(1.6 * ratio * Math.min(1, Math.sqrt(3000 / values.length))));
  const corners = cornersOf(view, { width, height }, ratio, side);
  const highest = new Uint8Array(across * down);
  for (let row = 0; row < values.length; row++) {
    const code = 1 + Math.round(Math.min(1, values[row] / top) * (RAMP_STEPS - 1));
    for (let below = 0; below < side; below++) {
      for (let right = 0; right < side; right++) {
        const pixel = corners[row] + below * across + right;
        if (code > highest[pixel]) highest[pixel] = code;
      }
    }
  }
  const image = context.createImageData(across, down);
  const rgb = colors.map((hex) => Number.parseInt(hex.slice(1), 16));
  highest.forEach((code, pixel) => {
    if (code > 0)
      image.data.set([rgb[code - 1] >> 16, (rgb[code - 1] >> 8) & 255, rgb[code - 1] & 255, 255], 4 * pixel);
  });
  context.putImageData(image, 0, 0);
}
