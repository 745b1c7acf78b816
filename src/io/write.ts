/**
 * The writers of the output files: CSV after RFC 4180, and NPY version 1.0.
 * Fails: ShapeError where values do not fill the shape; else never.
 */

import { ShapeError } from '../errors.js';
import { joined } from './source/bytes.js';
import { harmless } from './text/formulas.js';
import { formatNumber } from './text/numbers.js';

/** A CSV cell: numbers are written in their shortest exact form, null as an empty field. */
export type Cell = string | number | null;

const RECORDS_A_PIECE = 2000;

/**
 * CSV text with a header, lines ended by a line feed.
 * @param rows one list of cells a line; not checked to be as long as the header. Too long for one string above about
 * 500 MB: use `csvPieces`.
 */
export function writeCsv(header: readonly string[], rows: Iterable<readonly Cell[]>): string {
  return [...csvPieces(header, rows)].join('');
}

/** The CSV text with a header in pieces, for tables too large for one string. @param rows one list of cells a line. */
export function* csvPieces(header: readonly string[], rows: Iterable<readonly Cell[]>): Generator<string> {
  let lines = [csvLine(header)];
  for (const row of rows) {
    lines.push(csvLine(row));
    if (lines.length < RECORDS_A_PIECE) continue;
    yield lines.join('');
    lines = [];
  }
  yield lines.join('');
}

/**
 * One line of CSV with its end.
 * @param cells one a column; null and NaN are left empty.
 */
function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvField).join(',')}\n`;
}

/** One field, quoted where it holds a comma, a quote, a line break, or spaces at its ends. A text is made harmless. */
export function csvField(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return formatNumber(cell);
  const text = harmless(cell);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const NPY_TYPES = new Map<string, string>([
  ['Int32Array', '<i4'],
  ['Float32Array', '<f4'],
  ['Float64Array', '<f8'],
  ['Uint8Array', '|u1'],
]);

type NpyData = Int32Array | Float32Array | Float64Array | Uint8Array;

/**
 * An array as the bytes of an NPY file, C order, little-endian. ShapeError when the shape does not fit.
 * @param data in C order.
 */
export const writeNpy = (data: NpyData, shape: readonly number[]): Uint8Array =>
  joined(npyPieces(data, shape));

/** The same bytes in two pieces: the header, and the data without a copy. */
export function npyPieces(data: NpyData, shape: readonly number[]): readonly [Uint8Array, Uint8Array] {
  const count = shape.reduce((product, length) => product * length, 1);
  if (count !== data.length) {
    throw new ShapeError({
      got: `${data.length} values for the shape ${shape.join(' x ')}`,
      expected: `${count} values`,
      remedy: 'give the shape of the data',
    });
  }
  const descriptor = NPY_TYPES.get(data.constructor.name);
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${descriptor}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // NumPy aligns the data to 64 bytes: magic, version and length take 10, the header ends in a line feed.
  const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const before = new Uint8Array(10 + header.length);
  before.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  before.set(new TextEncoder().encode(header), 10);
  return [before, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
}
