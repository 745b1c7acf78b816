/**
 * Purpose: the start of a text table: its delimiter, header, number format and columns, and the records that follow.
 * Cost: the first mebibyte of the file and 100 records are held; a file with unusual numbers is read once more to decide how
 * they are written.
 * Fails: FormatError for empty files and for a header that is longer than the rows; OptionError for numbers that can be read
 * in two ways.
 * Types: `Input`, of a reader: name (without a compression suffix), pieces (the decompressed bytes in order).
 *   `Settings`, options with defaults: header (true, false or `auto`), decimal (sign), thousands (sign), encoding (of
 *   the text). `CsvRecord`: fields, and line of the file (from 1). `Warning`: code (for programs) and message (for
 *   people). `HeaderGuess`, whether the first line is a header: doubt (a sentence, or null).
 */

import { FormatError, OptionError, option, words } from '../../errors.js';
import type { Warning } from '../../model.js';
import type { Input, Settings } from '../options.js';
import { chain, decodeText } from '../source/bytes.js';
import { isMissing } from '../text/numbers.js';
import { combinedNames, guessHeader, headerLines } from './header.js';
import {
  addEvidence,
  decideStyle,
  isUnusual,
  type NumberEvidence,
  type NumberStyle,
  newEvidence,
  PLAIN,
  parseStyled,
} from './number-style.js';
import { readPreamble } from './preamble.js';
import { type CsvRecord, csvRecords, guessDelimiter, splitWhitespace, WHITESPACE } from './records.js';

/** Records looked at before the layout is decided. */
const SAMPLE = 100;

export interface OpenCsv {
  readonly columns: number;
  /** Empty fields behind the last column of each row, where rows end in a delimiter. */
  readonly trailing: number;
  /** Null when the file has no header. An unnamed column is the empty text. */
  readonly names: readonly string[] | null;
  readonly delimiter: string;
  readonly style: NumberStyle;
  /** Whether all cells have decided the style. */
  readonly surveyed: boolean;
  /** First data records, at most 100. */
  readonly sample: readonly CsvRecord[];
  /** All data records, those of the sample first. */
  readonly records: AsyncIterable<CsvRecord>;
  readonly warnings: readonly Warning[];
}

/** A text table before its header is told from its rows. */
interface Start {
  /** The first records, a header among them; at most 101. */
  readonly sample: readonly CsvRecord[];
  /** Those that follow the sample. */
  readonly records: AsyncIterable<CsvRecord>;
  readonly delimiter: string;
  /** Of the file. */
  readonly name: string;
  readonly warnings: readonly Warning[];
}

/** How numbers are written, and whether all cells have decided it. */
interface Styled {
  readonly style: NumberStyle;
  readonly warnings: readonly Warning[];
  readonly surveyed: boolean;
}

/**
 * Opens a text table: finds preamble, delimiter, header, columns and the writing of numbers, and returns them with
 * the records. Errors as in the header, and FormatError for bytes that are no text.
 * @param survey whether all cells decide how numbers are written, which takes a reading of the whole; otherwise the
 * first records do where they can.
 */
export async function openCsv(input: Input, settings: Settings, survey = false): Promise<OpenCsv> {
  const start = await startOf(input, settings);
  const evidence = newEvidence();
  for (const { fields } of start.sample) {
    for (const [c, text] of fields.entries()) addEvidence(evidence, text, c);
  }
  const requested = { decimal: settings.decimal, thousands: settings.thousands };
  const isPlain = requested.decimal === undefined && requested.thousands === undefined;
  if (!survey && isPlain && !isUnusual(evidence, start.delimiter)) {
    return layoutOf(start, settings, { style: PLAIN, warnings: [], surveyed: false });
  }
  const whole = await surveyNumbers(input, settings);
  return layoutOf(start, settings, { ...decideStyle(whole, requested, input.name), surveyed: true });
}

/**
 * How all numbers of the file are written, counted in one reading of the text. CancelledError once the signal is
 * aborted; FormatError for broken quotes.
 */
