/** The work of `whymap explain`: reads, explains, writes the folder and says what was found. */

import type { OutputFolder } from '../../io/output/folder.js';
import { isFolder } from '../../io/source/source.js';
import { geneSetsWarning, nameByGeneSets } from '../../lava/describe/gene-sets.js';
import type { GeneSet } from '../../lava/index.js';
import type { OptionValues } from '../../options/index.js';
import { explainFiles, type Run } from '../../run/explain.js';
import { geneSetsCsv } from '../outputs/gene-sets.js';
import { tellFindings } from '../outputs/words.js';
import { writeOutputs } from '../outputs/write.js';
import type { Session } from '../session.js';
import { commandLineWarnings, tell, writeJson } from '../terminal/text.js';
import { writeBack } from '../write-back.js';

/** What a run of `explain` needs besides its options, checked and prepared before the work. */
export interface Prepared {
  readonly features: string;
  readonly folder: OutputFolder;
  readonly geneSets: readonly GeneSet[] | null;
  /** The .h5ad that results go into, or null. */
  readonly back: string | null;
}

/** The whole of `explain` for one table; `demo` comes in here too. */
export async function runExplain(
  { features, folder, geneSets, back }: Prepared,
  values: OptionValues<'explain'>,
  session: Session,
): Promise<void> {
  const { signal } = session.context;
  try {
    const {
      explanation: bare,
      table,
      plan,
      localities,
    } = await explainFiles(features, values, { ...session, openParts });
    const tracing = values.structure ? await structureWork() : null;
    const traced = tracing && (await tracing.withStructure(bare, table, values, session));
    const made = traced?.explanation ?? bare;
    session.context.onProgress?.({ stage: 'writing', done: 0 });
    const unmatched = await writeBack(made, features, back, folder, signal);
    const unknown = geneSets && geneSetsWarning(geneSets, made.featureNames);
    const found = commandLineWarnings(made.warnings);
    const warnings = [...found, ...unmatched, ...(unknown ? [unknown] : [])];
    const complete = { ...made, warnings };
    const explanation = geneSets ? nameByGeneSets(complete, geneSets) : complete;
    const structure = tracing && traced && tracing.structureJson(traced.trace);
    const summary = await writeOutputs(folder, { explanation, table, plan, localities }, structure);
    if (geneSets) await folder.write('gene-sets.csv', geneSetsCsv(explanation, geneSets));
    const lines =
      tracing && traced ? await tracing.writeStructure(folder, traced.trace, made.structure?.summary) : [];
    await folder.commit();
    session.progress.stop();
    session.tellPlan();
    const output = tell(values.json);
    tellFindings(explanation, folder.path, output, lines);
    if (back !== null)
      output.write(
        `Presence, scores and modules are in ${back} (obsm X_whymap, obs whymap_score_M1 and so on, varm and uns whymap).\n`,
      );
    if (values.json) writeJson(summary);
  } finally {
    await folder.discard();
  }
}

/** What `--structure` runs, which is loaded for it alone. */
async function structureWork() {
  const [{ withStructure }, outputs] = await Promise.all([
    import('../../run/structure.js'),
    import('../outputs/structure.js'),
  ]);
  return { withStructure, ...outputs };
}

/** The input in a folder of parts, null for any other name; loaded for folders alone. */
const openParts: Run['openParts'] = async (path, values, work) => {
  if (!(await isFolder(work.files.open(path)))) return null;
  const { partedInput } = await import('../../run/parted-input.js');
  return partedInput(path, values, work);
};
