/**
 * Features of several types in one matrix: genes beside antibodies or peaks (10x, and what scanpy makes of it). Their counts
 * are of different sizes, so that a total over all of them scales nothing: one type is chosen, or all by request.
 *
 * Fails: OptionError for several types of which none is chosen, and for one that is not there.
 * Types: `Settings`: what the file is read for and what options say of it (options.ts); its featureType (of 10x and
 *   AnnData). `Stored`, a matrix in a file: layout (dense, rows or columns (sparse)), name (for messages), columns
 *   (features), offsets (entries of line l are at offsets[l] to offsets[l + 1]), indices (of entries in their line),
 *   values (of entries, in order). `StoredArray`, an array in a file: numbers (of items start to end of the first
 *   axis).
 */

import { OptionError, option, words } from '../../errors.js';
import type { Warning } from '../../model.js';
import type { Settings } from '../options.js';
import { describeNames } from '../table/suggest.js';
import type { Lines, Stored } from './blocks.js';

/** Positions of the features of the chosen type; null where all are taken. */
export interface TypeChoice {
  readonly kept: readonly number[] | null;
  readonly warnings: readonly Warning[];
}

/**
 * The features of the type that an option names; all where there is one type or `all` is named. OptionError where
 * there are several and no option.
 * @param types one a feature; null where the file has none.
 * @param name of the file.
 * @returns positions of the features of that type, null for all, and a warning that says what was left out.
 */
export function chooseType(
  types: readonly (string | undefined)[] | null,
  { featureType }: Settings,
  name: string,
): TypeChoice {
  const counts = new Map<string, number>();
  for (const type of types ?? []) if (type) counts.set(type, (counts.get(type) ?? 0) + 1);
  const found = [...counts.keys()];
  if (featureType === 'all' || (featureType === undefined && found.length < 2))
    return { kept: null, warnings: [] };
  const shown = [...counts].map(([type, count]) => `${type}: ${count}`).join(', ');
  if (featureType === undefined) {
    throw new OptionError({
      got: `features of ${found.length} types in ${name} (${shown})`,
      expected: 'features of one type, since counts of different types have no common scale',
      remedy: words`choose one by ${option('featureType', JSON.stringify(found[0]))}, or read them together by ${option('featureType', 'all')}`,
    });
  }
  const type = found.find((one) => one.toLowerCase() === featureType.toLowerCase());
  if (types === null || type === undefined) {
    throw new OptionError({
      got: words`${option('featureType', JSON.stringify(featureType))}, a type that ${name} does not have`,
      expected: found.length === 0 ? 'no type, since its features have none' : 'one of its types',
      remedy:
        found.length === 0 ? words`leave ${option('featureType')} out` : describeNames(featureType, found),
    });
  }
  const kept = types.flatMap((one, c) => (one === type ? [c] : []));
  const message = `Of ${name} the ${kept.length} features of type ${type} were read (${shown}).`;
  return { kept, warnings: [{ code: 'feature-types', message }] };
}

/**
 * The matrix with the kept columns only, which are chosen while it is read.
 * @param kept positions of columns, ascending; null for all.
 */
export function amongColumns(stored: Stored, kept: readonly number[] | null): Stored {
  if (kept === null) return stored;
  if (stored.layout === 'columns') return amongLines(stored, kept);
  const place = new Int32Array(stored.columns).fill(-1);
  for (const [i, c] of kept.entries()) place[c] = i;
  return { ...stored, columns: kept.length, among: place };
}

/** Entries of a sparse array that follow one another: `from` in the file, `at` among those that are read. */
interface Run {
  readonly from: number;
  readonly at: number;
  length: number;
}

/** A matrix stored by columns with the kept ones only: the entries of the others are never read. */
function amongLines(stored: Stored, kept: readonly number[]): Stored {
  const { offsets: all, indices, values } = stored;
  if (all === null || indices === null) return stored;
  const offsets = new Float64Array(kept.length + 1);
  const runs: Run[] = [];
  for (const [i, c] of kept.entries()) {
    const length = all[c + 1] - all[c];
    const last = runs.at(-1);
    if (last && last.from + last.length === all[c]) last.length += length;
    else runs.push({ from: all[c], at: offsets[i], length });
    offsets[i + 1] = offsets[i] + length;
  }
  return {
    ...stored,
    columns: kept.length,
    offsets,
    values: inRuns(values, runs),
    indices: inRuns(indices, runs),
  };
}

/** An array of one axis of which only some runs are read, as if they followed one another. */
function inRuns(array: Lines, runs: readonly Run[]): Lines {
  const last = runs.at(-1);
  return {
    ...array,
    shape: [last ? last.at + last.length : 0],
    async numbers(start, end) {
      const result = new Float64Array(end - start);
      for (const { from, at, length } of runs) {
        const [first, stop] = [Math.max(start, at), Math.min(end, at + length)];
        if (first >= stop) continue;
        const values = await array.numbers(from + first - at, from + stop - at);
        result.set(Float64Array.from(values), first - start);
      }
      return result;
    },
  };
}
