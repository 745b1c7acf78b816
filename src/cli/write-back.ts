/** `--write` and `--write-to`: the results into the .h5ad they were made from, or into a copy of it. */

import { OptionError, option, words } from '../errors.js';
import { writeExplanationToAnndata } from '../io/index.js';
import type { Explanation, Warning } from '../model.js';
import type { OptionValues } from '../options/index.js';

/** Where results are to be written back, or null; OptionError when the features are no .h5ad. Asked before work begins. */
export function writeBackPath(features: string, values: OptionValues<'explain'>): string | null {
  const { write = false, writeTo: copy } = values;
  if (!write && copy === undefined) return null;
  if (/\.h5ad$/i.test(features)) return copy ?? features;
  throw new OptionError({
    got: words`${option(write ? 'write' : 'writeTo')} and features from ${features}`,
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
