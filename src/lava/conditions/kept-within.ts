/**
 * Share kept within a column: how much of a module's correlation is left inside the levels of a metadata column.
 *
 * Purpose: tells a programme that varies inside batches, donors or conditions from a shift between them, which looks
 *   the same to a correlation over all samples of a locality.
 * Source: ours. In every locality where the module is present, the correlations of its leading features are computed
 *   over the members whose level is known: pooled, and with every feature centered on its mean in each level. The squares,
 *   less what chance gives (1 / degrees of freedom: n - 1 pooled, n - levels within), are summed over pairs (weighted by
 *   both loadings) and localities (weighted by presence); the share is the second sum over the first. It is 1 where the
 *   column does not matter, near 0 where the correlation is a difference between levels, and may exceed 1 where
 *   differences between levels hide a correlation. A module may be a programme at one end of the map and a shift at the other: beside the
 *   share stands the part of the module (first sum) in localities that each keep less than half.
 * With levels (`--within`), which modules were found inside of, these take the place of the pooled samples: the share is what
 *   is left of a module inside the pairs of these levels and the column's. It is 1 for the column of the levels itself.
 * Columns: categorical, 2 to 50 levels in use. Cost: that of describing the modules, once more for each column.
 * How it fails: a column that is nested in a real difference (one donor has the disease) takes it away with the shift.
 * Precision: double. Deterministic.
 * Types: `MetadataColumn`: `categorical` (codes into levels, -1 where missing) or `numeric` (values, NaN where
 *   missing), one a sample. `AssociationMeasure`: `pearson`, `spearman` or `bicor`. `PartialContext`: a Context or
 *   some of its parts: engine, random or seed, signal, memory, onProgress. `CategoricalColumn`, groups of the
 *   samples: kind (`categorical`), codes (one a sample, index into levels, -1 where missing), name (of the column).
 *   `ModuleWithin`: column; kept: squared correlation with features centered by level over the pooled one, or null;
 *   between: part of the module in localities that keep less than half, or null. `Table`, samples x features: metadata (further columns of the samples), features (Matrix or Csr).
 *   `Modules`, of a fit: count (how many), presence (localities x modules, not negative). `Watch`, of a stage:
 *   progress (takes the fraction done, 0 to 1), checkpoint (throws CancelledError once the signal is aborted).
 *   `ModuleDescription`, of one module: topFeatures (`feature` (column) and `loading`, strongest first).
 *   `Localities`, n-neighborhoods of probes: count (how many). `Matrix`, row-major float32: data (element (r, c) at
 *   `r * columns + c`). `LocalSamples`, of one locality: rows (sample rows, run after run with levels), lengths
 *   (samples of each run, or null for one level).
 */

import { LEAST_FREEDOM } from '../../core/level-runs.js';
import { percent } from '../../core/words.js';
import { type PartialContext, resolveContext, watchStage } from '../../engine/context.js';
import type { Watch } from '../../engine/engine.js';
import type {
  AssociationMeasure,
  CategoricalColumn,
  Localities,
  MetadataColumn,
  ModuleDescription,
  Modules,
  ModuleWithin,
  Table,
} from '../../model.js';
import {
  centeredInLevels,
  correlationMatrix,
  localValues,
  membersOf,
  samplesInLevels,
} from '../associations/local-values.js';
import { presentThreshold } from '../describe/present.js';
import { crossedLevels } from './within-levels.js';

export interface WithinInput {
  readonly table: Table;
  readonly localities: Localities;
  readonly modules: Modules;
  readonly descriptions: readonly Pick<ModuleDescription, 'topFeatures'>[];
  /** Code of each sample's level that modules were found inside of (`AssociationOptions.levels`); nothing without. */
  readonly levels?: Int32Array | null;
}

const MOST_LEVELS = 50;
const PAIR_FEATURES = 12;
/** Below this share a module, or what a locality shows of it, is mostly a difference between levels. */
export const MOSTLY_BETWEEN = 0.5;
/** From this part on a module that is not mostly a difference between levels is partly one. */
const PARTLY_BETWEEN = 0.1;

/**
 * The categorical columns with 2 to 50 levels in use, in their order. Columns of numbers, and those with one level or
 * more than 50, are left out. Never throws.
 * @param metadata columns of the samples.
 */
export function groupingColumns(metadata: readonly MetadataColumn[] = []): CategoricalColumn[] {
  return metadata.filter((column): column is CategoricalColumn => {
    if (column.kind !== 'categorical') return false;
    const used = new Set(column.codes);
    used.delete(-1);
    return used.size >= 2 && used.size <= MOST_LEVELS;
  });
}

/**
 * For every module and every grouping column of the table's metadata, the share of the module's correlation that is
 * left inside the column's levels; an empty list for each module without such a column. Called by `explain` after the
 * modules are described. CancelledError once the context's signal is aborted.
 */
