/**
 * One file that appears whole or not at all, through links, on the file system of the file.
 * Fails: OptionError for a place that cannot be written, MachineError for a full device.
 */

import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { OptionError, option, words } from '../../errors.js';
import { isPartialOf, partialBeside, removeStale } from './partial.js';
import { existingAncestor, isWritable, linkTarget, makeFolders, removeEmpty } from './target.js';
import { whileUnfinished } from './unfinished.js';
import { writeError } from './words.js';

export interface OutputFile {
  /** The file, through links. */
  readonly path: string;
  /** Writes the content; the file is there when it returns, or as it was when it fails. */
  write(content: string | Uint8Array): Promise<void>;
}

/** Bytes that a device with room takes. */
const PROBE_BYTES = 4096;

/**
 * Checks that a file can be written, before the work starts, and returns what writes it.
 * @param out as the person named it.
 * @throws OptionError for a folder, a read-only file or a place that cannot be written; MachineError for a full
 * device.
 * @returns the path through links, and `write`, which may be called once or more.
 */
export async function openOutputFile(out: string): Promise<OutputFile> {
  const path = await checkedTarget(out);
  return { path, write: (content) => whileUnfinished(() => writeWhole(path, content, out)) };
}

/**
 * The path that `out` leads to, through links, when a file can be written there; errors as of `openOutputFile`.
 * Removes what killed runs left beside it.
 */
export async function checkedTarget(out: string): Promise<string> {
  const path = await linkTarget(out).catch((cause) => {
    throw writeError(out, cause);
  });
  const existing = await stat(path).catch(() => null);
  if (existing?.isDirectory()) throw isFolder(out);
  if (existing && !(await isWritable(path))) throw isReadOnly(out);
  await removeStale(dirname(path), (name) => isPartialOf(basename(path), name));
  const folder = await existingAncestor(path);
  const mark = partialBeside(`${folder}/${basename(path)}`);
  await whileUnfinished(async () => {
    await putFile(mark, new Uint8Array(PROBE_BYTES), out);
    await rm(mark, { force: true });
  });
  return path;
}

/**
 * Writes a file beside `path`, then renames it, so that it appears whole. Folders that are missing are made,
 * and removed again where writing fails. Errors as of `openOutputFile`.
 * @param out as the person named it, for errors.
 * @param content of the file.
 */
async function writeWhole(path: string, content: string | Uint8Array, out: string): Promise<void> {
  const partial = partialBeside(path);
  let made: readonly string[] = [];
  try {
    made = await makeFolders(dirname(path));
    await putFile(partial, content, out);
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true });
    await removeEmpty(made);
    throw cause instanceof Error && 'syscall' in cause ? writeError(out, cause) : cause;
  }
}

/**
 * Writes a file and waits until the disk has it; removes it where that fails. Errors as of `openOutputFile`.
 * @param out as the person named it, for errors.
 * @param path of the file.
 * @param content what it is to hold.
 */
async function putFile(path: string, content: string | Uint8Array, out: string): Promise<void> {
  try {
    const handle = await open(path, 'w');
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    await rm(path, { force: true }).catch(() => {});
    throw writeError(out, cause);
  }
}

/**
 * The error for an output file that is a folder.
 * @param out path.
 */
function isFolder(out: string): OptionError {
  return new OptionError({
    got: `the output file ${out}, which is a folder`,
    expected: 'a file',
    remedy: words`name a file with ${option('out')}`,
  });
}

/**
 * The error for an output file that may not be written.
 * @param out path.
 */
function isReadOnly(out: string): OptionError {
  return new OptionError({
    got: `the file ${out}, which is read-only`,
    expected: 'a file that may be written',
    remedy: 'change its permissions, or write into another file',
  });
}
