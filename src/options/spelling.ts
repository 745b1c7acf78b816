/** How each face writes an option. */

import { type OptionMention, type Spelling, spell } from '../errors.js';
import type { Warning } from '../model.js';

/** `localitySize` to `locality-size`. */
export function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `localitySize` to `locality_size`. */
export function snakeCase(name: string): string {
  return kebabCase(name).replaceAll('-', '_');
}

/** `--locality-size 40`; what a shell would read otherwise is quoted. */
export const commandLineSpelling: Spelling = ({ option, value }: OptionMention) =>
  value === undefined ? `--${kebabCase(option)}` : `--${kebabCase(option)} ${shellWord(value)}`;

/** A value as one word of a shell; one in double quotes, or in which `<` stands for what is to be named, stays as it is. */
function shellWord(value: string): string {
  if (!/[()&;|$`*?!\s"'\\]/.test(value) || /^"[^",]*"$|^</.test(value)) return value;
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/** `locality_size=40`; texts are quoted. */
export const pythonSpelling: Spelling = ({ option, value }: OptionMention) => {
  if (value === undefined) return snakeCase(option);
  return `${snakeCase(option)}=${Number.isNaN(Number(value)) ? JSON.stringify(value) : value}`;
};

/** The warnings with their options in the spelling of one face. */
export function spelledWarnings(warnings: readonly Warning[], spelling: Spelling): Warning[] {
  return warnings.map(({ code, message, words }) => ({
    code,
    message: words === undefined ? message : spell(words, spelling),
  }));
}