export async function keptWithin(
  input: WithinInput,
  measure: AssociationMeasure,
  partialContext: PartialContext = {},
): Promise<ModuleWithin[][]> {
  const context = await resolveContext(partialContext);
  const columns = groupingColumns(input.table.metadata);
  if (columns.length === 0) return input.descriptions.map(() => []);
  const watch = watchStage(context, 'within');
  const { levels } = input;
  const inner = columns.map(({ codes }) => (levels ? crossedLevels([levels, codes]) : codes));
  const result: ModuleWithin[][] = [];
  for (let k = 0; k < input.modules.count; k++) {
    result.push(await moduleWithin(input, k, { columns, inner, measure }, watch));
    watch.progress((k + 1) / input.modules.count);
    await watch.checkpoint();
  }
  return result;
}

/**
 * The shares of module k, one a column, in the columns' order; null where no locality has enough samples with known
 * levels.
 * @param by `inner`: for each column the code of each sample inside both its level and that of `levels`.
 */
async function moduleWithin(
  { table, localities, modules, descriptions, levels }: WithinInput,
  k: number,
  by: {
    readonly columns: readonly CategoricalColumn[];
    readonly inner: readonly Int32Array[];
    readonly measure: AssociationMeasure;
  },
  watch: Watch,
): Promise<ModuleWithin[]> {
  const { columns, inner, measure } = by;
  const leading = descriptions[k].topFeatures.slice(0, PAIR_FEATURES);
  const features = leading.map(({ feature }) => feature);
  const weights = leading.map(({ loading }) => loading);
  const threshold = presentThreshold(modules.presence, k);
  const sums = columns.map(() => ({ pooled: 0, within: 0, between: 0 }));
  for (let l = 0; l < localities.count; l++) {
    const presence = modules.presence.data[l * modules.count + k];
    if (!(presence > 0 && presence >= threshold)) continue;
    await watch.checkpoint();
    const members = membersOf(localities, l);
    inner.forEach((codes, c) => {
      const rows = members.filter((row) => codes[row] >= 0);
      const groups = rows.map((row) => codes[row]);
      const freedom = rows.length - new Set(groups).size;
      if (freedom < LEAST_FREEDOM) return;
      const strength = (some: readonly Float64Array[], df: number) =>
        squaredStrength(correlationMatrix(some, measure), weights, df);
      const outer = samplesInLevels(rows, levels);
      const pooled = localValues(table.features, outer.rows, features, measure);
      const values = levels ? localValues(table.features, rows, features, measure) : pooled;
      const whole = presence * strength(centeredInLevels(pooled, outer.lengths), outer.freedom);
      const left = presence * strength(centerByGroup(values, groups), freedom);
      sums[c].pooled += whole;
      sums[c].within += left;
      if (left < MOSTLY_BETWEEN * whole) sums[c].between += whole;
    });
  }
  return columns.map(({ name }, c) => {
    const { pooled, within, between } = sums[c];
    if (!(pooled > 0)) return { column: name, kept: null, between: null };
    return { column: name, kept: Math.max(0, within) / pooled, between: Math.min(1, between / pooled) };
  });
}

/**
 * Sum over pairs of the squared correlation less its mean under chance, weighted by both loadings. May be negative
 * where there is less correlation than chance gives; 0 for fewer than two features.
 * @param correlations f x f.
 * @param weights loadings of the f features.
 * @param freedom degrees of freedom; chance gives 1 / freedom.
 */
function squaredStrength(correlations: Float64Array, weights: readonly number[], freedom: number): number {
  const f = weights.length;
  let sum = 0;
  for (let i = 0; i < f; i++) {
    for (let j = i + 1; j < f; j++) {
      sum += weights[i] * weights[j] * (correlations[i * f + j] ** 2 - 1 / freedom);
    }
  }
  return sum;
}

/**
 * Each column with every value less the mean of its group. The columns are copied. A group of one sample becomes 0.
 * @param columns one value a sample.
 * @param groups a code of 0 or more for each sample.
 */
export function centerByGroup(columns: readonly Float64Array[], groups: Int32Array): Float64Array[] {
  const count = groups.reduce((a, b) => Math.max(a, b), 0) + 1;
  const sizes = new Float64Array(count);
  for (const group of groups) sizes[group]++;
  return columns.map((column) => {
    const sums = new Float64Array(count);
    column.forEach((value, s) => {
      sums[groups[s]] += value;
    });
    // a group of equal values is left without rounding errors that would correlate
    return column.map((value, s) => {
      const centered = value - sums[groups[s]] / sizes[groups[s]];
      return Math.abs(centered) > 1e-12 * Math.abs(value) ? centered : 0;
    });
  });
}

/**
 * The words for modules that are mostly, or partly, a difference between levels; an empty list for all others.
 * @param within shares of one module, one a column; shares that are null tell nothing.
 */
export function withinFlags(within: readonly ModuleWithin[] = []): string[] {
  return within.flatMap(({ column, kept, between }) => {
    if (kept === null) return [];
    if (kept < MOSTLY_BETWEEN) return [`mostly a difference between levels of ${column}`];
    if (between === null || between < PARTLY_BETWEEN) return [];
    return [`partly a difference between levels of ${column} (${percent(between)} of it)`];
  });
}
