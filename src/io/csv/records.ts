/**
 * Records of a delimited text, one by one with the line each starts on, from text that arrives in pieces.
 * Papaparse does the splitting (RFC 4180); what is ours is the streaming and the line numbers.
 * Fails: FormatError for a quote that does not end; the others never.
 */

import Papa from 'papaparse';
import { FormatError } from '../../errors.js';
import { asItWas } from '../text/formulas.js';

export interface CsvRecord {
  readonly fields: readonly string[];
  /** Line of the file on which the record starts, from 1. */
  readonly line: number;
}

/** Characters without the end of a record after which a file is taken as damaged (an open quote, no lines). */
const LONGEST_RECORD = 2 ** 26;

/** What Papaparse returns. */
interface Parsed {
  readonly data: string[][];
  readonly errors: readonly { readonly code: string; readonly row?: number }[];
  readonly meta: { readonly cursor: number };
}

/** In place of a delimiter: fields are separated by any run of spaces and tabs. */
export const WHITESPACE = 'whitespace';
const DELIMITERS = [',', '\t', ';', '|'];
const QUOTED_OR_PLAIN = /"(?:[^"]|"")*"(?=\s|$)|\S+/g;

/**
 * The delimiter that cuts the first 50 records into the most fields of one number; where none does, runs of spaces
 * where they do, else the one that cuts the first record into the most. (Papaparse's guess takes `1,5;2` for
 * comma-separated.) One of comma, semicolon, tab, bar, or WHITESPACE.
 * @param head the first characters of the file.
 * @param name of the file: .tsv and .tab mean tabs.
 */
export function guessDelimiter(head: string, name: string): string {
  if (/\.(tsv|tab)(\.gz)?$/i.test(name) && head.includes('\t')) return '\t';
  const scores = DELIMITERS.map((delimiter) => delimiterScore(recordsOf(head, delimiter), delimiter));
  const best = Math.max(...scores);
  if (best < EVEN && isSpaced(recordsOf(head, WHITESPACE))) return WHITESPACE;
  return DELIMITERS[scores.indexOf(best)];
}

