/**
 * Matrix Market text (`.mtx`, gzipped or not), streamed: coordinate and array, general, of integers, reals or
 * patterns. Source: the NIST description of the format.
 * Types: `Input`, of a reader: name (without a compression suffix), pieces (the decompressed bytes in order).
 *   `Settings`, options with defaults: memory (bytes that may be held).
 * Fails: FormatError for damage and beyond the memory; UnsupportedError for other kinds; CancelledError once the
 *   signal is aborted.
 */

import { CancelledError, FormatError, UnsupportedError } from '../../errors.js';
import type { Csr, Matrix } from '../../model.js';
import type { FormatReader, Input, Settings } from '../options.js';
import { chain, decodeText, tooLarge } from '../source/bytes.js';
import { checkShape } from '../table/checks.js';
import { entryOffsets, sortRows } from '../table/sparse.js';
import { packed, packMatrix, withOffsets } from '../table/units.js';

interface Size {
  readonly rows: number;
  readonly columns: number;
  readonly entries: number;
  readonly dense: boolean;
  readonly pattern: boolean;
}

/**
 * Reads the matrix, or its transpose where rows of the file are features (as 10x writes it). FormatError where
 * it contradicts its size line or exceeds the memory.
 * @returns dense for `array`, sparse for `coordinate`; a pattern has values of 1.
 * @param transposed whether the file has features in rows.
 */
export async function readMatrixMarket(
  input: Input,
  settings: Settings,
  transposed: boolean,
): Promise<Matrix | Csr> {
  const pieces = linesOf(input, settings);
  const { value: head } = await pieces.next();
  const { size, rest } = readSize(head ?? [], input.name);
  const lines = chain([rest], pieces);
  const rows = transposed ? size.columns : size.rows;
  const columns = transposed ? size.rows : size.columns;
  const bytes = size.dense ? rows * columns * 4 : size.entries * 20 + rows * 16;
  if (bytes > settings.memory) {
    throw tooLarge(
      input.name,
      `${size.rows} x ${size.columns} with ${size.entries} entries`,
      settings.memory,
    );
  }
  checkShape({ rows, columns }, input.name, settings.memory);
  if (size.dense) return readDense(lines, { rows, columns, transposed }, input.name);
  const { first, second, values } = await readTriplets(lines, size, input.name);
  return toRows(
    { rows, columns },
    transposed ? second : first,
    transposed ? first : second,
    values,
    input.name,
  );
}

/** Yields the lines of the text, some at a time. */
async function* linesOf(input: Input, settings: Settings): AsyncGenerator<string[]> {
  let pending = '';
  for await (const piece of decodeText(input.pieces(), input.name)) {
    if (settings.signal?.aborted) throw new CancelledError();
    const lines = (pending + piece).split('\n');
    pending = lines.pop() ?? '';
    yield lines;
  }
  if (pending !== '') yield [pending];
}

/**
 * The size of the matrix by banner and size line, and the lines behind them. UnsupportedError for another banner.
 * FormatError for a size line that is none.
 * @param lines first lines.
 * @param name of the file.
 */
function readSize(lines: readonly string[], name: string): { size: Size; rest: string[] } {
  const banner = /^%%MatrixMarket matrix (coordinate|array) (integer|real|double|pattern) general/i.exec(
    lines[0] ?? '',
  );
  if (!banner) {
    throw new UnsupportedError({
      got: `${JSON.stringify((lines[0] ?? '').slice(0, 60))} at the start of ${name}`,
      expected: '%%MatrixMarket matrix coordinate or array, of integers or reals, general',
      remedy: 'write it again in that form',
    });
  }
  let at = 1;
  while (at < lines.length && (lines[at].startsWith('%') || lines[at].trim() === '')) at++;
  const numbers = (lines[at] ?? '').trim().split(/\s+/).map(Number);
  const dense = banner[1].toLowerCase() === 'array';
  if (numbers.length !== (dense ? 2 : 3) || !numbers.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw damaged(name, `the size ${JSON.stringify(lines[at] ?? '')}`);
  }
  const [rows, columns] = numbers;
  const entries = dense ? rows * columns : numbers[2];
  const pattern = banner[2].toLowerCase() === 'pattern';
  return { size: { rows, columns, entries, dense, pattern }, rest: lines.slice(at + 1) };
}

