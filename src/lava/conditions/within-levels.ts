/**
 * The levels that `within` names: the columns, crossed, as one code a sample.
 *
 * Source: ours. Several columns are crossed: samples are of one level when they agree in all of them, so that a column
 *   nested in another adds nothing to it. A sample with a missing value in any of them has no level. What that means inside a
 *   locality: core/level-runs.ts.
 * How it fails: a column that nothing differs in takes nothing away, and a column with a level for every sample leaves
 *   nothing; the first is a warning, the second an error. Cost: samples. Deterministic.
 * Types: `CategoricalColumn`, groups of the samples: codes (one a sample, index into levels, -1 where missing).
 *   `LevelRuns`, localities with the samples of a level side by side: counts (samples that take part, one a
 *   locality). `Localities`, n-neighborhoods of probes: members (count x size sample rows), size (samples in each),
 *   count (how many). `Table`, samples x features: labels (one a sample, or null), metadata (further columns of the
 *   samples, or absent).
 */

import { levelRuns } from '../../core/level-runs.js';
import { encodeLevels } from '../../core/levels.js';
import { listed, plural } from '../../core/words.js';
import { OptionError, option, words } from '../../errors.js';
import type { CategoricalColumn, Localities, MetadataColumn, Table, Warning } from '../../model.js';

export interface WithinLevels {
  /** Code of each sample's level, -1 without one; null where no column is named. */
  readonly levels: Int32Array | null;
  readonly warnings: readonly Warning[];
}

type WithColumns = Pick<Table, 'labels' | 'metadata'>;

/**
 * The levels of the columns named `within`; called by `explain` before anything is computed. OptionError for a column that
 * does not exist or holds numbers, and where no two samples are of one level.
 * @param table with metadata; its labels count as a column called `labelName`.
 */
export function withinLevels(
  table: WithColumns,
  within: readonly string[] | undefined,
  labelName = 'label',
): WithinLevels {
  if (within === undefined || within.length === 0) return { levels: null, warnings: [] };
  const columns = within.map((name) => columnNamed(table, name, labelName));
  const levels = crossedLevels(columns.map(({ codes }) => codes));
  const sizes = new Map<number, number>();
  for (const code of levels) sizes.set(code, (sizes.get(code) ?? 0) + 1);
  const missing = sizes.get(-1) ?? 0;
  sizes.delete(-1);
  const name = listed(within);
  if ([...sizes.values()].every((size) => size < 2)) {
    throw new OptionError({
      got: words`${option('within', within.join(','))}, with ${plural(sizes.size, 'level')} for ${plural(levels.length - missing, 'sample')}`,
      expected:
        'a column in which several samples share a level: nothing varies inside a level of one sample',
      remedy: 'name a column of groups, such as donor, batch or slide',
    });
  }
  return { levels, warnings: [...missingWarning(name, missing), ...oneLevelWarning(name, sizes.size)] };
}

/**
 * Warns of samples without a level.
 * @param name of the columns.
 * @param missing how many samples.
 */
function missingWarning(name: string, missing: number): Warning[] {
  if (missing === 0) return [];
  const message = `${plural(missing, 'sample')} ${missing === 1 ? 'has' : 'have'} no level of ${name}: left out of associations, kept on the map.`;
  return [{ code: 'within-missing', message }];
}

/**
 * Warns where all samples are of one level.
 * @param name of the columns.
 * @param count levels that occur.
 */
function oneLevelWarning(name: string, count: number): Warning[] {
  if (count > 1) return [];
  const message = `All samples with a level are of one level of ${name}: associations within it are those without it.`;
  return [{ code: 'within-one-level', message }];
}

/**
 * A code for each combination of codes that occurs, ascending by the first list, then by the next; -1 where any is
 * missing.
 * @param lists of codes, one a sample.
 */
export function crossedLevels(lists: readonly Int32Array[]): Int32Array {
  return lists.slice(1).reduce(crossed, lists[0]);
}

