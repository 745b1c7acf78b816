/**
 * Errors of writing, in words.
 * Fails: never.
 */

import { MachineError, OptionError, option, type WhymapError, words } from '../../errors.js';

/**
 * The code of an error of the operating system (`ENOSPC`), or an empty text for other errors.
 * @param cause what was thrown.
 */
export function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

/** What the machine lacked, by code. */
const MACHINE: Readonly<Record<string, { readonly what: string; readonly remedy: string }>> = {
  ENOSPC: { what: 'a full device', remedy: 'make room, or write elsewhere' },
  EDQUOT: { what: 'a quota that is used up', remedy: 'make room, or write elsewhere' },
  EIO: { what: 'a device that fails (EIO)', remedy: 'check the disk, or write elsewhere' },
  EMFILE: { what: 'too many open files', remedy: 'raise the limit (ulimit -n), or close other programs' },
  ENFILE: { what: 'too many open files', remedy: 'close other programs' },
};

/** What is wrong with a path, by code. */
const PATH: Readonly<Record<string, string>> = {
  EROFS: 'which is on a read-only file system',
  EACCES: 'which this user may not write',
  EPERM: 'which may not be written',
  ENOTDIR: 'which is below a file',
  EEXIST: 'which is a file',
  ENAMETOOLONG: 'whose name is too long',
  ELOOP: 'which is a link that leads to itself',
};

/**
 * An error of writing to the output `out` (as the person named it): MachineError for the machine, else OptionError.
 * The cause is kept.
 */
export function writeError(out: string, cause: unknown): WhymapError {
  const code = codeOf(cause);
  const machine = MACHINE[code];
  if (machine) {
    const { what, remedy } = machine;
    return new MachineError({ got: `${what} at ${out}`, expected: 'room for the result', remedy }, { cause });
  }
  const reason = PATH[code] ?? `which cannot be written (${code || String(cause)})`;
  return new OptionError({
    got: `the output ${out}, ${reason}`,
    expected: 'a place that can be made and written',
    remedy: words`choose another ${option('out')}, or change its permissions`,
  });
}
