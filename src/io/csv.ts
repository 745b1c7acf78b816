/**
 * CSV and TSV, gzipped or not, streamed: memory is that of the numbers, not of the text.
 *
 * A column whose cells are all text is left out with a warning; text in a column that also holds numbers is
 * an error that names the line, the column and the text.
 */

import { gatherColumns } from '../core/matrix.js';
import { CancelledError, FormatError, OptionError } from '../errors.js';
import type { Matrix, Warning } from '../model.js';
import { tooLarge } from './bytes.js';
import { checkWidth, columnNamed, idCandidate, isUnnamed, type OpenCsv, openCsv } from './csv-open.js';
import type { CsvRecord } from './csv-records.js';
import { isMissing, ownText, parseNumber } from './numbers.js';
import type { Contents, FormatReader, Input, RawTable, RawTexts, Settings } from './options.js';

/** Which columns are ids, labels and numbers. */
interface Roles {
  readonly id: number | null;
  /** Column 0 when it may be ids but was not named so; it is also read as numbers until that is known. */
  readonly candidate: number | null;
  readonly label: number | null;
  readonly numbers: readonly number[];
}

/** Numbers held in one piece while rows come in: 4 MiB. */
const BLOCK_VALUES = 2 ** 20;

interface Cells {
  /** Rows of numbers, `blockRows` in each but the last. */
  readonly blocks: Float32Array[];
  readonly blockRows: number;
  rows: number;
  readonly ids: string[];
  readonly labels: string[];
  /** By column: the first cell that is text, and whether any cell is a number. */
  readonly text: (CsvRecord | null)[];
  readonly numeric: Uint8Array;
}

async function readCsvTable(input: Input, settings: Settings): Promise<RawTable> {
  const open = await openCsv(input, settings);
  const roles = rolesOf(open, settings, input.name);
  const cells = await collect(open, roles, input.name, settings);
  if (cells.rows === 0) throw headerOnly(input.name, open);
  return assemble(open, roles, cells, input.name);
}

function rolesOf(open: OpenCsv, settings: Settings, name: string): Roles {
  const id = settings.id === undefined ? null : columnNamed(settings.id, 'id column', open, name);
  const label = settings.label === undefined ? null : columnNamed(settings.label, 'label column', open, name);
  const first = id === null ? idCandidate(open) : null;
  const candidate = first === label ? null : first;
  const numbers = Array.from({ length: open.columns }, (_, c) => c).filter((c) => c !== id && c !== label);
  return { id, candidate, label, numbers };
}

async function collect(open: OpenCsv, roles: Roles, name: string, settings: Settings): Promise<Cells> {
  const width = roles.numbers.length;
  const cells: Cells = {
    blocks: [],
    blockRows: Math.max(1, Math.floor(BLOCK_VALUES / Math.max(1, width))),
    rows: 0,
    ids: [],
    labels: [],
    text: new Array(open.columns).fill(null),
    numeric: new Uint8Array(open.columns),
  };
  const idColumn = roles.id ?? roles.candidate;
  for await (const record of open.records) {
    checkWidth(record, open, name);
    if (cells.rows % cells.blockRows === 0) addBlock(cells, width, name, settings);
    if (idColumn !== null) cells.ids.push(ownText(record.fields[idColumn]));
    if (roles.label !== null) cells.labels.push(ownText(record.fields[roles.label]));
    addNumbers(cells, record, open, roles, name);
    cells.rows++;
  }
  return cells;
}

function addBlock(cells: Cells, width: number, name: string, settings: Settings): void {
  if (settings.signal?.aborted) throw new CancelledError();
  const bytes = cells.rows * width * 4;
  if (bytes > settings.memory)
    throw tooLarge(name, `more than ${cells.rows} rows x ${width}`, settings.memory);
  cells.blocks.push(new Float32Array(cells.blockRows * width));
}

