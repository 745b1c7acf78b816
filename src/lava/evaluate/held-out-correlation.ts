/**
 * The statistic of the significance tests: correlation of a module's features in held-out samples.
 *
 * Source: ours. For module k and locality l, T[k, l] is the mean correlation over pairs of the module's leading
 * features, weighted by both loadings and turned by the signs that the *fitted* samples have there, computed
 * on the held-out samples alone. It is linear in the correlations: 0 on average where they are chance, with no
 * noise floor to subtract, and as strong as the module where it is present. A feature takes part in a locality by the rule of
 * the associations (support, in proportion to the held-out samples): otherwise a single cell of a rare kind in a random
 * draw makes its genes correlate at 1, and the test of *local* sees nothing beside such draws.
 * Shapes: values N x f a module, over the N held-out samples in a random order, with levels inside these; positions index
 * that order.
 * How it fails: `bicor` is tested by Pearson's correlation, since weights over all held-out samples would silence rare
 * groups; outliers then cost power. Cost of one evaluation: modules x localities used x (n / 3) x features, row by row. Double precision, of values rounded to float32.
 * Types: `Modules`, of a fit: presence (localities x modules, not negative), count (how many), loadings (modules x
 *   features, not negative, largest 1). `Localities`, n-neighborhoods of probes: count (how many), size (n, samples
 *   in each). `Table`, samples x features: features (Matrix or Csr). `Leading`, a leading feature: loading (0 to 1).
 *   `Matrix`, row-major float32: data (element (r, c) at `r * columns + c`). `LevelRuns`, localities with the samples
 *   of a level side by side: codes (level of each run), offsets (localities + 1: first run of each), lengths (samples
 *   of each run), members (localities x size, then -1).
 * Fails: never.
 */

import { ASSOCIATION_MEASURES } from '../../core/association-measures.js';
import { denseCells, isCsr } from '../../core/csr.js';
import { levelRuns } from '../../core/level-runs.js';
import type { ModuleSamples, Watch } from '../../engine/engine.js';
import type { AssociationMeasure, Localities, Modules, Table } from '../../model.js';
import { correlationMatrix, localColumns, membersOf, samplesInLevels } from '../associations/local-values.js';
import { partsOf, withCells } from '../associations/parted.js';
import { LEAST_LOADING, leadingFeatures } from '../describe/describe.js';
import { leadingSigns } from '../describe/signs.js';
import { type DrawnModule, drawnCells } from './drawn-values.js';

/** Localities looked at for a module: the strongest in presence, and as many others at regular steps. */
const LOCALITIES_EACH = 24;
const FEATURES = 12;

/** A module's leading features in the held-out samples, in the localities where it is tested. */
export interface HeldOutModule extends DrawnModule {
  /** Feature number of each column of `values`. */
  readonly featureNumbers: readonly number[];
  /** Sum over pairs i < j of both loadings, twice. */
  readonly pairWeight: number;
  /** Presence in the fitted samples, sum 1 over the localities used. */
  readonly presence: Float64Array;
}

export interface HeldOutInput {
  readonly table: Table;
  readonly fitted: Localities;
  readonly heldOut: Localities;
  /** Modules of the fitted samples. */
  readonly modules: Modules;
  readonly measure: AssociationMeasure;
  /** Code of each sample's level, or nothing (`AssociationOptions.levels`). */
  readonly levels?: Int32Array | null;
  /** As in `HeldOutModule`. */
  readonly support: number;
  readonly order: HeldOutOrder;
  /** Whether values are standardized when they are drawn (drawn-values.ts). Default: all of them before. */
  readonly spreadWhenDrawn?: boolean;
}

/** The held-out samples in a random order, level after level. */
export interface HeldOutOrder {
  /** Rows of the table, and the position of each sample among them, -1 for the others. */
  readonly rows: Int32Array;
  readonly position: Int32Array;
  /** The same rows in the order of the table. */
  readonly ascending: Int32Array;
  /** Codes of the levels, in order; levels + 1 positions at which they begin. One level, without a code, where there are none. */
  readonly codes: readonly number[];
  readonly begins: Int32Array;
}

/** Share of the memory that the standardized values of all modules may take; beyond it they are spread when they are drawn. */
const STANDARDIZED_SHARE = 0.25;

