/**
 * What a command names, checked before anything is opened or computed: every input is there and is a file or folder
 * that can be read in parts, and no output is an input. What depends on the content of the data is checked when it is read.
 * Fails: OptionError and FormatError.
 */

import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FormatError, OptionError, type OptionMention, option, type Words, words } from '../errors.js';
import { isInside, isSame } from '../io/output/target.js';
import { missingFile } from '../io/source/source.js';
import { type CommandName, findOption } from '../options/index.js';
import { holdsArrays } from '../run/file-names.js';

/** An input, and how it was named: an option, or null for the argument. */
interface Input {
  readonly path: string;
  readonly mention: OptionMention | null;
}

/** Checks the inputs of a command, and that no profile is written over one; returns their paths. */
export async function checkInputs(
  command: CommandName,
  argument: string | undefined,
  values: Readonly<Record<string, unknown>>,
): Promise<readonly string[]> {
  const inputs = [
    ...(argument === undefined ? [] : [{ path: argument, mention: null }]),
    ...namedInputs(command, values),
  ];
  const found: string[] = [];
  for (const { path, mention } of inputs) {
    if (await isKey(command, mention, path, argument)) continue;
    await checkInput(path, mention);
    found.push(path);
  }
  if (typeof values.profile === 'string') await checkOutput(values.profile, [], found, 'profile');
  return found;
}

/** The inputs that options name. */
function namedInputs(command: CommandName, values: Readonly<Record<string, unknown>>): Input[] {
  return Object.entries(values).flatMap(([name, value]) =>
    findOption(command, name)?.type.kind === 'file' && typeof value === 'string'
      ? [{ path: value, mention: option(name, value) }]
      : [],
  );
}

/** An embedding may be a key inside the file of the features. */
async function isKey(
  command: CommandName,
  mention: OptionMention | null,
  path: string,
  argument: string | undefined,
): Promise<boolean> {
  const type = mention && findOption(command, mention.option)?.type;
  if (type?.kind !== 'file' || type.form !== 'file|key' || !holdsArrays(argument ?? '')) return false;
  return (await stat(path).catch(() => null)) === null;
}

/** Throws unless the input is there and can be read in parts. */
async function checkInput(path: string, mention: OptionMention | null): Promise<void> {
  const name: Words = mention ? words`${mention}` : path;
  if (path === '-' || path === '/dev/stdin') throw notAFile(words`${name}, standard input`);
  const found = await stat(path).catch(() => null);
  if (!found) throw mention ? missingInput(name) : missingFile(path);
  if (found.isFIFO()) throw notAFile(words`${name}, which is a pipe`);
  if (found.isSocket() || found.isCharacterDevice()) throw notAFile(words`${name}, which is a device`);
  await access(path, constants.R_OK).catch((cause) => {
    throw new FormatError(
      {
        got: words`${name}, which this user may not read`,
        expected: 'a file that can be read',
        remedy: 'change its permissions or choose another file',
      },
      { cause },
    );
  });
}

/** The error for an input that is not there. */
function missingInput(name: Words): FormatError {
  return new FormatError({
    got: words`${name}, where there is no file`,
    expected: 'a file that exists',
    remedy: 'correct the path',
  });
}

/** The error for an input that can be read only once. */
function notAFile(name: Words): OptionError {
  return new OptionError({
    got: name,
    expected: 'a file, because formats are read in parts and more than once',
    remedy: 'save it to a file first, and name that',
  });
}

/**
 * Throws OptionError where an output would take the place of an input, or lie in an input that is a folder.
 * @param out the output as the person named it. @param names of the files in it, where it is a folder.
 */
export async function checkOutput(
  out: string,
  names: readonly string[],
  inputs: readonly string[],
  name = 'out',
): Promise<void> {
  const targets = [out, ...names.map((file) => join(out, file))];
  for (const input of inputs) {
    const folder = await stat(input).then(
      (found) => found.isDirectory(),
      () => false,
    );
    for (const target of targets) {
      if (!((await isSame(target, input)) || (folder && (await isInside(target, input))))) continue;
      throw new OptionError({
        got: words`${option(name, out)}, which would be written over the input ${input}`,
        expected: 'an output that is no input',
        remedy: 'choose another place for the result',
      });
    }
  }
}
