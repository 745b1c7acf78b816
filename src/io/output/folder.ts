/**
 * A folder of results that changes at once. It is checked before the work; files are written aside, on the file system
 * of the folder; the commit puts them in place. An interrupt or an error leaves what was there before. Files that the
 * run does not write are left alone.
 * Fails: OptionError for a place that cannot be written, MachineError for a full device or a folder that is locked,
 *   FormatError for a journal in the folder that whymap did not write.
 */

import { rmSync } from 'node:fs';
import { cp, type FileHandle, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CancelledError, OptionError, option, words } from '../../errors.js';
import { carryOut, repair } from './commit.js';
import { abortion, type Content, isPieces, untilAborted } from './content.js';
import { withLock } from './lock.js';
import { isPartial, isPartialOf, partialBeside, partialName, removeStale } from './partial.js';
import { existingAncestor, linkTarget, makeFolders, removeEmpty } from './target.js';
import { beginUnfinished, whileUnfinished } from './unfinished.js';
import { codeOf, writeError } from './words.js';

export interface OutputFolder {
  /** The folder that the files will be in, through links. */
  readonly path: string;
  /** Writes a file aside, and to the disk; pieces as they come. */
  write(name: string, content: Content): Promise<void>;
  /** Lets a file that was written beside `to` (as `partialBeside(to)`) take its place with the commit. */
  attach(from: string, to: string): void;
  /** Puts everything in place. It is not interrupted once it has begun. */
  commit(): Promise<void>;
  /** Removes what was written so far; after `commit` it does nothing. */
  discard(): Promise<void>;
}

export interface OutputOptions {
  /** Files of an earlier run that the commit removes where this run does not write them. */
  readonly optional?: readonly string[];
  /** Stops the commit before it begins: CancelledError. */
  readonly signal?: AbortSignal;
}

interface State {
  /** As the person named it. */
  readonly out: string;
  readonly path: string;
  readonly optional: readonly string[];
  readonly signal: AbortSignal | undefined;
  /** The folder that files are written into; null until the first. */
  staging: string | null;
  /** Folders above it that were made for it. */
  made: readonly string[];
  readonly files: string[];
  /** Ends what `beginUnfinished` began with the first file; null where nothing lies aside. */
  end: (() => void) | null;
  /** Emptied by the commit and by `discard`. */
  readonly others: { readonly from: string; readonly to: string }[];
}

/**
 * Opens a folder for writing, which may be there or not, before the work starts; finishes or removes what killed runs
 * left.
 * @param out as the person named it.
 * @throws OptionError for a place that cannot be written; MachineError when the device is full.
 * @param options `optional`: files of an earlier run that the commit removes unless they are written; `signal`: stops
 * the commit before it begins.
 * @returns the path and `write`, `attach`, `commit` and `discard`.
 */
export async function openOutput(
  out: string,
  { optional = [], signal }: OutputOptions = {},
): Promise<OutputFolder> {
  const path = await linkTarget(out).catch((cause) => {
    throw writeError(out, cause);
  });
  const existing = await stat(path).catch(() => null);
  if (existing && !existing.isDirectory()) throw notAFolder(out);
  await removeStale(dirname(path), (name) => isPartialOf(basename(path), name));
  const probed = existing ? path : await existingAncestor(path);
  await whileUnfinished(() => probe(probed, out));
  if (existing) await whileUnfinished(() => cleanFolder(path));
  const state: State = {
    ...{ out, path, optional, signal, staging: null, made: [], end: null },
    ...{ files: [], others: [] },
  };
  return {
    path,
    write: (name, content) => guarded(state, () => writeAside(state, name, content)),
    attach(from, to) {
      state.end ??= beginUnfinished();
      state.others.push({ from, to });
    },
    async commit() {
      await guarded(state, () => commit(state));
      whole(state);
    },
    async discard() {
      await discard(state);
      whole(state);
    },
  };
}

/** Nothing lies aside any more. */
function whole(state: State): void {
  state.end?.();
  state.end = null;
}

/** Runs `work` and turns errors of the operating system into errors in words. Other errors pass. */
async function guarded<T>({ out }: State, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw codeOf(error) !== '' && error instanceof Error && 'syscall' in error
      ? writeError(out, error)
      : error;
  }
}

/** Bytes that a device with room takes. */
const PROBE_BYTES = 65_536;

/** Throws unless the folder takes a new file with content. @param out as the person named it, for errors. */
async function probe(folder: string, out: string): Promise<void> {
  const mark = join(folder, `.${partialName()}`);
  try {
    await writeFile(mark, new Uint8Array(PROBE_BYTES));
  } catch (cause) {
    throw writeError(out, cause);
  } finally {
    await rm(mark, { force: true }).catch(() => {});
  }
}

