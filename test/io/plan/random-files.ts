/** A small table of typed columns as a file of one of the formats that carry names: what random tables are written as. */

import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { float64, int32, tableFromArrays, tableToIPC, utf8 } from '@uwdata/flechette';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { bytesSource, pathSource, writeNpy } from 'whymap/io';
import { makeAnndata } from '../store/make-anndata.js';

export type Format = 'csv' | 'jsonl' | 'arrow' | 'parquet' | 'sqlite' | 'npy' | 'h5ad';

/** Cells as a text file has them; null where one is missing. */
export interface Column {
  readonly name: string;
  readonly type: 'text' | 'whole' | 'number';
  readonly cells: readonly (string | null)[];
}

const folder = mkdtempSync(join(tmpdir(), 'whymap-random-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
/** What is used of sql.js, which has no types of its own. */
interface SqlJs {
  Database: new () => {
    run(sql: string): void;
    prepare(sql: string): { run(values: readonly unknown[]): void; free(): void };
    export(): Uint8Array<ArrayBuffer>;
    close(): void;
  };
}
const sqlite: SqlJs = await createRequire(import.meta.url)('sql.js')();
let files = 0;

const typed = ({ type, cells }: Column) =>
  cells.map((cell) => (cell === null || type === 'text' ? cell : Number(cell)));
const bytes = (text: string) => new TextEncoder().encode(text);

/** The name of a column where a format needs one: as pandas calls an index without. */
const named = ({ name }: Column) => (name === '' ? '__index_level_0__' : name);

type Writer = (name: string, columns: readonly Column[], delimiter: string) => ReturnType<typeof bytesSource>;

const WRITERS: Readonly<Record<Exclude<Format, 'h5ad'>, Writer>> = {
  csv(name, columns, delimiter) {
    const lines = columns[0].cells.map((_, i) => columns.map(({ cells }) => cells[i] ?? '').join(delimiter));
    return bytesSource(name, bytes(`${[columns.map((c) => c.name).join(delimiter), ...lines].join('\n')}\n`));
  },
  jsonl(name, columns) {
    const values = columns.map(typed);
    const row = (i: number) =>
      JSON.stringify(Object.fromEntries(columns.map((c, k) => [named(c), values[k][i]])));
    return bytesSource(name, bytes(`${columns[0].cells.map((_, i) => row(i)).join('\n')}\n`));
  },
  arrow(name, columns) {
    const types = { text: utf8(), whole: int32(), number: float64() };
    const table = tableFromArrays(Object.fromEntries(columns.map((c) => [named(c), typed(c)])), {
      types: Object.fromEntries(columns.map((c) => [named(c), types[c.type]])),
    });
    return bytesSource(name, tableToIPC(table, { format: 'file' }) as Uint8Array<ArrayBuffer>);
  },
  parquet(name, columns) {
    const types = { text: 'STRING', whole: 'INT32', number: 'DOUBLE' } as const;
    const columnData = columns.map((c) => ({ name: named(c), data: typed(c), type: types[c.type] }));
    return bytesSource(name, new Uint8Array(parquetWriteBuffer({ columnData })));
  },
  sqlite(name, columns) {
    const db = new sqlite.Database();
    const types = { text: 'TEXT', whole: 'INTEGER', number: 'REAL' };
    db.run(`create table t (${columns.map((c) => `"${named(c)}" ${types[c.type]}`).join(', ')})`);
    const insert = db.prepare(`insert into t values (${columns.map(() => '?').join(', ')})`);
    const values = columns.map(typed);
    for (let i = 0; i < columns[0].cells.length; i++) insert.run(values.map((column) => column[i]));
    insert.free();
    const file = db.export();
    db.close();
    return bytesSource(name, new Uint8Array(file));
  },
  npy(name, columns) {
    const numbers = columns.filter(({ type }) => type === 'number').map(typed);
    const data = Float64Array.from(numbers[0].flatMap((_, i) => numbers.map((column) => Number(column[i]))));
    return bytesSource(name, writeNpy(data, [numbers[0].length, numbers.length]));
  },
};

/** The table as a file of the format. For h5ad `ids` are the names of the observations. */
export async function fileOf(
  format: Format,
  stem: string,
  columns: readonly Column[],
  options: { readonly delimiter: string; readonly ids: readonly string[] | null },
) {
  if (format !== 'h5ad') return WRITERS[format](`${stem}.${format}`, columns, options.delimiter);
  const numbers = columns.filter(({ type }) => type === 'number');
  const rows = columns[0].cells.length;
  const path = join(folder, `${files++}.h5ad`);
  await makeAnndata(path, {
    layout: 'dense',
    rows,
    columns: numbers.length,
    values: Float32Array.from({ length: rows * numbers.length }, (_, p) =>
      Number(numbers[p % numbers.length].cells[Math.floor(p / numbers.length)]),
    ),
    ids: options.ids ?? Array.from({ length: rows }, (_, i) => String(i)),
    featureNames: numbers.map(({ name }) => name),
    obsm: {},
  });
  return pathSource(path);
}

/** Takes away what `fileOf` left on the disk. */
export const removeFile = (source: { origin: { kind: string } }) => {
  const { origin } = source as { origin: { kind: string; path?: string } };
  if (origin.path !== undefined) rmSync(origin.path, { force: true });
};
