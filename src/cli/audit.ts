/** `whymap audit`: features and an embedding in, a folder that says how far the map can be trusted out. */

import { openOutput } from '../io/output/folder.js';
import type { CommandRun } from './command.js';
import { checkInputs, checkOutput } from './request.js';
import { withSession } from './session.js';

/** Files that some audits write: with `--structure`, and of a map that was made here. */
const OPTIONAL_FILES = ['structure.csv', 'embedding.npy'];
const AUDIT_FILES = ['audit.json', 'pointwise.csv', 'links.csv', 'report.html', ...OPTIONAL_FILES];

/** Runs `whymap audit`: checks inputs and the output first, then measures. */
export const run: CommandRun<'audit'> = async (features = '', values, signal) => {
  const { out = 'whymap-audit' } = values;
  await checkOutput(out, AUDIT_FILES, await checkInputs('audit', features, values));
  const folder = await openOutput(out, { optional: OPTIONAL_FILES, signal });
  const { runAudit } = await import('./work/audit.js');
  await withSession(values, signal, (session) => runAudit(features, values, folder, session));
};
