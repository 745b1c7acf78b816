/**
 * One commit at a time in a folder. The lock is a file with the machine and process that holds it; a commit takes
 * milliseconds, so one that lies for long belongs to a process that was killed.
 * Fails: MachineError for a lock that is held too long; errors of the operating system pass.
 */

import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { MachineError } from '../../errors.js';
import { isRunning, partialName } from './partial.js';
import { codeOf } from './words.js';

export const LOCK = '.whymap-lock';
const WAIT_MS = 30_000;
const POLL_MS = 20;
/** No commit takes so long. */
const STALE_MS = 10 * 60_000;

/**
 * Runs `work` while no other process does so in this folder; MachineError when another holds the lock for 30 s. The
 * lock is removed also where `work` fails.
 * @returns what `work` returns.
 */
export async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const path = join(folder, LOCK);
  await take(path, folder);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/**
 * Waits until the lock file at `path` could be made. MachineError after 30 seconds.
 * @param folder that is locked.
 */
async function take(path: string, folder: string): Promise<void> {
  const content = `${hostname()} ${process.pid}\n`;
  const end = performance.now() + WAIT_MS;
  while (!(await created(path, content))) {
    const holder = await readFile(path, 'utf8').catch(() => null);
    if (holder !== null && (await isAbandoned(path, holder))) await breakLock(path, holder);
    else if (performance.now() > end) throw lockedError(folder, holder ?? '');
    else await pause(POLL_MS);
  }
}

/**
 * Makes the lock file with this content; false where there is one. Other errors pass.
 * @param path of the lock.
 */
async function created(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Whether the process that holds a lock runs no more. A lock of another machine is abandoned when it is older than
 * STALE_MS.
 * @param path of the lock file.
 * @param holder its content.
 */
async function isAbandoned(path: string, holder: string): Promise<boolean> {
  const [host, pid] = holder.trim().split(' ');
  if (host === hostname() && pid !== undefined && !isRunning(Number(pid))) return true;
  const found = await stat(path).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > STALE_MS;
}

/**
 * Takes an abandoned lock away. Of several processes that do so at once one succeeds; a lock taken meanwhile is
 * given back.
 * @param holder content of the abandoned lock.
 * @param path of the lock.
 */
async function breakLock(path: string, holder: string): Promise<void> {
  const aside = `${path}-${partialName()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await readFile(aside, 'utf8')) === holder) await rm(aside, { force: true });
  else await rename(aside, path);
}

/**
 * The error for a lock that is held for too long.
 * @param holder content of the lock file.
 * @param folder that is locked.
 */
function lockedError(folder: string, holder: string): MachineError {
  const [host = '?', pid = '?'] = holder.trim().split(' ');
  return new MachineError({
    got: `a folder that another whymap is writing into, ${folder} (process ${pid} on ${host})`,
    expected: 'one run at a time to write there',
    remedy: `wait for it, name another folder, or remove ${LOCK} there if no such process runs`,
  });
}
