/**
 * What a shard computes from: the localities of a range, the rows of the table that they touch, and the rules.
 *
 * Shapes: rows of the table as dense f32 or compressed; members count x size, numbers within these rows.
 * Types: `Localities`: members (count x size sample rows), size, count. `AssociationRules`: measure, form, support, gate, levels.
 *   `Csr`: sparse rows (offsets, indices, values).
 * Fails: ShapeError for a message that is no specification.
 */

import { isCsr, selectRows } from '../../core/csr.js';
import type { AssociationRules } from '../../engine/engine.js';
import type { Csr, Matrix } from '../../model.js';
import type { Samples } from '../associations/operations.js';
import { checkLike } from './check.js';
import { checkSpecification } from './check-specification.js';
import type { FrameArray } from './frames.js';
import { arrayOf, type ShardReply } from './messages.js';

/** Consecutive localities. */
export interface Range {
  readonly first: number;
  readonly count: number;
}

/** What a shard computes from. */
export interface ShardSpecification extends Samples {
  /** Localities of a segment of the whole; the range begins with a whole one. */
  readonly segment: number;
}

type Message = Pick<ShardReply, 'fields' | 'arrays'>;

/** The specification of a range of localities, with the rows that it touches only. */
export function specificationOf(
  { features, localities, rules }: Samples,
  { first, count }: Range,
  segment: number,
): ShardSpecification {
  const { size } = localities;
  const wanted = localities.members.subarray(first * size, (first + count) * size);
  const rows = distinct(wanted, features.rows);
  const numberOf = new Int32Array(features.rows);
  rows.forEach((row, number) => {
    numberOf[row] = number;
  });
  const { levels } = rules;
  return {
    features: selectRows(features, rows),
    localities: { members: wanted.map((row) => numberOf[row]), size, count },
    rules: levels ? { ...rules, levels: rows.map((row) => levels[row]) } : rules,
    segment,
  };
}

/** The rows that occur, ascending. @param rows numbers below `most`. */
function distinct(rows: Int32Array, most: number): Int32Array {
  const occurs = new Uint8Array(most);
  for (const row of rows) occurs[row] = 1;
  return Int32Array.from(occurs.keys()).filter((row) => occurs[row] === 1);
}

/** The specification as a message. */
export function specificationMessage({ features, localities, rules, segment }: ShardSpecification): Message {
  const { members, size, count } = localities;
  const { levels, ...others } = rules;
  const rows = { kind: isCsr(features) ? 'sparse' : 'dense', count: features.rows };
  return {
    fields: { spec: { features: features.columns, size, count, segment, rules: others, rows } },
    arrays: [
      { name: 'members', shape: [count, size], data: members },
      ...(levels ? [{ name: 'levels', shape: [levels.length], data: levels }] : []),
      ...featureArrays(features),
    ],
  };
}

/** The arrays of a table. */
function featureArrays(features: Matrix | Csr): FrameArray[] {
  if (!isCsr(features)) {
    return [{ name: 'data', shape: [features.rows, features.columns], data: features.data }];
  }
  const { offsets, indices, values } = features;
  return [
    { name: 'offsets', shape: [offsets.length], data: offsets },
    { name: 'indices', shape: [indices.length], data: indices },
    { name: 'values', shape: [values.length], data: values },
  ];
}

const SHAPE_OF_SPEC = {
  ...{ features: 0, size: 0, count: 0, segment: 0, rows: { kind: '', count: 0 } },
  rules: { measure: '', form: '', support: 0, gate: 0 },
};

/** The specification in a message. ShapeError where it is none, or where its parts do not fit together. */
export function specificationIn({ fields, arrays }: Message): ShardSpecification {
  const spec = checkLike(fields.spec, SHAPE_OF_SPEC, 'spec');
  const { rows, columns } = { rows: spec.rows.count, columns: spec.features };
  const members = arrayOf(arrays, 'members', Int32Array);
  const levels = arrays.some(({ name }) => name === 'levels') ? arrayOf(arrays, 'levels', Int32Array) : null;
  const features =
    spec.rows.kind === 'sparse'
      ? {
          ...{ rows, columns, offsets: arrayOf(arrays, 'offsets', Float64Array) },
          ...{
            indices: arrayOf(arrays, 'indices', Int32Array),
            values: arrayOf(arrays, 'values', Float32Array),
          },
        }
      : { rows, columns, data: arrayOf(arrays, 'data', Float32Array) };
  const rules = { ...spec.rules, ...(levels && { levels }) } as AssociationRules;
  const { size, count, segment } = spec;
  const specification = { features, localities: { members, size, count }, rules, segment };
  checkSpecification(specification, segment);
  return specification;
}