/**
 * The input with the cells of its table that `heldOutModule` looks at: of a table in parts they are read here, once for all modules.
 * @param memory bytes that may be held at once.
 */
export async function withHeldOutCells(input: HeldOutInput, memory: number): Promise<HeldOutInput> {
  const { modules, fitted, order, table, measure, levels } = input;
  if (!partsOf(table.features)) return input;
  const each = Array.from({ length: modules.count }, (_, k) => k);
  const features = each.flatMap((k) => notableFeatures(modules, k).map(({ feature }) => feature));
  const rows = each.flatMap((k) =>
    localitiesUsed(presenceOf(modules, fitted, k)).flatMap((l) => [...membersOf(fitted, l)]),
  );
  const all = new Int32Array(order.rows.length + rows.length);
  all.set(order.rows);
  all.set(rows, order.rows.length);
  const cells = await withCells(table.features, all, [...new Set(features)]);
  // ranks are those among all samples, and levels have draws of their own
  const isLarge = 4 * order.rows.length * features.length > STANDARDIZED_SHARE * memory;
  const spreadWhenDrawn = isLarge && measure !== 'spearman' && !levels;
  return { ...input, spreadWhenDrawn, table: { ...table, features: cells } };
}

/** Presence of a module in the localities that were fitted. */
function presenceOf({ presence, count }: Modules, fitted: Localities, k: number): Float64Array {
  return Float64Array.from({ length: fitted.count }, (_, l) => presence.data[l * count + k]);
}

/**
 * Prepares module k for its tests: the values of its leading features in the held-out samples, the localities used
 * with their presence, and the signs that the fitted samples have there. Called once for each module fitted. A
 * locality with no presence in all those used gives weights of 0.
 */
export async function heldOutModule(input: HeldOutInput, k: number, watch: Watch): Promise<HeldOutModule> {
  const { modules, fitted, order, table, measure, levels } = input;
  const leading = notableFeatures(modules, k);
  const features = leading.map(({ feature }) => feature);
  const weights = Float64Array.from(leading, ({ loading }) => loading);
  const presence = presenceOf(modules, fitted, k);
  const used = localitiesUsed(presence);
  const total = used.reduce((sum, l) => sum + presence[l], 0);
  const overall = new Float64Array(features.length ** 2);
  const local: (Int8Array | null)[] = [];
  for (const l of used) {
    await watch.checkpoint();
    if (!(presence[l] > 0)) {
      local.push(null);
      continue;
    }
    const samples = samplesInLevels(membersOf(fitted, l), levels);
    const values = localColumns(table.features, samples, features, measure);
    const correlations = correlationMatrix(values, measure);
    correlations.forEach((value, i) => {
      overall[i] += presence[l] * value;
    });
    local.push(leadingSigns(correlations, weights));
  }
  const general = leadingSigns(overall, weights);
  const loadings = used.flatMap((_, i) =>
    Array.from(weights, (weight, f) => weight * (local[i] ?? general)[f]),
  );
  const values =
    input.spreadWhenDrawn && isCsr(table.features)
      ? drawnCells(table.features, order.rows, features)
      : await interleaved(table.features, order, features, measure, watch);
  return {
    featureNumbers: features,
    features: features.length,
    values,
    ...positionsOf(input, used),
    loadings: Float64Array.from(loadings),
    pairWeight: weights.reduce((a, b) => a + b, 0) ** 2 - weights.reduce((a, b) => a + b * b, 0),
    presence: Float64Array.from(used, (l) => (total > 0 ? presence[l] / total : 0)),
    support: input.support,
  };
}

/**
 * The held-out samples of the localities used, as positions in the random order; with levels in runs of one level.
 * @param used numbers of localities.
 */
function positionsOf(
  { heldOut, order, levels }: HeldOutInput,
  used: readonly number[],
): Pick<ModuleSamples, 'positions' | 'size' | 'levels'> {
  const { size } = heldOut;
  const members = Int32Array.from(used.flatMap((l) => [...membersOf(heldOut, l)]));
  const placed = (rows: Int32Array) => rows.map((row) => (row < 0 ? -1 : order.position[row]));
  if (!levels) return { positions: placed(members), size };
  const runs = levelRuns(members, size, levels);
  const numberOf = new Map(order.codes.map((code, number) => [code, number]));
  const numbers = runs.codes.map((code) => numberOf.get(code) ?? -1);
  const { offsets, lengths } = runs;
  return {
    positions: placed(runs.members),
    size,
    levels: { offsets, lengths, numbers, rows: order.begins },
  };
}

