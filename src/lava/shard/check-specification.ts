/**
 * Checks of what a shard is sent, before it computes: kernels trust their arguments.
 *
 * Types: `Samples`: features, localities, rules. `Csr`: sparse rows. `Matrix`: row-major float32.
 * Fails: ShapeError, with what does not fit.
 */

import { ASSOCIATION_MEASURE_NAMES } from '../../core/association-measures.js';
import { isCsr } from '../../core/csr.js';
import { ShapeError } from '../../errors.js';
import type { Csr, Matrix } from '../../model.js';
import type { Samples } from '../associations/operations.js';
import { partsOf } from '../associations/parted.js';

const FORMS: readonly string[] = ['debiased', 'absolute', 'signed'];
const MEASURES: readonly string[] = ASSOCIATION_MEASURE_NAMES;

/**
 * Throws ShapeError unless the arrays of a specification are as long as it says, and every number lies in its range.
 * @param segment localities of a segment.
 */
export function checkSpecification({ features, localities, rules }: Samples, segment: number): void {
  const { members, size, count } = localities;
  expectFitting(
    [features.rows, features.columns, size, count, segment].every(isCount),
    'counts of 1 or more',
  );
  expectFitting(members.length === size * count, 'as many members as localities have samples');
  expectFitting(
    members.every((row) => row >= 0 && row < features.rows),
    'members that are rows',
  );
  expectFitting(isTable(features), 'a table of as many rows and columns as it says');
  expectFitting(!rules.levels || rules.levels.length === features.rows, 'a level for each row');
  expectFitting(
    MEASURES.includes(rules.measure) && FORMS.includes(rules.form),
    'a measure and a form that there are',
  );
  expectFitting(
    rules.gate >= 0 && rules.support >= 0 && rules.support < size,
    'a gate, and a support below the size',
  );
}

/** Throws ShapeError unless these are spans of so many localities: each of whole segments, but for the end of the last. */
export function checkSpans(
  spans: unknown,
  count: number,
  segment: number,
): asserts spans is readonly number[] {
  const areCounts = Array.isArray(spans) && spans.every(isCount);
  expectFitting(areCounts, 'spans of 1 locality or more');
  const list = spans as readonly number[];
  const whole = list.slice(0, -1).every((span) => span % segment === 0);
  expectFitting(whole && list.reduce((a, b) => a + b, 0) === count, 'spans of whole segments');
}

/** Whether the arrays of a table fit together. */
function isTable(table: Matrix | Csr): boolean {
  const { rows, columns } = table;
  const parts = partsOf(table);
  if (parts) return isAscending(parts.positions);
  if (!isCsr(table)) return table.data.length === rows * columns;
  const { offsets, indices, values } = table;
  const ascending = offsets.every((offset, r) => Number.isInteger(offset) && offset >= (offsets[r - 1] ?? 0));
  return (
    offsets.length === rows + 1 &&
    offsets[0] === 0 &&
    ascending &&
    offsets[rows] === indices.length &&
    indices.length === values.length &&
    indices.every((column) => column >= 0 && column < columns)
  );
}

/** Whether each number is above the one before, and the first at least 0. */
const isAscending = (numbers: Int32Array): boolean =>
  numbers.every((number, i) => number > (numbers[i - 1] ?? -1));

/** A whole number of 1 or more. */
const isCount = (value: number): boolean => Number.isSafeInteger(value) && value > 0;

/** Throws ShapeError unless what is expected holds. */
export function expectFitting(holds: boolean, expected: string): void {
  if (holds) return;
  throw new ShapeError({
    got: 'a message of shards whose parts do not fit together',
    expected,
    remedy: 'run the same whymap on both sides',
  });
}
