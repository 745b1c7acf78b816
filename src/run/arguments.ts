/** Reading option values: text to numbers, sizes and choices, with errors that name the option. */

import { OptionError } from '../errors.js';

export type Given = Readonly<Record<string, string | boolean | undefined>>;

/** The value of an option as text, or undefined when it was not given. */
export function textOption(given: Given, name: string): string | undefined {
  const value = given[name];
  if (value === undefined || value === false) return undefined;
  if (value === true || value === '') throw wrong(name, 'no value', 'a value after it');
  return value;
}

/** A switch. */
export function flagOption(given: Given, name: string): boolean {
  return given[name] === true;
}

/** A finite number. */
export function numberOption(given: Given, name: string): number | undefined {
  const text = textOption(given, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw wrong(name, text, 'a number');
  return value;
}

/** A whole number, at least `least`. */
export function integerOption(given: Given, name: string, least: number): number | undefined {
  const value = numberOption(given, name);
  if (value === undefined) return undefined;
  if (!Number.isInteger(value) || value < least) {
    throw wrong(name, String(given[name]), `a whole number of ${least} or more`);
  }
  return value;
}

/** One of the given words. */
export function choiceOption<T extends string>(
  given: Given,
  name: string,
  choices: readonly T[],
): T | undefined {
  const text = textOption(given, name);
  if (text === undefined) return undefined;
  const found = choices.find((choice) => choice === text);
  if (!found) throw wrong(name, text, choices.join(', '));
  return found;
}

/** Bytes: a number with an optional unit (k, M, G, T, of 1024), such as `4G` or `512MB`. */
export function sizeOption(given: Given, name: string): number | undefined {
  const text = textOption(given, name);
  if (text === undefined) return undefined;
  const parts = /^([\d.]+)\s*([kmgt]?)(i?b)?$/i.exec(text);
  const value = parts
    ? Number(parts[1]) * 1024 ** ' kmgt'.indexOf(parts[2].toLowerCase() || ' ')
    : Number.NaN;
  if (!(value > 0)) throw wrong(name, text, 'a size such as 4G or 512M');
  return value;
}

/** Width and height, such as `28x28`. */
export function imageOption(given: Given, name: string): { width: number; height: number } | undefined {
  const text = textOption(given, name);
  if (text === undefined) return undefined;
  const parts = /^(\d+)x(\d+)$/i.exec(text);
  const [width, height] = parts ? [Number(parts[1]), Number(parts[2])] : [0, 0];
  if (width < 1 || height < 1) throw wrong(name, text, 'a width and a height such as 28x28');
  return { width, height };
}

function wrong(name: string, got: string, expected: string): OptionError {
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return new OptionError({
    got: `${flag} ${got}`,
    expected,
    remedy: 'correct it, or leave it out for the default',
  });
}
