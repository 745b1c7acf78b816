/**
 * Some features of a text table whose numbers do not fit in memory: one pass finds columns, ids and labels, and the others
 * go through the rows as through a stored matrix, which gives the features that the whole table would give.
 *
 * Cost: three readings of the text, or as many as the chooser of features asks for and two. Memory: ids, labels, a block
 * (8 MiB) and the result.
 * How it fails: as reading the whole does. Where cells are missing that are not an error, the whole table is needed, so the
 * error is that it does not fit.
 * Types: `Input`, of a reader: source (the file or folder), name (without a compression suffix). `Settings`, options
 *   with defaults: missing (what to do with missing cells), normalize (`none` or `log1p-cp10k`). `Source`, a file,
 *   folder or bytes: name (for people). `RawTable`, as in the file: featureNames (or null), ids (one a row, or null),
 *   warnings (of the reader). `Cells`, of a text table: rows (how many), gaps (1 where a cell is missing or
 *   infinite). `OpenCsv`, an open file: records (all of them), style (signs of numbers). `Columns`, a table without
 *   its numbers: kept (positions of the columns that are features). `CsvRecord`, one line: fields (its cells as
 *   texts).
 */

import { FormatError } from '../../errors.js';
import type { Input, RawTable, Settings } from '../options.js';
import { BLOCK_ENTRIES } from '../store/blocks.js';
import { readStoredMatrix } from '../store/matrix.js';
import { checkNameCount } from '../table/checks.js';
import { collect } from './cells.js';
import { openCsv } from './layout.js';
import { parseStyled } from './number-style.js';
import { planTable, requestedColumns } from './table.js';
import { checkWidth } from './width.js';

/**
 * Reads some features of a table that does not fit in memory, in several passes over the text.
 * @param tooLarge the error of reading the whole, thrown where cells are missing that are not an error.
 * @param survey whether all cells decide how numbers are written.
 * @returns features of the columns chosen, already normalized and selected (`prepared`).
 */
export async function readCsvInPasses(
  input: Input,
  settings: Settings,
  tooLarge: unknown,
  survey: boolean,
): Promise<RawTable> {
  const { kept, rows, gaps, ...found } = await withoutNumbers(input, settings, survey);
  if (gaps && settings.missing !== 'error') throw tooLarge;
  const requestedNames = settings.featureNames;
  if (requestedNames) checkNameCount(requestedNames.length, kept.length, input.source.name);
  const names = requestedNames ?? found.featureNames ?? kept.map((_, index) => `f${index}`);
  const stored = {
    name: input.source.name,
    rows,
    columns: kept.length,
    layout: 'dense',
    values: {
      shape: [rows, kept.length],
      packed: 1,
      atOnce: BLOCK_ENTRIES / 4,
      ...rowsOf(input, settings, kept, survey),
    },
    indices: null,
    offsets: null,
  } as const;
  // a feature with a missing cell is kept then, and the data checks say where it is
  const choosing = gaps ? { ...settings, chooser: undefined, maxFeatures: 2 } : settings;
  const read = await readStoredMatrix(stored, { ids: found.ids, featureNames: names }, choosing, false);
  return {
    ...found,
    features: read.features,
    featureNames: read.kept === null ? names : read.kept.map((column) => names[column]),
    warnings: [...found.warnings, ...read.warnings],
    prepared: true,
    named: requestedNames !== undefined,
  };
}

/**
 * All of the table but its numbers: columns, ids, labels, metadata, number of rows, and whether features have
 * gaps. What was read for it, with the first lines of the file, is let go at its end.
 * @param survey whether all cells are read to decide how numbers are written.
 */
async function withoutNumbers(input: Input, settings: Settings, survey: boolean) {
  const open = await openCsv(input, settings, survey);
  const requested = requestedColumns(open, settings, input.name);
  const cells = await collect(open, { name: input.name, settings, hold: false, requested });
  const columns = planTable(open, cells, settings, input.name);
  return { ...columns, rows: cells.rows, gaps: columns.kept.some((column) => cells.gaps[column]) };
}

/**
 * A source of the numbers of some columns: `numbers(start, end)` gives those of rows `start` to `end`, exclusive, row
 * by row; rows must come in order, and with row 0 the text is read again. FormatError where the file has fewer rows
 * than before.
 * @param columns positions.
 * @param survey whether all cells decide how numbers are written.
 */
function rowsOf(input: Input, settings: Settings, columns: readonly number[], survey: boolean) {
  let rows: AsyncGenerator<Float64Array> | null = null;
  return {
    async numbers(start: number, end: number): Promise<Float64Array> {
      if (start === 0) {
        await rows?.return(undefined);
        rows = numbersOf(input, settings, columns, survey);
      }
      const values = new Float64Array((end - start) * columns.length);
      for (let at = 0; at < values.length; at += columns.length) {
        const { value: row } = await (rows as AsyncGenerator<Float64Array>).next();
        if (row === undefined) throw changed(input.name);
        values.set(row, at);
      }
      return values;
    },
  };
}

/**
 * Yields the numbers of these columns, record by record, in one array that is overwritten. NaN for a cell that is no
 * number.
 * @param columns positions.
 * @param survey whether all cells decide how numbers are written.
 */
async function* numbersOf(
  input: Input,
  settings: Settings,
  columns: readonly number[],
  survey: boolean,
): AsyncGenerator<Float64Array> {
  const open = await openCsv(input, settings, survey);
  const row = new Float64Array(columns.length);
  for await (const record of open.records) {
    checkWidth(record, open, input.name);
    columns.forEach((column, i) => {
      const value = parseStyled(record.fields[column], open.style);
      // counts are normalized from what a table in memory holds of them
      row[i] = settings.normalize === 'log1p-cp10k' ? Math.fround(value) : value;
    });
    yield row;
  }
}

/**
 * The error for a file that changed between two passes.
 * @param name of the file.
 */
function changed(name: string): FormatError {
  return new FormatError({
    got: `fewer rows in ${name} than a moment ago`,
    expected: 'a file that stays as it is while it is read',
    remedy: 'read it again when nothing writes to it',
  });
}
