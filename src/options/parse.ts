/**
 * From what a person gave to checked values.
 * Fails: OptionError for an unknown option, a value out of range, or options that exclude one another.
 */

import { OptionError, option, words } from '../errors.js';
import type { CommandName, OptionDefinition } from './definition.js';
import { checkRules } from './rules.js';
import { findOption, type OptionValues, optionsOf } from './table.js';
import { expectedWords, type OptionTexts, parseValue } from './values.js';

/** The values of all options of a command that were named, by name. */
export function parseOptions<C extends CommandName>(command: C, texts: OptionTexts): OptionValues<C> {
  const values: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(texts)) {
    if (text === undefined || text === false) continue;
    const definition = findOption(command, name);
    if (!definition) throw unknownOption(command, name);
    values[name] = parseOption(definition, text);
  }
  checkRules(command, values);
  return values as OptionValues<C>;
}

/** The options of a command that tell how its input was read, for its summary: in the order of the table. */
export function recordedOptions(
  command: CommandName,
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const entries = optionsOf(command)
    .filter(({ name, recorded }) => recorded && values[name] !== undefined)
    .map(({ name }) => [name, values[name]] as const);
  return Object.fromEntries(entries);
}

/** The value of one option; OptionError where the text is none. */
function parseOption({ name, type }: OptionDefinition, text: string | true): unknown {
  if (type.kind === 'flag' && text === true) return true;
  const value = text === true ? undefined : parseValue(type, text);
  if (value !== undefined) return value;
  const missing = text === true || text === '';
  throw new OptionError({
    got: missing ? words`${option(name)} without a value` : words`${option(name, text)}`,
    expected: expectedWords(type),
    remedy: 'correct it, or leave it out for the default',
  });
}

/** The error for an option that the command does not have. */
function unknownOption(command: CommandName, name: string): OptionError {
  const names = optionsOf(command).map((row) => row.name);
  const near = nearestName(name, names);
  return new OptionError({
    got: words`the option ${option(name)}`,
    expected: `an option of ${command}`,
    remedy: near === null ? `see the help of ${command}` : words`did you mean ${option(near)}?`,
  });
}

/** The name that differs in the fewest letters, where few differ. */
export function nearestName(name: string, names: readonly string[]): string | null {
  const ranked = names.map((known) => ({
    known,
    edits: editDistance(name.toLowerCase(), known.toLowerCase()),
  }));
  ranked.sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best && best.edits <= Math.max(1, name.length / 3) ? best.known : null;
}

/** Letters inserted, removed or replaced to get from `a` to `b` (Levenshtein). */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, previous[j] + 1, row[j - 1] + 1));
    }
    previous = row;
  }
  return previous[b.length];
}
