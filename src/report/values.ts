/**
 * Raw values that travel with an explanation, so that the report can show feature pairs, color the map by
 * a feature and draw samples as pictures without the table.
 *
 * Values are exact. All features are taken when they fit into `maxBytes`, and into `maxPacked` once they are compressed;
 * otherwise those that matter most: first every module's strongest feature, then every module's second, and so on, then all
 * others in order. What is left out is known from `values.features`, and the viewer says so. Deterministic.
 *
 * The size when compressed is estimated from how often each byte comes in a feature (its entropy): no compressor that
 * works byte by byte takes more, and repeated stretches take less.
 */
import { trueValue } from '../core/units.js';
import { rangesOf } from '../io/table/ranges.js';
import type { Csr, Explanation, FeatureValues, Matrix, Table } from '../model.js';

export interface FeatureValuesOptions {
  /** Bytes of raw values before compression. Default 16 MiB. */
  readonly maxBytes?: number;
  /** Bytes of raw values when compressed, as estimated; in the page they take a third more. Default 4.5 MiB. */
  readonly maxPacked?: number;
}

const DEFAULT_MAX_BYTES = 16 * 2 ** 20;
const DEFAULT_MAX_PACKED = 4.5 * 2 ** 20;
const BLOCK_ROWS = 64;

/** The explanation with the raw values of its leading features (`explanation.values`). */
export function withFeatureValues(
  explanation: Explanation,
  table: Table,
  options: FeatureValuesOptions = {},
): Explanation {
  const { features } = table;
  const bytes = fitsBytes(features);
  const wanted = wantedFeatures(explanation, features, { ...options, bytes });
  return { ...explanation, values: carriedValues(explanation, features, { ...options, bytes, wanted }) };
}

/**
 * The features whose values may travel, ascending, before it is known how far they compress.
 * @param features whose columns they are. @param options `bytes`: whether all values are whole numbers from 0 to 255.
 */
export function wantedFeatures(
  explanation: Explanation,
  { columns }: Pick<Matrix, 'columns'>,
  { bytes, maxBytes = DEFAULT_MAX_BYTES }: FeatureValuesOptions & { readonly bytes: boolean },
): Int32Array {
  const each = Math.max(1, explanation.rows * (bytes ? 1 : 4));
  return Int32Array.from(byImportance(explanation, columns).slice(0, Math.floor(maxBytes / each))).sort();
}

/** The values of the wanted features that travel. @param features with at least the cells of the wanted ones. */
export function carriedValues(
  explanation: Explanation,
  features: Matrix | Csr,
  options: FeatureValuesOptions & { readonly bytes: boolean; readonly wanted: Int32Array },
): FeatureValues {
  const { bytes, wanted, maxPacked = DEFAULT_MAX_PACKED } = options;
  const values = takeValues(features, wanted, bytes);
  return within(maxPacked, values, explanation.rows, byImportance(explanation, features.columns));
}

/** All features: the leading ones of every module, rank by rank, then the others by their number. */
function byImportance({ descriptions }: Explanation, columns: number): number[] {
  const chosen = new Set<number>();
  const deepest = descriptions.reduce((most, { topFeatures }) => Math.max(most, topFeatures.length), 0);
  for (let rank = 0; rank < deepest; rank++) {
    for (const { topFeatures } of descriptions) {
      if (rank < topFeatures.length) chosen.add(topFeatures[rank].feature);
    }
  }
  for (let feature = 0; feature < columns; feature++) chosen.add(feature);
  return [...chosen];
}

/** The values of the first features in `order` that take `maxPacked` bytes together when they are compressed. */
function within(
  maxPacked: number,
  { features, data }: FeatureValues,
  rows: number,
  order: readonly number[],
): FeatureValues {
  const place = new Map(Array.from(features, (feature, at) => [feature, at]));
  const kept: number[] = [];
  let packed = 0;
  for (const feature of order) {
    const at = place.get(feature);
    if (at === undefined) continue;
    packed += packedBytes(data.subarray(at * rows, (at + 1) * rows));
    if (packed > maxPacked) break;
    kept.push(at);
  }
  if (kept.length === features.length) return { features, data };
  kept.sort((a, b) => a - b);
  const some = data.slice(0, kept.length * rows);
  kept.forEach((at, to) => {
    some.set(data.subarray(at * rows, (at + 1) * rows), to * rows);
  });
  return { features: Int32Array.from(kept, (at) => features[at]), data: some };
}

/** The bytes that values take when each byte is written by how often it comes; rounded, so that it is the same everywhere. */
function packedBytes(values: FeatureValues['data']): number {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  // four tables in turns: the same byte twice in a row does not wait for the count before
  const [counts, second, third, fourth] = [0, 1, 2, 3].map(() => new Uint32Array(256));
  let p = 0;
  for (; p + 3 < bytes.length; p += 4) {
    counts[bytes[p]]++;
    second[bytes[p + 1]]++;
    third[bytes[p + 2]]++;
    fourth[bytes[p + 3]]++;
  }
  for (; p < bytes.length; p++) counts[bytes[p]]++;
  for (let byte = 0; byte < 256; byte++) counts[byte] += second[byte] + third[byte] + fourth[byte];
  let bits = 0;
  for (const count of counts) if (count > 0) bits += count * Math.log2(bytes.length / count);
  return Math.round(bits / 8);
}

/** Whether all values are whole numbers from 0 to 255. */
function fitsBytes(features: Matrix | Csr): boolean {
  const { columns, units } = features;
  const isByte = (value: number) => value >= 0 && value <= 255 && Number.isInteger(value);
  if (units === undefined) {
    const { low, high, finite, whole } = rangesOf(features);
    // a column without stored values has no range
    return finite && whole && low.every((value) => value >= 0) && high.every((value) => value <= 255);
  }
  if ('values' in features) {
    return features.values.every((value, p) => isByte(trueValue(value, features.indices[p], units)));
  }
  const { data } = features;
  for (let p = 0; p < data.length; p++) if (!isByte(trueValue(data[p], p % columns, units))) return false;
  return true;
}

/** The values of the wanted features, one feature after another, in the smallest type that holds them. */
function takeValues(features: Matrix | Csr, wanted: Int32Array, bytes: boolean): FeatureValues {
  const { rows, columns } = features;
  const { units } = features;
  const Values = bytes ? Uint8Array : units ? Float64Array : Float32Array;
  const data = new Values(wanted.length * rows);
  const position = new Int32Array(columns).fill(-1);
  wanted.forEach((column, at) => {
    position[column] = at;
  });
  for (let row = 0; row < rows; row++) {
    if ('values' in features) {
      for (let at = features.offsets[row]; at < features.offsets[row + 1]; at++) {
        const to = position[features.indices[at]];
        if (to >= 0) data[to * rows + row] = trueValue(features.values[at], features.indices[at], units);
      }
    }
  }
  if ('data' in features) {
    // rows in blocks: columns that are written one value a row come back while they are in the cache
    for (let first = 0; first < rows; first += BLOCK_ROWS) {
      const last = Math.min(rows, first + BLOCK_ROWS);
      for (let to = 0; to < wanted.length; to++) {
        const column = wanted[to];
        if (units === undefined) {
          for (let row = first; row < last; row++)
            data[to * rows + row] = features.data[row * columns + column];
          continue;
        }
        for (let row = first; row < last; row++) {
          data[to * rows + row] = trueValue(features.data[row * columns + column], column, units);
        }
      }
    }
  }
  return { features: wanted, data };
}
