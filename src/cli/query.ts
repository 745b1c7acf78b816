/** `whymap query`: questions about a region of an explanation, answered in sentences, as a table or as JSON. */

import type { CommandRun } from './command.js';
import { readExplanation } from './explanation.js';
import { checkInputs } from './request.js';
import { withSession } from './session.js';

/** Runs `whymap query`: answers about a region of an explanation, as text, JSON or CSV. */
export const run: CommandRun<'query'> = async (path = '', values, signal) => {
  await checkInputs('query', undefined, values);
  const explanation = await readExplanation(path);
  const { runQuery } = await import('./work/query.js');
  await withSession({ ...values, engine: 'js' }, signal, (session) => runQuery(explanation, values, session));
};
