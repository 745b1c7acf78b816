/** What a command is: its arguments in words, and where its code is. */

import type { Given } from '../run/arguments.js';

export interface OptionDefinition {
  readonly flags: string;
  readonly text: string;
}

export type CommandRun = (positional: readonly string[], given: Given, signal: AbortSignal) => Promise<void>;

export interface CommandDefinition {
  /** Name and positional arguments, as the parser reads them. */
  readonly usage: string;
  readonly summary: string;
  readonly options: readonly OptionDefinition[];
  readonly examples: readonly string[];
  /** Loaded when the command runs. */
  readonly load: () => Promise<{ run: CommandRun }>;
}
