// node bench/same-bytes.mjs FEATURES [options of whymap explain...] [--digests FILE] [--runs 1:4G,2:4G,3:4G,8:4G,1:200M,2:200M]
// Runs `whymap explain` on 1, 2, 3 and 8 threads and with 200 MB and 4 GB of memory, and compares every output file to the
// byte. `--runs` names some of these (threads:memory), and `--digests` a file that keeps what was found, so that a long
// comparison can be made in pieces. summary.json is compared without timings and the number of threads, which it records. Ends with 1 where any differs.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const args = process.argv.slice(2);
/** Takes an option of this script out of the arguments. */
function option(name, otherwise) {
  const at = args.indexOf(name);
  return at < 0 ? otherwise : args.splice(at, 2)[1];
}
const kept = option('--digests', null);
const wantedRuns = option('--runs', '1:4G,2:4G,3:4G,8:4G,1:200M,2:200M').split(',');
const [features, ...options] = args;
const folder = mkdtempSync(join(tmpdir(), 'whymap-same-'));
const binary = join(import.meta.dirname, '../dist/cli/main.js');

/** What a file holds that may not differ between runs. */
function digest(path) {
  let bytes = readFileSync(path);
  if (path.endsWith('summary.json')) {
    const { timings: _, engine: __, ...rest } = JSON.parse(bytes.toString());
    bytes = Buffer.from(JSON.stringify(rest));
  }
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12);
}

/** Digests of all files of a run. */
function run(name, ...more) {
  const out = join(folder, name);
  const started = performance.now();
  execFileSync(process.execPath, [binary, 'explain', features, ...options, ...more, '--quiet', '-o', out], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`${name}: ${seconds} s`);
  return new Map(readdirSync(out).map((file) => [file, digest(join(out, file))]));
}

const runs = new Map(
  kept && existsSync(kept)
    ? JSON.parse(readFileSync(kept, 'utf8')).map(([name, files]) => [name, new Map(files)])
    : [],
);
for (const name of wantedRuns) {
  const [threads, memory] = name.split(':');
  runs.set(name, run(name.replace(':', '-'), '--threads', threads, '--memory', memory));
  if (kept) writeFileSync(kept, JSON.stringify([...runs].map(([one, files]) => [one, [...files]])));
}
const [[, wanted], ...others] = runs;
console.log(`compared (threads:memory): ${[...runs.keys()].join(', ')}`);
let different = 0;
for (const [file, hash] of wanted) {
  const differ = others.filter(([, found]) => found.get(file) !== hash).map(([name]) => name);
  different += differ.length;
  console.log(
    `${file}: ${differ.length === 0 ? 'the same bytes in all' : `differs with ${differ.join('; ')}`}`,
  );
}
rmSync(folder, { recursive: true });
process.exitCode = different > 0 ? 1 : 0;
