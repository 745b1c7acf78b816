/**
 * `--messages json`: progress and errors on standard error as one JSON object a line, for programs that run whymap.
 *   {"message":"progress","stage":"modules","done":0.25}
 *   {"message":"error","code":"option","exitCode":2,"got":...,"expected":...,"remedy":...,"text":...}
 * `keywords` has the parts with options as Python and R write them, `locality_size=40`.
 * Other lines on standard error are texts for people.
 */

import { spelledParts, WhymapError } from '../../errors.js';
import { commandLineSpelling, pythonSpelling } from '../../options/index.js';
import { exitCodeOf, lineOf } from './failure.js';

/** Whether messages are to be JSON. Read from the arguments themselves: their parser may be what failed. */
export function writesJsonMessages(argv: readonly string[]): boolean {
  return argv.some(
    (argument, i) => argument === '--messages=json' || (argument === 'json' && argv[i - 1] === '--messages'),
  );
}

/** The line that tells of an error. `code` is `defect` for an error that whymap did not throw on purpose. */
export function errorLine(error: unknown): string {
  const text = lineOf(error);
  const exitCode = exitCodeOf(error);
  const parts =
    error instanceof WhymapError
      ? {
          code: error.code,
          ...spelledParts(error.parts, commandLineSpelling),
          keywords: spelledParts(error.parts, pythonSpelling),
        }
      : { code: codeOf(exitCode, text), got: text.replace(/^whymap: /, ''), expected: '', remedy: '' };
  return JSON.stringify({ message: 'error', exitCode, ...parts, text });
}

/** The code of an error that is none of ours. */
function codeOf(exitCode: number, text: string): string {
  if (exitCode === 2) return 'option';
  return text.includes('the machine failed') ? 'machine' : 'defect';
}

/** The line that tells how far a stage is. */
export function progressLine(stage: string, done: number): string {
  return JSON.stringify({ message: 'progress', stage, done: Math.round(done * 1e4) / 1e4 });
}
