/**
 * Files that are no table but are tried as one: known by their first bytes, each named with the way out. And texts with zero
 * bytes inside, which are of two bytes a character, or damaged.
 */

import { FormatError, option, UnsupportedError, words } from '../errors.js';

/** What is said to be expected of a file that is something else. */
const READ = 'a table: CSV, TSV, NPY, NPZ, IDX, .h5ad, Parquet, Arrow, Zarr, 10x, SQLite or JSON lines';

/** Text files that people try which are something else, by how they begin. */
const OTHER_TEXTS: readonly { readonly begins: RegExp; readonly what: string; readonly remedy: string }[] = [
  {
    begins: /^version https:\/\/git-lfs\.github\.com/,
    what: 'a pointer of Git LFS, not the file itself',
    remedy: 'fetch the file with git lfs pull',
  },
  {
    begins: /^\s*<\?xml[^>]*>\s*(<\?mso-application[^>]*>\s*)?<(office:document|(ss:)?Workbook)/i,
    what: 'a sheet of LibreOffice or Excel in XML',
    remedy: 'save it as CSV (UTF-8)',
  },
  {
    begins: /^\s*(<!doctype html|<html|<\?xml|<head)/i,
    what: 'a web page (or XML), perhaps of an error or a log-in',
    remedy: 'download the file itself, or save its table as CSV',
  },
];

/** Files that people try which are something else, by their first bytes. */
const OTHERS: readonly {
  readonly magic: string;
  /** Where it stands. Default 0. */
  readonly at?: number;
  readonly what: string;
  readonly remedy: string;
}[] = [
  { magic: 'ustar', at: 257, what: 'a TAR archive', remedy: 'unpack it, and give the file inside' },
  { magic: '\x89WHYMAP\n', what: 'a finished explanation', remedy: 'open it with whymap view' },
  { magic: '%PDF', what: 'a PDF document', remedy: 'export the table as CSV' },
  { magic: '\x89PNG', what: 'an image', remedy: 'save the pixels of all images as one NPY file' },
  {
    magic: '\x80\x04',
    what: 'a Python pickle, which can run code',
    remedy: 'save it with numpy.save or to_csv',
  },
  {
    magic: '\x80\x05',
    what: 'a Python pickle, which can run code',
    remedy: 'save it with numpy.save or to_csv',
  },
  { magic: 'RDX', what: 'an R workspace', remedy: 'write it with write.csv' },
  { magic: 'X\n\0\0\0', what: 'an R object (.rds)', remedy: 'write it with write.csv' },
  { magic: 'MATLAB ', what: 'a MATLAB file', remedy: "write the matrix in MATLAB: writematrix(x, 'x.csv')" },
  {
    magic: 'MuData (',
    what: 'MuData (.h5mu), which holds several modalities',
    remedy: "write one of them: mudata.read_h5mu(path).mod['rna'].write_h5ad('x.h5ad')",
  },
  { magic: '\xd0\xcf\x11\xe0', what: 'an old Excel file', remedy: 'save the sheet as CSV' },
];

/**
 * UnsupportedError for a text that is known to be no table (a web page, a Git LFS pointer), under whatever name.
 * @param head first bytes.
 */
export function checkText(head: Uint8Array, name: string): void {
  const text = new TextDecoder().decode(head.subarray(0, 256));
  const other = OTHER_TEXTS.find(({ begins }) => begins.test(text));
  if (!other) return;
  throw new UnsupportedError({ got: `${other.what}, ${name}`, expected: READ, remedy: other.remedy });
}

/**
 * Whether first bytes are those of a file that is known and no table.
 * @param head first bytes of the file.
 */
export function isOtherFile(head: Uint8Array): boolean {
  return OTHERS.some(({ magic }) => startsWith(head, magic));
}

/**
 * Whether the bytes begin with these Latin characters.
 * @param head first bytes of the file.
 * @param magic one character a byte.
 */
export function startsWith(head: Uint8Array, magic: string): boolean {
  return Array.from(magic).every((character, i) => head[i] === character.charCodeAt(0));
}

/**
 * The error for a file that is in no format that is read; says what it is, if that is known.
 * @param head first bytes of the file.
 * @param name of the file.
 */
export function unknownFile(head: Uint8Array, name: string): FormatError | UnsupportedError {
  const other = OTHERS.find(({ magic, at = 0 }) => startsWith(head.subarray(at), magic));
  if (other) {
    return new UnsupportedError({
      got: `${other.what}, ${name}`,
      expected: READ,
      remedy: other.remedy,
    });
  }
  if (head.length === 0) return emptyFile(name);
  if (isTextWithZeros(head)) return zeros(head, name);
  const bytes = Array.from(head.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return new FormatError({
    got: `a file of no known format, ${name} (it begins with ${bytes})`,
    expected: READ,
    remedy: 'check that it is complete, or convert it to one of these',
  });
}

/**
 * Whether bytes are those of a text, but for zeros among them.
 * @param head first bytes of the file.
 */
function isTextWithZeros(head: Uint8Array): boolean {
  const rest = head.filter((byte) => byte !== 0);
  const control = rest.filter((byte) => byte < 32 && byte !== 9 && byte !== 10 && byte !== 13).length;
  return rest.length >= 8 && control === 0 && rest.some((byte) => byte === 9 || byte === 10 || byte === 44);
}

/**
 * The error for a text with zero bytes: of two bytes a character, or damaged.
 * @param head first bytes of the file.
 * @param name of the file.
 */
function zeros(head: Uint8Array, name: string): FormatError {
  const first = head.indexOf(0);
  const count = (odd: number) => head.filter((byte, i) => byte === 0 && i % 2 === odd).length;
  const [even, odd] = [count(0), count(1)];
  const wide = Math.max(even, odd) > 0.4 * head.length;
  return new FormatError({
    got: wide
      ? `a text of two bytes a character, ${name}, without the mark that says so`
      : `a text with zero bytes inside, ${name} (the first is byte ${first + 1})`,
    expected: 'a text table without zero bytes',
    remedy: wide
      ? words`say ${option('encoding', odd > even ? 'utf-16le' : 'utf-16be')}, or save it as UTF-8`
      : 'write or copy the file again: zeros stand where something was not written, as after a crash or a full disk',
  });
}

/**
 * The error for a file without bytes.
 * @param name of the file.
 */
export function emptyFile(name: string): FormatError {
  return new FormatError({
    got: `an empty file, ${name}`,
    expected: 'rows of numbers',
    remedy: 'check that the file was written completely',
  });
}