/**
 * Finishes the commit that a killed run left in the output folder, and removes what killed runs wrote aside; what running
 * ones write stays. MachineError where another holds the lock too long, FormatError for a journal that whymap did not write;
 * errors of the operating system pass.
 * @param path of the folder.
 */
async function cleanFolder(path: string): Promise<void> {
  await withLock(path, async () => {
    await repair(path);
    await removeStale(path, isPartial);
  });
}

/**
 * Makes the folder where files wait for the commit, in the output folder if that is there, else beside it; returns its path.
 * Folders above it that it makes are kept in `state.made`.
 */
async function makeStaging(state: State): Promise<string> {
  state.end ??= beginUnfinished();
  const inside = await stat(state.path).catch(() => null);
  const staging = inside ? join(state.path, `.${partialName()}`) : partialBeside(state.path);
  state.made = [...state.made, ...(await makeFolders(dirname(staging)))];
  await mkdir(staging);
  state.staging = staging;
  return staging;
}

/**
 * Writes one file into the folder where files wait for the commit, which the first file makes. Nothing is seen
 * in the folder until the commit.
 * @param name of the file inside.
 */
async function writeAside(state: State, name: string, content: Content): Promise<void> {
  stopIfAborted(state);
  const staging = state.staging ?? (await makeStaging(state));
  const handle = await open(join(staging, name), 'w');
  const written = writeWhole(handle, content, state.signal);
  written.catch(() => {});
  const { aborted, end } = abortion(state.signal);
  // a slow disk is not waited for
  await Promise.race([written, aborted]).finally(end);
  if (!state.files.includes(name)) state.files.push(name);
}

/** Writes a file that has been opened, waits until the disk has it, and closes it. CancelledError once the signal is aborted. */
async function writeWhole(
  handle: FileHandle,
  content: Content,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await writeFile(handle, isPieces(content) ? untilAborted(content, signal) : content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** CancelledError once the signal is aborted. */
function stopIfAborted({ signal }: State): void {
  if (signal?.aborted) throw new CancelledError();
}

/**
 * Puts all files that were written aside in place: moves their folder to where there is none, else carries out a
 * commit under the lock. CancelledError before it begins. Nothing happens where no file was written or attached.
 */
async function commit(state: State): Promise<void> {
  if (state.staging === null) {
    if (state.others.length === 0) return;
    await makeStaging(state);
  }
  const { path, files, others, optional } = state;
  stopIfAborted(state);
  if (dirname(state.staging ?? '') !== path && others.length === 0 && (await moveWhole(state))) return;
  await mkdir(path, { recursive: true });
  await withLock(path, async () => {
    await repair(path);
    const staging = await stagingInside(state);
    const there = new Set(await readdir(path));
    const removed = optional.filter((name) => there.has(name) && !files.includes(name));
    await carryOut(path, { staging, files, removed, others });
  });
  state.staging = null;
  state.made = [];
  others.length = 0;
}

/**
 * Moves the folder of files to where the output folder is to be, so that it appears whole; false where another has
 * come there meanwhile.
 */
async function moveWhole(state: State): Promise<boolean> {
  try {
    await rename(state.staging ?? '', state.path);
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'EXDEV'].includes(codeOf(error))) return false;
    throw error;
  }
  state.staging = null;
  state.made = [];
  return true;
}

/**
 * The name, inside the output folder, of the folder of files that wait for the commit; brings it there if it is
 * elsewhere. Copies where the two are on different devices.
 */
async function stagingInside(state: State): Promise<string> {
  const at = state.staging ?? '';
  if (dirname(at) === state.path) return basename(at);
  const name = `.${partialName()}`;
  try {
    await rename(at, join(state.path, name));
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error;
    await cp(at, join(state.path, name), { recursive: true });
    await rm(at, { recursive: true, force: true });
  }
  state.staging = join(state.path, name);
  return name;
}

/**
 * Removes the files that wait for the commit, the folders made for them and the files attached, whether or not any was
 * written; after the commit there are none. Never throws for what is gone.
 */
async function discard(state: State): Promise<void> {
  // at once: other threads may be busy with what was being written, which nobody wants any more
  if (state.staging !== null) rmSync(state.staging, { recursive: true, force: true, maxRetries: 3 });
  await removeEmpty(state.made);
  for (const { from } of state.others) await rm(from, { force: true });
  state.staging = null;
  state.made = [];
  state.others.length = 0;
}

/**
 * The error for an output folder that is a file.
 * @param out path.
 */
function notAFolder(out: string): OptionError {
  return new OptionError({
    got: `the output folder ${out}, which is a file`,
    expected: 'a folder, or a name that is free',
    remedy: words`choose another ${option('out')}`,
  });
}
