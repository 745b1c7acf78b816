/** The texts of `whymap --help` and of `--help` after a command, made from the table of options. */

import {
  COMMANDS,
  type CommandDescription,
  expectedWords,
  GROUP_TITLES,
  kebabCase,
  OPTION_GROUPS,
  type OptionDefinition,
  optionsOf,
} from '../options/index.js';

/** All commands, one a line. */
export function generalHelp(version: string, width: number): string {
  const wide = Math.max(...COMMANDS.map((command) => usageOf(command).length));
  const lines = COMMANDS.map((command) => entry(usageOf(command).padEnd(wide), command.summary, width));
  return [
    `whymap ${version}: why does the map look like this?`,
    '',
    'Usage: whymap <command> [options]',
    '',
    ...lines,
    '',
    'whymap <command> --help shows the options of a command, whymap --version the version.',
  ].join('\n');
}

/** One command: what it does, its options in groups, examples. */
export function commandHelp(command: CommandDescription, width: number): string {
  const { name, argument, summary, examples } = command;
  const rows = optionsOf(name);
  const wide = Math.min(34, Math.max(...rows.map((row) => flagsOf(row).length)));
  const groups = OPTION_GROUPS.flatMap((group) => {
    const shown = rows.filter((row) => row.group === group);
    if (shown.length === 0) return [];
    return [
      '',
      GROUP_TITLES[group],
      ...shown.map((row) => entry(flagsOf(row).padEnd(wide), helpOf(row), width)),
    ];
  });
  return [
    `Usage: whymap ${usageOf(command)} [options]`,
    '',
    `${summary}.`,
    ...(argument ? ['', entry(argument.name, argument.help, width)] : []),
    ...groups,
    '',
    'Examples',
    ...examples.map((example) => `  ${example}`),
  ].join('\n');
}

/** `explain <features>`: a command with its argument. */
function usageOf({ name, argument }: CommandDescription): string {
  if (!argument) return name;
  return argument.required ? `${name} <${argument.name}>` : `${name} [${argument.name}]`;
}

/** `-n, --locality-size <number>`. */
function flagsOf({ name, short, type }: OptionDefinition): string {
  const flag = `${short ? `-${short}, ` : '    '}--${kebabCase(name)}`;
  return type.kind === 'flag' ? flag : `${flag} <${placeholderOf({ name, type })}>`;
}

/** What stands in angle brackets after a flag. */
function placeholderOf({ type }: Pick<OptionDefinition, 'name' | 'type'>): string {
  switch (type.kind) {
    case 'integer':
      return type.word === undefined ? 'number' : `number|${type.word}`;
    case 'choice':
      return 'choice';
    case 'yes-no':
      return 'yes|no';
    case 'image':
      return 'WxH';
    case 'text':
    case 'file':
    case 'output':
      return type.form;
    default:
      return type.kind;
  }
}

/** The help of an option with its choices and its default. */
function helpOf({ type, default: byDefault, help }: OptionDefinition): string {
  const notes = [
    ...(type.kind === 'choice' ? [expectedWords(type)] : []),
    ...(byDefault === null ? [] : [`default: ${byDefault}`]),
  ];
  return notes.length === 0 ? help : `${help} (${notes.join('; ')})`;
}

/** A name and its text, the text wrapped beside it. */
function entry(name: string, text: string, width: number): string {
  const indent = name.length + 4;
  const room = Math.max(30, width - indent);
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.length - 1;
    if (lines[last] !== '' && lines[last].length + 1 + word.length > room) lines.push(word);
    else lines[last] += lines[last] === '' ? word : ` ${word}`;
  }
  return `  ${name}  ${lines.join(`\n${' '.repeat(indent)}`)}`;
}
