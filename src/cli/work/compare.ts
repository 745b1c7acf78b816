/** The work of `whymap compare`: reads the features, compares, writes the folder and says what differs. */

import type { OutputFolder } from '../../io/output/folder.js';
import { compareConditions, conditionSentences } from '../../lava/index.js';
import type { Explanation } from '../../model.js';
import { type OptionValues, recordedOptions } from '../../options/index.js';
import { reportPieces } from '../../report/report.js';
import { readExplained } from '../../run/explained-features.js';
import { comparisonCsv, comparisonJson, shownComparison } from '../outputs/comparison.js';
import type { Session } from '../session.js';
import { tell, writeJson } from '../terminal/text.js';
import { packageVersion } from '../version.js';

/** The whole of `compare` for one explanation; the folder is left as it was where it fails. */
export async function runCompare(
  explanation: Explanation,
  folder: OutputFolder,
  values: OptionValues<'compare'>,
  session: Session,
): Promise<void> {
  const { features = '', json = false } = values;
  const { condition = '', case: cases = '', control = '', replicate, in: stratum, draws, level } = values;
  try {
    const table = await readExplained(features, explanation, values, session);
    const options = { condition, case: cases, control, replicate, in: stratum, draws, level };
    const request = { ...options, discover: values.discover };
    const found = await compareConditions({ explanation, table }, request, session.context);
    const sentences = conditionSentences(found);
    const result = comparisonJson(found, sentences, {
      version: packageVersion(),
      options: { ...request, seed: session.seed, ...recordedOptions('compare', values) },
      source: table.source,
    });
    await folder.write('comparison.csv', comparisonCsv(found));
    await folder.write('comparison.json', `${result}\n`);
    const title = `${found.case} against ${found.control}`;
    const comparison = shownComparison(found, sentences);
    await folder.write('report.html', reportPieces(explanation, { title, comparison }));
    await folder.commit();
    session.progress.stop();
    tell(json).write(`${sentences.join('\n')}\n\nReport: ${folder.path}/report.html\n`);
    if (json) writeJson(result);
  } finally {
    await folder.discard();
  }
}