function addNumbers(cells: Cells, record: CsvRecord, open: OpenCsv, roles: Roles, name: string): void {
  const { fields } = record;
  const block = cells.blocks[cells.blocks.length - 1];
  let at = (cells.rows % cells.blockRows) * roles.numbers.length;
  for (const c of roles.numbers) {
    const value = parseNumber(fields[c], open.decimal);
    block[at++] = value;
    if (!Number.isNaN(value)) cells.numeric[c] = 1;
    else if (cells.text[c] === null && !isMissing(fields[c])) cells.text[c] = record;
    else continue;
    if (cells.numeric[c] && cells.text[c] && c !== roles.candidate) throw textInNumbers(cells, c, open, name);
  }
}

function assemble(open: OpenCsv, roles: Roles, cells: Cells, name: string): RawTable {
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
    features: pick(cells, roles.numbers, kept),
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

/** One matrix of the columns that are kept; each block is let go when it has been copied. */
function pick(cells: Cells, columns: readonly number[], kept: readonly number[]): Matrix {
  const { rows, blockRows, blocks } = cells;
  const places = kept.map((c) => columns.indexOf(c));
  const data = new Float32Array(rows * kept.length);
  for (let first = 0; first < rows; first += blockRows) {
    const block = blocks.shift() ?? new Float32Array(0);
    const count = Math.min(blockRows, rows - first);
    const part = { rows: count, columns: columns.length, data: block.subarray(0, count * columns.length) };
    const whole = kept.length === columns.length;
    data.set(whole ? part.data : gatherColumns(part, places).data, first * kept.length);
  }
  return { rows, columns: kept.length, data };
}

function textInNumbers(cells: Cells, column: number, open: OpenCsv, name: string): FormatError {
  const record = cells.text[column];
  const text = JSON.stringify((record?.fields[column] ?? '').slice(0, 60));
  const label = open.names === null ? `column ${column + 1}` : `column ${open.names[column] || column + 1}`;
  return new FormatError({
    got: `the text ${text} in ${label} on line ${record?.line} of ${name}`,
    expected: 'a number, because other cells of that column are numbers',
    remedy: 'correct the cell, leave it empty if it is missing, or name the column as --id or --label',
  });
}

function headerOnly(name: string, open: OpenCsv): FormatError {
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

async function readCsvTexts(input: Input, settings: Settings): Promise<RawTexts> {
  const open = await openCsv(input, settings);
  const wanted = settings.key ?? settings.label;
  const id =
    settings.id === undefined ? idCandidate(open) : columnNamed(settings.id, 'id column', open, input.name);
  const column =
    wanted === undefined ? onlyColumn(open, id, input.name) : columnNamed(wanted, 'column', open, input.name);
  const values: string[] = [];
  const ids: string[] = [];
  for await (const record of open.records) {
    checkWidth(record, open, input.name);
    values.push(ownText(record.fields[column]));
    if (id !== null) ids.push(ownText(record.fields[id]));
  }
  if (values.length === 0) throw headerOnly(input.name, open);
  const usable =
    id !== null && id !== column && (settings.id !== undefined || new Set(ids).size === ids.length);
  return { values, ids: usable ? ids : null };
}

function onlyColumn(open: OpenCsv, id: number | null, name: string): number {
  const columns = Array.from({ length: open.columns }, (_, c) => c).filter((c) => c !== id);
  if (columns.length === 1) return columns[0];
  throw new OptionError({
    got: `${open.columns} columns in ${name}`,
    expected: 'one column besides the ids',
    remedy: `name the column to use${open.names ? `: ${open.names.slice(0, 8).join(', ')}` : ''}`,
  });
}

/** Columns by their first records: text where no cell is a number. */
async function readCsvContents(input: Input, settings: Settings): Promise<Contents> {
  const open = await openCsv(input, settings);
  const isText = (c: number) =>
    open.sample.some(({ fields }) => !isMissing(fields[c] ?? '')) &&
    open.sample.every(({ fields }) => Number.isNaN(parseNumber(fields[c] ?? '', open.decimal)));
  const columns = Array.from({ length: open.columns }, (_, c) => ({
    name: open.names?.[c] ?? `f${c}`,
    kind: isText(c) ? ('text' as const) : ('number' as const),
  }));
  return { columns, arrays: [], layers: [] };
}

export const csvReader: FormatReader = {
  table: readCsvTable,
  texts: readCsvTexts,
  contents: readCsvContents,
};
