// usage: node writer.mjs FOLDER TEXT TIMES: commits files that all hold TEXT, and FOLDER.h5ad beside it, TIMES times.
import { writeFile } from 'node:fs/promises';
import { openOutput } from '../../dist/io/output/folder.js';
import { partialBeside } from '../../dist/io/output/partial.js';

const [folder, text, times] = process.argv.slice(2);
for (let i = 0; i < Number(times); i++) {
  const out = await openOutput(folder, { optional: ['optional'] });
  const beside = partialBeside(`${out.path}.h5ad`);
  await writeFile(beside, text);
  out.attach(beside, `${out.path}.h5ad`);
  for (const name of ['a', 'b', 'c']) await out.write(name, text);
  await out.commit();
  await out.discard();
}
