/**
 * A table in parts as it is opened: order, map, names and ids, and what its values are, from their ranges.
 *
 * Memory: what is as long as the samples. Ranges tell what every table is refused for or warned of (table/checks.ts): missing cells,
 *   counts, constant features, values that single precision does not hold. Ids that repeat are not looked for.
 * Fails: FormatError for damage and missing cells, OptionError for counts that no option says how to treat, UnsupportedError for
 *   values that have to be moved or scaled; CancelledError once the signal is aborted.
 */

import type { ValueRanges } from '../../core/rows/value-ranges.js';
import { FormatError, UnsupportedError } from '../../errors.js';
import type { Warning } from '../../model.js';
import { readNpyNumbers } from '../numpy/npy.js';
import { rangeInWords } from '../plan/describe.js';
import type { Source } from '../source/source.js';
import { findAxis, readColumn } from '../store/anndata/anndata.js';
import { zarrStore } from '../store/zarr/zarr-store.js';
import { constantFeaturesWarning } from '../table/checks.js';
import { askNormalize } from '../table/normalize.js';
import { offsetFor } from '../table/units.js';
import { damagedParts, type PartsManifest } from './manifest.js';

/** What is known of a table in parts without its values. */
export interface PartsNames {
  /** Row at each position. */
  readonly order: Int32Array;
  /** Position of each row. */
  readonly positions: Int32Array;
  readonly featureNames: readonly string[];
  /** One a row. */
  readonly ids: readonly string[];
}

/** Reads order, names and ids. */
export async function readNames(folder: Source, manifest: PartsManifest): Promise<PartsNames> {
  const { samples } = manifest;
  const order = Int32Array.from(await readNpyNumbers(folder.child('order.npy')));
  const positions = new Int32Array(samples).fill(-1);
  order.forEach((row, at) => {
    positions[row] = at;
  });
  if (order.length !== samples || positions.includes(-1)) throw damagedParts(`order.npy of ${folder.name}`);
  const ids = new Array<string>(samples);
  let featureNames: readonly string[] = [];
  for (const { path, first, rows } of manifest.parts) {
    const store = await zarrStore(folder.child(path));
    const [obs, features] = [await findAxis(store, 'obs'), await findAxis(store, 'var')];
    const found = await readColumn(store, obs, obs.index);
    if (first === 0) featureNames = await readColumn(store, features, features.index);
    if (found.length !== rows) throw damagedParts(`${path} of ${folder.name}`);
    found.forEach((id, i) => {
      ids[order[first + i]] = id;
    });
  }
  if (featureNames.length !== manifest.features)
    throw damagedParts(`the names of its features of ${folder.name}`);
  return { order, positions, featureNames, ids };
}

/** What the values of a table are. */
export interface PartsValues {
  readonly warnings: readonly Warning[];
  /** In words; null where that tells nothing. */
  readonly words: string | null;
  /** Whether all are whole numbers from 0 to 255. */
  readonly bytes: boolean;
}

/**
 * What the values are, from the ranges of all of them.
 * @param source name of the table. @param countsAllowed whether an option has said how counts are treated.
 */
export function judgeValues(
  ranges: ValueRanges,
  { samples, layout }: PartsManifest,
  { names, source, countsAllowed }: { names: readonly string[]; source: string; countsAllowed: boolean },
): PartsValues {
  const { stored, whole, missing } = ranges;
  if (missing > 0) throw missingCells(missing, source);
  const full = stored.map((count) => (count === samples ? 1 : 0));
  const low = ranges.low.map((value, f) => (full[f] ? value : Math.min(0, value)));
  const high = ranges.high.map((value, f) => (full[f] ? value : Math.max(0, value)));
  const least = low.reduce((a, b) => Math.min(a, b), layout === 'sparse' ? 0 : Number.POSITIVE_INFINITY);
  const most = high.reduce((a, b) => Math.max(a, b), layout === 'sparse' ? 0 : Number.NEGATIVE_INFINITY);
  if (whole && least >= 0 && most > 1 && !countsAllowed) throw askNormalize(most, source);
  const far = low.findIndex(
    (value, f) => full[f] === 1 && offsetFor(value, high[f]) !== 0 && value < high[f],
  );
  const largest = Math.max(-least, most);
  if (far >= 0 || (largest > 0 && (largest > LARGEST || largest < 1 / LARGEST)))
    throw notAsStored(far >= 0 ? names[far] : 'values', source);
  return {
    warnings: constantFeaturesWarning(
      Uint8Array.from(low, (value, f) => (value >= high[f] ? 1 : 0)),
      names,
      source,
    ),
    words: rangeInWords({ whole, low: least, high: most }),
    bytes: whole && least >= 0 && most <= 255,
  };
}

/** Beyond this, or below its inverse, a table's values are scaled (table/units.ts). */
const LARGEST = 2 ** 50;

/** The error for missing cells. */
function missingCells(count: number, source: string): FormatError {
  return new FormatError({
    got: `${count} missing cells in ${source}`,
    expected: 'a value in every cell',
    remedy: 'fill them in before the rows are ordered',
  });
}

/** The error for values that would be moved or scaled before they are held in single precision. */
function notAsStored(name: string, source: string): UnsupportedError {
  return new UnsupportedError({
    got: `${name} of ${source}, far from 0 for their range, or of a size beyond what single precision squares`,
    expected: 'values that single precision holds as they are',
    remedy: 'center and scale such features before the rows are ordered',
  });
}