/** Rows that are gathered in a few milliseconds. */
const GATHERED_ROWS = 2 ** 14;

/**
 * The values of features in the held-out samples as one array, samples x features, sample by sample in their random order, each feature
 * scaled to mean 0 and variance 1. A constant feature is 0. Rows are read in the order of the table: in the random one each costs a
 * look at the main memory.
 * @param wanted feature indices.
 */
async function interleaved(
  features: Table['features'],
  { position, ascending }: HeldOutOrder,
  wanted: readonly number[],
  measure: AssociationMeasure,
  watch: Watch,
): Promise<Float32Array> {
  const width = wanted.length;
  const result = new Float32Array(ascending.length * width);
  for (let first = 0; first < ascending.length; first += GATHERED_ROWS) {
    await watch.checkpoint();
    const some = ascending.subarray(first, first + GATHERED_ROWS);
    const { data } = denseCells(features, some, wanted);
    for (let r = 0, from = 0; r < some.length; r++) {
      const to = position[some[r]] * width;
      for (let f = 0; f < width; f++) result[to + f] = data[from++];
    }
  }
  if (measure === 'spearman') await rankColumns(result, width, watch);
  await standardize(result, width, watch);
  return result;
}

/** Replaces the values of each column by their ranks. @param values rows x width. */
async function rankColumns(values: Float32Array, width: number, watch: Watch): Promise<void> {
  const column = new Float64Array(values.length / width);
  for (let f = 0; f < width; f++) {
    await watch.checkpoint();
    for (let r = 0; r < column.length; r++) column[r] = values[r * width + f];
    const ranks = ASSOCIATION_MEASURES.spearman.values(column);
    for (let r = 0; r < column.length; r++) values[r * width + f] = ranks[r];
  }
}

/** Scales each column to mean 0 and variance 1, zeros where it is constant, by the steps of `unitColumn` in double. @param values rows x width. */
async function standardize(values: Float32Array, width: number, watch: Watch): Promise<void> {
  const rows = values.length / width;
  const sums = new Float64Array(width);
  const squares = new Float64Array(width);
  // row by row: a column at a time would read everything as often as there are columns
  for (let at = 0; at < values.length; ) for (let f = 0; f < width; f++) sums[f] += values[at++];
  const centers = sums.map((sum) => sum / rows);
  await watch.checkpoint();
  for (let at = 0; at < values.length; ) {
    for (let f = 0; f < width; f++, at++) {
      const off = values[at] - centers[f];
      squares[f] += off * off;
    }
  }
  await watch.checkpoint();
  const root = Math.sqrt(rows);
  const scales = squares.map((square) => (square > 0 ? 1 / Math.sqrt(square) : 0));
  for (let at = 0; at < values.length; )
    for (let f = 0; f < width; f++, at++) values[at] = (values[at] - centers[f]) * scales[f] * root;
}

/**
 * The features that stand for module k in a test: the 12 of largest loading at most, those of notable loading (0.25),
 * two at least. Fewer than two where the module has fewer.
 * @returns feature indices with their loadings, strongest first.
 */
function notableFeatures(modules: Modules, k: number) {
  const leading = leadingFeatures(modules.loadings, k).slice(0, FEATURES);
  return leading.filter(({ loading }, i) => i < 2 || loading >= LEAST_LOADING);
}

/**
 * Numbers of the localities that a module is tested in: the 24 strongest in presence, and as many others at regular
 * steps. The strongest first, then the others ascending; all where there are fewer. Ties by number.
 * @param presence one a locality.
 */
function localitiesUsed(presence: Float64Array): number[] {
  const order = [...presence.keys()].sort((a, b) => presence[b] - presence[a] || a - b);
  const strongest = order.slice(0, LOCALITIES_EACH);
  const rest = order.slice(LOCALITIES_EACH).sort((a, b) => a - b);
  const step = Math.max(1, rest.length / LOCALITIES_EACH);
  const others = Array.from(
    { length: Math.min(rest.length, LOCALITIES_EACH) },
    (_, i) => rest[Math.floor(i * step)],
  );
  return [...strongest, ...others];
}
