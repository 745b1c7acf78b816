/**
 * What a shard computes from: the localities of a range, the rows of the table that they touch, and the rules.
 *
 * Shapes: rows of the table as dense f32 or compressed, or where they lie in parts (../associations/parted.ts), which the shard reads itself;
 *   members count x size, numbers within these rows.
 * Types: `Localities`: members (count x size sample rows), size, count. `AssociationRules`: measure, form, support, gate, levels.
 *   `Csr`: sparse rows (offsets, indices, values).
 * Fails: ShapeError for a message that is no specification.
 */

import { isCsr, selectRows } from '../../core/csr.js';
import { positionsOf } from '../../core/order-keys.js';
import type { AssociationRules } from '../../engine/engine.js';
import type { Csr, Matrix, PartedRows } from '../../model.js';
import type { Samples } from '../associations/operations.js';
import { distinctPositions, partedTable, partsOf } from '../associations/parted.js';
import { checkLike } from './check.js';
import { checkSpans, checkSpecification } from './check-specification.js';
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
  /** Localities of each span, which are summed together: a group of segments or one of them (./divide.ts). */
  readonly spans: readonly number[];
}

type Message = Pick<ShardReply, 'fields' | 'arrays'>;

/** Reads rows of parts at a path. @param key of the parts that are meant: FormatError where others are there, or none. */
export type PartsReader = (
  parts: { readonly path: string; readonly key: string },
  positions: Int32Array,
) => Promise<Matrix | Csr>;

/** The specification of a range of localities, with the rows that it touches only. */
export function specificationOf(
  { features, localities, rules }: Samples,
  { first, count }: Range,
  segment: number,
  spans: readonly Range[],
): ShardSpecification {
  const { size } = localities;
  const wanted = localities.members.subarray(first * size, (first + count) * size);
  const parts = partsOf(features);
  const rows = rowsTouched({ features, localities }, { first, count });
  const positions = parts && rows.map((row) => parts.positions[row]);
  const numberOf = new Int32Array(features.rows);
  rows.forEach((row, number) => {
    numberOf[row] = number;
  });
  const { levels } = rules;
  return {
    features:
      positions && parts
        ? partedTable({ ...parts, positions }, features.columns)
        : selectRows(features, rows),
    localities: { members: wanted.map((row) => numberOf[row]), size, count },
    rules: levels ? { ...rules, levels: rows.map((row) => levels[row]) } : rules,
    segment,
    spans: spans.map((span) => span.count),
  };
}

/** The rows that a range of localities touches, as its specification numbers them: those of parts in the order in which they are read. */
export function rowsTouched(
  { features, localities }: Pick<Samples, 'features' | 'localities'>,
  { first, count }: Range,
): Int32Array {
  const { members, size } = localities;
  const wanted = members.subarray(first * size, (first + count) * size);
  const parts = partsOf(features);
  if (!parts) return distinct(wanted, features.rows);
  return distinctPositions(wanted, parts.positions).map((at) => parts.order[at]);
}

/** The rows that occur, ascending. @param rows numbers below `most`. */
function distinct(rows: Int32Array, most: number): Int32Array {
  const occurs = new Uint8Array(most);
  for (const row of rows) occurs[row] = 1;
  return positionsOf(occurs, 1);
}

/** The specification as a message. */
export function specificationMessage(specification: ShardSpecification): Message {
  const { features, localities, rules, segment, spans } = specification;
  const { members, size, count } = localities;
  const { levels, ...others } = rules;
  const parts = partsOf(features);
  const where = parts && { path: parts.path, key: parts.key, layout: parts.layout };
  const rows = { kind: kindOf(features), count: features.rows, ...where };
  return {
    fields: { spec: { features: features.columns, size, count, segment, spans, rules: others, rows } },
    arrays: [
      { name: 'members', shape: [count, size], data: members },
      ...(levels ? [{ name: 'levels', shape: [levels.length], data: levels }] : []),
      ...featureArrays(features),
    ],
  };
}

/** How the rows of a table travel. */
function kindOf(features: Matrix | Csr): 'file' | 'sparse' | 'dense' {
  if (partsOf(features)) return 'file';
  return isCsr(features) ? 'sparse' : 'dense';
}

/** The arrays of a table, or where its rows lie. */
function featureArrays(features: Matrix | Csr): FrameArray[] {
  const parts = partsOf(features);
  if (parts) return [{ name: 'positions', shape: [features.rows], data: parts.positions }];
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
  ...{ features: 0, size: 0, count: 0, segment: 0, spans: [], rows: { kind: '', count: 0 } },
  rules: { measure: '', form: '', support: 0, gate: 0 },
};

/**
 * The specification in a message. ShapeError where it is none, or where its parts do not fit together.
 * @param readParts for rows that lie in parts; nothing is read yet.
 */
export function specificationIn(message: Message, readParts: PartsReader): ShardSpecification {
  const { fields, arrays } = message;
  const spec = checkLike(fields.spec, SHAPE_OF_SPEC, 'spec');
  const members = arrayOf(arrays, 'members', Int32Array);
  const levels = arrays.some(({ name }) => name === 'levels') ? arrayOf(arrays, 'levels', Int32Array) : null;
  const features = featuresIn(message, { rows: spec.rows.count, columns: spec.features }, readParts);
  const rules = { ...spec.rules, ...(levels && { levels }) } as AssociationRules;
  const { size, count, segment } = spec;
  const spans: unknown = spec.spans;
  const specification = { features, localities: { members, size, count }, rules, segment };
  checkSpecification(specification, segment);
  checkSpans(spans, count, segment);
  return { ...specification, spans };
}

const SHAPE_OF_ROWS = { rows: { kind: '' } };
const SHAPE_OF_FILE = { rows: { path: '', key: '', layout: '' } };

/** The table in a message. @param shape that it must have. */
function featuresIn(
  { fields, arrays }: Message,
  shape: { readonly rows: number; readonly columns: number },
  readParts: PartsReader,
): Matrix | Csr {
  const { kind } = checkLike(fields.spec as object, SHAPE_OF_ROWS, 'spec').rows;
  if (kind === 'file') return partedIn({ fields, arrays }, shape.columns, readParts);
  if (kind !== 'sparse') return { ...shape, data: arrayOf(arrays, 'data', Float32Array) };
  return {
    ...{ ...shape, offsets: arrayOf(arrays, 'offsets', Float64Array) },
    ...{ indices: arrayOf(arrays, 'indices', Int32Array), values: arrayOf(arrays, 'values', Float32Array) },
  };
}

/** The table whose rows lie in parts. */
function partedIn({ fields, arrays }: Message, columns: number, readParts: PartsReader): Matrix | Csr {
  const { path, key, layout } = checkLike(fields.spec as object, SHAPE_OF_FILE, 'spec').rows;
  const positions = arrayOf(arrays, 'positions', Int32Array);
  const parts: PartedRows = {
    ...{ path, key, layout: layout === 'dense' ? 'dense' : 'sparse', positions },
    // rows are numbered as they are read: a shard asks for all of them, once
    order: Int32Array.from({ length: positions.length }, (_, row) => row),
    read: (wanted) => readParts({ path, key }, wanted),
  };
  return partedTable(parts, columns);
}
