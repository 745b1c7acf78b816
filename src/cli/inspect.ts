/** `whymap inspect`: how files would be read and paired, without running anything. */

import { type FileReading, fileLines } from '../io/index.js';
import { readFeatures } from '../run/inputs.js';
import { notesOf, planFiles } from '../run/plan-files.js';
import type { CommandRun } from './command.js';
import { withSession } from './session.js';
import { commandLineWarnings, tell, writeJson } from './terminal/text.js';

/** The first file holds the features; the second is the map unless an option names one; each other is read on its own. */
export const run: CommandRun<'inspect'> = async (features = '', values, signal, more = []) => {
  await withSession({ ...values, engine: 'js' }, signal, async (run) => {
    const session = { ...run, tellMissing: true };
    const takesMap = values.embedding === undefined && values.embeddingColumns === undefined;
    const map = takesMap ? more[0] : undefined;
    const others = takesMap ? more.slice(1) : more;
    const named = map === undefined ? values : { ...values, embedding: map };
    const { plan, warnings } = await planFiles(features, named, session);
    const alone: FileReading[] = [];
    const told = [...warnings];
    for (const path of others) {
      const read = await readFeatures(path, values, session);
      alone.push(read.reading);
      told.push(...read.warnings);
    }
    session.progress.stop();
    const found = commandLineWarnings(told);
    const lines = [
      ...plan.lines,
      ...alone.flatMap((read) => fileLines(read, 'features')),
      ...notesOf(found).map((note) => `Note: ${note}`),
    ];
    if (values.json) writeJson(JSON.stringify({ ...plan, others: alone, warnings: found }, null, 2));
    else tell(false).write(`${lines.join('\n')}\n`);
  });
};
