/**
 * Texts of an SVG in the plainest form, so that every program draws them alike: shifts in `em` and baselines as
 * coordinates, and the halo of a text as a text of its own behind it. PDF writers and editors know neither `paint-order`
 * nor `dominant-baseline`: a halo would lie over its letters.
 */

/** From the middle of the letters to their baseline, in units of their size. */
const MIDDLE = 0.35;

/** Changes all texts inside an SVG; sizes and strokes must be attributes. */
export function plainTexts(svg: Element): void {
  for (const text of [...svg.querySelectorAll('text')]) {
    placeByCoordinate(text);
    haloBehind(text);
  }
}

function placeByCoordinate(text: SVGTextElement): void {
  const size = Number.parseFloat(inherited(text, 'font-size') ?? '') || 12;
  const shift = text.getAttribute('dy') ?? '';
  const middle = /central|middle/.test(inherited(text, 'dominant-baseline') ?? '');
  const em = shift.endsWith('em') ? Number.parseFloat(shift) : middle ? MIDDLE : 0;
  text.removeAttribute('dy');
  text.removeAttribute('dominant-baseline');
  const moved = Number(text.getAttribute('y') ?? 0) + em * size;
  if (em !== 0) text.setAttribute('y', String(Math.round(100 * moved) / 100));
}

/** The attribute of the element, or of the nearest one around it that has it. */
function inherited(element: Element, name: string): string | null {
  return element.closest(`[${name}]`)?.getAttribute(name) ?? null;
}

function haloBehind(text: SVGTextElement): void {
  const order = text.getAttribute('paint-order') ?? '';
  const stroke = text.getAttribute('stroke') ?? 'none';
  const halo = order.startsWith('stroke') && stroke !== 'none' ? (text.cloneNode(true) as Element) : null;
  text.removeAttribute('paint-order');
  if (!halo) return;
  halo.removeAttribute('paint-order');
  halo.setAttribute('fill', stroke);
  halo.setAttribute('stroke-linejoin', 'round');
  for (const name of ['stroke', 'stroke-width', 'stroke-opacity']) text.removeAttribute(name);
  text.before(halo);
}
