/** `whymap compare`: an explanation and its features in, a folder that says what differs between two conditions out. */

import { openOutput } from '../io/output/folder.js';
import type { CommandRun } from './command.js';
import { readExplanation } from './explanation.js';
import { checkInputs, checkOutput } from './request.js';
import { withSession } from './session.js';

const FILES = ['comparison.csv', 'comparison.json', 'report.html'];

/** Runs `whymap compare`: two conditions of an explanation, by replicate. */
export const run: CommandRun<'compare'> = async (path = '', values, signal) => {
  const { out = 'whymap-compare' } = values;
  await checkOutput(out, FILES, await checkInputs('compare', path, values));
  const explanation = await readExplanation(path);
  const folder = await openOutput(out, { signal });
  const { runCompare } = await import('./work/compare.js');
  await withSession(values, signal, (session) => runCompare(explanation, folder, values, session));
};
