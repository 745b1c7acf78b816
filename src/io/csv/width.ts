/** Whether a record has as many fields as the table has columns. Fails: FormatError with the line, and what it is. */

import { FormatError } from '../../errors.js';
import type { OpenCsv } from './layout.js';
import type { CsvRecord } from './records.js';

/**
 * FormatError when a record has another number of fields than the table has columns, with its line. Empty fields
 * behind the last column are allowed where the header has them.
 * @param name of the file.
 */
export function checkWidth(record: CsvRecord, open: OpenCsv, name: string): void {
  const { length } = record.fields;
  if (length === open.columns) return;
  const behind = record.fields.slice(open.columns);
  if (length > open.columns && behind.length <= open.trailing && behind.every((field) => field.trim() === ''))
    return;
  if (length === 1 && record.fields[0].trimStart().startsWith('#')) throw commentBelow(record, name);
  throw new FormatError({
    got: `${length} fields on line ${record.line} of ${name}`,
    expected: `${open.columns} fields, as in the lines before`,
    remedy: 'complete or remove that line, or quote a field that holds the delimiter',
  });
}

/** The error for a comment among or below the rows. @param name of the file. */
function commentBelow({ fields, line }: CsvRecord, name: string): FormatError {
  return new FormatError({
    got: `the comment ${JSON.stringify(fields[0].slice(0, 40))} on line ${line} of ${name}`,
    expected: 'comments above the table only',
    remedy: 'remove that line',
  });
}
