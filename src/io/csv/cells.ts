/**
 * Purpose: the cells of a text table, read once: the texts of columns that may be ids, labels or metadata, and the numbers,
 * held in blocks of rows where they are wanted.
 * Precision: a number is parsed in double and held in single.
 * Cost: 4 bytes a number, and the texts of kept-texts.ts.
 * Fails: FormatError for text in a column that also holds numbers, with the line, the column and the text.
 * Types: `OpenCsv`, an open file: records (all of them), columns (how many), style (signs of numbers), names (or null
 *   without a header), surveyed (all cells decided the style). `Settings`, options with defaults: memory (bytes that
 *   may be held), normalize (`none` or `log1p-cp10k`), maxFeatures (of largest variance). `CsvRecord`: fields, and
 *   line of the file (from 1). `TextColumn`, dictionary-coded: add (appends a cell). `SampleKind`, what the first
 *   records of a column show: empty (no cell has a value).
 */

import { CancelledError, FormatError, option, words } from '../../errors.js';
import type { Settings } from '../options.js';
import type { TextColumn } from '../plan/facts.js';
import { tooLarge } from '../source/bytes.js';
import { chooseOffsets, packed, packRows } from '../table/units.js';
import { isMissing } from '../text/numbers.js';
import { isTelling, keptTexts, pruneTexts, type SampleKind, sampleKinds } from './kept-texts.js';
import type { OpenCsv } from './layout.js';
import { isDecoratedNumber, parseStyled } from './number-style.js';
import type { CsvRecord } from './records.js';
import { checkWidth } from './width.js';

/** Numbers held in one piece while rows come in: 4 MiB. */
const BLOCK_VALUES = 2 ** 20;
/** A table has as many. */
const LEAST_FEATURES = 2;
/** Rows between two looks at the texts that are held. */
const PRUNE_EVERY = 512;

export interface Cells {
  /** Positions of the columns whose numbers are in the blocks. */
  readonly numbers: readonly number[];
  /** Rows of numbers, `blockRows` in each but the last; none where they are not held. */
  readonly blocks: Float32Array[];
  /** Of the columns in the blocks (see table/units.ts), known when the first block is full; null where none is moved. */
  offsets: Float64Array | null;
  /** The first block in double, until then. */
  first: Float64Array | null;
  readonly blockRows: number;
  rows: number;
  /** Columns that are kept as texts, by position. */
  readonly texts: Map<number, TextColumn>;
  readonly kinds: readonly SampleKind[];
  /** By column: the first cell that is text, whether any cell is a number, and whether any is missing or not finite. */
  readonly text: (CsvRecord | null)[];
  readonly numeric: Uint8Array;
  readonly gaps: Uint8Array;
  /** Columns whose texts were too long to be kept. */
  readonly tooLong: number[];
}

export interface Reading {
  readonly name: string;
  readonly settings: Settings;
  /** Whether the numbers are kept. */
  readonly hold: boolean;
  /** Positions of the columns that options name as ids and labels. */
  readonly requested: readonly (number | null)[];
}

/** Thrown inside the reader when a number is written otherwise than the first records: all cells decide then. */
export class OtherWriting extends Error {}

/**
 * Reads all rows of an opened text table: the texts of columns that are kept as texts, and with `hold` the numbers of
 * all others, as blocks of rows in single precision. Throws for a header without rows, rows of other lengths, text
 * among numbers, and numbers beyond the memory. CancelledError once the signal is aborted; `OtherWriting`, caught in
 * csv.ts, where all cells have to decide how numbers are written.
 * @returns rows, blocks of numbers, texts by position, and what each column holds.
 */
export async function collect(open: OpenCsv, reading: Reading): Promise<Cells> {
  const { name, settings, hold, requested } = reading;
  const cells = newCells(open, reading);
  const width = cells.numbers.length;
  for await (const record of open.records) {
    checkWidth(record, open, name);
    if (cells.rows % cells.blockRows === 0) {
      if (settings.signal?.aborted) throw new CancelledError();
      checkRoom(cells, width, reading);
      if (hold) startBlock(cells, width, settings);
    }
    for (const [c, column] of cells.texts) column.add(record.fields[c]);
    addNumbers(cells, record, open, name);
    cells.rows++;
    if (cells.rows % PRUNE_EVERY === 0) {
      cells.tooLong.push(...pruneTexts(cells.texts, open, cells.kinds, requested, settings));
    }
  }
  if (cells.rows === 0) throw headerOnly(name, open);
  checkRoom(cells, width, reading);
  packFirst(cells, width, settings);
  return cells;
}

/**
 * Makes room for the next rows of numbers. The first block is held in double until it has chosen the offset of each
 * column.
 * @param width columns of numbers.
 */
function startBlock(cells: Cells, width: number, settings: Settings): void {
  packFirst(cells, width, settings);
  if (cells.blocks.length === 0) cells.first = new Float64Array(cells.blockRows * width);
  cells.blocks.push(new Float32Array(cells.blockRows * width));
}

/**
 * Stores the first block of rows, kept in double until now, in single precision: each column less an offset near its
 * values, which is chosen here.
 * @param width columns of numbers.
 */
function packFirst(cells: Cells, width: number, { normalize }: Settings): void {
  if (cells.first === null) return;
  const rows = Math.min(cells.rows, cells.blockRows);
  const values = cells.first.subarray(0, rows * width);
  // counts are normalized as they are
  cells.offsets = normalize === 'log1p-cp10k' ? null : chooseOffsets(values, width);
  packRows(values, cells.blocks[0], 0, width, cells.offsets);
  cells.first = null;
}

