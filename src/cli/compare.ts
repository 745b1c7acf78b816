/** `whymap compare`: an explanation and its features in, a folder that says what differs between two conditions out. */

import { openOutput } from '../io/output/folder.js';
import { compareConditions, conditionSentences } from '../lava/index.js';
import { recordedOptions } from '../options/index.js';
import { readExplained } from '../run/explained-features.js';
import type { CommandRun } from './command.js';
import { readExplanation } from './explanation.js';
import { comparisonCsv, comparisonJson } from './outputs/comparison.js';
import { comparisonReport } from './outputs/comparison-report.js';
import { checkInputs, checkOutput } from './request.js';
import { withSession } from './session.js';
import { tell, writeJson } from './terminal/text.js';
import { packageVersion } from './version.js';

const FILES = ['comparison.csv', 'comparison.json', 'report.html'];

/** Runs `whymap compare`: two conditions of an explanation, by replicate. */
export const run: CommandRun<'compare'> = async (path = '', values, signal) => {
  const { features = '', out = 'whymap-compare', json = false } = values;
  const { condition = '', case: cases = '', control = '', replicate, in: stratum, draws, level } = values;
  await checkOutput(out, FILES, await checkInputs('compare', path, values));
  const explanation = await readExplanation(path);
  const folder = await openOutput(out, { signal });
  await withSession(values, signal, async (session) => {
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
      await folder.write('report.html', comparisonReport(found, sentences));
      await folder.commit();
      session.progress.stop();
      tell(json).write(`${sentences.join('\n')}\n\nReport: ${folder.path}/report.html\n`);
      if (json) writeJson(result);
    } finally {
      await folder.discard();
    }
  });
};