/**
 * The codes of pairs of codes that occur, in order; -1 where either is missing.
 * @param outer code of each sample in the first column.
 * @param inner in the second.
 */
function crossed(outer: Int32Array, inner: Int32Array): Int32Array {
  const width = 1 + inner.reduce((most, code) => Math.max(most, code), 0);
  const pairs = Float64Array.from(outer, (code, s) =>
    code < 0 || inner[s] < 0 ? -1 : code * width + inner[s],
  );
  const used = [...new Set(pairs)].filter((pair) => pair >= 0).sort((a, b) => a - b);
  const codeOf = new Map(used.map((pair, code) => [pair, code]));
  return Int32Array.from(pairs, (pair) => codeOf.get(pair) ?? -1);
}

/**
 * What must be known of levels inside localities: where they leave too little to correlate, and how many samples are alone
 * in theirs. OptionError where no locality is left.
 * @param within names of the columns.
 */
export function withinFindings(
  within: readonly string[] | undefined,
  levels: Int32Array | null,
  localities: Localities,
): Warning[] {
  if (within === undefined || levels === null) return [];
  const { counts } = levelRuns(localities.members, localities.size, levels);
  const empty = counts.filter((count) => count === 0).length;
  const name = listed(within);
  if (empty === localities.count) {
    throw new OptionError({
      got: words`${option('within', within.join(','))} with localities of ${localities.size} samples, in none of which enough samples share a level`,
      expected: 'localities with at least 3 samples more than levels',
      remedy: words`name a column with fewer levels, or raise ${option('localitySize')}`,
    });
  }
  const known = localities.members.filter((row) => levels[row] >= 0).length;
  const alone = known - counts.reduce((sum, count) => sum + count, 0);
  const share = Math.round((100 * alone) / Math.max(1, known));
  return [
    ...(empty > 0 ? [fewWarning(name, empty, localities.count)] : []),
    ...(share >= 1 ? [aloneWarning(name, share)] : []),
  ];
}

/**
 * Warns of localities without enough samples that share a level.
 * @param name of the columns.
 * @param empty localities without enough.
 * @param count localities in all.
 */
function fewWarning(name: string, empty: number, count: number): Warning {
  const message = `In ${empty} of ${count} localities too few samples share a level of ${name}: no module can be present there.`;
  return { code: 'within-few', message };
}

/**
 * Warns of samples that are alone in their level.
 * @param share of the samples of all localities, percent.
 * @param name of the columns.
 */
function aloneWarning(name: string, share: number): Warning {
  const message = `${share}% of the samples in localities are alone in their level of ${name} there, or with too few others, and take no part there.`;
  return { code: 'within-alone', message };
}

/**
 * The categorical column of this name. OptionError where there is none or it holds numbers.
 * @param name that is wanted.
 * @param labelName name of the labels' column.
 */
function columnNamed({ labels, metadata = [] }: WithColumns, name: string, labelName: string) {
  const columns: MetadataColumn[] = [...metadata, ...labelColumn(labels, labelName)];
  const column =
    columns.find((other) => other.name === name) ?? (name === 'label' ? columns[metadata.length] : undefined);
  if (column?.kind === 'categorical') return column;
  const categorical = columns.filter(({ kind }) => kind === 'categorical').map((other) => other.name);
  throw new OptionError({
    got: column
      ? words`${option('within', name)}, a column of numbers`
      : words`${option('within', name)}, which is no column of the metadata`,
    expected:
      categorical.length > 0
        ? `columns of groups: ${categorical.slice(0, 12).join(', ')}`
        : 'data with columns of groups beside the features',
    remedy: 'spell it as in the data; whymap inspect lists the columns',
  });
}

/**
 * Labels as a categorical column; the empty text is a missing label.
 * @param name it is to have.
 */
function labelColumn(labels: Table['labels'], name: string): CategoricalColumn[] {
  if (labels === null) return [];
  return [{ name, kind: 'categorical', ...encodeLevels(labels) }];
}
