/**
 * From the cells of a text table to a table: the facts of its columns, their roles, and the parts that follow from them.
 * Types: `OpenCsv`, an open file: names (or null without a header), columns (how many), warnings (so far), style
 *   (signs of numbers). `Settings`, options with defaults: purpose (`features`, `map` or `labels`), idIfThere (`id`
 *   may be absent), id (column of ids), drop (names left out). `Cells`, of a text table: texts (TextColumn by
 *   position), numeric (1 where a number was seen), rows (how many), text (first text cell by column, or null),
 *   tooLong (columns not kept), numbers (positions of columns in blocks), blocks (float32, blockRows rows each),
 *   blockRows (rows of a block), offsets (of those columns, or null). `ColumnRoles`, positions: warnings (of the
 *   plan), used (features or coordinates), ids (or null), label (or null), metadata (kept beside them), left (left
 *   out, with reasons). `FileFacts`, one file: columns (ColumnFacts, by position). `TextColumn`, dictionary-coded:
 *   levels (distinct texts), codes (index of each row, -1 where missing). `ColumnFacts`, one column: name (empty
 *   where it has none), kind (number, text, list or other). `LeftOut`, a column not used: reason (a clause).
 * Fails: FormatError for text among numbers, OptionError for a column that is not there.
 */

import type { MetadataColumn, Warning } from '../../model.js';
import type { RawTable, Settings } from '../options.js';
import { columnNamed } from '../plan/column-names.js';
import { type ColumnFacts, type FileFacts, factsOf, plainFacts, textsOf } from '../plan/facts.js';
import { idColumnsOf } from '../plan/id-values.js';
import { categorical, metadataOf } from '../plan/metadata.js';
import { planColumns } from '../plan/roles.js';
import type { ColumnRoles } from '../plan/types.js';
import { type Cells, decoratedNumber, isTextColumn, textInNumbers } from './cells.js';
import type { OpenCsv } from './layout.js';
import { isDecoratedNumber, parseStyled } from './number-style.js';

/** A table without its values. */
export interface Columns extends Omit<RawTable, 'features'> {
  /** Positions of the columns that are features. */
  readonly kept: readonly number[];
}

/**
 * Positions of the columns that the options `id` and `label` name, null for each that is not set; OptionError for one
 * that the file does not have.
 * @param name of the file.
 */
export function requestedColumns(open: OpenCsv, settings: Settings, name: string): (number | null)[] {
  const names = open.names ?? Array.from({ length: open.columns }, (_, c) => `f${c}`);
  const file = {
    source: name,
    rows: 0,
    named: open.names !== null,
    columns: names.map((column) => plainFacts(column, 'text')),
  };
  const { id, label, idIfThere } = settings;
  const find = (wanted: string | undefined, option: string) =>
    wanted === undefined ? null : columnNamed(file, wanted, option);
  return [idIfThere ? null : find(id, 'id'), find(label, 'label')];
}

/**
 * Plans the roles of the columns from the cells that were read: which are features (`kept`), and ids, labels,
 * metadata and warnings. FormatError for features with text and for texts that are numbers in another writing.
 * @param name of the file.
 * @returns positions kept as features, their names or null, ids and labels (one a row, or null), metadata, how roles
 * were given, and warnings.
 */
export function planTable(open: OpenCsv, cells: Cells, settings: Settings, name: string): Columns {
  const file = fileFacts(open, cells, name);
  const { purpose, id, idIfThere, label, columns, drop } = settings;
  const roles = planColumns(file, { purpose, id, idIfThere, label, columns, drop });
  checkKept(open, cells, roles, settings, name);
  const warnings: Warning[] = [...open.warnings, ...roles.warnings, ...longTexts(cells, file, name)];
  const texts = (position: number | null) => {
    const column = position === null ? undefined : cells.texts.get(position);
    return column ? textsOf(column) : null;
  };
  const nameOf = (c: number) => open.names?.[c] || `f${c}`;
  return {
    kept: roles.used,
    featureNames: open.names === null ? null : roles.used.map(nameOf),
    ids: texts(roles.ids),
    labels: texts(roles.label),
    metadata: metadataOf(file, roles.metadata, (c) => metadataColumn(open, cells, file, c)),
    reading: idColumnsOf(file, roles, settings, (c) => texts(c)),
    warnings,
  };
}

