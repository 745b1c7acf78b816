/** From an error to the line a person reads and the exit code a script reads. */

import { CancelledError, MachineError, printable, WhymapError } from '../../errors.js';
import { commandLineSpelling } from '../../options/index.js';

/** 2 when the person's input or options are wrong, 130 after Ctrl-C, 1 for everything else. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CancelledError) return 130;
  return error instanceof WhymapError && !(error instanceof MachineError) ? 2 : 1;
}

/** One line, without a stack trace; a defect asks to be reported and shows its trace with WHYMAP_DEBUG=1. */
export function lineOf(error: unknown): string {
  if (error instanceof CancelledError) return 'whymap: stopped; nothing was written';
  if (error instanceof WhymapError) return `whymap: ${oneLine(error.messageIn(commandLineSpelling))}`;
  if (isSystem(error)) return `whymap: the machine failed: ${systemWords(error)}`;
  const text = error instanceof Error ? error.message : String(error);
  if (process.env.WHYMAP_DEBUG && error instanceof Error) return String(error.stack);
  return `whymap: a defect of whymap: ${oneLine(text)}; please report it with the output of WHYMAP_DEBUG=1`;
}

/** The text on one line, without what a terminal would obey. */
function oneLine(text: string): string {
  return printable(text.replace(/\s*[\r\n]\s*/g, ' '));
}

const SYSTEM: Readonly<Record<string, string>> = {
  EMFILE: 'too many open files; raise the limit (ulimit -n) or close other programs',
  ENFILE: 'too many open files on this machine; close other programs',
  ENOSPC: 'no room left on a device; make room and run it again',
  ENOMEM: 'no memory left; close other programs or use fewer samples or features',
};

/** What the system lacked, in words where they are known. */
function systemWords(error: Error): string {
  const known = 'code' in error ? SYSTEM[String(error.code)] : undefined;
  return known ? `${known} (${oneLine(error.message)})` : oneLine(error.message);
}

/** An error of the operating system that nothing nearer to it has put into words. */
function isSystem(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error;
}
