/** `--write` and `--write-to`: the results into the .h5ad they were made from, or into a copy of it. */

import { OptionError } from '../errors.js';
import { writeExplanationToAnndata } from '../io/index.js';
import type { Explanation, Warning } from '../model.js';
import { flagOption, type Given, textOption } from '../run/arguments.js';

/** Where results are to be written back, or null; OptionError when the features are no .h5ad. Asked before work begins. */
export function writeBackPath(features: string, given: Given): string | null {
  const copy = textOption(given, 'writeTo');
  const asked = flagOption(given, 'write') ? '--write' : copy === undefined ? null : '--write-to';
  if (asked === null) return null;
  if (asked === '--write' && copy !== undefined) {
    throw new OptionError({
      got: `both --write and --write-to ${copy}`,
      expected: 'one of them',
      remedy: 'use --write for the same file, --write-to for a copy',
    });
  }
  if (/\.h5ad$/i.test(features)) return copy ?? features;
  throw new OptionError({
    got: `${asked} and features from ${features}`,
    expected: 'an .h5ad file to write into',
    remedy: 'leave it out: presence.csv and modules.csv hold the same',
  });
}

/** Writes, and returns what could not be matched. */
export async function writeBack(
  explanation: Explanation,
  from: string,
  to: string | null,
): Promise<readonly Warning[]> {
  if (to === null) return [];
  return (await writeExplanationToAnndata(explanation, { from, to })).warnings;
}
