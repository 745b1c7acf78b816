/** `--write` and `--write-to`: the results into the .h5ad they were made from, or into a copy of it. */

import { OptionError, option, words } from '../errors.js';
import { checkedTarget } from '../io/output/file.js';
import type { OutputFolder } from '../io/output/folder.js';
import { whileUnfinished } from '../io/output/unfinished.js';
import type { Explanation, Warning } from '../model.js';
import type { OptionValues } from '../options/index.js';

/**
 * The file that results are to be written into, through links, or null; checked before work begins.
 * @throws OptionError when the features are no .h5ad, or the file cannot be written.
 */
export async function writeBackPath(
  features: string,
  values: OptionValues<'explain'>,
): Promise<string | null> {
  const { write = false, writeTo: copy } = values;
  if (!write && copy === undefined) return null;
  if (/\.h5ad$/i.test(features)) return checkedTarget(copy ?? features);
  throw new OptionError({
    got: words`${option(write ? 'write' : 'writeTo')} and features from ${features}`,
    expected: 'an .h5ad file to write into',
    remedy: 'leave it out: presence.csv and modules.csv hold the same',
  });
}

/**
 * Writes the results beside `to`, to take its place with the commit of the folder; nothing where `to` is null.
 * @returns what could not be matched.
 */
export async function writeBack(
  explanation: Explanation,
  from: string,
  to: string | null,
  folder: OutputFolder,
  signal: AbortSignal | undefined,
): Promise<readonly Warning[]> {
  if (to === null) return [];
  const { stageExplanation } = await import('../io/store/anndata/h5ad-write.js');
  return whileUnfinished(async () => {
    const { partial, warnings } = await stageExplanation(explanation, { from, to }, signal);
    folder.attach(partial, to);
    return warnings;
  });
}
