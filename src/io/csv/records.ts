/**
 * Records of a delimited text, one by one with the line each starts on, from text that arrives in pieces.
 * Papaparse does the splitting (RFC 4180); what is ours is the streaming and the line numbers.
 */

import Papa from 'papaparse';
import { FormatError } from '../../errors.js';

export interface CsvRecord {
  readonly fields: readonly string[];
  /** Line of the file on which the record starts, from 1. */
  readonly line: number;
}

/** Characters without the end of a record after which a file is taken as damaged (an open quote, no lines). */
const LONGEST_RECORD = 2 ** 26;

interface Parsed {
  readonly data: string[][];
  readonly errors: readonly { readonly code: string; readonly row?: number }[];
  readonly meta: { readonly cursor: number };
}

const DELIMITERS = [',', '\t', ';', '|'];

/**
 * The delimiter that cuts the first 50 records into the most fields of one number; where none does, the one
 * that cuts the first record into the most. (Papaparse's own guess takes `1,5;2` for comma-separated.)
 */
export function guessDelimiter(head: string, name: string): string {
  if (/\.(tsv|tab)$/i.test(name)) return '\t';
  const score = (delimiter: string): number => {
    const { data } = Papa.parse<string[]>(head, { preview: 50, delimiter, skipEmptyLines: true });
    // The last record may be cut off where the piece of text ends.
    const widths = (data.length > 2 ? data.slice(0, -1) : data).map((fields) => fields.length);
    const even =
      widths.slice(1).every((width) => width === widths[1]) && Math.abs(widths[0] - widths.at(-1)!) <= 1;
    return widths[0] > 1 ? widths[0] + (even ? 1e6 : 0) : 0;
  };
  const scores = DELIMITERS.map(score);
  return DELIMITERS[scores.indexOf(Math.max(...scores))];
}

/** Splits text pieces into records; blank lines are passed over. */
export async function* csvRecords(
  pieces: AsyncIterable<string>,
  delimiter: string,
  name: string,
): AsyncGenerator<CsvRecord> {
  const parser = new Papa.Parser({ delimiter, newline: '\n' });
  let held = '';
  let line = 1;
  for await (const piece of oneNewline(pieces)) {
    held += piece;
    if (held.length > LONGEST_RECORD) throw brokenQuotes(name, line, [held.slice(0, 40)]);
    const parsed: Parsed = parser.parse(held, 0, true);
    const quoted = held.includes('"');
    held = held.slice(parsed.meta.cursor);
    line = yield* numbered(parsed, line, quoted, name);
  }
  if (held.length > 0) yield* numbered(parser.parse(held, 0, false), line, true, name);
}

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
    if (fields.length > 1 || fields[0].trim() !== '') yield { fields, line };
    line += 1 + (quoted ? fields.reduce((sum, field) => sum + newlinesIn(field), 0) : 0);
  }
  return line;
}

function newlinesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** Makes every line end in `\n`; a `\r` at the end of a piece waits for the next one. */
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

function brokenQuotes(name: string, line: number, fields: readonly string[]): FormatError {
  return new FormatError({
    got: `a quoted field that does not end properly on line ${line} of ${name} (near ${JSON.stringify(
      (fields.at(-1) ?? '').slice(0, 40),
    )})`,
    expected: 'every opening quote to be closed before the next delimiter',
    remedy: 'close the quote, or double the quotes inside the field',
  });
}
