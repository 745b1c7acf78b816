/** `whymap explain`: features and an embedding in, a folder with modules, presence and a report out. */

import type { OptionValues } from '../options/index.js';
import { explainFiles } from '../run/explain.js';
import type { CommandRun } from './command.js';
import { openOutput } from './outputs/folder.js';
import { geneSetsCsv } from './outputs/gene-sets.js';
import { tellFindings } from './outputs/words.js';
import { writeOutputs } from './outputs/write.js';
import { type Session, withSession } from './session.js';
import { writeBack, writeBackPath } from './write-back.js';

export const run: CommandRun<'explain'> = async (features = '', values, signal) => {
  await withSession(values, signal, (session) => runExplain(features, values, session));
};

/** The whole of `explain` for one table; `demo` comes in here too. */
export async function runExplain(
  features: string,
  values: OptionValues<'explain'>,
  session: Session,
): Promise<void> {
  const { out = 'whymap-out', geneSets, json = false } = values;
  const back = writeBackPath(features, values);
  const folder = await openOutput(out);
  try {
    const { explanation: made, table, plan, localities } = await explainFiles(features, values, session);
    const unmatched = await writeBack(made, features, back);
    const explanation = { ...made, warnings: [...made.warnings, ...unmatched] };
    const summary = await writeOutputs(folder, { explanation, table, plan, localities });
    if (geneSets !== undefined) await folder.write('gene-sets.csv', await geneSetsCsv(explanation, geneSets));
    await folder.commit();
    session.progress.stop();
    session.tellPlan();
    const told = json ? process.stderr : process.stdout;
    tellFindings(explanation, folder.path, told);
    if (back !== null)
      told.write(`Presence and modules are in ${back} (obsm X_whymap, varm and uns whymap).\n`);
    if (json) process.stdout.write(`${summary}\n`);
  } finally {
    await folder.discard();
  }
}
