/**
 * Values of modules' leading features in held-out samples of a table in parts, without a number for every sample and feature.
 *
 * Purpose: standardized as doubles they take 100 bytes a sample and module. Here the stored cells are kept, and what the localities of
 *   a draw take is spread when it is drawn: to the same bytes, since a standardized value is a function of the cell. Source: ours.
 * Shapes: N samples in a random order, f features of a module. Precision: double, as `unitColumn`, then float32. Cost: the cells of the drawn rows.
 * Types: `Csr`: sparse rows (offsets, indices, values). `ModuleSamples`, one module in drawn samples: values (samples x features),
 *   positions (of each locality's samples). `SampleDraws`: count; orders (count x entries, or null); shifts (for each module count x
 *   features, or null). `Engine`: weightedCorrelations. `Watch`: checkpoint.
 * Fails: CancelledError once the watch ends.
 */

import { ASSOCIATION_MEASURES, unitScale } from '../../core/association-measures.js';
import { mean } from '../../core/statistics.js';
import type { Engine, ModuleSamples, SampleDraws, Watch } from '../../engine/engine.js';
import { withoutProgress } from '../../engine/watch.js';
import type { Csr } from '../../model.js';
import { localValues } from '../associations/local-values.js';

/** Cells of some features in samples in a random order. */
export interface DrawnCells {
  readonly cells: Csr;
  /** Row of `cells` of each sample. */
  readonly rows: Int32Array;
  /** For each column of `cells` which of the module's features it is, -1 for none. */
  readonly featureOf: Int32Array;
  /** Mean of each feature, and what takes what is left to a norm of 1. */
  readonly centers: Float64Array;
  readonly scales: Float64Array;
}

/** A module whose values are standardized already, or are when they are drawn. All modules of a call are of one kind. */
export type DrawnModule = Omit<ModuleSamples, 'values'> & { readonly values: Float32Array | DrawnCells };

/** The features, to be standardized by Pearson's steps. @param features columns of `cells`. */
export function drawnCells(cells: Csr, rows: Int32Array, features: readonly number[]): DrawnCells {
  const featureOf = new Int32Array(cells.columns).fill(-1);
  const centers = new Float64Array(features.length);
  const scales = new Float64Array(features.length);
  localValues(cells, rows, features, 'pearson').forEach((column, i) => {
    featureOf[features[i]] = i;
    centers[i] = mean(column);
    scales[i] = unitScale(ASSOCIATION_MEASURES.pearson.center(column));
  });
  return { cells, rows, featureOf, centers, scales };
}

/** Draws that are spread at once. */
const DRAWS_AT_ONCE = 8;

/** `Engine.weightedCorrelations`, whichever way the modules hold their values. */
export async function drawnCorrelations(
  modules: readonly DrawnModule[],
  draws: SampleDraws,
  engine: Engine,
  watch: Watch,
): Promise<Float64Array[]> {
  if (modules.every(isSpread)) return engine.weightedCorrelations(modules, draws, watch);
  const localities = modules.map(({ positions, size }) => positions.length / size);
  const results = localities.map((count) => new Float64Array(draws.count * count));
  const silent = withoutProgress(watch);
  for (let first = 0; first < draws.count; first += DRAWS_AT_ONCE) {
    const numbers = Array.from({ length: Math.min(DRAWS_AT_ONCE, draws.count - first) }, (_, i) => first + i);
    const spread: ModuleSamples[] = [];
    for (const draw of numbers) {
      await watch.checkpoint();
      spread.push(...modules.map((module, k) => inDraw(module, draws, k, draw)));
    }
    const once = { count: 1, orders: null, shifts: null };
    const found = await engine.weightedCorrelations(spread, once, silent);
    found.forEach((values, i) => {
      const [k, draw] = [i % modules.length, first + Math.floor(i / modules.length)];
      results[k].set(values, draw * localities[k]);
    });
    watch.progress((first + numbers.length) / draws.count);
  }
  return results;
}

/** Whether a module has a value for every sample. */
const isSpread = (module: DrawnModule): module is ModuleSamples => module.values instanceof Float32Array;

/** Module k with the values that its samples take in a draw, one row a position. */
function inDraw(
  module: DrawnModule,
  { count, orders, shifts }: SampleDraws,
  k: number,
  draw: number,
): ModuleSamples {
  const { values: held, positions, features: f } = module;
  if (held instanceof Float32Array) return { ...module, values: held };
  const { rows, centers, scales } = held;
  const n = rows.length;
  const entries = (orders?.length ?? 0) / count;
  const root = Math.sqrt(n);
  const cells = new Float32Array(positions.length * f);
  for (let s = 0; s < positions.length; s++) {
    const to = cells.subarray(s * f, (s + 1) * f);
    if (!shifts) addRow(held, rows[orders ? orders[draw * entries + positions[s]] : positions[s]], to);
    else {
      for (let i = 0; i < f; i++) {
        const at = positions[s] + shifts[k][draw * f + i];
        to[i] = cellOf(held, rows[at < n ? at : at - n], i);
      }
    }
  }
  for (let p = 0; p < cells.length; p++) {
    const i = p % f;
    cells[p] = (cells[p] - centers[i]) * scales[i] * root;
  }
  return { ...module, values: cells, positions: Int32Array.from(positions.keys()) };
}

/** Writes the stored cells of a row. @param to one number a feature, 0. */
function addRow({ cells, featureOf }: DrawnCells, row: number, to: Float32Array): void {
  for (let p = cells.offsets[row]; p < cells.offsets[row + 1]; p++) {
    const i = featureOf[cells.indices[p]];
    if (i >= 0) to[i] = cells.values[p];
  }
}

/** The cell of feature i in a row. */
function cellOf({ cells, featureOf }: DrawnCells, row: number, i: number): number {
  for (let p = cells.offsets[row]; p < cells.offsets[row + 1]; p++) {
    if (featureOf[cells.indices[p]] === i) return cells.values[p];
  }
  return 0;
}
