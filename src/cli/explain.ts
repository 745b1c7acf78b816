/** `whymap explain`: features and an embedding in, a folder with modules, presence and a report out. */

import { type OutputFolder, openOutput } from '../io/output/folder.js';
import { geneSetsWarning, nameByGeneSets } from '../lava/describe/gene-sets.js';
import type { GeneSet } from '../lava/index.js';
import type { OptionValues } from '../options/index.js';
import { explainFiles } from '../run/explain.js';
import type { CommandRun } from './command.js';
import { geneSetsCsv, readGeneSets } from './outputs/gene-sets.js';
import { tellFindings } from './outputs/words.js';
import { EXPLAIN_FILES, OPTIONAL_EXPLAIN_FILES, writeOutputs } from './outputs/write.js';
import { checkInputs, checkOutput } from './request.js';
import { type Session, withSession } from './session.js';
import { tell, writeJson } from './terminal/text.js';
import { writeBack, writeBackPath } from './write-back.js';

type Values = OptionValues<'explain'>;

/** What a run of `explain` needs besides its options, checked and prepared before the work. */
interface Prepared {
  readonly features: string;
  readonly folder: OutputFolder;
  readonly geneSets: readonly GeneSet[] | null;
  /** The .h5ad that results go into, or null. */
  readonly back: string | null;
}

/** Runs `whymap explain`. */
export const run: CommandRun<'explain'> = async (features = '', values, signal) => {
  const prepared = await prepareExplain(features, values, signal);
  await withSession(values, signal, (session) => runExplain(prepared, values, session));
};

/** Refuses what is wrong with inputs and outputs before anything is computed. */
export async function prepareExplain(
  features: string,
  values: Values,
  signal: AbortSignal,
): Promise<Prepared> {
  const { out = 'whymap-out', geneSets, writeTo } = values;
  const inputs = await checkInputs('explain', features, values);
  await checkOutput(out, [...EXPLAIN_FILES, ...OPTIONAL_EXPLAIN_FILES], inputs);
  if (writeTo !== undefined) await checkOutput(writeTo, [], inputs, 'writeTo');
  const sets = geneSets === undefined ? null : await readGeneSets(geneSets);
  const back = await writeBackPath(features, values);
  const folder = await openOutput(out, { optional: OPTIONAL_EXPLAIN_FILES, signal });
  return { features, folder, geneSets: sets, back };
}

/** The whole of `explain` for one table; `demo` comes in here too. */
export async function runExplain(
  { features, folder, geneSets, back }: Prepared,
  values: Values,
  session: Session,
): Promise<void> {
  const { signal } = session.context;
  try {
    const { explanation: made, table, plan, localities } = await explainFiles(features, values, session);
    session.context.onProgress?.({ stage: 'writing', done: 0 });
    const unmatched = await writeBack(made, features, back, folder, signal);
    const unknown = geneSets && geneSetsWarning(geneSets, made.featureNames);
    const found = [...made.warnings, ...unmatched, ...(unknown ? [unknown] : [])];
    const complete = { ...made, warnings: found };
    const explanation = geneSets ? nameByGeneSets(complete, geneSets) : complete;
    const summary = await writeOutputs(folder, { explanation, table, plan, localities });
    if (geneSets) await folder.write('gene-sets.csv', geneSetsCsv(explanation, geneSets));
    await folder.commit();
    session.progress.stop();
    session.tellPlan();
    const output = tell(values.json);
    tellFindings(explanation, folder.path, output);
    if (back !== null)
      output.write(
        `Presence, scores and modules are in ${back} (obsm X_whymap, obs whymap_score_M1 and so on, varm and uns whymap).\n`,
      );
    if (values.json) writeJson(summary);
  } finally {
    await folder.discard();
  }
}
