/** CSV and TSV, gzipped or not, streamed: memory is that of the numbers, not of the text. */

import { gatherColumns } from '../../core/matrix.js';
import { OptionError } from '../../errors.js';
import type { Matrix } from '../../model.js';
import type { Contents, FormatReader, Input, RawTable, RawTexts, Settings } from '../options.js';
import { isTooLarge } from '../source/bytes.js';
import { isMissing, ownText, parseNumber } from '../text/numbers.js';
import { type Cells, collect, headerOnly, keptColumns, rolesOf } from './cells.js';
import { checkWidth, columnNamed, idCandidate, type OpenCsv, openCsv } from './layout.js';

/** Where the numbers do not fit and only some features are wanted, those are chosen by reading more than once. */
async function readCsvTable(input: Input, settings: Settings): Promise<RawTable> {
  try {
    return await readWhole(input, settings);
  } catch (cause) {
    if (!isTooLarge(cause) || (settings.maxFeatures ?? settings.chooser) === undefined) throw cause;
    const { readCsvInPasses } = await import('./passes.js');
    return readCsvInPasses(input, settings, cause);
  }
}

async function readWhole(input: Input, settings: Settings): Promise<RawTable> {
  const open = await openCsv(input, settings);
  const roles = rolesOf(open, settings, input.name);
  const cells = await collect(open, roles, { name: input.name, settings, hold: true });
  const { kept, ...found } = keptColumns(open, roles, cells, input.name);
  return { ...found, features: pick(cells, roles.numbers, kept) };
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
