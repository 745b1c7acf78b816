/** How wide a text is, in pixels, as the browser draws it. */

const known = new Map<string, number>();
let pen: CanvasRenderingContext2D | null = null;

/** @param font size and weight as in CSS, such as `600 12.5px`; the family is that of the page. */
export function textWidth(text: string, font: string): number {
  const key = `${font} ${text}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  pen ??= document.createElement('canvas').getContext('2d');
  if (pen) pen.font = `${font} ${getComputedStyle(document.body).fontFamily}`;
  const width = pen?.measureText(text).width ?? 8 * text.length;
  known.set(key, width);
  return width;
}

/** The widest of some texts; 0 for none. */
export const widestOf = (texts: readonly string[], font: string): number =>
  Math.max(0, ...texts.map((text) => textWidth(text, font)));
