/** What is special about a set of samples: modules inside against outside, and the labels found there. */
import type { PresenceColumn } from './presence.js';
import type { Labels } from './view.js';

export interface ModuleInRegion {
  readonly module: number;
  /** Mean presence inside and outside. */
  readonly inside: number;
  readonly outside: number;
  /** Fraction of samples that have the module, inside and outside. */
  readonly presentInside: number;
  readonly presentOutside: number;
}

export interface LabelShare {
  readonly label: string;
  readonly count: number;
  /** Of the region. */
  readonly share: number;
  /** Of all samples that carry the label. */
  readonly ofLabel: number;
}

/** Modules in order of mean presence inside, strongest first; ties by module number. */
export function modulesInRegion(columns: readonly PresenceColumn[], region: Int32Array): ModuleInRegion[] {
  const measured = columns.map(({ values, cut }, module) => {
    let [sum, present, all, allPresent] = [0, 0, 0, 0];
    for (const row of region) {
      sum += values[row];
      if (values[row] >= cut) present++;
    }
    for (const value of values) {
      all += value;
      if (value >= cut) allPresent++;
    }
    const rest = values.length - region.length;
    return {
      module,
      inside: sum / Math.max(1, region.length),
      outside: rest > 0 ? (all - sum) / rest : 0,
      presentInside: present / Math.max(1, region.length),
      presentOutside: rest > 0 ? (allPresent - present) / rest : 0,
    };
  });
  return measured.sort((a, b) => b.inside - a.inside || a.module - b.module);
}

/** Labels of a region, most frequent first; ties in order of the label. */
export function labelShares({ names, counts, codes }: Labels, region: Int32Array): LabelShare[] {
  const inside = new Uint32Array(names.length);
  for (const row of region) inside[codes[row]]++;
  return names
    .map((label, code) => ({
      label,
      count: inside[code],
      share: inside[code] / region.length,
      ofLabel: inside[code] / counts[code],
    }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1));
}

/** Samples that have the module, ascending. */
export function samplesWith({ values, cut }: PresenceColumn): Int32Array {
  const rows: number[] = [];
  values.forEach((value, row) => {
    if (value >= cut) rows.push(row);
  });
  return Int32Array.from(rows);
}

/** Samples inside a closed polygon (even-odd rule), ascending. Points are in the drawing's coordinates. */
export function samplesInside(
  points: { x: Float32Array; y: Float32Array },
  polygon: readonly (readonly [number, number])[],
): Int32Array {
  const xs = polygon.map(([x]) => x);
  const ys = polygon.map(([, y]) => y);
  const [minX, maxX] = [Math.min(...xs), Math.max(...xs)];
  const [minY, maxY] = [Math.min(...ys), Math.max(...ys)];
  const rows: number[] = [];
  for (let row = 0; row < points.x.length; row++) {
    const [x, y] = [points.x[row], points.y[row]];
    if (x < minX || x > maxX || y < minY || y > maxY) continue;
    if (contains(polygon, x, y)) rows.push(row);
  }
  return Int32Array.from(rows);
}

function contains(polygon: readonly (readonly [number, number])[], x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i];
    const [xj, yj] = polygon[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** Localities that hold the sample, and whose probe is nearest first (order of the locality number). */
export function localitiesOf(members: Int32Array, size: number, row: number): number[] {
  const found: number[] = [];
  for (let at = 0; at < members.length; at++) {
    if (members[at] === row) {
      found.push(Math.floor(at / size));
      at = (Math.floor(at / size) + 1) * size - 1;
    }
  }
  return found;
}
