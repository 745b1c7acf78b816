/**
 * Texts that a spreadsheet would run as a formula: those that begin with `=`, `+`, `-`, `@`, a tab or a carriage return, and
 * are no number. They are written with an apostrophe before them, which spreadsheets take as the mark of a text; the reader
 * of this package takes it away again. A text that begins with apostrophes before such a character gets one more, so
 * that every text comes back as it was.
 * Fails: never.
 */

const RUN = /^'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]./s;
const MARKED = /^'+[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]./s;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const APOSTROPHE = 39;

/** The text as it is written into a cell: with an apostrophe before it where a spreadsheet would run it. */
export function harmless(text: string): string {
  return RUN.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}

/** The text of a cell as it was before `harmless`. */
export function asItWas(cell: string): string {
  return cell.charCodeAt(0) === APOSTROPHE && MARKED.test(cell) ? cell.slice(1) : cell;
}
