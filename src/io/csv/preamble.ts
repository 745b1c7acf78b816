/**
 * Purpose: what stands before the table in a text file: `sep=;` of spreadsheets, comment lines, a title, the sizes of word2vec.
 * Fails: never; what is not recognized is a part of the table.
 */

import type { Warning } from '../../model.js';

export interface Preamble {
  /** Characters before the table. */
  readonly length: number;
  /** Lines before the table. */
  readonly lines: number;
  /** The delimiter that the file itself names, or null. */
  readonly delimiter: string | null;
  readonly warnings: readonly Warning[];
}

const SEPARATOR_LINE = /^"?sep=(.)"?[ \t]*\r?\n/i;
const COMMENTS = /^(?:#[^\n]*\n|[ \t\r]*\n)*#[^\n]*\n/;
const WORD2VEC = /^(\d+) (\d+)[ \t]*\r?\n/;

/**
 * Finds what stands before the table: its length in characters and lines, and the delimiter that it names.
 * @param head first characters of the file.
 * @param name of the file, for warnings.
 * @param fieldsOf cuts a line as the table `below` is cut.
 * @returns length 0 and no delimiter where the table begins at once.
 */
export function readPreamble(
  head: string,
  name: string,
  fieldsOf: (line: string, below: string) => readonly string[],
): Preamble {
  const none: Preamble = { length: 0, lines: 0, delimiter: null, warnings: [] };
  const separator = SEPARATOR_LINE.exec(head);
  if (separator) return { ...none, length: separator[0].length, lines: 1, delimiter: separator[1] };
  const sizes = WORD2VEC.exec(head);
  if (sizes && isWord2vec(head.slice(sizes[0].length), Number(sizes[2]))) {
    const message = `The first line of ${name} (${sizes[0].trim()}) was taken as the sizes that word2vec writes.`;
    return { ...none, length: sizes[0].length, lines: 1, warnings: [{ code: 'lines-skipped', message }] };
  }
  const comments = COMMENTS.exec(head)?.[0];
  if (comments !== undefined) return afterComments(head, comments, name, fieldsOf);
  const title = titleLines(head);
  if (title === null) return none;
  const message = `${title.lines} line(s) above the names of columns were passed over at the start of ${name} (${JSON.stringify(title.text)}).`;
  return { ...none, ...title, warnings: [{ code: 'lines-skipped', message }] };
}

/** Lines above the names of columns, at most. */
const MOST_TITLE = 10;
/** Names of columns below a title, at least. */
const LEAST_NAMES = 3;
const SEPARATORS = [';', ',', '\t', '|'];

/**
 * A title above the table, as spreadsheets have it: first lines of one text each, or none, above a line of
 * three names or more and another of as many fields. Null without one.
 * @param head the beginning of the file as text.
 */
function titleLines(head: string): { length: number; lines: number; text: string } | null {
  const lines = head.split('\n', MOST_TITLE + 2);
  const isAlone = (line: string) => SEPARATORS.every((each) => filledIn(line, each).length <= 1);
  const count = lines.findIndex((line) => !isAlone(line));
  if (count < 1 || count + 1 >= lines.length) return null;
  const separator = SEPARATORS.find((each) => filledIn(lines[count], each).length >= LEAST_NAMES);
  if (separator === undefined) return null;
  const title = lines.slice(0, count).flatMap((line) => filledIn(line, separator));
  const names = filledIn(lines[count], separator);
  const isEven = lines[count].split(separator).length === lines[count + 1].split(separator).length;
  const isTitled = title.length > 0 && !title.some(isNumber);
  if (!isEven || !isTitled || names.some(isNumber)) return null;
  const length = lines.slice(0, count).reduce((sum, line) => sum + line.length + 1, 0);
  return { length, lines: count, text: title[0].slice(0, 60) };
}

/**
 * The fields of a line that hold something, without quotes around them.
 * @param separator between fields.
 */
const filledIn = (line: string, separator: string): string[] =>
  line.split(separator).flatMap(
    (field) =>
      field
        .trim()
        .replace(/^"(.*)"$/, '$1')
        .trim() || [],
  );

/** Whether the line below the first holds a word and as many numbers as the first line says. */
function isWord2vec(below: string, numbers: number): boolean {
  const fields = below.split('\n', 1)[0].trim().split(/\s+/);
  return numbers > 0 && (fields.length === numbers + 1 || fields.length === numbers);
}

/**
 * The preamble of a file that begins with comment lines: they are left out, but the last one is the header
 * where it names the columns of the line below. Length 0 where lines with `#` are a part of the table.
 * @param comments those lines.
 * @param fieldsOf cuts a line as the table `below` is cut.
 * @param head the beginning of the file as text.
 */
function afterComments(
  head: string,
  comments: string,
  name: string,
  fieldsOf: (line: string, below: string) => readonly string[],
): Preamble {
  const below = head.slice(comments.length);
  const firstBelow = below.split('\n', 1)[0];
  // ids that begin with # stand in most lines, comments do not
  const marked = below.split('\n', 50).filter((line) => line.startsWith('#')).length;
  const lines = comments.split('\n').slice(0, -1);
  if (firstBelow.trim() === '' || marked > 10) return { length: 0, lines: 0, delimiter: null, warnings: [] };
  const last = (lines.at(-1) ?? '').replace(/^#+ ?/, '');
  const names = fieldsOf(last, below);
  const data = fieldsOf(firstBelow, below);
  const isHeader =
    names.length > 1 &&
    Math.abs(names.length - data.length) <= 1 &&
    data.some(isNumber) &&
    !names.some(isNumber);
  const skipped = isHeader ? lines.length - 1 : lines.length;
  const length = isHeader ? comments.length - last.length - 1 : comments.length;
  const message = `${skipped} line(s) that begin with # were passed over at the start of ${name}.`;
  const warnings = skipped > 0 ? [{ code: 'lines-skipped', message }] : [];
  return { length, lines: skipped, delimiter: null, warnings };
}

/** Whether a text is a plain number. */
const isNumber = (text: string) => /^\s*"?[-+]?[\d.,]+(e[-+]?\d+)?"?\s*$/i.test(text);
