/**
 * Plain lists of texts: one a line, or a JSON list (or one list of a JSON object). For labels and names.
 * Types: `Input`, of a reader: pieces (the decompressed bytes in order), name (without a compression suffix).
 *   `Settings`: what the file is read for and what options say of it (options.ts); its encoding (of the text).
 * Fails: FormatError for a file that is no list, or too long; OptionError where the list that is meant cannot be
 *   told.
 */

import { FormatError, OptionError } from '../../errors.js';
import type { Input, RawTexts, Settings } from '../options.js';
import { decodeText, tooLarge } from '../source/bytes.js';
import { describeNames } from '../table/suggest.js';

/** Characters that are held at once: engines stop at about 2^29. */
export const LONGEST_TEXT = 2 ** 28;

/**
 * The error for a text beyond the longest that is held at once.
 * @param name of the file.
 * @param limit characters.
 */
export function longText(name: string, limit: number): FormatError {
  return tooLarge(
    name,
    `a list or a line of more than ${limit} characters`,
    limit,
    'write one record a line',
  );
}

/** The whole text; FormatError beyond LONGEST_TEXT characters. */
async function wholeText(input: Input, settings: Settings): Promise<string> {
  let text = '';
  for await (const piece of decodeText(input.pieces(), input.name, settings.encoding)) {
    text += piece;
    if (text.length > LONGEST_TEXT) throw longText(input.name, LONGEST_TEXT);
  }
  return text;
}

/**
 * Reads a list of texts, one a line; blank lines at the end are left out. FormatError for an empty file. Lines are
 * trimmed; blank lines in between are empty texts.
 */
export async function readLines(input: Input, settings: Settings): Promise<RawTexts> {
  const lines = (await wholeText(input, settings)).split(/\r\n|\r|\n/);
  while (lines.length > 0 && lines[lines.length - 1].trim() === '') lines.pop();
  if (lines.length === 0) throw notAList(input.name, 'an empty file');
  return { values: lines.map((line) => line.trim()), ids: null };
}

/**
 * A JSON list of texts, numbers or booleans; of an object, the list that `key` (or `label`) names, or its values by id where
 * none is a list. FormatError for anything else in the list.
 * @returns texts; FormatError for null and nested items.
 */
export async function readJsonTexts(input: Input, settings: Settings): Promise<RawTexts> {
  const text = await wholeText(input, settings);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw notAList(input.name, `text that is not JSON (${cause instanceof Error ? cause.message : cause})`);
  }
  const plain = (item: unknown) => item !== null && ['string', 'number', 'boolean'].includes(typeof item);
  if (!Array.isArray(value) && typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    if (entries.length > 0 && entries.every(([, item]) => item === null || plain(item)))
      return {
        values: entries.map(([, item]) => (item === null ? '' : String(item))),
        ids: entries.map(([id]) => id),
      };
    value = listIn(value as Record<string, unknown>, settings.key ?? settings.label, input.name);
  }
  if (!Array.isArray(value) || !value.every(plain)) throw notAList(input.name, 'JSON of another shape');
  return { values: value.map(String), ids: null };
}

/** The list of an object that `key` names, or the only one. OptionError otherwise. @param name of the file. */
function listIn(object: Record<string, unknown>, key: string | undefined, name: string): unknown {
  const lists = Object.keys(object).filter((k) => Array.isArray(object[k]));
  if (key !== undefined && key in object) return object[key];
  if (key === undefined && lists.length === 1) return object[lists[0]];
  throw new OptionError({
    got: key === undefined ? `${lists.length} lists in ${name}` : `the list ${key}, which is not in ${name}`,
    expected: 'the name of one of its lists',
    remedy: describeNames(key ?? '', lists),
  });
}

/**
 * The error for a file that is no list of texts.
 * @param name of the file.
 * @param what it is instead.
 */
function notAList(name: string, what: string): FormatError {
  return new FormatError({
    got: `${what} in ${name}`,
    expected: 'one text a line, or a JSON list of texts',
    remedy: 'check that this is the file of labels',
  });
}