/** Added to the score of a delimiter that gives all records as many fields: more than any number of fields. */
const EVEN = 1e6;
/** A field with two numbers, between which another delimiter stands. */
const TWO_NUMBERS = /^[^a-z"]*\d[\t;| ]+[-+]?[\d.]/i;

/**
 * The fields of the first records of a text, 50 at most, without the last, which may be cut off. All of them
 * where there are two or fewer.
 * @param head the beginning of the file as text.
 * @param delimiter between fields.
 */
function recordsOf(head: string, delimiter: string): string[][] {
  const lines = head.split('\n', 60);
  const data =
    delimiter === WHITESPACE
      ? lines.filter((line) => line.trim() !== '').map(splitWhitespace)
      : Papa.parse<string[]>(head, { preview: 50, delimiter, skipEmptyLines: true }).data;
  return data.length > 2 ? data.slice(0, -1) : data;
}

/**
 * How well a delimiter divides the first records: the number of fields of the first, and EVEN more where all others have
 * equally many (the first, a header, may have one more or less). 0 when no record has two fields, or when most records
 * keep two numbers in one field (TWO_NUMBERS), which another delimiter would part. Called for each delimiter; the largest
 * score is taken.
 * @param data records x fields, as this delimiter divides them.
 */
function delimiterScore(data: readonly (readonly string[])[], delimiter: string): number {
  const widths = data.map((fields) => fields.length);
  if (widths.length === 0 || Math.max(...widths) < 2) return 0;
  const twice = data.filter((fields) => fields.some((field) => TWO_NUMBERS.test(field))).length;
  if (delimiter !== WHITESPACE && twice > data.length / 2) return 0;
  const below = widths.slice(1);
  const even = below.every((width) => width === below[0]) && Math.abs(widths[0] - (widths.at(-1) ?? 0)) <= 1;
  return widths[0] + (even && (widths.at(-1) ?? 0) > 1 ? EVEN : 0);
}

/**
 * Whether records split at white space are rows of a table, and no sentences: equally many fields, and two
 * numbers in most.
 * @param data fields of each line.
 */
function isSpaced(data: readonly (readonly string[])[]): boolean {
  if (delimiterScore(data, WHITESPACE) < EVEN) return false;
  const telling = data.filter(
    (fields) => fields.filter((field) => /^[-+]?[\d.,]+(e[-+]?\d+)?$/i.test(field)).length > 1,
  );
  return telling.length >= Math.max(1, (data.length - 1) / 2);
}

/**
 * The fields of a line that are separated by runs of spaces and tabs; quotes hold a field together. Empty for a blank
 * line.
 */
export function splitWhitespace(line: string): string[] {
  return (line.match(QUOTED_OR_PLAIN) ?? []).map((field) =>
    field.length > 1 && field.startsWith('"') && field.endsWith('"')
      ? field.slice(1, -1).replaceAll('""', '"')
      : field,
  );
}

/**
 * Splits a text into records, without blank lines. FormatError for a quote that does not end. Fields are as
 * written, without their quotes.
 * @param pieces of the text, cut anywhere.
 * @param name of the file, for messages.
 * @param first line that the text begins on.
 * @param delimiter between fields.
 */
export async function* csvRecords(
  pieces: AsyncIterable<string>,
  delimiter: string,
  name: string,
  first = 1,
): AsyncGenerator<CsvRecord> {
  if (delimiter === WHITESPACE) {
    yield* whitespaceRecords(pieces, first);
    return;
  }
  const parser = new Papa.Parser({ delimiter, newline: '\n' });
  let pending = '';
  let line = first;
  for await (const piece of oneNewline(pieces)) {
    pending += piece;
    if (pending.length > LONGEST_RECORD) throw brokenQuotes(name, line, [pending.slice(0, 40)]);
    const parsed: Parsed = parser.parse(pending, 0, true);
    const quoted = pending.includes('"');
    pending = pending.slice(parsed.meta.cursor);
    line = yield* numbered(parsed, line, quoted, name);
  }
  if (pending.length > 0) yield* numbered(parser.parse(pending, 0, false), line, true, name);
}

/**
 * `csvRecords` for fields divided by white space: one record a line.
 * @param first number of the first line.
 */
async function* whitespaceRecords(pieces: AsyncIterable<string>, first: number): AsyncGenerator<CsvRecord> {
  let pending = '';
  let line = first;
  for await (const piece of oneNewline(pieces)) {
    const lines = (pending + piece).split('\n');
    pending = lines.pop() ?? '';
    for (const text of lines) {
      const fields = splitWhitespace(text);
      if (fields.length > 0) yield { fields, line };
      line++;
    }
  }
  const fields = splitWhitespace(pending);
  if (fields.length > 0) yield { fields, line };
}

/**
 * The records of a parsed piece with their line numbers; returns the number of the next line. FormatError for a
 * broken quote.
 * @param first line of the piece.
 * @param quoted whether it has quotes, in which fields may hold line breaks.
 * @param name of the file.
 */
function* numbered(
  parsed: Parsed,
  first: number,
  quoted: boolean,
  name: string,
): Generator<CsvRecord, number> {
  let line = first;
  const broken = new Set(parsed.errors.map((error) => error.row));
  for (const [i, fields] of parsed.data.entries()) {
    if (broken.has(i)) throw brokenQuotes(name, line, fields);
    if (fields.length > 1 || fields[0].trim() !== '') yield { fields: fields.map(asItWas), line };
    line += 1 + (quoted ? fields.reduce((sum, field) => sum + newlinesIn(field), 0) : 0);
  }
  return line;
}

/** Number of line breaks in a text. */
function newlinesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/**
 * Yields the pieces of text with every line ending in `\n`; a `\r` at the end of a piece waits for the next one. No
 * text is lost or added.
 */
async function* oneNewline(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let waiting = '';
  for await (const piece of pieces) {
    const text = waiting + piece;
    waiting = text.endsWith('\r') ? '\r' : '';
    const complete = waiting ? text.slice(0, -1) : text;
    yield complete.includes('\r') ? complete.replace(/\r\n?/g, '\n') : complete;
  }
  if (waiting) yield '\n';
}

/**
 * The error for a quote that does not end.
 * @param fields of the record; the last is shown.
 * @param name of the file.
 * @param line its number, from 1.
 */
function brokenQuotes(name: string, line: number, fields: readonly string[]): FormatError {
  return new FormatError({
    got: `a quoted field that does not end properly on line ${line} of ${name} (near ${JSON.stringify(
      (fields.at(-1) ?? '').slice(0, 40),
    )})`,
    expected: 'every opening quote to be closed before the next delimiter',
    remedy: 'close the quote, or double the quotes inside the field',
  });
}
