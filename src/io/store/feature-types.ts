/**
 * Features of several types in one matrix: genes beside antibodies or peaks (10x, and what scanpy makes of it). Their counts
 * are of different sizes, so that a total over all of them scales nothing: one type is chosen, or all by request.
 *
 * Fails: OptionError for several types of which none is chosen, for one that is not there, and for a matrix by columns.
 * Types: `Settings`: what the file is read for and what options say of it (options.ts). `Stored`, a matrix in a file:
 *   layout (dense, rows or columns (sparse)), name (for messages), columns (features).
 */

import { OptionError, option, words } from '../../errors.js';
import type { Warning } from '../../model.js';
import type { Settings } from '../options.js';
import { describeNames } from '../table/suggest.js';
import type { Stored } from './blocks.js';

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
 * The matrix with the kept columns only, which are chosen while it is read. OptionError for a matrix stored by
 * columns.
 * @param kept positions of columns; null for all.
 */
export function amongColumns(stored: Stored, kept: readonly number[] | null): Stored {
  if (kept === null) return stored;
  if (stored.layout === 'columns') {
    throw new OptionError({
      got: words`${option('featureType')} for ${stored.name}, a matrix that is stored by columns`,
      expected: 'one that is stored by rows',
      remedy: "choose the features in Python: adata[:, adata.var['feature_types'] == type].write_h5ad(path)",
    });
  }
  const place = new Int32Array(stored.columns).fill(-1);
  for (const [i, c] of kept.entries()) place[c] = i;
  return { ...stored, columns: kept.length, among: place };
}
