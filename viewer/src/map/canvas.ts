/** Points on a 2-D canvas: the way that works everywhere. One small picture a color, copied to every point. */
import type { Camera, Size } from './camera.js';
import { drawOrder, FADED, OPACITY, type PointRenderer, type Scene } from './renderer.js';

export function createCanvasRenderer(canvas: HTMLCanvasElement): PointRenderer {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser cannot draw on a canvas');
  let ratio = 1;
  let size: Size = { width: 1, height: 1 };
  let scene: Scene | null = null;
  let order: Uint32Array = new Uint32Array(0);
  return {
    kind: 'canvas',
    resize(next, pixelRatio) {
      size = next;
      ratio = pixelRatio;
      canvas.width = Math.max(1, Math.round(next.width * ratio));
      canvas.height = Math.max(1, Math.round(next.height * ratio));
    },
    setScene(next) {
      scene = next;
      order = drawOrder(next);
    },
    draw(camera, radius) {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, canvas.width, canvas.height);
      if (scene) drawPoints(context, scene, order, { camera, size, ratio, radius });
    },
    destroy() {
      canvas.width = 1;
      canvas.height = 1;
    },
  };
}

interface Frame {
  readonly camera: Camera;
  readonly size: Size;
  readonly ratio: number;
  readonly radius: number;
}

function drawPoints(context: CanvasRenderingContext2D, scene: Scene, order: Uint32Array, frame: Frame): void {
  const { camera, size, ratio, radius } = frame;
  const { drawing, coloring, emphasis } = scene;
  const sprites = coloring.colors.map((color) => sprite(color, radius * ratio));
  const half = sprites[0] ? sprites[0].width / 2 : 0;
  for (const row of order) {
    const x = drawing.x[row] * camera.scale + camera.left;
    const y = camera.top - drawing.y[row] * camera.scale;
    if (x < -radius || y < -radius || x > size.width + radius || y > size.height + radius) continue;
    context.globalAlpha = emphasis && !emphasis[row] ? FADED : OPACITY;
    context.drawImage(sprites[coloring.codes[row]], x * ratio - half, y * ratio - half);
  }
  context.globalAlpha = 1;
}

function sprite(color: string, radius: number): HTMLCanvasElement {
  const picture = document.createElement('canvas');
  picture.width = picture.height = 2 * Math.ceil(radius + 1);
  const context = picture.getContext('2d');
  if (context) {
    context.fillStyle = color;
    context.beginPath();
    context.arc(picture.width / 2, picture.height / 2, radius, 0, 2 * Math.PI);
    context.fill();
  }
  return picture;
}
