/** The table of options, from which every face is made: command line, page, reference, Python and R. */

import type { CommandName, OptionDefinition, ValuesOf } from './definition.js';
import { auditOptions } from './rows/audit.js';
import { embedOptions } from './rows/embed.js';
import { embeddingOptions, explainOptions } from './rows/explain.js';
import { inputOptions } from './rows/input.js';
import { compareOptions, demoOptions, queryOptions, reproduceOptions, viewOptions } from './rows/others.js';
import { printOptions, runOptions } from './rows/run.js';

const ROWS = [
  ...embeddingOptions,
  ...inputOptions,
  ...explainOptions,
  ...embedOptions,
  ...auditOptions,
  ...demoOptions,
  ...viewOptions,
  ...queryOptions,
  ...compareOptions,
  ...reproduceOptions,
  ...runOptions,
  ...printOptions,
] as const;

/** Every option. A name occurs more than once where commands differ in it, but at most once a command. */
export const OPTIONS: readonly OptionDefinition[] = ROWS;

type Row = (typeof ROWS)[number];
type RowOf<C extends CommandName, R extends Row = Row> = R extends { commands: readonly (infer K)[] }
  ? C extends K
    ? R
    : never
  : never;

/** Parsed values of a command's options, by name; undefined where an option was left out. */
export type OptionValues<C extends CommandName> = ValuesOf<readonly RowOf<C>[]>;

/** Values of the options that say how files are read; `explain`, `embed`, `audit`, `query` and `compare` have them. */
export type InputValues = ValuesOf<typeof inputOptions>;
/** Values of the options that name a given embedding. */
export type EmbeddingValues = Pick<
  OptionValues<'explain'>,
  'embedding' | 'embeddingKey' | 'embeddingColumns'
>;
/** Values of the options of how a command runs. */
export type RunValues = ValuesOf<typeof runOptions>;
/** Values of the options of what a command prints. */
export type PrintValues = ValuesOf<typeof printOptions>;

/** The options of a command, in the order of the table. */
export function optionsOf(command: CommandName): readonly OptionDefinition[] {
  return OPTIONS.filter(({ commands }) => commands.includes(command));
}

/** The option of that name, or undefined where the command has none. */
export function findOption(command: CommandName, name: string): OptionDefinition | undefined {
  return optionsOf(command).find((row) => row.name === name);
}
