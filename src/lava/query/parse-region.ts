/**
 * Regions as short texts, for the command line and for links.
 *
 * Single regions: `locality:12`, `rectangle:0,0,5,3`, `polygon:0,0;5,0;5,3`, `label:B cells`, `ids:a,b,c`, `rows:0,1,2`,
 * `module:M3`; a metadata column and a level, `disease:DKD`; a numeric column and a range, `age:50..70`, `age:>=50`;
 * `missing:COLUMN`; a region named before, `@tubule`. Quotes protect names that hold `& | ( ) !`, `label:"B & T"`, and
 * columns that are called as a kind of region is, `"module":2`; a quote inside quotes is written twice.
 * Combined: `!` before `&` before `|`, with parentheses: `disease:DKD & (region:tubule | !module:M3)`.
 */

import { OptionError } from '../../errors.js';
import type { Region } from './regions.js';

export interface ParseRegionOptions {
  /** Texts of the regions that `@name` stands for. Default none. */
  readonly named?: ReadonlyMap<string, string>;
}

/**
 * The region that a text describes. Throws OptionError for a text that is no region.
 * @param options `named`: texts of regions that `@name` may stand for.
 * @returns the region; whether it exists in a map is seen when its rows are taken.
 */
export function parseRegion(text: string, options: ParseRegionOptions = {}): Region {
  const parser = { text, at: 0, named: options.named ?? new Map() };
  const region = parseAny(parser);
  skipSpace(parser);
  if (parser.at < text.length) throw unreadable(text);
  return region;
}

/** A text that is being read. */
interface Parser {
  readonly text: string;
  /** Position of the next character. */
  at: number;
  /** Texts of the regions that `@name` stands for. */
  readonly named: ReadonlyMap<string, string>;
}

/**
 * Reads one or more regions with `|` between them, from the parser's position on. OptionError for a text that is
 * none.
 */
function parseAny(parser: Parser): Region {
  const of = [parseAll(parser)];
  while (takes(parser, '|')) of.push(parseAll(parser));
  return of.length === 1 ? of[0] : { kind: 'any', of };
}

/**
 * Reads one or more regions with `&` between them, from the parser's position on. OptionError for a text that is
 * none.
 */
function parseAll(parser: Parser): Region {
  const of = [parseOne(parser)];
  while (takes(parser, '&')) of.push(parseOne(parser));
  return of.length === 1 ? of[0] : { kind: 'all', of };
}

/**
 * Reads one operand, a region, a negation or an expression in parentheses, from the parser's position on. OptionError
 * for a text that is none.
 */
function parseOne(parser: Parser): Region {
  if (takes(parser, '!')) return { kind: 'not', of: parseOne(parser) };
  if (!takes(parser, '(')) return parseSingle(singleText(parser), parser);
  const inner = parseAny(parser);
  if (!takes(parser, ')')) throw unreadable(parser.text);
  return inner;
}

/** Moves the parser past the character, and past space before it, where it is next; returns whether it was. */
function takes(parser: Parser, character: string): boolean {
  skipSpace(parser);
  if (parser.text[parser.at] !== character) return false;
  parser.at++;
  return true;
}

/** Moves the parser past white space. */
function skipSpace(parser: Parser): void {
  while (/\s/.test(parser.text[parser.at] ?? '')) parser.at++;
}

/**
 * Reads the text up to the next `&`, `|` or `)` outside quotes and outside parentheses that it opens itself. Trimmed.
 * OptionError where a quote is not closed.
 */
function singleText(parser: Parser): string {
  const from = parser.at;
  let [quoted, depth] = [false, 0];
  for (; parser.at < parser.text.length; parser.at++) {
    const character = parser.text[parser.at];
    if (character === '"') quoted = !quoted;
    if (quoted) continue;
    if (character === '&' || character === '|' || (character === ')' && depth === 0)) break;
    if (character === '(') depth++;
    if (character === ')') depth--;
  }
  if (quoted) throw unreadable(parser.text);
  return parser.text.slice(from, parser.at).trim();
}

/**
 * The region that a text without operators names: `locality:3`, `rectangle:0,0,5,3`, `column:level`, or `@name`.
 * OptionError for a text that is no region. Localities and rows count from 0; coordinates are in the map's units, as many
 * for either corner of a `rectangle` as are to be bounded. A quoted word before the colon is always a column
 * (`"label":x`). `value` of a column stays text: levels and ranges are read where rows are taken.
 * @param single one name, without operators.
 * @param parser `text`: the whole, for errors; `named`: what `@name` may stand for.
 */
