/** Writes every output file of `explain` into a folder. */

import { explanationPieces } from '../../io/explanation-file.js';
import type { OutputFolder } from '../../io/output/folder.js';
import { npyPieces } from '../../io/write.js';
import { reportPieces } from '../../report/report.js';
import { type Explained, shownExplanation, titleOf } from '../../run/explain.js';
import { localitiesCsv } from './localities.js';
import { summarize } from './summary.js';
import { modulesCsv, pairsCsv, presenceCsv, scoresCsv } from './tables.js';

/**
 * Returns the text of `summary.json`, the only file that holds timings. The report is compressed while the others are written.
 * @param structure the trace of `--structure` for JSON; null without.
 */
export async function writeOutputs(
  folder: OutputFolder,
  { explanation, table, plan, localities: trust }: Explained,
  structure: object | null = null,
): Promise<string> {
  const { localities } = explanation;
  const summary = JSON.stringify(summarize(explanation, table, plan, structure), null, 2);
  // what takes long is made before the first file: until then an interrupt ends the process at once
  const shown = shownExplanation(explanation, table);
  const file = explanationPieces(shown);
  const report = reportPieces(shown, { file, title: titleOf(explanation, table) });
  await folder.write('summary.json', `${summary}\n`);
  await folder.write('explanation.whymap', file);
  await folder.write('modules.csv', modulesCsv(explanation));
  await folder.write('pairs.csv', pairsCsv(explanation));
  await folder.write('presence.csv', presenceCsv(explanation));
  if (explanation.sampleScores) {
    await folder.write('scores.csv', scoresCsv(explanation, explanation.sampleScores));
  }
  await folder.write('localities.csv', localitiesCsv(explanation, trust));
  await folder.write('members.npy', npyPieces(localities.members, [localities.count, localities.size]));
  await folder.write('report.html', report);
  return summary;
}
