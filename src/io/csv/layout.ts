/** The start of a text table: its delimiter, header, decimal sign and columns, and the records that follow. */

import { FormatError, OptionError } from '../../errors.js';
import type { Warning } from '../../model.js';
import type { Input, Settings } from '../options.js';
import { chain, decodeText } from '../source/bytes.js';
import { describeNames } from '../table/suggest.js';
import { isMissing, parseNumber } from '../text/numbers.js';
import { guessHeader } from './header.js';
import { type CsvRecord, csvRecords, guessDelimiter } from './records.js';

/** Records looked at before the layout is decided. */
const SAMPLE = 100;

export interface OpenCsv {
  readonly columns: number;
  /** Null when the file has no header. An unnamed column is the empty text. */
  readonly names: readonly string[] | null;
  readonly decimal: '.' | ',';
  /** First data records, at most 100. */
  readonly sample: readonly CsvRecord[];
  /** All data records, those of the sample first. */
  readonly records: AsyncIterable<CsvRecord>;
  readonly warnings: readonly Warning[];
}

export async function openCsv(input: Input, settings: Settings): Promise<OpenCsv> {
  const text = decodeText(input.pieces(), input.name, settings.encoding);
  const { value: head } = await text.next();
  if (!head) throw emptyFile(input.name);
  const delimiter = settings.delimiter ?? guessDelimiter(head, input.name);
  const records = csvRecords(chain([head], text), delimiter, input.name);
  const sample: CsvRecord[] = [];
  while (sample.length <= SAMPLE) {
    const next = await records.next();
    if (next.done) break;
    sample.push(next.value);
  }
  if (sample.length === 0) throw emptyFile(input.name);
  return layOut({ sample, records, delimiter, name: input.name }, settings);
}

interface Start {
  readonly sample: readonly CsvRecord[];
  readonly records: AsyncIterable<CsvRecord>;
  readonly delimiter: string;
  readonly name: string;
}

function layOut(start: Start, settings: Settings): OpenCsv {
  const { sample, records, name } = start;
  const warnings: Warning[] = [];
  const decimal = settings.decimal ?? guessDecimal(start, warnings);
  const columns = sample.length > 1 ? sample[1].fields.length : sample[0].fields.length;
  // R's write.table leaves out the name of the column of row names.
  const cornerless = sample.length > 1 && sample[0].fields.length === columns - 1;
  const first = cornerless ? ['', ...sample[0].fields] : sample[0].fields;
  const rows = [first, ...sample.slice(1).map((record) => record.fields)];
  const guess =
    settings.header === 'auto'
      ? guessHeader(
          rows.filter((row) => row.length === first.length),
          decimal,
        )
      : { header: settings.header, doubt: null };
  if (guess.doubt !== null) {
    warnings.push({
      code: 'header-guessed',
      message: `The first line of ${name} was read as a header: ${guess.doubt}. If it is data, say that there is no header.`,
    });
  }
  const data = guess.header ? sample.slice(1) : sample;
  return {
    columns: guess.header ? first.length : sample[0].fields.length,
    names: guess.header ? first.map((text) => text.trim()) : null,
    decimal,
    sample: data,
    records: chain(data, records),
    warnings,
  };
}

/** A comma in numbers goes with semicolons between fields, as spreadsheets of many countries write them. */
function guessDecimal(start: Start, warnings: Warning[]): '.' | ',' {
  if (start.delimiter !== ';') return '.';
  const fields = start.sample.flatMap((record) => record.fields);
  const withComma = fields.filter((text) => /^\s*[+-]?\d*,\d+\s*$/.test(text)).length;
  const withPoint = fields.filter((text) => /^\s*[+-]?\d*\.\d+\s*$/.test(text)).length;
  if (withComma === 0 || withPoint > 0) return '.';
  warnings.push({
    code: 'decimal-comma',
    message: `Numbers in ${start.name} were read with a decimal comma (1,5 is one and a half), because its fields are separated by semicolons.`,
  });
  return ',';
}

/** Position of a column by its name (or f0, f1... without a header); OptionError with the nearest name. */
export function columnNamed(wanted: string, option: string, open: OpenCsv, name: string): number {
  const names = open.names ?? Array.from({ length: open.columns }, (_, c) => `f${c}`);
  const found = names.indexOf(wanted);
  if (found >= 0) return found;
  throw new OptionError({
    got: `${option} ${JSON.stringify(wanted)}, which is no column of ${name}`,
    expected: 'the name of one of its columns',
    remedy: describeNames(wanted, names),
  });
}

/** Column 0 when it may hold ids: it has no name of its own, or none of its first cells is a number. */
export function idCandidate(open: OpenCsv): number | null {
  if (open.columns < 2) return null;
  if (isUnnamed(open)) return 0;
  const texts = open.sample.map((record) => record.fields[0]);
  const noNumber = texts.every((text) => isMissing(text) || Number.isNaN(parseNumber(text, open.decimal)));
  return noNumber && texts.some((text) => !isMissing(text)) ? 0 : null;
}

/** Whether the first column has a header without a name, as pandas and R write an index. */
export function isUnnamed(open: OpenCsv): boolean {
  return open.names !== null && /^(Unnamed: 0)?$/.test(open.names[0]);
}

function emptyFile(name: string): FormatError {
  return new FormatError({
    got: `an empty file, ${name}`,
    expected: 'rows of numbers',
    remedy: 'check that the file was written completely',
  });
}

/** Throws when a record has another number of fields than the table has columns. */
export function checkWidth(record: CsvRecord, open: OpenCsv, name: string): void {
  if (record.fields.length === open.columns) return;
  throw new FormatError({
    got: `${record.fields.length} fields on line ${record.line} of ${name}`,
    expected: `${open.columns} fields, as in the lines before`,
    remedy: 'complete or remove that line, or quote a field that holds the delimiter',
  });
}
