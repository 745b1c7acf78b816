/** A thumbnail of the map, colored by one module's presence: where it is, at a glance. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { RAMP_STEPS, ramp } from '../derive/palette.js';
import type { View } from '../derive/view.js';
import { fitCamera } from '../map/camera.js';
import { theme } from '../state/store.js';

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

/** Points in ascending order of presence, so that where the module is present is never covered. */
function drawPoints(
  context: CanvasRenderingContext2D,
  { view, module, width, height }: MiniMapProps,
  colors: readonly string[],
  ratio: number,
): void {
  const { values, top } = view.presence[module];
  const camera = fitCamera(view.grid.bounds, { width, height }, FRAME);
  const side = Math.max(1, 1.6 * ratio * Math.min(1, Math.sqrt(3000 / values.length)));
  const codes = Uint8Array.from(values, (value) => Math.round(Math.min(1, value / top) * (RAMP_STEPS - 1)));
  for (let code = 0; code < RAMP_STEPS; code++) {
    context.fillStyle = colors[code];
    for (let row = 0; row < codes.length; row++) {
      if (codes[row] !== code) continue;
      const x = (view.drawing.x[row] * camera.scale + camera.left) * ratio;
      const y = (camera.top - view.drawing.y[row] * camera.scale) * ratio;
      context.fillRect(x - side / 2, y - side / 2, side, side);
    }
  }
}
