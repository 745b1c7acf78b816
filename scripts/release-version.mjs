// Writes the version of package.json into the files that state it too: CITATION.cff and the R package. `npm run release` runs it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
for (const [file, line] of [
  ['CITATION.cff', /^version: .*$/m],
  ['r/DESCRIPTION', /^Version: .*$/m],
]) {
  const path = join(root, file);
  const text = readFileSync(path, 'utf8');
  const name = line.exec(text)?.[0].split(':')[0];
  if (name === undefined) throw new Error(`${file} states no version`);
  writeFileSync(path, text.replace(line, `${name}: ${version}`));
}
