/** From the text of a value to the value, by the type of its option; and the words for what a type allows. */

import type { ImageSize, OptionType } from './definition.js';

/** What a person gave for an option: a text, true for a flag; undefined and false are as if it was left out. */
export type OptionTexts = Readonly<Record<string, string | boolean | undefined>>;

type Value = string | number | boolean | ImageSize;

/** The value, or undefined where the text is no value of this type. An empty text never is one. */
export function parseValue(type: OptionType, text: string): Value | undefined {
  if (text === '') return undefined;
  switch (type.kind) {
    case 'integer':
      if (type.word !== undefined && text === type.word) return text;
      return within(type, toNumber(text), true);
    case 'number':
      return within(type, toNumber(text), false);
    case 'choice':
      return type.choices.includes(text) ? text : undefined;
    case 'yes-no':
      return text === 'yes' ? true : text === 'no' ? false : undefined;
    case 'size':
      return toBytes(text);
    case 'image':
      return toImage(text);
    case 'flag':
      return undefined;
    default:
      return text;
  }
}

/** What values are allowed, in words. */
export function expectedWords(type: OptionType): string {
  switch (type.kind) {
    case 'integer':
      return `a whole number ${rangeWords(type)}${type.word === undefined ? '' : `, or ${type.word}`}`;
    case 'number':
      return `a number ${rangeWords(type)}`.trimEnd();
    case 'choice':
      return type.choices.join(', ');
    case 'flag':
      return 'no value';
    case 'yes-no':
      return 'yes or no';
    case 'size':
      return 'a size such as 4G or 512M';
    case 'image':
      return 'a width and a height such as 28x28';
    default:
      return type.form.includes(',') ? `names, as in ${type.form}` : `a ${type.form.replace('|', ' or ')}`;
  }
}

interface Range {
  readonly least?: number;
  readonly above?: number;
  readonly most?: number;
  readonly below?: number;
}

/** `from 0 to 1000`, `of 3 or more`, `above 0 and below 1`. */
export function rangeWords({ least, above, most, below }: Range): string {
  if (least !== undefined && most !== undefined) return `from ${least} to ${most}`;
  const lower = least !== undefined ? `of ${least} or more` : above !== undefined ? `above ${above}` : '';
  const upper = most !== undefined ? `of at most ${most}` : below !== undefined ? `below ${below}` : '';
  return [lower, upper].filter(Boolean).join(' and ');
}

/** The number, where it lies in the range and is whole if it must be. */
function within(range: Range, value: number, integer: boolean): number | undefined {
  const { least = -Infinity, above = -Infinity, most = Infinity, below = Infinity } = range;
  const fits = value >= least && value > above && value <= most && value < below;
  return fits && Number.isFinite(value) && (!integer || Number.isSafeInteger(value)) ? value : undefined;
}

/** NaN where the text is not a number. */
function toNumber(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

/** `1.5G` to bytes. */
function toBytes(text: string): number | undefined {
  const parts = /^([\d.]+)\s*([kmgt]?)(i?b)?$/i.exec(text);
  if (!parts) return undefined;
  const value = Number(parts[1]) * 1024 ** ' kmgt'.indexOf(parts[2].toLowerCase() || ' ');
  return value > 0 && Number.isFinite(value) ? value : undefined;
}

/** `28x30` to width and height. */
function toImage(text: string): ImageSize | undefined {
  const parts = /^(\d+)x(\d+)$/i.exec(text);
  if (!parts) return undefined;
  const [width, height] = [Number(parts[1]), Number(parts[2])];
  return width >= 1 && height >= 1 ? { width, height } : undefined;
}
