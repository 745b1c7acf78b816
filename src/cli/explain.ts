/** `whymap explain`: features and an embedding in, a folder with modules, presence and a report out. */

import { openOutput } from '../io/output/folder.js';
import type { GeneSet } from '../lava/index.js';
import type { OptionValues } from '../options/index.js';
import type { CommandRun } from './command.js';
import { EXPLAIN_FILES, OPTIONAL_EXPLAIN_FILES } from './outputs/file-names.js';
import { checkInputs, checkOutput } from './request.js';
import { withSession } from './session.js';
import type { Prepared } from './work/explain.js';
import { writeBackPath } from './write-back.js';

type Values = OptionValues<'explain'>;

/** Runs `whymap explain`. */
export const run: CommandRun<'explain'> = async (features = '', values, signal) => {
  const prepared = await prepareExplain(features, values, signal);
  const { runExplain } = await import('./work/explain.js');
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
  const sets = geneSets === undefined ? null : await setsIn(geneSets);
  const back = await writeBackPath(features, values);
  const folder = await openOutput(out, { optional: OPTIONAL_EXPLAIN_FILES, signal });
  return { features, folder, geneSets: sets, back };
}

/** The gene sets of a GMT file. OptionError where it cannot be read, FormatError where it is none. */
async function setsIn(path: string): Promise<readonly GeneSet[]> {
  const { readGeneSets } = await import('./outputs/gene-sets.js');
  return readGeneSets(path);
}
