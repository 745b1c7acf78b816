/** The reference of options as Markdown (docs/options.md), made from the table. */

import { COMMANDS, type CommandDescription } from './commands.js';
import { OPTION_GROUPS, type OptionDefinition, type OptionGroup } from './definition.js';
import { kebabCase } from './spelling.js';
import { optionsOf } from './table.js';
import { expectedWords } from './values.js';

export const GROUP_TITLES: Readonly<Record<OptionGroup, string>> = {
  main: 'Main options',
  method: 'Method',
  input: 'Input',
  output: 'Output',
  machine: 'Machine',
};

const HEAD = `# Options

Every option of the command line, by command. The library and R take the same names in camelCase (\`localitySize\`), Python in
snake_case (\`locality_size\`). This page is generated from \`src/options\` by \`node scripts/options-reference.mjs\`.
`;

/** The text of docs/options.md. */
export function optionsReference(): string {
  return `${[HEAD, ...COMMANDS.map(commandSection)].join('\n')}`;
}

/** One command: usage, summary, a table a group. */
function commandSection(command: CommandDescription): string {
  const { name, argument, summary } = command;
  const usage = argument ? ` ${argument.required ? `<${argument.name}>` : `[${argument.name}]`}` : '';
  const about = argument ? `\n\`${argument.name}\`: ${argument.help}.\n` : '';
  return `## whymap ${name}${usage}\n\n${summary}.\n${about}\n${OPTION_GROUPS.map((group) => groupTable(command, group)).join('')}`;
}

/** The options of one group, or nothing. */
function groupTable({ name }: CommandDescription, group: OptionGroup): string {
  const rows = optionsOf(name).filter((option) => option.group === group);
  if (rows.length === 0) return '';
  const head = `| ${GROUP_TITLES[group]} | value | default | |\n|---|---|---|---|\n`;
  return `${head}${rows.map(tableRow).join('')}\n`;
}

/** One option. */
function tableRow({ name, short, type, unit, default: byDefault, help }: OptionDefinition): string {
  const flag = `\`--${kebabCase(name)}\`${short ? `, \`-${short}\`` : ''}`;
  const value = type.kind === 'flag' ? '' : `${expectedWords(type)}${unit ? ` (${unit})` : ''}`;
  const cells = [flag, value, byDefault === null ? '' : String(byDefault), help];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
}
