/**
 * Which features of a table are explained: all, or those of largest dispersion inside localities where there are many.
 *
 * Purpose: time grows with the square of the features. 13,618 genes of 259 samples take minutes, 3,000 of them seconds.
 * Source: ours; the ranking is that of select-features.ts.
 * Types: `Table`, samples x features. `Localities`: n-neighborhoods of probes. `Warning`: code and message. `levels`:
 *   the levels inside which features are correlated, where there are some. `FeatureSelection`, features of largest
 *   local variance: kept (columns, ascending). `Matrix`, row-major float32: columns (how many).
 * Fails: OptionError for a number of features that is none; CancelledError once the signal is aborted. Deterministic.
 */

import type { Context } from '../../engine/context.js';
import { OptionError, option, spell, words } from '../../errors.js';
import type { Localities, Table, Warning } from '../../model.js';
import type { AssociationOptions } from './associations.js';
import { partsOf } from './parted.js';
import { keepFeatures, selectFeatures } from './select-features.js';

/** Features above which only some are explained by default. */
export const WIDE_TABLE = 5000;
/** How many of such a table's features are kept by default. */
export const KEPT_OF_WIDE = 3000;

const WIDE_REMEDY = words`So many are explained by default of a wide table, since time grows with the square of the features: ${option('maxFeatures', 'all')} takes every one.`;

/** Options of `explain` that decide which features take part. */
export interface FeatureChoice extends Pick<AssociationOptions, 'levels'> {
  readonly maxFeatures?: number | 'all';
  /** Where features are pixels all of them are kept. */
  readonly image?: { readonly width: number; readonly height: number } | null;
}

/**
 * The table with at most `maxFeatures` features (the table itself for `all`, or by default where it is not wide), and a
 * warning of what was left out. Called by `explain` once the localities are known. OptionError unless the number is 2
 * or more.
 */
export async function chosenFeatures(
  table: Table,
  localities: Localities,
  { maxFeatures, image, levels }: FeatureChoice,
  context: Context,
): Promise<{ table: Table; warnings: readonly Warning[] }> {
  const isWide = maxFeatures === undefined && !image && table.features.columns > WIDE_TABLE;
  const most = isWide ? KEPT_OF_WIDE : maxFeatures;
  if (most === undefined || most === 'all') return { table, warnings: [] };
  if (partsOf(table.features)) throw notChosenInParts(table.features.columns);
  const { kept, warning } = await selectFeatures(table, localities, most, context, levels);
  if (warning === null) return { table, warnings: [] };
  return { table: keepFeatures(table, kept), warnings: [isWide ? withRemedy(warning) : warning] };
}

/** The warning with what to do about a wide table. */
function withRemedy({ code, message }: Warning): Warning {
  const said = words`${message} ${WIDE_REMEDY}`;
  return { code, message: spell(said), words: said };
}

/** The error for parts of which some features only are to be taken. */
function notChosenInParts(features: number): OptionError {
  return new OptionError({
    got: `${features} features in parts, of which some are to be chosen`,
    expected: words`all of them (${option('maxFeatures', 'all')}), since features are not chosen in parts`,
    remedy: 'choose features before the rows are ordered, as scanpy.pp.highly_variable_genes does',
  });
}
