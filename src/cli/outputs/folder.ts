/**
 * Writing a folder of results all at once: files are written into a hidden folder beside it, which takes its
 * place when all are there. An interrupt or an error leaves what was there before. In a folder that exists
 * already, files of the same names are replaced and others are left alone.
 */

import { mkdir, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { MachineError, OptionError, option, words } from '../../errors.js';

export interface OutputFolder {
  /** The folder that the files will be in. */
  readonly path: string;
  write(name: string, content: string | Uint8Array): Promise<void>;
  /** Puts the files in place. */
  commit(): Promise<void>;
  /** Removes what was written so far; after `commit` it does nothing. */
  discard(): Promise<void>;
}

/** Opens the folder for writing, before the work starts, so that one that cannot be written fails at once. */
export async function openOutput(out: string): Promise<OutputFolder> {
  const path = resolve(out);
  const staging = join(dirname(path), `.${basename(path)}.partial-${process.pid}`);
  const existing = await stat(path).catch(() => null);
  if (existing && !existing.isDirectory()) throw notAFolder(out);
  await mkdir(staging, { recursive: true }).catch((cause) => cannotWrite(out, cause));
  if (existing) await probe(path, out, staging);
  // made again with the first file: until then there is nothing to take back
  await rmdir(staging);
  const stage = () => mkdir(staging, { recursive: true });
  return {
    path,
    write: (name, content) =>
      stage()
        .then(() => writeFile(join(staging, name), content))
        .catch((cause) => cannotWrite(out, cause)),
    async commit() {
      await stage();
      if (!(await stat(path).catch(() => null))) {
        await rename(staging, path);
        return;
      }
      for (const name of await readdir(staging)) await rename(join(staging, name), join(path, name));
      await rmdir(staging);
    },
    discard: () => rm(staging, { recursive: true, force: true }),
  };
}

/** An existing folder must take new entries. */
async function probe(path: string, out: string, staging: string): Promise<void> {
  const mark = join(path, `.whymap-${process.pid}`);
  try {
    await writeFile(mark, '');
    await rm(mark);
  } catch (cause) {
    await rm(staging, { recursive: true, force: true });
    cannotWrite(out, cause);
  }
}

function notAFolder(out: string): OptionError {
  return new OptionError({
    got: `the output folder ${out}, which is a file`,
    expected: 'a folder, or a name that is free',
    remedy: words`choose another ${option('out')}`,
  });
}

function cannotWrite(out: string, cause: unknown): never {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (['ENOSPC', 'EIO', 'EMFILE', 'EDQUOT'].includes(code)) {
    const expected = 'room for the result';
    throw new MachineError(
      {
        got: `${code} writing to ${out}`,
        expected,
        remedy: words`make room, or choose another ${option('out')}`,
      },
      { cause },
    );
  }
  throw new OptionError({
    got: `the output folder ${out}, which cannot be written (${code})`,
    expected: 'a folder that can be made and written',
    remedy: words`choose another ${option('out')}, or change its permissions`,
  });
}