/**
 * Row, column (both from 0) and value of every entry. FormatError where they do not fit the size. Read in full before
 * anything is made of them.
 * @param lines the text behind the header, in lists of lines.
 * @param size rows, columns and entries that the header promises.
 * @param name of the file.
 */
async function readTriplets(lines: AsyncIterable<string[]>, size: Size, name: string) {
  const first = new Int32Array(size.entries);
  const second = new Int32Array(size.entries);
  const values = new Float64Array(size.entries);
  let at = 0;
  for await (const piece of lines) {
    for (const line of piece) {
      if (line === '' || line === '\r') continue;
      const one = line.indexOf(' ');
      const two = line.indexOf(' ', one + 1);
      first[at] = Number(line.slice(0, one)) - 1;
      second[at] = Number(line.slice(one + 1, two < 0 ? undefined : two)) - 1;
      values[at] = size.pattern ? 1 : two < 0 ? Number.NaN : Number(line.slice(two + 1));
      const inside = first[at] >= 0 && first[at] < size.rows && second[at] >= 0 && second[at] < size.columns;
      if (at >= size.entries || !inside || Number.isNaN(values[at])) {
        throw damaged(
          name,
          `the entry ${JSON.stringify(line.slice(0, 60))} (number ${at + 1} of ${size.entries})`,
        );
      }
      at++;
    }
  }
  if (at < size.entries) throw damaged(name, `${at} of ${size.entries} entries`);
  return { first, second, values };
}

/**
 * The entries as compressed rows; FormatError for two entries in one cell.
 * @param shape of the matrix.
 * @param row of each entry.
 * @param column of each entry.
 * @param name of the file.
 * @param values of the entries.
 */
function toRows(
  shape: { rows: number; columns: number },
  row: Int32Array,
  column: Int32Array,
  values: Float64Array,
  name: string,
): Csr {
  const moved = entryOffsets(shape, column, values);
  const offsets = new Float64Array(shape.rows + 1);
  for (let p = 0; p < row.length; p++) offsets[row[p] + 1]++;
  for (let r = 0; r < shape.rows; r++) offsets[r + 1] += offsets[r];
  const next = offsets.slice(0, shape.rows);
  const result = {
    ...shape,
    offsets,
    indices: new Int32Array(row.length),
    values: new Float32Array(row.length),
    ...withOffsets(moved),
  };
  for (let p = 0; p < row.length; p++) {
    const at = next[row[p]]++;
    result.indices[at] = column[p];
    result.values[at] = packed(values[p], moved === null ? 0 : moved[column[p]]);
  }
  sortRows(result, name);
  return result;
}

/**
 * Reads a matrix that is written column after column, one number a line. FormatError for too few or too many numbers.
 * @param shape `transposed` where columns of the file are rows of the result.
 * @param name of the file.
 */
async function readDense(
  lines: AsyncIterable<string[]>,
  shape: { rows: number; columns: number; transposed: boolean },
  name: string,
): Promise<Matrix> {
  const { rows, columns, transposed } = shape;
  const data = new Float64Array(rows * columns);
  let at = 0;
  for await (const piece of lines) {
    for (const line of piece) {
      if (line.trim() === '') continue;
      const value = Number(line);
      if (at >= data.length || Number.isNaN(value))
        throw damaged(name, `the entry ${JSON.stringify(line.slice(0, 60))}`);
      data[transposed ? at : (at % rows) * columns + Math.floor(at / rows)] = value;
      at++;
    }
  }
  if (at < data.length) throw damaged(name, `${at} of ${data.length} entries`);
  return packMatrix(rows, columns, data);
}

/**
 * The error for a file that contradicts its size line.
 * @param name of the file.
 * @param what is wrong, as "got".
 */
function damaged(name: string, what: string): FormatError {
  return new FormatError({
    got: `${what} in ${name}`,
    expected: 'a complete Matrix Market file',
    remedy: 'copy or download the file again: it is damaged or truncated',
  });
}

/** A bare `.mtx` file, rows as samples. */
export const matrixMarketReader: FormatReader = {
  async table(input, settings) {
    const features = await readMatrixMarket(input, settings, false);
    return { features, featureNames: null, ids: null, labels: null, warnings: [] };
  },
  texts: async (input) => {
    throw new FormatError({
      got: `a matrix, ${input.name}`,
      expected: 'a list of texts',
      remedy: 'give the file of labels',
    });
  },
};
