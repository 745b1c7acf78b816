/**
 * The cells of a text table, read once: which columns are ids, labels, numbers and texts, and the numbers themselves where they
 * are to be held.
 *
 * A column whose cells are all text is left out with a warning; text in a column that also holds numbers is
 * an error that names the line, the column and the text.
 */

import { CancelledError, FormatError, option, words } from '../../errors.js';
import type { Warning } from '../../model.js';
import type { RawTable, Settings } from '../options.js';
import { tooLarge } from '../source/bytes.js';
import { isMissing, ownText, parseNumber } from '../text/numbers.js';
import { checkWidth, columnNamed, idCandidate, isUnnamed, type OpenCsv } from './layout.js';
import type { CsvRecord } from './records.js';

/** Which columns are ids, labels and numbers. */
export interface Roles {
  readonly id: number | null;
  /** Column 0 when it may be ids but was not named so; it is also read as numbers until that is known. */
  readonly candidate: number | null;
  readonly label: number | null;
  readonly numbers: readonly number[];
}

/** Numbers held in one piece while rows come in: 4 MiB. */
const BLOCK_VALUES = 2 ** 20;

export interface Cells {
  /** Rows of numbers, `blockRows` in each but the last; none where they are not held. */
  readonly blocks: Float32Array[];
  readonly blockRows: number;
  rows: number;
  readonly ids: string[];
  readonly labels: string[];
  /** By column: the first cell that is text, whether any cell is a number, and whether any is missing or not finite. */
  readonly text: (CsvRecord | null)[];
  readonly numeric: Uint8Array;
  readonly gaps: Uint8Array;
}

/** A table has as many. */
const LEAST_FEATURES = 2;

interface Reading {
  readonly name: string;
  readonly settings: Settings;
  /** Whether the numbers are kept. */
  readonly hold: boolean;
}

export function rolesOf(open: OpenCsv, settings: Settings, name: string): Roles {
  const id = settings.id === undefined ? null : columnNamed(settings.id, 'id column', open, name);
  const label = settings.label === undefined ? null : columnNamed(settings.label, 'label column', open, name);
  const first = id === null ? idCandidate(open) : null;
  const candidate = first === label ? null : first;
  const numbers = Array.from({ length: open.columns }, (_, c) => c).filter((c) => c !== id && c !== label);
  return { id, candidate, label, numbers };
}

/** A table without its values. */
export interface Columns extends Omit<RawTable, 'features'> {
  /** Places of the columns that are features. */
  readonly kept: readonly number[];
}

export async function collect(open: OpenCsv, roles: Roles, reading: Reading): Promise<Cells> {
  const width = roles.numbers.length;
  const cells: Cells = {
    blocks: [],
    blockRows: Math.max(1, Math.floor(BLOCK_VALUES / Math.max(1, width))),
    rows: 0,
    ids: [],
    labels: [],
    text: new Array(open.columns).fill(null),
    numeric: new Uint8Array(open.columns),
    gaps: new Uint8Array(open.columns),
  };
  const { name, settings, hold } = reading;
  const idColumn = roles.id ?? roles.candidate;
  for await (const record of open.records) {
    checkWidth(record, open, name);
    if (cells.rows % cells.blockRows === 0) {
      if (settings.signal?.aborted) throw new CancelledError();
      checkRoom(cells, width, reading);
      if (hold) cells.blocks.push(new Float32Array(cells.blockRows * width));
    }
    if (idColumn !== null) cells.ids.push(ownText(record.fields[idColumn]));
    if (roles.label !== null) cells.labels.push(ownText(record.fields[roles.label]));
    addNumbers(cells, record, open, roles, name);
    cells.rows++;
  }
  if (cells.rows === 0) throw headerOnly(name, open);
  checkRoom(cells, width, reading);
  return cells;
}

/** Of numbers that are not held, some columns will be. */
function checkRoom({ rows }: Cells, width: number, { name, settings, hold }: Reading): void {
  const columns = hold ? width : Math.min(width, settings.maxFeatures ?? LEAST_FEATURES);
  if (rows * columns * 4 <= settings.memory) return;
  const remedy = hold
    ? undefined
    : words`keep fewer features (${option('maxFeatures')}), or allow more with ${option('memory')}`;
  throw tooLarge(name, `${rows} rows x ${columns} or more`, settings.memory, remedy);
}

