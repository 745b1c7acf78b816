/** `gene-sets.csv`: over-representation of the sets of a GMT file in each module. */

import { readFile } from 'node:fs/promises';
import { OptionError, option, words } from '../../errors.js';
import { writeCsv } from '../../io/write.js';
import { geneSetEnrichment, parseGeneSets } from '../../lava/describe/gene-sets.js';
import type { Explanation } from '../../model.js';

export async function geneSetsCsv(explanation: Explanation, path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) {
    throw new OptionError({
      got: `no file ${path}`,
      expected: 'a GMT file of gene sets',
      remedy: words`correct the path of ${option('geneSets')}`,
    });
  }
  const found = geneSetEnrichment(explanation, parseGeneSets(text, path));
  return writeCsv(
    ['module', 'set', 'hits', 'module_size', 'set_size', 'fold', 'p', 'p_adjusted', 'genes'],
    found.map((test) => [
      test.module,
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
