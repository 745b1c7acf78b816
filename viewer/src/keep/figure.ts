/**
 * Figures for papers: any SVG of the page as a file of its own, as SVG, PNG of a chosen size, or PDF.
 *
 * Purpose: what is saved looks like what is shown: styles of the page are written into the elements.
 * Libraries: jspdf and svg2pdf.js, loaded when the first PDF is made.
 */

import { plainTexts } from './plain-text.js';

/** Properties that the page's style sheets give to charts. */
const STYLES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-opacity',
  'stroke-dasharray',
  'paint-order',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'dominant-baseline',
] as const;

/** Size of a figure in print. */
export interface PrintSize {
  /** Millimeters. */
  readonly width: number;
  readonly dpi: number;
}

export const DEFAULT_PRINT: PrintSize = { width: 180, dpi: 300 };
const MILLIMETERS = 25.4;
/** Largest side of a canvas that browsers of today make, in pixels. */
const MOST_PIXELS = 16_384;

/** Pixels across of a figure in print. */
export const pixelsOf = ({ width, dpi }: PrintSize): number =>
  Math.max(1, Math.min(MOST_PIXELS, Math.round((width / MILLIMETERS) * dpi)));

/** The text of an SVG file that looks like the element does on the page, on the theme's ground: white, or the dark one. */
export function standaloneSvg(shown: SVGSVGElement): string {
  const copy = shown.cloneNode(true) as SVGSVGElement;
  copyStyles(shown, copy);
  const { width, height } = sizeOf(shown);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  copy.removeAttribute('class');
  copy.removeAttribute('style');
  const [left, top] = shown.viewBox.baseVal ? [shown.viewBox.baseVal.x, shown.viewBox.baseVal.y] : [0, 0];
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  const attributes = { x: left, y: top, width, height, fill: background() };
  for (const [name, value] of Object.entries(attributes)) ground.setAttribute(name, String(value));
  copy.prepend(ground);
  plainTexts(copy);
  return new XMLSerializer().serializeToString(copy);
}

function copyStyles(from: Element, to: Element): void {
  const style = getComputedStyle(from);
  for (const name of STYLES) {
    const value = style.getPropertyValue(name);
    if (value !== '') to.setAttribute(name, name === 'font-weight' && Number(value) >= 600 ? 'bold' : value);
  }
  to.removeAttribute('class');
  for (const [at, child] of [...from.children].entries()) copyStyles(child, to.children[at]);
}

/** White in the light theme. */
const background = (): string =>
  getComputedStyle(document.documentElement).getPropertyValue('--surface').trim() || '#ffffff';

function sizeOf(svg: SVGSVGElement): { width: number; height: number } {
  const box = svg.viewBox.baseVal;
  return box && box.width > 0 ? { width: box.width, height: box.height } : svg.getBoundingClientRect();
}

/** The picture of an SVG's text, `pixels` wide, with its resolution in it. */
export async function pngOfSvg(text: string, print: PrintSize): Promise<Blob> {
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  try {
    await image.decode();
  } finally {
    URL.revokeObjectURL(image.src);
  }
  const width = pixelsOf(print);
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = Math.max(1, Math.round((width * image.naturalHeight) / image.naturalWidth));
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser cannot draw on a canvas');
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return withResolution(await pngOfCanvas(canvas), print.dpi);
}

export const pngOfCanvas = (canvas: HTMLCanvasElement): Promise<Blob> =>
  new Promise((done, failed) => {
    canvas.toBlob(
      (blob) => (blob ? done(blob) : failed(new Error('the picture could not be made'))),
      'image/png',
    );
  });

/** Signs that PDF's own fonts lack, as they are written with letters. */
const SPELLED: Readonly<Record<string, string>> = {
  ...{ '\u2212': '-', '\u2026': '...', '\u2194': '/', '\u2264': '<=', '\u2265': '>=', '\u2019': "'" },
  ...{ '\u201c': '"', '\u201d': '"', '\u2013': '-', '\u2014': '-' },
  ...{ α: 'alpha', β: 'beta', γ: 'gamma', δ: 'delta', ε: 'epsilon', κ: 'kappa', λ: 'lambda', ζ: 'zeta' },
};

/** The text in the letters of PDF's own fonts: other signs by their plain forms, or as question marks. */
export const inLatin = (text: string): string =>
  text.replace(/[^\n\x20-\xff]/gu, (sign) => {
    const plain = SPELLED[sign] ?? sign.normalize('NFKD').replace(/[^\x20-\x7e]/g, '');
    return plain || '?';
  });

/** A PDF of one page with the SVG's lines and letters, `width` millimeters wide. */
export async function pdfOfSvg(text: string, { width }: PrintSize): Promise<Blob> {
  const [{ jsPDF }] = await Promise.all([import('jspdf'), import('svg2pdf.js')]);
  const svg = new DOMParser().parseFromString(inLatin(text), 'image/svg+xml')
    .documentElement as unknown as SVGSVGElement;
  const ratio = Number(svg.getAttribute('height')) / Number(svg.getAttribute('width'));
  const height = width * ratio;
  const page = new jsPDF({
    unit: 'mm',
    compress: true,
    format: [width, height],
    orientation: width > height ? 'landscape' : 'portrait',
  });
  // the drawing must be in the page while its letters are measured
  const holder = document.createElement('div');
  holder.style.cssText = 'position:absolute;left:-10000px;top:0';
  document.body.append(holder);
  holder.append(svg);
  try {
    await page.svg(svg, { x: 0, y: 0, width, height });
  } finally {
    holder.remove();
  }
  return page.output('blob');
}

const PNG_HEADER = 33;

/** The PNG with its pixels per meter in it (a pHYs part after the header), so that programs place it at its size. */
export async function withResolution(png: Blob, dpi: number): Promise<Blob> {
  const bytes = new Uint8Array(await png.arrayBuffer());
  const part = new DataView(new ArrayBuffer(21));
  const perMeter = Math.round((dpi * 1000) / MILLIMETERS);
  part.setUint32(0, 9);
  [...'pHYs'].forEach((letter, at) => {
    part.setUint8(4 + at, letter.charCodeAt(0));
  });
  part.setUint32(8, perMeter);
  part.setUint32(12, perMeter);
  part.setUint8(16, 1);
  part.setUint32(17, crc32(new Uint8Array(part.buffer, 4, 13)));
  return new Blob([bytes.subarray(0, PNG_HEADER), part.buffer, bytes.subarray(PNG_HEADER)], {
    type: 'image/png',
  });
}

/** The checksum of PNG's parts (ISO 3309). */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