function addNumbers(cells: Cells, record: CsvRecord, open: OpenCsv, roles: Roles, name: string): void {
  const { fields } = record;
  const block = cells.blocks.at(-1);
  let at = (cells.rows % cells.blockRows) * roles.numbers.length;
  for (const c of roles.numbers) {
    const value = parseNumber(fields[c], open.decimal);
    if (block) block[at++] = value;
    if (!Number.isFinite(value)) cells.gaps[c] = 1;
    if (!Number.isNaN(value)) cells.numeric[c] = 1;
    else if (cells.text[c] === null && !isMissing(fields[c])) cells.text[c] = record;
    else continue;
    if (cells.numeric[c] && cells.text[c] && c !== roles.candidate) throw textInNumbers(cells, c, open, name);
  }
}

/** The columns that are features, and all that is known of the table besides their values. */
export function keptColumns(open: OpenCsv, roles: Roles, cells: Cells, name: string): Columns {
  const warnings: Warning[] = [...open.warnings];
  const nameOf = (c: number) => open.names?.[c] || `f${c}`;
  const asIds = roles.candidate !== null && isIdColumn(open, cells, roles.candidate);
  if (asIds) {
    const column = isUnnamed(open) ? 'The unnamed first column' : `The first column, ${nameOf(0)},`;
    warnings.push({
      code: 'ids-guessed',
      message: `${column} of ${name} has a different value in every row and was taken as sample ids.`,
    });
  }
  const others = roles.numbers.filter((c) => !(asIds && c === roles.candidate));
  const mixed = others.find((c) => cells.text[c] && cells.numeric[c]);
  if (mixed !== undefined) throw textInNumbers(cells, mixed, open, name);
  const texts = others.filter((c) => cells.text[c]);
  const empty = others.filter((c) => !cells.text[c] && !cells.numeric[c] && open.names?.[c] === '');
  leftOut(warnings, 'text-columns', texts.map(nameOf), `text of ${name}, which are no features`);
  leftOut(warnings, 'empty-columns', empty.map(nameOf), `${name} without a name or a value`);
  const kept = others.filter((c) => !texts.includes(c) && !empty.includes(c));
  if (kept.length === 0) throw noNumbers(name, texts.map(nameOf));
  return {
    kept,
    featureNames: open.names === null ? null : kept.map(nameOf),
    ids: roles.id !== null || asIds ? cells.ids : null,
    labels: roles.label === null ? null : cells.labels,
    warnings,
  };
}

function isIdColumn(open: OpenCsv, cells: Cells, column: number): boolean {
  if (!isUnnamed(open) && cells.numeric[column]) return false;
  return new Set(cells.ids).size === cells.rows;
}

function leftOut(warnings: Warning[], code: string, names: readonly string[], what: string): void {
  if (names.length === 0) return;
  const shown = names.slice(0, 5).join(', ') + (names.length > 5 ? '...' : '');
  warnings.push({ code, message: `Left out ${names.length} column(s) of ${what}: ${shown}.` });
}

function textInNumbers(cells: Cells, column: number, open: OpenCsv, name: string): FormatError {
  const record = cells.text[column];
  const text = JSON.stringify((record?.fields[column] ?? '').slice(0, 60));
  const label = open.names === null ? `column ${column + 1}` : `column ${open.names[column] || column + 1}`;
  return new FormatError({
    got: `the text ${text} in ${label} on line ${record?.line} of ${name}`,
    expected: 'a number, because other cells of that column are numbers',
    remedy: words`correct the cell, leave it empty if it is missing, or name the column as ${option('id')} or ${option('label')}`,
  });
}

export function headerOnly(name: string, open: OpenCsv): FormatError {
  return new FormatError({
    got: `a header of ${open.columns} names and no rows in ${name}`,
    expected: 'rows of numbers below the header',
    remedy: 'check that the file was written completely',
  });
}

function noNumbers(name: string, texts: readonly string[]): FormatError {
  return new FormatError({
    got: `no column of numbers in ${name}${texts.length > 0 ? ` (only text: ${texts.slice(0, 3).join(', ')})` : ''}`,
    expected: 'samples in rows and numeric features in columns',
    remedy: 'check the delimiter and the decimal sign of the file',
  });
}