/**
 * What the reading plan needs to know of a text table: for every column name, kind, and counts where texts were kept;
 * number of rows; whether there is a header. A column without name and values counts as missing in every row. Reads
 * nothing. Never throws.
 * @param cells of all rows.
 * @param source name of the file.
 */
function fileFacts(open: OpenCsv, cells: Cells, source: string): FileFacts {
  const columns = Array.from({ length: open.columns }, (_, c): ColumnFacts => {
    const name = open.names?.[c] ?? `f${c}`;
    const column = cells.texts.get(c);
    const kind = isTextColumn(cells, c) ? 'text' : 'number';
    const empty = !cells.numeric[c] && !isTextColumn(cells, c);
    if (empty && (open.names?.[c] ?? '') === '') return { ...plainFacts(name, 'text'), missing: cells.rows };
    return column ? factsOf(name, kind, column) : plainFacts(name, kind);
  });
  return { source, rows: cells.rows, columns, named: open.names !== null };
}

/**
 * FormatError for a feature with a text among its numbers, and for a column of texts that are numbers in
 * another writing.
 * @param name of the file.
 */
function checkKept(open: OpenCsv, cells: Cells, roles: ColumnRoles, settings: Settings, name: string): void {
  for (const c of roles.used) {
    if (cells.text[c] && cells.numeric[c]) throw textInNumbers(cells, c, open, name);
  }
  const ids = [settings.id === undefined ? null : roles.ids, roles.label];
  for (const [c, column] of cells.texts) {
    if (ids.includes(c) || !isTextColumn(cells, c) || column.levels.length === 0) continue;
    if (roles.left.some(({ position, reason }) => position === c && reason.includes('dropped'))) continue;
    const decorated = column.levels.filter((text) => isDecoratedNumber(text));
    const plain = decorated.filter((text) => Number.isNaN(parseStyled(text, open.style)));
    if (plain.length > 0 && decorated.length > 0.9 * column.levels.length) {
      throw decoratedNumber(plain[0], `column ${open.names?.[c] || c + 1}`, name);
    }
  }
}

/**
 * A warning that names the columns of texts that were dropped because they are too long; none where there are none.
 * @param name of the file.
 */
function longTexts(cells: Cells, file: FileFacts, name: string): Warning[] {
  if (cells.tooLong.length === 0) return [];
  const names = cells.tooLong.map((c) => file.columns[c].name || `f${c}`).join(', ');
  return [
    {
      code: 'texts-left-out',
      message: `The texts of ${names} of ${name} are too long to be kept as metadata.`,
    },
  ];
}

/** Columns at most whose numbers are kept as metadata. */
const FEW_COLUMNS = 64;

/**
 * The column at a position as numeric metadata, from the blocks of numbers; null where they are not held, or
 * there are more than 64 columns of numbers. In true units, NaN where missing.
 * @param name of the file.
 */
function numbersFromBlocks(cells: Cells, name: string, position: number): MetadataColumn | null {
  const index = cells.numbers.indexOf(position);
  const { blocks, blockRows, offsets, rows } = cells;
  const width = cells.numbers.length;
  if (index < 0 || blocks.length === 0 || width > FEW_COLUMNS) return null;
  const values = Float64Array.from({ length: rows }, (_, r) => {
    const stored = blocks[Math.floor(r / blockRows)][(r % blockRows) * width + index];
    return stored + (offsets?.[index] ?? 0);
  });
  return { name, kind: 'numeric', values };
}

/** The column at a position as metadata, categorical or numeric; null where its values were not kept. */
function metadataColumn(
  open: OpenCsv,
  cells: Cells,
  file: FileFacts,
  position: number,
): MetadataColumn | null {
  const column = cells.texts.get(position);
  const name = open.names?.[position] || `f${position}`;
  if (!column) return numbersFromBlocks(cells, name, position);
  if (file.columns[position].kind === 'text') return categorical(name, column.codes(), column.levels);
  const numbers = column.levels.map((text) => parseStyled(text, open.style));
  const values = Float64Array.from(column.codes(), (code) => (code < 0 ? Number.NaN : numbers[code]));
  return { name, kind: 'numeric', values };
}
