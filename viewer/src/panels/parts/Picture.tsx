/** Pictures drawn pixel by pixel: a module's loading, or one sample, when features are pixels. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { ramp } from '../../derive/palette.js';
import type { View } from '../../derive/view.js';
import { theme } from '../../state/store.js';

interface PictureProps {
  readonly width: number;
  readonly height: number;
  /** Position on the ramp, 0 to 1, rows first. */
  readonly values: ArrayLike<number>;
  readonly scale: number;
  readonly name: string;
}

export function Picture({ width, height, values, scale, name }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const mode = theme.value;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const colors = ramp(mode).map((hex) => Number.parseInt(hex.slice(1), 16));
    const image = context.createImageData(width, height);
    for (let at = 0; at < width * height; at++) {
      const color = colors[Math.round(Math.max(0, Math.min(1, values[at])) * (colors.length - 1))];
      image.data.set([color >> 16, (color >> 8) & 255, color & 255, 255], 4 * at);
    }
    context.putImageData(image, 0, 0);
  }, [width, height, values, mode]);
  return (
    <canvas
      ref={canvas}
      class="picture"
      role="img"
      aria-label={name}
      width={width}
      height={height}
      style={{ width: `${width * scale}px`, height: `${height * scale}px` }}
    />
  );
}

export function ModulePicture({ view, module, size }: { view: View; module: number; size: number }) {
  const { image, modules, descriptions } = view.explanation;
  if (!image) return null;
  const { columns, data } = modules.loadings;
  return (
    <Picture
      {...image}
      values={data.subarray(module * columns, (module + 1) * columns)}
      scale={size / Math.max(image.width, image.height)}
      name={`Picture of ${descriptions[module].id}: darker pixels belong to it more`}
    />
  );
}

/** A sample as a picture; nothing unless all its pixels travel with the explanation. */
export function SamplePicture({ view, row, scale }: { view: View; row: number; scale: number }) {
  const { image, values, rows } = view.explanation;
  if (!image || !values || values.features.length !== image.width * image.height) return null;
  const pixels = Float32Array.from(values.features, (_, at) => values.data[at * rows + row]);
  const top = values.data instanceof Uint8Array ? 255 : pixels.reduce((a, b) => Math.max(a, b), 0) || 1;
  return (
    <Picture {...image} values={pixels.map((value) => value / top)} scale={scale} name={`Sample ${row}`} />
  );
}
