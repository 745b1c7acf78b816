/**
 * The commit of results into a folder that exists: several renames that count as one. A journal is written first; from
 * then on the results are the new ones: a run that is killed between two renames leaves the journal, and whoever opens
 * the folder next finishes what it says. Without a journal a folder holds the results of one run.
 *
 * A journal names only files of this package's own naming, so that one in a folder from elsewhere can move nothing else.
 * Fails: FormatError for a journal of others; errors of the operating system (ENOSPC...) pass as they are.
 */

import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FormatError } from '../../errors.js';
import { isPartial, isPartialOf } from './partial.js';
import { codeOf } from './words.js';

export const JOURNAL = '.whymap-commit';

export interface Commit {
  /** Name of the folder, inside the output folder, in which the files lie. */
  readonly staging: string;
  /** Names of the files to be moved out of it. */
  readonly files: readonly string[];
  /** Names of files of an earlier run to be removed. */
  readonly removed: readonly string[];
  /** Files elsewhere that take another's place: absolute paths, both in one folder. */
  readonly others: readonly { readonly from: string; readonly to: string }[];
}

/**
 * Writes the journal of a commit and then does what it says; the caller holds the lock of the folder.
 * @param folder of results.
 * @param commit names of new files, of files to remove, and paths to move beside the folder.
 */
export async function carryOut(folder: string, commit: Commit): Promise<void> {
  const draft = join(folder, commit.staging, JOURNAL);
  const handle = await open(draft, 'w');
  await handle.writeFile(`${JSON.stringify(commit)}\n`);
  await handle.sync();
  await handle.close();
  await rename(draft, join(folder, JOURNAL));
  await finish(folder, commit);
}

/**
 * Finishes the commit that was cut off in a folder of results, if there is one; the caller holds the lock of the
 * folder. FormatError for a journal that this package did not write.
 */
export async function repair(folder: string): Promise<void> {
  const commit = await pendingCommit(folder);
  if (commit) await finish(folder, commit);
}

/**
 * The commit that was cut off in this folder of results, or null. FormatError for a journal that this package did not
 * write.
 */
export async function pendingCommit(folder: string): Promise<Commit | null> {
  const text = await readFile(join(folder, JOURNAL), 'utf8').catch(() => null);
  return text === null ? null : parseCommit(text, join(folder, JOURNAL));
}

/**
 * Where a file of the results lies: in the folder, or still aside where a commit was cut off. The file need not be
 * there. FormatError for a journal that this package did not write.
 * @param folder of results.
 * @param name of one of its files.
 */
export async function committedPath(folder: string, name: string): Promise<string> {
  const commit = await pendingCommit(folder);
  const aside = commit?.files.includes(name) ? join(folder, commit.staging, name) : null;
  return aside && (await stat(aside).catch(() => null)) ? aside : join(folder, name);
}

/**
 * Does what a commit has not done yet, and removes the journal; done twice, it changes nothing. Errors of the
 * operating system pass.
 * @param folder of results.
 */
async function finish(folder: string, { staging, files, removed, others }: Commit): Promise<void> {
  for (const name of files) await move(join(folder, staging, name), join(folder, name));
  for (const { from, to } of others) await move(from, to);
  for (const name of removed) await rm(join(folder, name), { force: true });
  await rm(join(folder, JOURNAL), { force: true });
  await rm(join(folder, staging), { recursive: true, force: true });
}

/**
 * Moves a file; one that is not there was moved before, and is no error.
 * @param from path of the file or folder.
 * @param to its new path.
 */
async function move(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
  });
}

/**
 * The commit in the text of a journal; FormatError for one that this package did not write.
 * @param path of the journal.
 */
function parseCommit(text: string, path: string): Commit {
  const isName = (name: unknown) => typeof name === 'string' && name !== '' && basename(name) === name;
  try {
    const { staging, files, removed, others } = JSON.parse(text) as Commit;
    const named = [...files, ...removed].every((name) => isName(name) && !name.startsWith('.'));
    const beside = others.every(
      ({ from, to }) => dirname(from) === dirname(to) && isPartialOf(basename(to), basename(from)),
    );
    if (named && beside && isName(staging) && isPartial(staging)) return { staging, files, removed, others };
  } catch {
    // said below
  }
  throw new FormatError({
    got: `a journal that whymap did not write, ${path}`,
    expected: 'none, or that of a run that was cut off',
    remedy: 'remove it, or name another folder',
  });
}