/**
 * Empty storage for the numbers and texts of a file, by what a sample of its rows shows each column to hold. Never
 * throws.
 */
function newCells(open: OpenCsv, { settings, requested }: Reading): Cells {
  const kinds = sampleKinds(open);
  const numbers = kinds.flatMap(({ text, empty }, c) =>
    (text && !empty) || requested.includes(c) ? [] : [c],
  );
  return {
    numbers,
    blocks: [],
    offsets: null,
    first: null,
    blockRows: Math.max(1, Math.floor(BLOCK_VALUES / Math.max(1, numbers.length))),
    rows: 0,
    texts: keptTexts(open, kinds, requested, settings),
    kinds,
    text: new Array(open.columns).fill(null),
    numeric: new Uint8Array(open.columns),
    gaps: new Uint8Array(open.columns),
    tooLong: [],
  };
}

/**
 * Throws where the numbers exceed the memory: those held or, where none are held, those of the fewest features that
 * will be.
 * @param width columns of numbers.
 */
function checkRoom({ rows }: Cells, width: number, { name, settings, hold }: Reading): void {
  const columns = hold ? width : Math.min(width, settings.maxFeatures ?? LEAST_FEATURES);
  if (rows * columns * 4 <= settings.memory) return;
  const remedy = hold
    ? undefined
    : words`keep fewer features (${option('maxFeatures')}), or allow more with ${option('memory')}`;
  throw tooLarge(name, `${rows} rows x ${columns} or more`, settings.memory, remedy);
}

/**
 * Adds the numbers of a record to the current block, and notes for each column whether it has numbers, text or gaps.
 * FormatError for a text among numbers; `OtherWriting` for a number in another writing.
 * @param name of the file, for messages.
 */
function addNumbers(cells: Cells, record: CsvRecord, open: OpenCsv, name: string): void {
  const { fields } = record;
  const { offsets } = cells;
  const block = cells.first ?? cells.blocks.at(-1);
  let position = 0;
  let at = (cells.rows % cells.blockRows) * cells.numbers.length;
  for (const c of cells.numbers) {
    const value = parseStyled(fields[c], open.style);
    if (block) block[at++] = cells.first ? value : packed(value, offsets?.[position] ?? 0);
    position++;
    if (!Number.isFinite(value)) cells.gaps[c] = 1;
    if (!Number.isNaN(value)) cells.numeric[c] = 1;
    else if (cells.text[c] === null && !isMissing(fields[c])) {
      if (isDecoratedNumber(fields[c]) && !cells.kinds[c].empty)
        throw otherWriting(fields[c], record, c, open, name);
      cells.text[c] = record;
    } else continue;
    if (cells.numeric[c] && cells.text[c] && !mayBeText(cells, open, c))
      throw textInNumbers(cells, c, open, name);
  }
}

/**
 * Whether a column with numbers may hold texts too (`12`, `12b`): the first one, or one called an id, whose texts are
 * kept. Such texts are no error: the column becomes text.
 */
function mayBeText(cells: Cells, open: OpenCsv, column: number): boolean {
  return cells.texts.has(column) && (column === 0 || cells.kinds[column].empty) && isTelling(open, column);
}

/** Whether a column of the table (position from 0) is text as a whole. Never throws. */
export function isTextColumn(cells: Cells, column: number): boolean {
  return !cells.numbers.includes(column) || cells.text[column] !== null;
}

/**
 * A column's name, or number from 1, for messages.
 * @param column position from 0.
 */
const labelOf = (open: OpenCsv, column: number) =>
  open.names === null ? `column ${column + 1}` : `column ${open.names[column] || column + 1}`;

/** The error for a text in a column of numbers, with its line. @param name of the file. */
export function textInNumbers(cells: Cells, column: number, open: OpenCsv, name: string): FormatError {
  const record = cells.text[column];
  const text = JSON.stringify((record?.fields[column] ?? '').slice(0, 60));
  return new FormatError({
    got: `the text ${text} in ${labelOf(open, column)} on line ${record?.line} of ${name}`,
    expected: 'a number, because other cells of that column are numbers',
    remedy: words`correct the cell, leave it empty if it is missing, or name the column as ${option('id')}, ${option('label')} or ${option('drop')}`,
  });
}

/**
 * The error for a number with a percent sign, a currency, or other signs between its digits.
 * @param where column and line.
 * @param name of the file.
 * @param text of the cell.
 */
export function decoratedNumber(text: string, where: string, name: string): FormatError {
  return new FormatError({
    got: `the number ${JSON.stringify(text.slice(0, 40))} in ${where} of ${name}`,
    expected: 'digits and one decimal sign, written alike in the whole file',
    remedy: words`write plain numbers, say ${option('decimal')} or ${option('thousands')}, or leave the column out with ${option('drop')}`,
  });
}

/**
 * The error for a number in another style than the file's; before all numbers were looked at, the signal
 * (`OtherWriting`) to do that.
 * @param text of the cell.
 * @param column its position.
 * @param name of the file.
 */
function otherWriting(text: string, record: CsvRecord, column: number, open: OpenCsv, name: string): Error {
  const error = decoratedNumber(text, `${labelOf(open, column)} on line ${record.line}`, name);
  return open.surveyed ? error : new OtherWriting(error.message, { cause: error });
}

/**
 * The error for a file with a header and no rows.
 * @param name of the file.
 */
export function headerOnly(name: string, open: OpenCsv): FormatError {
  return new FormatError({
    got: `a header of ${open.columns} names and no rows in ${name}`,
    expected: 'rows of numbers below the header',
    remedy: 'check that the file was written completely',
  });
}
