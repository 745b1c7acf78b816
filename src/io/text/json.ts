/**
 * JSON lines, or a JSON list, of objects (a column a key) or of lists of numbers; and lists of texts.
 * Types: `Input`, of a reader: name (without a compression suffix), pieces (the decompressed bytes in order).
 *   `Settings`, options with defaults: memory (bytes that may be held), label (column of labels).
 * Fails: FormatError for text that is no list of records, OptionError for a key that is not there.
 */

import { FormatError } from '../../errors.js';
import { type ColumnKind, type ColumnShape, rawTexts, textColumn } from '../columns/shape.js';
import { columnSink } from '../columns/sink.js';
import type { FormatReader, Input, RawTexts, Settings } from '../options.js';
import { decodeText, tooLarge } from '../source/bytes.js';
import { INDEX, wholeTable } from './json-shapes.js';
import { LONGEST_TEXT, longText, readJsonTexts } from './text-lists.js';

interface Records {
  readonly shape: ColumnShape;
  readonly values: ReadonlyMap<string, readonly unknown[]>;
}

/** Bytes that a parsed value takes at least, to refuse what memory cannot hold. */
const VALUE_BYTES = 8;

/**
 * Reads all records as columns by key, one value a record; null where a record lacks the key. FormatError beyond the
 * memory, and for texts among numbers.
 * @returns names and kinds of columns, the number of rows, and the values by key.
 */
async function readRecords(input: Input, settings: Settings): Promise<Records> {
  const values = new Map<string, unknown[]>();
  let rows = 0;
  for await (const { record, where } of recordsOf(input, settings)) {
    for (const [key, value] of entriesOf(record, where, input.name)) {
      let column = values.get(key);
      if (!column) values.set(key, (column = new Array<unknown>(rows).fill(null)));
      column[rows] = value;
    }
    rows++;
    for (const column of values.values()) if (column.length < rows) column.push(null);
    if (rows * values.size * VALUE_BYTES > settings.memory) {
      throw tooLarge(input.name, `more than ${rows} x ${values.size} values`, settings.memory);
    }
  }
  const turned = rows === 1 ? wholeTable(values, settings.purpose) : null;
  const found = turned?.values ?? values;
  const columns = [...found].map(([name, column]) => ({ name, kind: kindOf(name, column, input.name) }));
  const index = found.has(INDEX) ? [INDEX] : [];
  return { shape: { columns, rows: turned?.rows ?? rows, index, name: input.name }, values: found };
}

/**
 * The value of a JSON text; `NaN` and `Infinity`, which Python writes and JSON does not have, are null, a missing
 * value. SyntaxError for any other text.
 */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (!/NaN|Infinity/.test(text)) throw cause;
    return JSON.parse(text.replace(STRING_OR_NAN, (found) => (found.startsWith('"') ? found : 'null')));
  }
}

const STRING_OR_NAN = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g;

/**
 * Yields the records, with where each is found in words: one a line, or the items of one list that spans the file.
 * FormatError for text that is not JSON. FormatError for a list that does not fit in one text.
 */
async function* recordsOf(
  input: Input,
  { encoding }: Settings,
): AsyncGenerator<{ record: unknown; where: string }> {
  let line = 0;
  let pending = '';
  const parse = (text: string, where: string) => {
    try {
      return parseJson(text);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw notRecords(input.name, `text that is not JSON on ${where} (${why.slice(0, 80)})`, cause);
    }
  };
  for await (const piece of decodeText(input.pieces(), input.name, encoding)) {
    pending += piece;
    if (pending.length > LONGEST_TEXT) throw longText(input.name, LONGEST_TEXT);
    if (isOneList(pending, line)) continue;
    const lines = pending.split('\n');
    pending = lines.pop() ?? '';
    for (const text of lines) {
      line++;
      if (text.trim() !== '') yield { record: parse(text, `line ${line}`), where: `line ${line}` };
    }
  }
  if (!isOneList(pending, line)) {
    if (pending.trim() !== '')
      yield { record: parse(pending, `line ${line + 1}`), where: `line ${line + 1}` };
    return;
  }
  const list = parse(pending, 'line 1');
  if (!Array.isArray(list)) throw notRecords(input.name, 'JSON that is no list');
  for (const [i, record] of list.entries()) yield { record, where: `item ${i + 1}` };
}