async function surveyNumbers(input: Input, settings: Settings): Promise<NumberEvidence> {
  const { sample, records } = await startOf(input, settings);
  const evidence = newEvidence();
  const columns = numberColumns(sample);
  for await (const { fields } of records) {
    for (const c of columns) if (c < fields.length) addEvidence(evidence, fields[c], c);
  }
  for (const { fields } of sample)
    for (const c of columns) if (c < fields.length) addEvidence(evidence, fields[c], c);
  return evidence;
}

/**
 * Columns that hold numbers in some writing in half of the first records or more. Positions, ascending; the first
 * record, which may be a header, does not count.
 */
function numberColumns(sample: readonly CsvRecord[]): number[] {
  const width = Math.max(...sample.map(({ fields }) => fields.length));
  const numeric = (text: string) => /^\s*[-+]?[\d.,'\u00a0\u202f ]*\d[.,]?(e[-+]?\d+)?\s*$/i.test(text);
  return Array.from({ length: width }, (_, c) => c).filter((c) => {
    const cells = sample.slice(1).flatMap(({ fields }) => (isMissing(fields[c] ?? '') ? [] : [fields[c]]));
    return cells.length > 0 && cells.filter(numeric).length >= cells.length / 2;
  });
}

/**
 * The start of the text: delimiter, at most 101 records as a sample, the records that follow, and warnings on lines
 * before the table. FormatError for an empty file.
 */
async function startOf(input: Input, settings: Settings): Promise<Start> {
  const text = decodeText(input.pieces(), input.name, settings.encoding);
  const { value: whole } = await text.next();
  if (!whole) throw emptyFile(input.name);
  const requested = settings.delimiter;
  const preamble = readPreamble(whole, input.name, (line, below) => {
    const delimiter = requested ?? guessDelimiter(below, input.name);
    return delimiter === WHITESPACE ? splitWhitespace(line) : line.split(delimiter);
  });
  const head = whole.slice(preamble.length);
  const delimiter = requested ?? preamble.delimiter ?? guessDelimiter(head, input.name);
  const records = csvRecords(chain([head], text), delimiter, input.name, preamble.lines + 1);
  const sample: CsvRecord[] = [];
  while (sample.length <= SAMPLE) {
    const next = await records.next();
    if (next.done) break;
    sample.push(next.value);
  }
  if (sample.length === 0) throw emptyFile(input.name);
  return { sample, records, delimiter, name: input.name, warnings: preamble.warnings };
}

/**
 * The layout of a text table from its first records: header, number of columns, and the data records with the sample
 * put back.
 * @param styled how numbers are written.
 */
function layoutOf(start: Start, settings: Settings, styled: Styled): OpenCsv {
  const { sample, records, name, delimiter } = start;
  const { style, surveyed } = styled;
  const warnings = [...start.warnings, ...styled.warnings];
  const isNumber = (text: string) => !Number.isNaN(parseStyled(text, style));
  const { first, trailing } = fittedHeader(sample, name, warnings);
  const width = first.length;
  const rows = [first, ...sample.slice(1).map(({ fields }) => fields.slice(0, width))];
  const even = rows.filter((row) => row.length === width);
  // a row of another length ends the header: lines behind it are not taken for one
  const top = rows.findIndex((row) => row.length !== width);
  const most = settings.header === false ? 0 : top < 0 ? rows.length : top;
  const lines = Math.min(headerLines(even, isNumber), most);
  const guess =
    settings.header === 'auto' && lines < 2
      ? guessHeader(even, isNumber)
      : { header: settings.header !== false, doubt: null };
  if (guess.doubt !== null) {
    const message = `The first line of ${name} was read as a header: ${guess.doubt}. If it is data, say that there is no header.`;
    warnings.push({ code: 'header-guessed', message });
  }
  const extra = guess.header ? Math.max(0, lines - 1) : 0;
  const names = namesOf(rows, guess.header, extra, name, warnings);
  const data = sample.slice(guess.header ? 1 + extra : 0);
  const columns = guess.header ? width : width - trailingWithoutHeader(sample);
  const all = chain(data, records);
  return {
    columns,
    trailing: Math.max(trailing, width - columns),
    names,
    delimiter,
    style,
    surveyed,
    sample: data,
    records: all,
    warnings,
  };
}

/**
 * The names of the columns, trimmed; null without a header. From several lines those of the line with the most different
 * names, else all joined by points.
 * @param rows the first records; header lines of one length.
 * @param header whether there is one.
 * @param extra header lines beyond the first.
 * @param name of the file, for the warning.
 * @param warnings gets one for several lines.
 */
function namesOf(
  rows: readonly (readonly string[])[],
  header: boolean,
  extra: number,
  name: string,
  warnings: Warning[],
): readonly string[] | null {
  if (!header) return null;
  const lines = rows.slice(0, 1 + extra);
  if (extra === 0) return lines[0].map((text) => text.trim());
  const names = combinedNames(lines);
  const message = `The first ${1 + extra} lines of ${name} were read as a header: columns are called ${names
    .filter((text) => text !== '')
    .slice(0, 4)
    .join(', ')}...`;
  warnings.push({ code: 'header-lines', message });
  return names;
}

/**
 * The first record with as many fields as the rows have, and how many empty fields rows have beyond it. Rows that end
 * in a delimiter have one more than the header; R leaves out the name of the column of row names. FormatError for a
 * header that is longer than the rows.
 * @param sample the first records, one at least.
 * @param name of the file, for the warning.
 * @param warnings gets one where fields are left out.
 */
function fittedHeader(
  sample: readonly CsvRecord[],
  name: string,
  warnings: Warning[],
): { first: readonly string[]; trailing: number } {
  const first = sample[0].fields;
  const rows = sample.slice(1).map(({ fields }) => fields);
  const width = rows.length > 0 ? usualWidth(rows) : first.length;
  const more = width - first.length;
  if (more === 0) return { first, trailing: 0 };
  const even = rows.filter((row) => row.length === width);
  if (more > 0 && even.every((row) => row.slice(first.length).every((field) => field.trim() === ''))) {
    const message = `Rows of ${name} end in ${more === 1 ? 'a delimiter' : `${more} delimiters`} that the header does not have; the empty field behind the last column was left out.`;
    warnings.push({ code: 'trailing-delimiter', message });
    return { first, trailing: more };
  }
  if (more === 1) return { first: ['', ...first], trailing: 0 };
  if (more < 0 && first.slice(width).every((field) => field.trim() === '')) {
    return { first: first.slice(0, width), trailing: 0 };
  }
  if (more === -1 && even.length > 1) throw longHeader(name, first, width);
  return { first, trailing: 0 };
}

/**
 * The number of fields that most rows have, that of the first among equals.
 * @param rows one at least.
 */
function usualWidth(rows: readonly (readonly string[])[]): number {
  const counts = new Map<number, number>();
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

/**
 * For a file without a header: 1 where all records of the sample have as many fields, two or more, and the last is empty; else 0.
 */
function trailingWithoutHeader(sample: readonly CsvRecord[]): number {
  const width = sample[0].fields.length;
  if (width < 2 || sample.some(({ fields }) => fields.length !== width)) return 0;
  return sample.every(({ fields }) => fields[width - 1].trim() === '') ? 1 : 0;
}

/** The error for a header with more names (`first`) than the rows have fields (`width`). @param name of the file. */
function longHeader(name: string, first: readonly string[], width: number): FormatError {
  return new FormatError({
    got: `a header of ${first.length} names over rows of ${width} fields in ${name}`,
    expected: 'one name a column: it cannot be told which name is too many',
    remedy: `complete the rows, or remove a name (the first is ${JSON.stringify(first[0])}, the last ${JSON.stringify(first.at(-1))})`,
  });
}

/** The error for a text without records. */
function emptyFile(name: string): FormatError {
  return new FormatError({
    got: `an empty file, ${name}`,
    expected: 'rows of numbers',
    remedy: 'check that the file was written completely',
  });
}

/** OptionError for a setting of `delimiter` that is neither one character nor `whitespace`. */
export function checkDelimiter(delimiter: string | undefined): void {
  if (delimiter === undefined || delimiter === WHITESPACE || delimiter.length === 1) return;
  throw new OptionError({
    got: words`${option('delimiter', JSON.stringify(delimiter))}`,
    expected: 'one character, tab or whitespace',
    remedy: 'leave it out to have it found',
  });
}
