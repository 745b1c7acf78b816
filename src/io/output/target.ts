/**
 * Where a path really leads, through links.
 * Fails: errors of the operating system pass.
 */

import { access, constants, lstat, mkdir, readlink, realpath, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

const MOST_LINKS = 40;

/**
 * The absolute path of what `path` names, with every link on the way followed; a link to nothing leads to the place
 * that it names. Error ELOOP for links that lead to one another. The path need not exist.
 */
export async function linkTarget(path: string): Promise<string> {
  let at = resolve(path);
  for (let links = 0; links < MOST_LINKS; links++) {
    const found = await lstat(at).catch(() => null);
    if (!found?.isSymbolicLink()) return found ? realpath(at) : at;
    at = resolve(dirname(at), await readlink(at));
  }
  throw Object.assign(new Error(`too many links at ${path}`), { code: 'ELOOP' });
}

/** The nearest folder above `path` that exists. */
export async function existingAncestor(path: string): Promise<string> {
  const above = dirname(path);
  return above === path || (await stat(above).catch(() => null)) ? above : existingAncestor(above);
}

/**
 * Makes a folder with those above it; returns those that were made, the lowest first. Empty where all were
 * there.
 * @param path of the file to come.
 */
export async function makeFolders(path: string): Promise<readonly string[]> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return [];
  const made = [];
  for (let at = resolve(path); at.length >= first.length; at = dirname(at)) made.push(at);
  return made;
}

/** Removes folders that are empty; leaves the others. */
export async function removeEmpty(folders: readonly string[]): Promise<void> {
  for (const folder of folders) await rmdir(folder).catch(() => {});
}

/**
 * Whether an existing file may be changed: by its mode too, which the superuser could ignore. The file must
 * exist.
 * @param path of a folder.
 */
export async function isWritable(path: string): Promise<boolean> {
  const found = await stat(path);
  if ((found.mode & 0o222) === 0) return false;
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}

/**
 * Whether two paths name one file or folder; both through links. Two paths of which one does not exist are
 * different.
 * @param a path of a file or folder.
 * @param b another.
 */
export async function isSame(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([stat(a), stat(b)].map((found) => found.catch(() => null)));
  if (first && second) return first.ino === second.ino && first.dev === second.dev;
  return !first && !second && resolve(a) === resolve(b);
}

/** Whether `path` is `folder` or lies in it; both through links. */
export async function isInside(path: string, folder: string): Promise<boolean> {
  const [inner, outer] = [await linkTarget(path), await linkTarget(folder)];
  return inner === outer || inner.startsWith(join(outer, '/'));
}
