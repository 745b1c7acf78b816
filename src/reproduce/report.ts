/** Tables as CSV and Markdown, and what every study writes beside them. */

import { type Cell, writeCsv } from '../io/write.js';

export interface StudyTable {
  /** File name without its ending. */
  readonly name: string;
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Figure {
  readonly name: string;
  readonly svg: string;
}

export interface StudyResult {
  readonly title: string;
  /** The question, how it was answered, with which seeds, and what came out: paragraphs of Markdown. */
  readonly text: readonly string[];
  readonly tables: readonly StudyTable[];
  readonly figures: readonly Figure[];
  /** Everything needed to run it again. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A table of a study as CSV. */
export function tableCsv(table: StudyTable): string {
  return writeCsv(table.header, table.rows);
}

/** A table of a study as Markdown. */
export function tableMarkdown(table: StudyTable): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const body = table.rows.map((row) => line(row.map(shown)));
  return [line(table.header), line(table.header.map(() => '---')), ...body].join('\n');
}

/** Numbers with three figures after the point, very small and large ones in powers of ten. */
function shown(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return cell.replaceAll('|', '\\|');
  if (Number.isInteger(cell)) return String(cell);
  const size = Math.abs(cell);
  return size < 1e-3 || size >= 1e5 ? cell.toExponential(1) : cell.toFixed(3);
}

/** The report of a study: its text, tables and figures. */
export function studyMarkdown(result: StudyResult): string {
  const tables = result.tables.map((table) => `## ${table.title}\n\n${tableMarkdown(table)}\n`);
  const figures = result.figures.map(({ name }) => `![${name}](${name}.svg)\n`);
  return [`# ${result.title}\n`, ...result.text.map((text) => `${text}\n`), ...tables, ...figures].join('\n');
}
