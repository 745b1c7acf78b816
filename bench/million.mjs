// node bench/million.mjs [--rows 1000000] [--columns 2000] [--max-features 500] [--write] [-- options of explain]
// Makes a sparse .h5ad with planted programmes (million-data.mjs), explains it from the command line, checks that
// the programmes are found, and only then prints time by stage and peak memory. With --write also into RESULTS.md.
// Many features instead: --rows 5000 --columns 20000 --max-features 20000 --title 'Many features' -- -n 100
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { folder, machine, table, writeSection } from './measure.mjs';
import { isActive, PROGRAMME_FEATURES, PROGRAMMES, placeOf, writeMillion } from './million-data.mjs';

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: '1000000' },
    columns: { type: 'string', default: '2000' },
    'max-features': { type: 'string', default: '500' },
    file: { type: 'string' },
    title: { type: 'string', default: 'A million samples' },
    write: { type: 'boolean', default: false },
  },
});
const [rows, columns] = [Number(given.rows), Number(given.columns)];
const file = given.file ?? join(folder, 'million.h5ad');

if (!existsSync(file)) {
  const started = performance.now();
  const stored = await writeMillion(file, rows, columns);
  const density = ((100 * stored) / rows / columns).toFixed(1);
  const size = (statSync(file).size / 2 ** 30).toFixed(2);
  console.log(`made ${file}: ${density}% stored, ${size} GiB, ${seconds(performance.now() - started)} s`);
}

const out = join(folder, 'out');
const main = join(import.meta.dirname, '../dist/cli/main.js');
const preload = join(import.meta.dirname, 'peak.mjs');
const options = [
  '-e',
  'X_umap',
  '--max-features',
  given['max-features'],
  '-o',
  out,
  '--quiet',
  ...positionals,
];
const run = spawnSync(process.execPath, ['--import', preload, main, 'explain', file, ...options], {
  encoding: 'utf8',
  maxBuffer: 2 ** 26,
});
const peak = /\npeak (.*)\n/.exec(run.stderr);
if (run.status !== 0 || peak === null) {
  console.error(run.stdout, run.stderr);
  process.exit(1);
}
const used = JSON.parse(peak[1]);
const summary = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'));

const found = matches(join(out, 'modules.csv'), join(out, 'presence.csv'));
const programmes = table(
  ['programme', 'features kept', 'module', 'cosine', 'presence inside', 'outside', 'verdict'],
  found.map((one, k) => [
    `P${k}`,
    `${one.kept} of ${PROGRAMME_FEATURES}`,
    one.module,
    one.cosine.toFixed(3),
    one.inside.toFixed(3),
    one.outside.toFixed(3),
    summary.modules.find(({ id }) => id === one.module)?.significance?.verdict ?? 'not tested',
  ]),
);
console.log(programmes);
const lost = found.filter(({ cosine, inside, outside }) => !(cosine > 0.8 && inside > 3 * outside));
if (lost.length > 0) {
  console.error(`${lost.length} of ${PROGRAMMES} programmes were not found: no times are printed`);
  process.exit(1);
}

const stages = table(
  ['stage', 's'],
  Object.entries(summary.timings).map(([name, s]) => [name, s.toFixed(1)]),
);
const report = `${machine()}

${rows} x ${columns} made counts-like values, sparse .h5ad of ${(statSync(file).size / 2 ** 30).toFixed(2)} GiB, \`whymap explain -e X_umap --max-features ${[given['max-features'], ...positionals].join(' ')}\`: peak memory ${(used.bytes / 2 ** 30).toFixed(2)} GiB, ${used.seconds.toFixed(0)} s of processor time, ${os.cpus().length} threads.

${stages}

${programmes}

Said in the summary: ${summary.data.warnings.map(({ message }) => message).join(' ')}`;
console.log(report);
if (given.write) writeSection(join(import.meta.dirname, 'RESULTS.md'), given.title, report);

function seconds(milliseconds) {
  return (milliseconds / 1000).toFixed(1);
}

/** For each programme the module with the nearest loadings, and its mean presence where it is planted and not. */
function matches(modules, presence) {
  const loadings = new Map();
  for (const line of readFileSync(modules, 'utf8').trim().split('\n').slice(1)) {
    const [module, , feature, loading] = line.split(',');
    if (!loadings.has(module)) loadings.set(module, []);
    loadings.get(module).push([feature, Number(loading)]);
  }
  const names = [...loadings.keys()];
  const inside = new Float64Array(PROGRAMMES * names.length);
  const outside = new Float64Array(PROGRAMMES * names.length);
  const samples = new Float64Array(PROGRAMMES);
  let total = 0;
  const text = readFileSync(presence, 'latin1');
  for (let at = text.indexOf('\n') + 1; at < text.length; ) {
    const end = text.indexOf('\n', at);
    const [id, ...cells] = text.slice(at, end).split(',');
    const place = placeOf(Number(id.slice(1)));
    for (let k = 0; k < PROGRAMMES; k++) {
      const active = isActive(k, place);
      if (active) samples[k]++;
      const target = active ? inside : outside;
      for (let m = 0; m < names.length; m++) target[k * names.length + m] += Number(cells[m]);
    }
    total++;
    at = end + 1;
  }
  const features = new Set([...loadings.values()].flat().map(([feature]) => feature));
  return Array.from({ length: PROGRAMMES }, (_, k) => {
    // how many were kept is a matter of --max-features, and has a column of its own
    const kept = [...features].filter((feature) => feature.startsWith(`P${k}-`)).length;
    const scored = names.map((module, m) => {
      const list = loadings.get(module);
      const length = Math.hypot(...list.map(([, loading]) => loading));
      const own = list.filter(([feature]) => feature.startsWith(`P${k}-`));
      const sum = own.reduce((a, [, loading]) => a + loading, 0);
      return {
        module,
        cosine: length > 0 ? sum / length / Math.sqrt(Math.max(1, kept)) : 0,
        inside: inside[k * names.length + m] / samples[k],
        outside: outside[k * names.length + m] / (total - samples[k]),
      };
    });
    const best = scored.reduce((a, b) => (b.cosine > a.cosine ? b : a));
    return { ...best, kept };
  });
}
