/** `whymap explain`: features and an embedding in, a folder with modules, presence and a report out. */

import type { ExplainOptions } from '../lava/explain.js';
import { flagOption, type Given, textOption } from '../run/arguments.js';
import { explainFiles, explainOptions } from '../run/explain.js';
import type { CommandRun } from './command.js';
import { openOutput } from './outputs/folder.js';
import { geneSetsCsv } from './outputs/gene-sets.js';
import { tellFindings } from './outputs/words.js';
import { writeOutputs } from './outputs/write.js';
import { type Session, withSession } from './session.js';
import { writeBack, writeBackPath } from './write-back.js';

export const run: CommandRun = async ([features], given, signal) => {
  const options = explainOptions(given);
  await withSession(given, signal, async (session) => {
    await runExplain(features, given, options, textOption(given, 'out') ?? 'whymap-out', session);
  });
};

/** The whole of `explain` for one table; `demo` comes in here too. */
export async function runExplain(
  features: string,
  given: Given,
  options: ExplainOptions,
  out: string,
  session: Session,
): Promise<void> {
  const back = writeBackPath(features, given);
  const folder = await openOutput(out);
  try {
    const { explanation: made, table, localities } = await explainFiles(features, given, options, session);
    const unmatched = await writeBack(made, features, back);
    const explanation = { ...made, warnings: [...made.warnings, ...unmatched] };
    const summary = await writeOutputs(folder, explanation, table, localities);
    const sets = textOption(given, 'geneSets');
    if (sets !== undefined) await folder.write('gene-sets.csv', await geneSetsCsv(explanation, sets));
    await folder.commit();
    session.progress.stop();
    const json = flagOption(given, 'json');
    const told = json ? process.stderr : process.stdout;
    tellFindings(explanation, folder.path, told);
    if (back !== null)
      told.write(`Presence and modules are in ${back} (obsm X_whymap, varm and uns whymap).\n`);
    if (json) process.stdout.write(`${summary}\n`);
  } finally {
    await folder.discard();
  }
}
