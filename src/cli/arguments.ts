/**
 * From the words of a command line to a command, its argument and the texts of its options, by the table of options.
 * Fails: OptionError for an unknown command or option, and for an argument too many or too few.
 */

import { parseArgs } from 'node:util';
import { OptionError, option, words } from '../errors.js';
import {
  COMMANDS,
  type CommandDescription,
  commandNamed,
  kebabCase,
  nearestName,
  type OptionDefinition,
  type OptionTexts,
  optionsOf,
} from '../options/index.js';

export interface ParsedArguments {
  /** Null where none was named. */
  readonly command: CommandDescription | null;
  readonly argument: string | undefined;
  /** Further arguments, of commands that take several. */
  readonly more: readonly string[];
  readonly texts: OptionTexts;
  readonly help: boolean;
  readonly version: boolean;
}

type Token = ReturnType<typeof tokensOf>[number];

/** Reads the words after `whymap`. */
export function readArguments(args: readonly string[]): ParsedArguments {
  const first = args.findIndex((word) => !word.startsWith('-'));
  const name = first < 0 ? undefined : args[first];
  const command = name === undefined ? null : (commandNamed(name) ?? unknownCommand(name));
  const rows = command ? optionsOf(command.name) : [];
  const tokens = tokensOf(
    args.filter((_, i) => i !== first),
    rows,
  );
  const asks = (...flags: string[]) =>
    tokens.some(
      (token) => token.kind === 'option' && flags.includes(token.name) && token.value === undefined,
    );
  const help = asks('help', 'h');
  const version = asks('version', 'v');
  if (help || version) return { command, argument: undefined, more: [], texts: {}, help, version };
  const texts = optionTexts(command, rows, tokens);
  const [argument, ...more] = command ? argumentsOf(command, tokens) : [];
  return { command, argument, more, texts, help, version };
}

/** The words split into options with their values and arguments; unknown options are kept for an error of ours. */
function tokensOf(args: readonly string[], rows: readonly OptionDefinition[]) {
  const entries = rows.map(({ name, type, short }) => {
    const kind = type.kind === 'flag' ? ('boolean' as const) : ('string' as const);
    return [kebabCase(name), { type: kind, ...(short && { short }) }] as const;
  });
  const options = Object.fromEntries(entries);
  return parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

/** The arguments of a command, in order. OptionError for too many or too few. */
function argumentsOf({ name, argument }: CommandDescription, tokens: readonly Token[]): readonly string[] {
  const values = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []));
  if (!argument?.several && values.length > (argument ? 1 : 0)) {
    throw new OptionError({
      got: `the arguments ${values.join(' ')}`,
      expected: argument ? `one argument, <${argument.name}>` : `no argument after ${name}`,
      remedy: `put quotes around a name with spaces; see whymap ${name} --help`,
    });
  }
  if (argument?.required && values.length === 0) {
    throw new OptionError({
      got: `whymap ${name} without <${argument.name}>`,
      expected: argument.help,
      remedy: `see whymap ${name} --help`,
    });
  }
  return values;
}

/** The last text of every option, by its name. */
function optionTexts(
  command: CommandDescription | null,
  rows: readonly OptionDefinition[],
  tokens: readonly Token[],
): OptionTexts {
  const texts: Record<string, string | boolean> = {};
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const found = rows.find(({ name }) => kebabCase(name) === token.name || name === token.name);
    if (!found) throw unknownOption(command, rows, token.rawName);
    texts[found.name] = token.value ?? true;
  }
  return texts;
}

/** The error for an option that the command does not have, with the name that is nearest. */
function unknownOption(
  command: CommandDescription | null,
  rows: readonly OptionDefinition[],
  rawName: string,
): OptionError {
  const near = nearestName(
    rawName.replace(/^-+/, ''),
    rows.map(({ name }) => kebabCase(name)),
  );
  const found = rows.find(({ name }) => kebabCase(name) === near);
  const help = command ? `whymap ${command.name} --help` : 'whymap --help';
  return new OptionError({
    got: `the option ${rawName}`,
    expected: command ? `an option of whymap ${command.name}` : 'a command before its options',
    remedy: found ? words`did you mean ${option(found.name)}? See ${help}` : `see ${help}`,
  });
}

/** Throws the error for a command that there is not, with the name that is nearest. */
function unknownCommand(name: string): never {
  const names = COMMANDS.map((command) => command.name);
  const near = nearestName(name, names);
  throw new OptionError({
    got: `the command ${name}`,
    expected: `one of ${names.join(', ')}`,
    remedy: near === null ? 'see whymap --help' : `did you mean whymap ${near}?`,
  });
}
