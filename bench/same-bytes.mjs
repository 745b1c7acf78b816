// node bench/same-bytes.mjs FEATURES [options of whymap explain...]
// Runs `whymap explain` on 1, 2, 3 and 8 threads and with 200 MB and 4 GB of memory, and compares every output file to the
// byte. summary.json is compared without timings and the number of threads, which it records. Ends with 1 where any differs.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [features, ...options] = process.argv.slice(2);
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

const runs = new Map();
for (const threads of [1, 2, 3, 8])
  runs.set(`${threads} threads, 4G`, run(`t${threads}`, '--threads', `${threads}`, '--memory', '4G'));
for (const threads of [1, 2])
  runs.set(`${threads} threads, 200M`, run(`m${threads}`, '--threads', `${threads}`, '--memory', '200M'));
const [[, wanted], ...others] = runs;
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
