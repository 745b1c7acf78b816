/** Writing one file that appears whole or not at all. */

import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MachineError, OptionError, option, words } from '../../errors.js';

/** Fails before the work rather than after it. */
export async function checkWritable(out: string): Promise<void> {
  const existing = await stat(out).catch(() => null);
  if (existing?.isDirectory()) {
    throw new OptionError({
      got: `the output file ${out}, which is a folder`,
      expected: 'a file',
      remedy: 'give a file name that ends in .npy or .csv',
    });
  }
  await writeWhole(join(dirname(out), `.${basename(out)}.probe-${process.pid}`), '', true);
}

/** The file appears whole or not at all. */
export async function writeWhole(out: string, content: string | Uint8Array, probe = false): Promise<void> {
  const partial = join(dirname(out), `.${basename(out)}.partial-${process.pid}`);
  try {
    await mkdir(dirname(out), { recursive: true });
    await writeFile(partial, content);
    if (!probe) await rename(partial, out);
  } catch (cause) {
    const parts = {
      got: `${out}, which cannot be written (${cause instanceof Error ? cause.message : cause})`,
      expected: 'a folder that takes new files',
      remedy: words`name another place with ${option('out')}`,
    };
    throw new MachineError(parts, { cause });
  } finally {
    await rm(partial, { force: true });
  }
}
