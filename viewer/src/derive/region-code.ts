/**
 * Regions as short texts, the ones that `whymap query` takes: `rows:12`, `polygon:0,0;5,0;5,3`, `module:M3`,
 * `disease:DKD & region:tubule`. They stand in the page's address, so a link opens the same selection. A polygon lies
 * in the drawing, which is the embedding itself where that has two dimensions.
 */
import {
  localitiesHolding,
  type Region as ParsedRegion,
  parseRegion,
  regionName,
  regionRows,
} from 'whymap/lava';
import type { Region } from '../state/store.js';
import { moduleName, sampleName, type View } from './view.js';
import { plural } from './words.js';

/** Texts of the regions that `@name` stands for. */
export type NamedRegions = ReadonlyMap<string, string>;

/** More corners say nothing more, and make the address long. */
const CORNERS = 64;

/** The text of an outline. Corners are rounded to five digits: the region is then read back from the text. */
export function polygonCode(outline: readonly (readonly [number, number])[]): string {
  const step = Math.max(1, outline.length / CORNERS);
  const corners = Array.from(
    { length: Math.min(CORNERS, outline.length) },
    (_, i) => outline[Math.floor(i * step)],
  );
  const texts = corners.map((corner) => corner.map(rounded).join(','));
  return `polygon:${texts.filter((text, i) => text !== texts[i - 1]).join(';')}`;
}

const rounded = (value: number) => Number(value.toPrecision(5)).toString();

/** The region of a text; null when this map has no such region, or no sample in it. */
export function regionOf(view: View, code: string, named?: NamedRegions): Region | null {
  if (code === '') return null;
  try {
    return readRegion(view, code, named);
  } catch {
    return null;
  }
}

/** The region of a text. Throws OptionError, in words, for a text that is no region of this map. */
export function readRegion(view: View, code: string, named?: NamedRegions): Region {
  const parsed = parseRegion(code, { named });
  const rows = regionRows(view.mapped, parsed);
  const localities = rows.length === 1 ? localitiesHolding(view.explanation.localities, rows[0]) : [];
  return { rows, localities, name: nameOf(view, parsed, rows), code, parsed };
}

/** What the region is called: names of this map where it is a single one, else its parts in words. */
function nameOf(view: View, parsed: ParsedRegion, rows: Int32Array): string {
  const { explanation } = view;
  switch (parsed.kind) {
    case 'rows':
    case 'ids':
      return rows.length === 1 ? sampleName(explanation, rows[0]) : plural(rows.length, 'sample');
    case 'polygon':
      return `region of ${plural(rows.length, 'sample')}`;
    case 'module': {
      const module = explanation.descriptions.findIndex(({ id }) => id === parsed.module);
      return `samples with ${moduleName(explanation, module)}`;
    }
    case 'label':
      return parsed.label.trim() === '' || Number.isFinite(Number(parsed.label))
        ? `label ${parsed.label}`
        : parsed.label;
    default:
      return regionName(parsed);
  }
}

/** The region of these rows, ascending. */
export function regionOfRows(rows: Int32Array): Region {
  const code = `rows:${rows.join(',')}`;
  const parsed = { kind: 'rows', rows: [...rows] } as const;
  return { rows, name: plural(rows.length, 'sample'), localities: [], code, parsed };
}

/** Two regions as one text. */
export function combinedCode(a: string, operator: '&' | '|', b: string): string {
  return `${grouped(a)} ${operator} ${grouped(b)}`;
}

/** All samples that are not in the region. */
export const oppositeCode = (code: string): string =>
  code.startsWith('!') && !/[&|]/.test(code) ? code.slice(1) : `!${grouped(code)}`;

const grouped = (code: string): string => (/[&|]/.test(code.replace(/"[^"]*"/g, '')) ? `(${code})` : code);

/** The samples to compute with: the region's, or for a single sample those of the locality around it. */
export function samplesOf(view: View, { rows, localities }: Region): Int32Array {
  if (rows.length > 1 || localities.length === 0) return rows;
  const { members, size } = view.explanation.localities;
  const { x, y } = view.drawing;
  const away = (l: number) => Math.hypot(view.probes.x[l] - x[rows[0]], view.probes.y[l] - y[rows[0]]);
  const nearest = localities.reduce((best, l) => (away(l) < away(best) ? l : best));
  return members.slice(nearest * size, (nearest + 1) * size).sort();
}
