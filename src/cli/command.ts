/** What the code of a command is. */

import type { CommandName, OptionValues } from '../options/index.js';

/**
 * Runs a command.
 * @param argument the argument before the options; undefined where it may be left out.
 * @param values the parsed options.
 * @param more further arguments, of commands that take several.
 */
export type CommandRun<C extends CommandName> = (
  argument: string | undefined,
  values: OptionValues<C>,
  signal: AbortSignal,
  more?: readonly string[],
) => Promise<void>;
