/** What draws the points. Two exist: WebGL (webgl.ts) and a 2-D canvas where WebGL is missing (canvas.ts). */
import type { Coloring } from '../derive/coloring-parts.js';
import type { Drawing } from '../derive/project.js';
import type { Camera, Size } from './camera.js';

/** What is drawn; replaced when colors or emphasis change, not when the camera moves. */
export interface Scene {
  readonly drawing: Drawing;
  readonly coloring: Coloring;
  /** One byte a sample: 0 is faded. Null when nothing is faded. */
  readonly emphasis: Uint8Array | null;
  readonly background: string;
}

export interface PointRenderer {
  readonly kind: 'webgl' | 'canvas';
  resize(size: Size, pixelRatio: number): void;
  setScene(scene: Scene): void;
  draw(camera: Camera, radius: number): void;
  destroy(): void;
}

export const FADED = 0.12;
export const OPACITY = 0.85;

/** Sample numbers in the order in which they are drawn: faded first, then by the coloring's order. */
export function drawOrder({ coloring, emphasis }: Pick<Scene, 'coloring' | 'emphasis'>): Uint32Array {
  const { codes, order } = coloring;
  const levels = order.reduce((most, value) => Math.max(most, value), 0) + 1;
  const level = (row: number) => order[codes[row]] + (emphasis?.[row] ? levels : 0);
  const starts = new Uint32Array(2 * levels + 1);
  for (let row = 0; row < codes.length; row++) starts[level(row) + 1]++;
  for (let i = 0; i < 2 * levels; i++) starts[i + 1] += starts[i];
  const sorted = new Uint32Array(codes.length);
  for (let row = 0; row < codes.length; row++) sorted[starts[level(row)]++] = row;
  return sorted;
}
