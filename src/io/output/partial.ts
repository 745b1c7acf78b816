/**
 * What is written aside: its names carry the machine and the process, so that the next run can tell what a killed run
 * left from what another run is writing.
 * Fails: never; what cannot be removed stays.
 */

import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { crc32 } from '../codecs/crc32.js';

const MARK = 'whymap-partial';
/** Older ones of other machines are taken as left. */
const STALE_MS = 7 * 24 * 3600 * 1000;

const host = crc32(new TextEncoder().encode(hostname())).toString(16).padStart(8, '0');
let made = 0;

/** A new name for what is written aside, unique on this machine: `whymap-partial-5f3a0c11-4021-1`. */
export function partialName(): string {
  made++;
  return `${MARK}-${host}-${process.pid}-${made}`;
}

/** A new path for what is written aside, beside `path` on the same file system. */
export function partialBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${partialName()}`);
}

/** Whether a name is that of something this package writes aside inside a folder. */
export function isPartial(name: string): boolean {
  return name.startsWith(`.${MARK}-`);
}

/** Whether `name` is that of something this package writes aside beside a file called `base`. */
export function isPartialOf(base: string, name: string): boolean {
  return name.startsWith(`.${base}.${MARK}-`);
}

/** Removes from `folder` what killed runs left there: entries that `ours` recognizes. */
export async function removeStale(folder: string, ours: (name: string) => boolean): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter(ours)) {
    const path = join(folder, name);
    if (await isStale(name, path)) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

/**
 * Whether the process that wrote something aside runs no more. Of another machine when it is older than STALE_MS;
 * false for other names.
 * @param name of it.
 * @param path of it.
 */
async function isStale(name: string, path: string): Promise<boolean> {
  const parts = new RegExp(`${MARK}-([0-9a-f]{8})-(\\d+)-\\d+$`).exec(name);
  if (!parts) return false;
  if (parts[1] === host) return !isRunning(Number(parts[2]));
  const found = await stat(path).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > STALE_MS;
}

/**
 * Whether the process of this number runs on this machine. True also where it belongs to another user.
 * @param pid number of the process.
 */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
