/** The explanation that a command is about: in a folder that `explain` wrote, or in a file. */

import { readFile, stat } from 'node:fs/promises';
import { OptionError } from '../errors.js';
import { decodeExplanation } from '../io/explanation-file.js';
import { committedPath } from '../io/output/commit.js';
import type { Explanation } from '../model.js';

/** Reads it. @throws OptionError where there is none; FormatError for a damaged file. */
export async function readExplanation(path: string): Promise<Explanation> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const file = isFolder ? await committedPath(path, 'explanation.whymap') : path;
  const bytes = await readFile(file).catch(() => null);
  if (bytes) return decodeExplanation(new Uint8Array(bytes), file);
  throw new OptionError({
    got: `no explanation at ${path}`,
    expected: 'the folder that whymap explain wrote, or an explanation.whymap',
    remedy: 'run whymap explain first, or correct the path',
  });
}
