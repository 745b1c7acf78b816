/**
 * Raw values that travel with an explanation, so that the report can show feature pairs, color the map by
 * a feature and draw samples as pictures without the table.
 *
 * All features are taken when they fit into `maxBytes`; otherwise the leading features of every module, by
 * rank (first every module's strongest, then every module's second...) until the budget is used. What is left
 * out is known from `values.features`, and the viewer says so. Deterministic.
 */
import { trueValue } from '../core/units.js';
import type { Csr, Explanation, FeatureValues, Matrix, Table } from '../model.js';

export interface FeatureValuesOptions {
  /** Bytes of raw values before compression. Default 16 MiB. */
  readonly maxBytes?: number;
}

const DEFAULT_MAX_BYTES = 16 * 2 ** 20;
const BLOCK_ROWS = 64;

/** The explanation with the raw values of its leading features (`explanation.values`). */
export function withFeatureValues(
  explanation: Explanation,
  table: Table,
  options: FeatureValuesOptions = {},
): Explanation {
  const bytes = fitsBytes(table.features);
  const each = Math.max(1, explanation.rows * (bytes ? 1 : 4));
  const room = Math.floor((options.maxBytes ?? DEFAULT_MAX_BYTES) / each);
  const wanted =
    room >= table.features.columns ? everyFeature(table) : mostInformativeFeatures(explanation, room);
  return { ...explanation, values: takeValues(table.features, wanted, bytes) };
}

/** The numbers of all features. */
function everyFeature(table: Table): Int32Array {
  return Int32Array.from({ length: table.features.columns }, (_, column) => column);
}

/** The features that fit into `room`: the leading ones of every module, rank by rank. */
function mostInformativeFeatures(explanation: Explanation, room: number): Int32Array {
  const chosen = new Set<number>();
  const deepest = explanation.descriptions.reduce((most, d) => Math.max(most, d.topFeatures.length), 0);
  for (let rank = 0; rank < deepest; rank++) {
    for (const { topFeatures } of explanation.descriptions) {
      if (rank < topFeatures.length && chosen.size < room) chosen.add(topFeatures[rank].feature);
    }
  }
  return Int32Array.from(chosen).sort();
}

/** Whether all values are whole numbers from 0 to 255. */
function fitsBytes(features: Matrix | Csr): boolean {
  const { columns, units } = features;
  const isByte = (value: number) => value >= 0 && value <= 255 && Number.isInteger(value);
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
        for (let row = first; row < last; row++) {
          data[to * rows + row] = trueValue(features.data[row * columns + column], column, units);
        }
      }
    }
  }
  return { features: wanted, data };
}