function parseSingle(single: string, { text, named }: Parser): Region {
  if (single.startsWith('@')) return parseNamed(single.slice(1).trim(), named);
  const colon = single.startsWith('"') ? endOfQuoted(single) : single.indexOf(':');
  const name = single.slice(0, colon).trim();
  const rest = single.slice(colon + 1).trim();
  if (colon < 1 || rest === '') throw unreadable(text);
  switch (name) {
    case 'locality': {
      const [locality, ...more] = numbers(rest, text);
      if (more.length > 0) throw unreadable(text);
      return { kind: name, locality };
    }
    case 'rectangle': {
      const values = numbers(rest, text);
      if (values.length % 2 !== 0) throw unreadable(text);
      return { kind: name, from: values.slice(0, values.length / 2), to: values.slice(values.length / 2) };
    }
    case 'polygon':
      return { kind: name, points: rest.split(';').map((corner) => pair(corner, text)) };
    case 'label':
      return { kind: name, label: unquoted(rest) };
    case 'ids':
      return { kind: name, ids: (rest.match(/(?:"[^"]*"|[^,])+/g) ?? []).map((id) => unquoted(id.trim())) };
    case 'rows':
      return { kind: name, rows: numbers(rest, text) };
    case 'module':
      return { kind: name, module: rest };
    case 'missing':
      return { kind: name, column: unquoted(rest) };
    default:
      return { kind: 'column', column: unquoted(name), value: unquoted(rest) };
  }
}

/**
 * The region that was kept under a name; OptionError for a name that is not known.
 * @param named texts of the regions by name.
 */
function parseNamed(name: string, named: ReadonlyMap<string, string>): Region {
  const text = named.get(name);
  // a named region cannot stand on itself: the names inside it are those that were there before it
  if (text !== undefined) return parseRegion(text, { named: without(named, name) });
  throw new OptionError({
    got: `a region named @${name}`,
    expected:
      named.size > 0 ? [...named.keys()].map((known) => `@${known}`).join(', ') : 'no name: none was given',
    remedy: 'name a region first, or write it out',
  });
}

/**
 * The named regions but one. The map is copied.
 * @param name to leave out.
 */
const without = (named: ReadonlyMap<string, string>, name: string) =>
  new Map([...named].filter(([known]) => known !== name));

/** Position of the colon after the quoted name that begins a text, below 1 where there is none. */
function endOfQuoted(text: string): number {
  const quoted = /^"(?:[^"]|"")*"\s*(?=:)/.exec(text);
  return quoted ? quoted[0].length : text.indexOf('":') + 1;
}

/** The text without the quotes around it, and quotes inside them once. */
const unquoted = (text: string): string =>
  /^".*"$/s.test(text) ? text.slice(1, -1).replaceAll('""', '"') : text;

/** Words that before a colon are a kind of region, and no column. */
const KINDS = /^(locality|rectangle|polygon|label|ids|rows|module|missing)$/;

/**
 * A name, of a column, level or sample, as it can stand in a region's text: in quotes where it is empty, holds characters
 * that combine regions, or is the word for a kind of region. A quote inside the name is doubled.
 */
export function quotedName(name: string): string {
  const isPlain = !/[&|()!":,]|^\s|\s$|^@|^$/.test(name) && !KINDS.test(name);
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`;
}

/**
 * The numbers of a list separated by commas; OptionError where one is none.
 * @param text the whole region, for the error.
 */
function numbers(list: string, text: string): number[] {
  const values = list.split(',').map((value) => (value.trim() === '' ? Number.NaN : Number(value)));
  if (!values.every(Number.isFinite)) throw unreadable(text);
  return values;
}

/**
 * Two numbers separated by a comma; OptionError for any other text.
 * @param text the whole region, for the error.
 * @param corner `x,y`.
 */
function pair(corner: string, text: string): [number, number] {
  const values = numbers(corner, text);
  if (values.length !== 2) throw unreadable(text);
  return [values[0], values[1]];
}

/** The error for a text that names no region. */
function unreadable(text: string): OptionError {
  return new OptionError({
    got: `a region written as ${JSON.stringify(text)}`,
    expected:
      'locality:NUMBER, rectangle:X,Y,X,Y, polygon:X,Y;X,Y;X,Y, label:NAME, ids:A,B, rows:0,1, module:M1, COLUMN:LEVEL or missing:COLUMN, combined by &, |, ! and parentheses',
    remedy: 'write one of these, with quotes around names that hold one of & | ( ) ! :',
  });
}
