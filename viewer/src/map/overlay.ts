/** What is drawn over the points: locality circles and probes, the ring under the pointer, the lasso. */
import type { Theme } from '../derive/palette.js';
import type { View } from '../derive/view.js';
import { type Camera, type Size, toScreen } from './camera.js';

export interface OverlayScene {
  readonly view: View;
  readonly showLocalities: boolean;
  /** Opacity a locality, 0 to 1, when circles are shown for a module. */
  readonly strength: Float32Array | null;
  /** Localities to draw whether or not all are shown. */
  readonly marked: readonly number[];
  /** Lines between samples, and the color they have. */
  readonly links: {
    readonly from: ArrayLike<number>;
    readonly to: ArrayLike<number>;
    readonly color: string;
  } | null;
  /** The one sample that is selected, or -1. */
  readonly selected: number;
  readonly hovered: number;
  readonly lasso: readonly (readonly [number, number])[];
  readonly ink: string;
  readonly page: string;
  readonly accent: string;
}

/** Colors of lines on either page. */
export function overlayInk(theme: Theme): Pick<OverlayScene, 'ink' | 'page' | 'accent'> {
  return theme === 'dark'
    ? { ink: '#f2f4f6', page: '#14171b', accent: '#ffb454' }
    : { ink: '#14181c', page: '#ffffff', accent: '#b3261e' };
}

export function drawOverlay(
  canvas: HTMLCanvasElement,
  scene: OverlayScene,
  frame: { camera: Camera; size: Size; ratio: number; radius: number },
): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const { size, ratio, camera } = frame;
  // an empty canvas that is touched in every frame of a drag costs half of that frame where no graphics card draws
  const empty = isEmpty(scene);
  if (canvas.hidden && empty) return;
  canvas.hidden = empty;
  canvas.width = Math.max(1, Math.round(size.width * ratio));
  canvas.height = Math.max(1, Math.round(size.height * ratio));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  drawLocalities(context, scene, camera);
  drawLinks(context, scene, camera);
  drawRing(context, scene, { row: scene.selected, color: scene.accent }, frame);
  drawRing(context, scene, { row: scene.hovered, color: scene.ink }, frame);
  drawLasso(context, scene);
}

const isEmpty = (scene: OverlayScene): boolean =>
  !scene.showLocalities &&
  scene.marked.length === 0 &&
  !scene.links &&
  scene.selected < 0 &&
  scene.hovered < 0 &&
  scene.lasso.length === 0;

function drawLocalities(context: CanvasRenderingContext2D, scene: OverlayScene, camera: Camera): void {
  const { probes } = scene.view;
  const marked = new Set(scene.marked);
  for (let locality = 0; locality < probes.x.length; locality++) {
    const isMarked = marked.has(locality);
    if (!scene.showLocalities && !isMarked) continue;
    const [x, y] = toScreen(camera, probes.x[locality], probes.y[locality]);
    context.globalAlpha = isMarked ? 0.9 : 0.12 + 0.5 * (scene.strength?.[locality] ?? 0.4);
    context.strokeStyle = isMarked ? scene.accent : scene.ink;
    context.lineWidth = isMarked ? 1.75 : 1;
    context.beginPath();
    if (probes.radius) context.arc(x, y, probes.radius[locality] * camera.scale, 0, 2 * Math.PI);
    context.moveTo(x - 3.5, y);
    context.lineTo(x + 3.5, y);
    context.moveTo(x, y - 3.5);
    context.lineTo(x, y + 3.5);
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** Each link as a line with a dot at both ends, so that a link between close samples shows too. */
function drawLinks(context: CanvasRenderingContext2D, { view, links }: OverlayScene, camera: Camera): void {
  if (!links) return;
  const { x, y } = view.drawing;
  context.strokeStyle = context.fillStyle = links.color;
  context.lineWidth = 1.25;
  context.globalAlpha = links.from.length > 300 ? 0.4 : 0.75;
  for (let at = 0; at < links.from.length; at++) {
    const [x1, y1] = toScreen(camera, x[links.from[at]], y[links.from[at]]);
    const [x2, y2] = toScreen(camera, x[links.to[at]], y[links.to[at]]);
    context.beginPath();
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
    context.stroke();
    context.beginPath();
    context.arc(x1, y1, 2.5, 0, 2 * Math.PI);
    context.arc(x2, y2, 2.5, 0, 2 * Math.PI);
    context.fill();
  }
  context.globalAlpha = 1;
}

function drawRing(
  context: CanvasRenderingContext2D,
  { view, page }: OverlayScene,
  { row, color }: { row: number; color: string },
  { camera, radius }: { camera: Camera; radius: number },
): void {
  if (row < 0) return;
  const [x, y] = toScreen(camera, view.drawing.x[row], view.drawing.y[row]);
  for (const [width, stroke] of [
    [4.5, page],
    [2, color],
  ] as const) {
    context.lineWidth = width;
    context.strokeStyle = stroke;
    context.beginPath();
    context.arc(x, y, radius + 3, 0, 2 * Math.PI);
    context.stroke();
  }
}

function drawLasso(context: CanvasRenderingContext2D, { lasso, accent }: OverlayScene): void {
  if (lasso.length < 2) return;
  context.beginPath();
  lasso.forEach(([x, y], i) => {
    if (i === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  });
  context.closePath();
  context.globalAlpha = 0.12;
  context.fillStyle = accent;
  context.fill();
  context.globalAlpha = 1;
  context.lineWidth = 1.5;
  context.strokeStyle = accent;
  context.setLineDash([5, 4]);
  context.stroke();
  context.setLineDash([]);
}
