/** What embedding methods read from a table, checked once: enough samples, finite values, dense rows. */

import { isCsr, toDense } from '../core/csr.js';
import type { Context } from '../engine/context.js';
import { FormatError, MachineError, OptionError, ShapeError } from '../errors.js';
import type { Csr, Matrix, Table, Warning } from '../model.js';

const MIN_ROWS = 2;

/** Throws when there are too few samples, no feature, or a value that is not a finite number. */
export function checkFeatures(features: Matrix | Csr, names: readonly string[], least = MIN_ROWS): void {
  if (features.rows < least || features.columns < 1) {
    throw new ShapeError({
      got: `${features.rows} samples x ${features.columns} features`,
      expected: `at least ${least} samples and 1 feature`,
      remedy: 'check that samples are rows and features are columns',
    });
  }
  const values = isCsr(features) ? features.values : features.data;
  if (allFinite(values)) return;
  const at = values.findIndex((value) => !Number.isFinite(value));
  throw notFinite(features, at, values[at], names);
}

/** Whether all values are finite: a difference from itself is 0 or NaN. Two sums that do not wait for one another, no branch. */
function allFinite(values: Float32Array): boolean {
  let [even, odd] = [0, 0];
  let at = 0;
  for (; at + 1 < values.length; at += 2) {
    even += values[at] - values[at];
    odd += values[at + 1] - values[at + 1];
  }
  if (at < values.length) even += values[at] - values[at];
  return even + odd === 0;
}

/** An error that names the row and feature of a value. */
function notFinite(features: Matrix | Csr, at: number, value: number, names: readonly string[]): FormatError {
  const row = isCsr(features)
    ? features.offsets.findLastIndex((offset) => offset <= at)
    : Math.floor(at / features.columns);
  const column = isCsr(features) ? features.indices[at] : at % features.columns;
  return new FormatError({
    got: `${value} at row ${row}, feature ${names[column] ?? column}`,
    expected: 'finite numbers',
    remedy: 'drop or fill such cells first',
  });
}

/** Features as dense rows. Throws MachineError when that does not fit. */
export function denseFeatures(features: Matrix | Csr, context: Context): Matrix {
  const need = 4 * features.rows * features.columns;
  if (isCsr(features) && need > context.memory) {
    throw new MachineError({
      got: `${features.rows} x ${features.columns} sparse features, ${Math.ceil(need / 2 ** 20)} MiB when dense`,
      expected: `at most ${Math.floor(context.memory / 2 ** 20)} MiB`,
      remedy: 'allow more memory, or reduce the features with pca first, which keeps them sparse',
    });
  }
  return toDense(features);
}

/** A warning when all samples are equal: an embedding of them means nothing. */
export function constantWarning(features: Matrix | Csr): Warning[] {
  const { rows, columns } = features;
  if (isCsr(features)) {
    if (features.values.some((value) => value !== 0)) return [];
  } else {
    for (let at = columns; at < rows * columns; at++) {
      if (features.data[at] !== features.data[at - columns]) return [];
    }
  }
  return [
    {
      code: 'constant-data',
      message: `All ${rows} samples are equal, so their arrangement in the embedding says nothing.`,
    },
  ];
}

/** The number of neighbors: the requested one, or an error; or the default, lowered with a warning. */
export function fitNeighbors(
  requested: number | undefined,
  standard: number,
  rows: number,
  most: number,
): { value: number; warnings: Warning[] } {
  if (requested !== undefined) {
    if (requested > most) {
      throw new OptionError({
        got: `nNeighbors ${requested} for ${rows} samples`,
        expected: `at most ${most}`,
        remedy: 'lower nNeighbors, or leave it out',
      });
    }
    return { value: requested, warnings: [] };
  }
  if (standard <= most) return { value: standard, warnings: [] };
  const message = `nNeighbors is ${most} instead of ${standard}: there are only ${rows} samples.`;
  return { value: most, warnings: [{ code: 'neighbors-reduced', message }] };
}

/** A table of features alone, for callers that have no file. */
export function tableOf(features: Matrix | Csr, name = 'features'): Table {
  return {
    features,
    featureNames: Array.from({ length: features.columns }, (_, i) => `f${i}`),
    ids: null,
    labels: null,
    source: { name, sha256: null },
    dropped: { rows: 0, features: [] },
    warnings: [],
  };
}
