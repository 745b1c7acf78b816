/**
 * The map as a picture of its own, with its names and legend: PNG, or SVG to edit further. Both come from one list
 * of parts. In SVG points are circles; above 20,000 samples they are one picture inside it, which programs can open.
 */

import { linksShown } from '../derive/links.js';
import { linkColor, type Theme } from '../derive/palette.js';
import type { View } from '../derive/view.js';
import { toScreen } from '../map/camera.js';
import { createCanvasRenderer } from '../map/canvas.js';
import { drawOverlay, overlayInk } from '../map/overlay.js';
import { drawOrder, FADED, OPACITY, type Scene } from '../map/renderer.js';
import type { LinksShown, MapFrame, Region } from '../state/store.js';
import { type PrintSize, pixelsOf, pngOfCanvas, withResolution } from './figure.js';

export interface PictureInput {
  readonly view: View;
  readonly scene: Scene;
  readonly frame: MapFrame;
  readonly theme: Theme;
  readonly names: readonly {
    readonly text: string;
    readonly left: number;
    readonly top: number;
    readonly color: string;
  }[];
  readonly links: LinksShown | null;
  readonly region: Region | null;
  readonly showLocalities: boolean;
}

/** Pixels a unit of the parts of an SVG that are pictures. */
const RATIO = 3;
const MOST_CIRCLES = 20_000;
const FONT = '12px system-ui, sans-serif';

/** PNG of the size in print, with the legend below the map. */
export async function pngOf(input: PictureInput, print: PrintSize): Promise<Blob> {
  const { size } = input.frame;
  const ratio = pixelsOf(print) / size.width;
  const legend = legendOf(input);
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(size.width * ratio);
  canvas.height = Math.round((size.height + legend.height) * ratio);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser cannot draw on a canvas');
  const { ink, page } = overlayInk(input.theme);
  context.fillStyle = page;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(pointsOf(input, ratio), 0, 0);
  context.drawImage(overlayOf(input, ratio), 0, 0);
  context.scale(ratio, ratio);
  context.font = FONT;
  context.textBaseline = 'middle';
  for (const part of [...nameParts(input), ...legend.parts]) {
    if (part.kind === 'dot') {
      context.fillStyle = part.color;
      context.beginPath();
      context.arc(part.x, part.y, 5, 0, 2 * Math.PI);
      context.fill();
    } else if (part.kind === 'ramp') {
      const gradient = context.createLinearGradient(part.x, 0, part.x + part.width, 0);
      part.colors.forEach((color, i) => {
        gradient.addColorStop(i / (part.colors.length - 1), color);
      });
      context.fillStyle = gradient;
      context.fillRect(part.x, part.y, part.width, 10);
    } else {
      context.font = part.strong ? `600 ${FONT}` : FONT;
      context.textAlign = part.anchor;
      context.fillStyle = ink;
      if (part.halo) {
        context.lineWidth = 4;
        context.strokeStyle = page;
        context.strokeText(part.text, part.x, part.y);
      }
      context.fillText(part.text, part.x, part.y);
    }
  }
  return withResolution(await pngOfCanvas(canvas), print.dpi);
}

/** The same as SVG. */
export function svgOf(input: PictureInput): string {
  const { size } = input.frame;
  const { ink, page } = overlayInk(input.theme);
  const legend = legendOf(input);
  const height = size.height + legend.height;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${height}" viewBox="0 0 ${size.width} ${height}" font-family="system-ui, sans-serif" font-size="12">
<rect width="100%" height="100%" fill="${page}"/>
<g>${pointsAsSvg(input)}</g>
${overlayAsSvg(input)}
${[...nameParts(input), ...legend.parts].map((part) => partAsSvg(part, ink, page)).join('\n')}
</svg>
`;
}

function pointsOf({ scene, frame }: PictureInput, ratio: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const renderer = createCanvasRenderer(canvas);
  renderer.resize(frame.size, ratio);
  renderer.setScene(scene);
  renderer.draw(frame.camera, frame.radius);
  return canvas;
}

function overlayOf(
  { view, frame, theme, links, region, showLocalities }: PictureInput,
  ratio: number,
): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const shown = linksShown(view, links, region);
  drawOverlay(
    canvas,
    {
      ...overlayInk(theme),
      view,
      showLocalities,
      strength: null,
      marked: region?.localities ?? [],
      links: shown && { ...shown, color: linkColor(shown.kind, theme) },
      selected: region?.rows.length === 1 ? region.rows[0] : -1,
      hovered: -1,
      lasso: [],
    },
    { ...frame, ratio },
  );
  return canvas;
}

/** Localities, links and what is marked, as a picture; nothing where there is none of them. */
function overlayAsSvg(input: PictureInput): string {
  const { links, region, showLocalities, frame } = input;
  const isMarked = region !== null && (region.localities.length > 0 || region.rows.length === 1);
  if (!links && !showLocalities && !isMarked) return '';
  const { width, height } = frame.size;
  return `<image href="${overlayOf(input, RATIO).toDataURL('image/png')}" width="${width}" height="${height}"/>`;
}

function pointsAsSvg(input: PictureInput): string {
  const { scene, frame } = input;
  const { drawing, coloring, emphasis } = scene;
  const { width, height } = frame.size;
  if (drawing.x.length > MOST_CIRCLES)
    return `<image href="${pointsOf(input, RATIO).toDataURL('image/png')}" width="${width}" height="${height}"/>`;
  const circles: string[] = [];
  for (const row of drawOrder(scene)) {
    const [x, y] = toScreen(frame.camera, drawing.x[row], drawing.y[row]);
    if (x < 0 || y < 0 || x > width || y > height) continue;
    const opacity = emphasis && !emphasis[row] ? FADED : OPACITY;
    circles.push(
      `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${frame.radius.toFixed(2)}" fill="${coloring.colors[coloring.codes[row]]}" opacity="${opacity}"/>`,
    );
  }
  return circles.join('');
}

