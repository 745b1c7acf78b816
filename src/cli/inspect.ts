/** `whymap inspect`: how files would be read and paired, without running anything. */

import { type FileReading, fileLines, PLANNED, type ReadingPlan } from '../io/index.js';
import type { Warning } from '../model.js';
import type { OptionValues } from '../options/index.js';
import { readFeatures, readJoinedEmbedding } from '../run/inputs.js';
import { planOf } from '../run/plan.js';
import type { CommandRun } from './command.js';
import { checkOutput } from './request.js';
import { type Session, withSession } from './session.js';
import { tell, writeJson } from './terminal/text.js';

/** The first file holds the features; the second is the map unless an option names one; each other is read on its own. */
export const run: CommandRun<'inspect'> = async (features = '', values, signal, more = []) => {
  if (values.profile !== undefined) await checkOutput(values.profile, [], [features, ...more], 'profile');
  await withSession({ ...values, engine: 'js' }, signal, async (session) => {
    const takesMap = values.embedding === undefined && values.embeddingColumns === undefined;
    const map = takesMap ? more[0] : undefined;
    const others = takesMap ? more.slice(1) : more;
    const { plan, warnings } = await inspect(
      features,
      map === undefined ? values : { ...values, embedding: map },
      session,
    );
    const alone: FileReading[] = [];
    const notes = [...warnings];
    for (const path of others) {
      const read = await readFeatures(path, values, session);
      alone.push(read.reading);
      notes.push(...read.warnings);
    }
    session.progress.stop();
    const told = notes.filter(({ code }) => !PLANNED.has(code) && !PAIRED.has(code));
    const lines = [
      ...plan.lines,
      ...alone.flatMap((read) => fileLines(read, 'features')),
      ...told.map(({ message }) => `Note: ${message}`),
    ];
    if (values.json) writeJson(JSON.stringify({ ...plan, others: alone, warnings: notes }, null, 2));
    else tell(false).write(`${lines.join('\n')}\n`);
  });
};

/** Said by the lines of the plan. */
const PAIRED: ReadonlySet<string> = new Set(['ids-unmatched', 'ids-doubtful']);

/** How the table, and its map where one is named, would be read and paired. */
async function inspect(
  features: string,
  values: OptionValues<'inspect'>,
  session: Session,
): Promise<{ plan: ReadingPlan; warnings: readonly Warning[] }> {
  const table = await readFeatures(features, values, session);
  const hasMap = values.embedding !== undefined || values.embeddingColumns !== undefined;
  if (!hasMap) return { plan: planOf(table, table, null, null), warnings: table.warnings };
  const joined = await readJoinedEmbedding(table, features, values, session);
  return { plan: joined.plan, warnings: [...joined.table.warnings, ...joined.warnings] };
}