/**
 * Whether a file opens with a list of objects or of lists, rather than with a record on a line of its own.
 * @param line number of lines read before.
 * @param text of the file.
 */
function isOneList(text: string, line: number): boolean {
  return line === 0 && /^\s*\[\s*[[{]/.test(text);
}

/**
 * The keys and values of a record; a list has f0, f1, ... for keys. FormatError for other values. Nested objects are
 * values.
 * @param where it is found.
 * @param name of the file.
 */
function entriesOf(record: unknown, where: string, name: string): [string, unknown][] {
  if (Array.isArray(record)) return record.map((value, i) => [`f${i}`, value]);
  if (typeof record === 'object' && record !== null) return Object.entries(record);
  throw notRecords(name, `${JSON.stringify(record)?.slice(0, 40)} on ${where}`);
}

/**
 * What a column holds: numbers, texts, lists of numbers or something else; FormatError for a text among
 * numbers.
 * @param name of the column.
 * @param file its name.
 * @param values of the field, one a record.
 */
function kindOf(name: string, values: readonly unknown[], file: string): ColumnKind {
  const present = values.filter((value) => value !== null);
  const text = values.findIndex((value) => typeof value === 'string');
  const plain = (value: unknown) => typeof value === 'number' || typeof value === 'boolean';
  if (present.every(plain)) return 'number';
  if (present.every((value) => typeof value === 'string')) return 'text';
  if (present.every((value) => Array.isArray(value) && value.every(plain))) return 'list';
  if (text < 0 || !present.some((value) => typeof value === 'number')) return 'other';
  throw new FormatError({
    got: `the text ${JSON.stringify(values[text]).slice(0, 60)} in column ${name} of record ${text + 1} of ${file}`,
    expected: 'a number, because other records have one there',
    remedy: 'correct the record, or put null where a value is missing',
  });
}

/**
 * The error for JSON that is no list of records.
 * @param name of the file.
 * @param what it is instead.
 * @param cause what was thrown, if anything.
 */
function notRecords(name: string, what: string, cause?: unknown): FormatError {
  return new FormatError(
    {
      got: `${what} in ${name}`,
      expected: 'one JSON object (or list of numbers) a sample, on a line each or in one list',
      remedy: 'check that this is the file of features, and that it is complete',
    },
    { cause },
  );
}

/**
 * The column that an option names as texts, where the file is a table of objects (a record without the key has no
 * value); otherwise the file as a plain list of texts, or an object of lists. OptionError where no record has the key,
 * and where several columns or lists may be meant.
 */
async function readTexts(input: Input, settings: Settings): Promise<RawTexts> {
  if (!(await isTable(input, settings))) return readJsonTexts(input, settings);
  const { shape, values } = await readRecords(input, settings);
  const { column, id } = textColumn(shape, settings);
  return rawTexts(values.get(column) ?? [], id === null ? null : (values.get(id) ?? []));
}

/**
 * Whether the file holds objects, one a sample: its first is followed by another, or has the key that is wanted with a
 * value that is no list. False for a file that is no JSON; other errors pass.
 */
async function isTable(input: Input, settings: Settings): Promise<boolean> {
  const wanted = settings.key ?? settings.label;
  let records = 0;
  try {
    for await (const { record } of recordsOf(input, settings)) {
      if (typeof record !== 'object' || record === null || Array.isArray(record)) return false;
      const value = wanted === undefined ? undefined : (record as Record<string, unknown>)[wanted];
      if (value !== undefined) return !Array.isArray(value);
      if (++records > 1) return true;
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  return false;
}

export const jsonReader: FormatReader = {
  async table(input, settings) {
    const { shape, values } = await readRecords(input, settings);
    const sink = columnSink(shape, settings);
    for (const column of sink.wanted) sink.put(column, 0, values.get(column) ?? []);
    return sink.table();
  },
  texts: readTexts,
};