type Part =
  | { readonly kind: 'dot'; readonly x: number; readonly y: number; readonly color: string }
  | {
      readonly kind: 'ramp';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly colors: readonly string[];
    }
  | {
      readonly kind: 'text';
      readonly x: number;
      readonly y: number;
      readonly text: string;
      readonly anchor: 'left' | 'center' | 'right';
      readonly strong: boolean;
      readonly halo: boolean;
    };

const words = (x: number, y: number, text: string, rest: Partial<Part & { kind: 'text' }> = {}): Part => ({
  kind: 'text',
  x,
  y,
  text,
  anchor: 'left',
  strong: false,
  halo: false,
  ...rest,
});

const nameParts = ({ names }: PictureInput): Part[] =>
  names.map(({ text, left, top }) => words(left, top, text, { anchor: 'center', strong: true, halo: true }));

const ROW = 20;

/** The legend under the map, in as many rows as it needs: a picture without some of its colors is no use. */
function legendOf({ scene, frame: { size } }: PictureInput): { parts: Part[]; height: number } {
  const { legend } = scene.coloring;
  const top = size.height + 14;
  const title = words(16, top, legend.title, { strong: true });
  if (legend.kind === 'ramp') {
    const parts: Part[] = [
      title,
      { kind: 'ramp', x: 16, y: top + 12, width: 220, colors: legend.colors },
      words(16, top + 32, legend.low),
      words(236, top + 32, legend.high, { anchor: 'right' }),
      words(16, top + 52, legend.note),
    ];
    return { parts, height: 84 };
  }
  let [x, y] = [16, top + ROW + 2];
  const entries = legend.entries.flatMap(({ name, color }): Part[] => {
    const room = 30 + 7 * name.length;
    if (x > 16 && x + room > size.width) [x, y] = [16, y + ROW];
    const at = x;
    x += room;
    return [{ kind: 'dot', x: at + 5, y, color }, words(at + 14, y, name)];
  });
  return { parts: [title, ...entries, words(16, y + ROW, legend.note)], height: y + 2 * ROW - size.height };
}

/** From the middle of a line of text to its baseline. */
const BASELINE = 4;
const ANCHORS = { left: 'start', center: 'middle', right: 'end' } as const;

function partAsSvg(part: Part, ink: string, page: string): string {
  if (part.kind === 'dot') return `<circle cx="${part.x}" cy="${part.y}" r="5" fill="${part.color}"/>`;
  if (part.kind === 'ramp') {
    const each = part.width / part.colors.length;
    return part.colors
      .map(
        (color, i) =>
          `<rect x="${part.x + i * each}" y="${part.y}" width="${each + 0.5}" height="10" fill="${color}"/>`,
      )
      .join('');
  }
  const weight = part.strong ? ' font-weight="bold"' : '';
  const where = `x="${part.x}" y="${part.y + BASELINE}" text-anchor="${ANCHORS[part.anchor]}"${weight}`;
  const halo = ` fill="${page}" stroke="${page}" stroke-width="4" stroke-linejoin="round"`;
  const behind = part.halo ? `<text ${where}${halo}>${escaped(part.text)}</text>` : '';
  return `${behind}<text ${where} fill="${ink}">${escaped(part.text)}</text>`;
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
