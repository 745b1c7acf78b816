/** `gene-sets.csv`: over-representation of the sets of a GMT file in each module. */

import { readFile } from 'node:fs/promises';
import { OptionError, option, words } from '../../errors.js';
import { writeCsv } from '../../io/write.js';
import { type GeneSet, geneSetEnrichment, parseGeneSets } from '../../lava/describe/gene-sets.js';
import type { Explanation } from '../../model.js';

/** The sets of the GMT file that `geneSets` names. OptionError where there is none, FormatError for another file. */
export async function readGeneSets(path: string): Promise<readonly GeneSet[]> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text !== null) return parseGeneSets(text, path);
  throw new OptionError({
    got: words`${option('geneSets', path)}, which cannot be read`,
    expected: 'a GMT file of gene sets',
    remedy: 'correct the path',
  });
}

/** module, pole, set, hits...: one line for every set of which a module holds a feature, whatever its p. */
export function geneSetsCsv(explanation: Explanation, sets: readonly GeneSet[]): string {
  const found = geneSetEnrichment(explanation, sets);
  return writeCsv(
    ['module', 'pole', 'set', 'hits', 'module_size', 'set_size', 'fold', 'p', 'p_adjusted', 'genes'],
    found.map((test) => [
      test.module,
      test.pole,
      test.set,
      test.hits.length,
      test.moduleSize,
      test.setSize,
      test.fold,
      test.p,
      test.pAdjusted,
      test.hits.join(' '),
    ]),
  );
}
