/**
 * Regions as short texts, the ones that `whymap query` takes: `rows:12`, `polygon:0,0;5,0;5,3`, `module:M3`,
 * `label:B cells`, `locality:4`. They stand in the page's address, so a link opens the same selection. A polygon lies
 * in the drawing, which is the embedding itself where that has two dimensions.
 */
import { localitiesHolding, parseRegion, pointsInPolygon, samplesWithModule } from 'whymap/lava';
import type { Region } from '../state/store.js';
import { moduleName, sampleName, type View } from './view.js';
import { plural } from './words.js';

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
export function regionOf(view: View, code: string): Region | null {
  const found = rowsOf(view, code);
  if (!found || found.rows.length === 0) return null;
  const { localities } = view.explanation;
  const { rows } = found;
  return { ...found, localities: rows.length === 1 ? localitiesHolding(localities, rows[0]) : [], code };
}

function rowsOf(view: View, code: string): { rows: Int32Array; name: string } | null {
  const { explanation } = view;
  const parsed = parsedOrNull(code);
  switch (parsed?.kind) {
    case 'rows': {
      const rows = Int32Array.from(parsed.rows.filter((row) => row < explanation.rows)).sort();
      const name = rows.length === 1 ? sampleName(explanation, rows[0]) : plural(rows.length, 'sample');
      return { rows, name };
    }
    case 'polygon': {
      const rows = pointsInPolygon(view.drawing, parsed.points);
      return { rows, name: `region of ${plural(rows.length, 'sample')}` };
    }
    case 'module': {
      const module = explanation.descriptions.findIndex(({ id }) => id === parsed.module);
      if (module < 0) return null;
      return {
        rows: samplesWithModule(explanation, module),
        name: `samples with ${moduleName(explanation, module)}`,
      };
    }
    case 'label': {
      const wanted = view.labels?.levels.indexOf(parsed.label) ?? -1;
      if (wanted < 0) return null;
      const name =
        parsed.label.trim() === '' || Number.isFinite(Number(parsed.label))
          ? `label ${parsed.label}`
          : parsed.label;
      return { rows: rowsWith(view.labels?.codes ?? [], wanted), name };
    }
    case 'locality': {
      const { members, size } = explanation.localities;
      const rows = members.slice(parsed.locality * size, (parsed.locality + 1) * size).sort();
      return { rows, name: `locality ${parsed.locality}` };
    }
    default:
      return null;
  }
}

function parsedOrNull(code: string) {
  try {
    return parseRegion(code);
  } catch {
    return null;
  }
}

function rowsWith(codes: ArrayLike<number>, wanted: number): Int32Array {
  const rows: number[] = [];
  for (let row = 0; row < codes.length; row++) if (codes[row] === wanted) rows.push(row);
  return Int32Array.from(rows);
}

/** The samples to compute with: the region's, or for a single sample those of the locality around it. */
export function samplesOf(view: View, { rows, localities }: Region): Int32Array {
  if (rows.length > 1 || localities.length === 0) return rows;
  const { members, size } = view.explanation.localities;
  const { x, y } = view.drawing;
  const away = (l: number) => Math.hypot(view.probes.x[l] - x[rows[0]], view.probes.y[l] - y[rows[0]]);
  const nearest = localities.reduce((best, l) => (away(l) < away(best) ? l : best));
  return members.slice(nearest * size, (nearest + 1) * size).sort();
}
