/** What is written to the terminal: never a character that it would obey, whatever the data hold. */

import { printable } from '../../errors.js';
import type { Warning } from '../../model.js';
import { commandLineSpelling, spelledWarnings } from '../../options/index.js';

export interface Writer {
  write(text: string): unknown;
}

/** Texts for people: on standard output, or on standard error where that is taken by JSON. */
export function tell(json: boolean | undefined): Writer {
  const stream = json ? process.stderr : process.stdout;
  return { write: (text) => stream.write(printable(text)) };
}

/** JSON on standard output, ended by a line feed. */
export function writeJson(text: string): void {
  process.stdout.write(`${printable(text).trimEnd()}\n`);
}

/** The warnings as the command line spells options. */
export const commandLineWarnings = (warnings: readonly Warning[]): Warning[] =>
  spelledWarnings(warnings, commandLineSpelling);
