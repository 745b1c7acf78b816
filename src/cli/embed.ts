/** `whymap embed`: a table in, coordinates out as NPY or CSV; or, with --audit-ardr, a comparison of methods. */

import { OptionError } from '../errors.js';
import { openOutputFile } from '../io/output/file.js';
import { openOutput } from '../io/output/folder.js';
import type { CommandRun } from './command.js';
import { checkInputs, checkOutput } from './request.js';
import { withSession } from './session.js';

/** Runs `whymap embed`: makes an embedding, transforms new samples by a model, or audits ARDR. */
export const run: CommandRun<'embed'> = async (path = '', values, signal) => {
  const inputs = await checkInputs('embed', path, values);
  if (values.auditArdr) {
    const { out = 'whymap-ardr' } = values;
    await checkOutput(out, ARDR_FILES, inputs);
    const folder = await openOutput(out, { signal });
    const { runAudit } = await import('./work/embed.js');
    return withSession(values, signal, (session) => runAudit(path, folder, values, session));
  }
  const out = checkName(values.out ?? 'embedding.npy');
  await checkOutput(out, [], inputs);
  const { saveModel } = values;
  if (saveModel !== undefined) await checkOutput(saveModel, [], inputs, 'saveModel');
  const file = await openOutputFile(out);
  const modelFile = saveModel === undefined ? null : await openOutputFile(saveModel);
  const { runEmbed } = await import('./work/embed.js');
  await runEmbed(path, { file, modelFile }, values, signal);
};

const ARDR_FILES = ['ardr.md', 'ardr.csv', 'ardr.json'];

/** The name of the output, whose ending says the format. */
function checkName(out: string): string {
  if (/\.(npy|csv)$/.test(out)) return out;
  throw new OptionError({
    got: `the output file ${out}`,
    expected: 'a name that ends in .npy or .csv',
    remedy: 'give the file such a name',
  });
}
