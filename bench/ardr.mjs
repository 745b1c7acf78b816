// node bench/ardr.mjs --data FOLDER --parts FOLDER [--only ardr-mds] [--part 1] [--write docs/lab/ardr]
// All ARDR studies with the settings of the lab notes, in parts of some minutes: runs those parts whose result is not yet in
// the folder of --parts, then with --write makes NAME.md and the figures from all parts that are there. FOLDER of --data is
// what bench/ardr-data.py makes. Everything is deterministic, so parts may be run on different days.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tableMarkdown } from '../dist/reproduce/report.js';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    parts: { type: 'string' },
    only: { type: 'string' },
    part: { type: 'string' },
    write: { type: 'string' },
  },
});

/** One part a set. */
const each = (sets, rows, repeats) => sets.map((set) => ({ sets: set, rows, repeats }));
/** Sets that no choice was made on, nor looked at before the choice. */
const UNSEEN = ['breast_cancer', 'wine', 'winequality', 'digits', 'glove100', 'mammoth'];
const STUDIES = {
  'ardr-pca': [{ sets: 'gaussian,roll', rows: 2000, repeats: 10 }, ...each(['digits', 'fashion'], 2000, 3)],
  'ardr-mds': each(['gaussian', 'roll', 'digits', 'fashion'], 1000, 3),
  'ardr-isomap': each(['gaussian', 'roll', 'digits', 'fashion'], 1000, 3),
  'ardr-fast-pca': each(['gaussian', 'roll', 'digits', 'fashion'], 1000, 3),
  'ardr-equivalence': [
    { sets: 'mnist', rows: 5000, repeats: 6 },
    { sets: 'mnist', rows: 2000, repeats: 10 },
    ...each(['pbmc68k', 'cells', 'coil20', 'banking77', 'roll'], 5000, 10),
    ...each(UNSEEN, 5000, 10),
    ...each(['kidney', 'fashion10k'], 10_000, 10),
  ],
  'ardr-isolation': each(['mnist', 'fashion10k', 'cells', 'roll'], 2000, 5),
  'ardr-lle': [...each(['mnist'], 5000, 2), ...each(['cells', 'pbmc68k'], 5000, 3)],
  'ardr-conjectures': each(['mnist', 'fashion10k', 'cells', 'roll'], 5000, 3),
};

for (const [name, parts] of Object.entries(STUDIES)) {
  if (values.only && values.only !== name) continue;
  parts.forEach((part, i) => {
    if (values.part === undefined || Number(values.part) === i) runPart(name, part, i);
  });
  if (values.write) writePage(name, parts);
}

/** The folder of a part. */
function folderOf(name, i) {
  return join(values.parts, `${name}-${i}`);
}

/** Runs a part unless its result is there. */
function runPart(name, { sets, rows, repeats, seed = 0 }, i) {
  const out = folderOf(name, i);
  if (existsSync(join(out, 'result.json'))) return;
  const args = ['reproduce', name, '--sets', sets, '--rows', rows, '--repeats', repeats, '--seed', seed];
  if (values.data) args.push('--data', values.data);
  const started = performance.now();
  const main = join(import.meta.dirname, '../dist/cli/main.js');
  const run = spawnSync(process.execPath, [main, ...args.map(String), '--json', '--quiet', '-o', out], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (run.status !== 0) throw new Error(`${name}, part ${i}: ${run.stderr.trim().split('\n').at(-1)}`);
  writeFileSync(join(out, 'result.json'), run.stdout);
  console.log(`${name}, part ${i} (${sets}): ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

/** Writes the page of a study from all parts that are there. */
function writePage(name, parts) {
  const there = parts
    .map((part, i) => ({ ...part, path: folderOf(name, i), file: `${name}-${i}.svg` }))
    .filter(({ path }) => existsSync(join(path, 'result.json')));
  if (there.length === 0) return;
  mkdirSync(values.write, { recursive: true });
  const results = there.map(({ path }) => JSON.parse(readFileSync(join(path, 'result.json'), 'utf8')));
  const [text] = readFileSync(join(there[0].path, 'report.md'), 'utf8').split('\n## ');
  const commands = there.map(
    ({ sets, rows, repeats, seed }) =>
      `whymap reproduce ${name} --sets ${sets} --rows ${rows} --repeats ${repeats}${seed ? ` --seed ${seed}` : ''} --data FOLDER`,
  );
  const lines = [text.trim(), '', '```', ...commands, '```', ''];
  for (const [t, table] of results[0].tables.entries()) {
    const rows = results.flatMap((result) => result.tables[t].rows);
    lines.push(`## ${table.title}`, '', tableMarkdown({ ...table, rows }), '');
  }
  for (const { path, file, sets } of there) {
    const figure = join(path, `${name}.svg`);
    if (!existsSync(figure)) continue;
    copyFileSync(figure, join(values.write, file));
    lines.push(`![${sets}](${file})`, '');
  }
  writeFileSync(join(values.write, `${name}.md`), `${lines.join('\n').trim()}\n`);
  console.log(`${name}: ${there.length} of ${parts.length} parts`);
}
