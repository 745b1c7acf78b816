// node bench/targets.mjs --data FOLDER [--only help,digits,...] [--runs 3] [--write]
// What people wait for, beside the peers, in one run: each line says what was measured, the target, and whether it is met.
// FOLDER holds mnist20k_X.npy, mnist20k_map.npy, mnist70k_X.npy, mnist70k_map.npy (digits with a map of each) and kidney.h5ad (259 regions x
// 13,618 genes); a line whose file is missing says so. Results are checked: modules found, recall, trustworthiness, divergence.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRandom } from '../dist/core/random.js';
import { createWasmEngine } from '../dist/engine/wasm/engine.js';
import { compareEmbeddings, rowsOf } from './compare-embeddings.mjs';
import { madeTable } from './data.mjs';
import { folder, machine, peer, table, writeNpy, writeSection } from './measure.mjs';
import { peerVersions } from './peers/environment.mjs';
import { readFeatures } from './read.mjs';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '.' },
    only: { type: 'string', default: 'help,digits,kidney,wide,neighbors,umap10,umap20,tsne10,trust' },
    runs: { type: 'string', default: '3' },
    write: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const main = join(import.meta.dirname, '../dist/cli/main.js');
const file = (name) => join(values.data, name);
const script = (name) => join(import.meta.dirname, 'peers', name);
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const middle = (list, key) => median(list.map((one) => one[key]));
const one = (number) => number.toFixed(1);
const two = (number) => number.toFixed(2);

/** Runs the command line; wall seconds. Throws with its words where it fails. */
function run(...args) {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return (performance.now() - start) / 1000;
}

/** Explains files `runs` times; for each the wall, the profile's lines by stage, and the summary. */
function explained(...args) {
  return Array.from({ length: runs }, (_, turn) => {
    const [out, profile] = [
      join(folder, `out-${turn}-${process.hrtime.bigint()}`),
      join(folder, 'profile.csv'),
    ];
    const wall = run('explain', ...args, '-o', out, '--quiet', '--profile', profile, '--threads', '2');
    const lines = readFileSync(profile, 'utf8').trim().split('\n').slice(1);
    const stages = Object.fromEntries(
      lines.map((line) => {
        const [stage, seconds, processor, mainThread, , memory] = line.split(',');
        return [stage, { wall: +seconds, cpu: +processor, main: +mainThread, memory: +memory }];
      }),
    );
    const summary = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'));
    return { wall, stages, modules: summary.modules.length };
  });
}

/** Stages of over a second: processor over wall seconds of the median run. */
function use(list) {
  const chosen = list.find(({ wall }) => wall === middle(list, 'wall'));
  return Object.entries(chosen.stages)
    .filter(([stage, { wall }]) => stage !== 'all' && wall > 1)
    .map(
      ([stage, { wall, cpu, main: serial }]) =>
        `${stage} ${two(cpu / wall)} (${one(wall)} s, main thread ${one(serial)} s)`,
    )
    .join(', ');
}

const stage = (list, name) => median(list.map(({ stages }) => stages[name]?.wall ?? 0));
const row = (what, measured, target, met) => [what, measured, target, met ? 'met' : 'missed'];
const notes = [];

const LINES = {
  help() {
    const wall = median(Array.from({ length: 9 }, () => run('--help')));
    return [row('`whymap --help`', `${Math.round(wall * 1000)} ms`, '150 ms', wall < 0.15)];
  },
  async digits() {
    const given = [file('mnist20k_X.npy'), file('mnist20k_map.npy')];
    const ours = explained(given[0], '-e', given[1], '--image', '28x28', '-m', '16');
    if (ours.some(({ modules }) => modules !== 16)) throw new Error('16 modules were not found');
    const matrices = await Promise.all(given.map(readFeatures));
    const files = matrices.map((matrix, i) => writeNpy(`digits${i}.npy`, matrix));
    const theirs = Array.from({ length: runs }, () => peer(script('lava.py'), ...files, 200, 3, 16)).filter(
      Boolean,
    );
    const program = theirs.length > 0 ? middle(theirs, 'total') : Number.NaN;
    const wall = middle(ours, 'wall');
    const lava = stage(ours, 'localities') + stage(ours, 'associations') + stage(ours, 'modules');
    const [tested, found] = [stage(ours, 'significance'), lava];
    notes.push(`Digits, processor over wall: ${use(ours)}. NumPy program: ${one(program)} s.`);
    return [
      row(
        'MNIST 20k x 784, the whole command',
        `${one(wall)} s`,
        `a fifth of the NumPy program's ${one(program)} s`,
        wall <= program / 5,
      ),
      row('its LAVA stages', `${one(lava)} s`, 'a tenth of it', lava <= program / 10),
      row(
        'significance',
        `${one(tested)} s`,
        `half of finding the modules, ${one(found)} s`,
        tested <= found / 2,
      ),
      row('outputs', `${one(stage(ours, 'writing'))} s`, '1.5 s', stage(ours, 'writing') <= 1.5),
    ];
  },
  kidney() {
    const ours = explained(file('kidney.h5ad'));
    notes.push(`Kidney, processor over wall: ${use(ours)}.`);
    const wall = middle(ours, 'wall');
    return [row('259 x 13,618, defaults', `${one(wall)} s`, '25 s', wall < 25)];
  },
  wide() {
    const { features, map } = madeTable(120_000, 100, 1);
    const ours = explained(writeNpy('wide.npy', features), '-e', writeNpy('wide-map.npy', map));
    notes.push(`120,000 x 100, processor over wall: ${use(ours)}.`);
    const wall = middle(ours, 'wall');
    return [row('120,000 x 100', `${one(wall)} s`, '20 s', wall < 20)];
  },
  async neighbors() {
    const features = await readFeatures(file('mnist20k_X.npy'));
    const input = writeNpy('rows.npy', features);
    const engine = await createWasmEngine({ threads: 2 });
    const exact = await engine.nearest(features, features, { k: 15, metric: 'euclidean', excludeSelf: true });
    const ours = [];
    const theirs = [];
    let recall = 1;
    for (let turn = 0; turn < runs; turn++) {
      const start = performance.now();
      const found = await engine.nearestApproximate(features, {
        k: 15,
        metric: 'euclidean',
        random: createRandom(0),
      });
      ours.push((performance.now() - start) / 1000);
      let hits = 0;
      for (let i = 0; i < exact.indices.length; i += 15) {
        const own = new Set(exact.indices.subarray(i, i + 15));
        for (let n = i; n < i + 15; n++) if (own.has(found.indices[n])) hits++;
      }
      recall = Math.min(recall, hits / exact.indices.length);
      const other = peer(script('neighbors.py'), input, 15, join(folder, 'neighbors.npy'));
      if (other) theirs.push(other.wall);
    }
    await engine.close();
    const [wall, limit] = [median(ours), median(theirs)];
    const met = wall < limit && recall >= 0.995;
    return [
      row(
        'neighbors 20k x 784',
        `${two(wall)} s, recall ${recall.toFixed(4)}`,
        `pynndescent's ${two(limit)} s, 0.995`,
        met,
      ),
    ];
  },
  umap10: () => mapped('umap', null, 10_000, 3),
  umap20: () => mapped('umap', file('mnist20k_X.npy'), 20_000, 3),
  tsne10: () => mapped('tsne', null, 10_000, 2),
  trust() {
    const args = [file('mnist70k_X.npy'), '-e', file('mnist70k_map.npy'), '--quiet'];
    const walls = Array.from({ length: runs }, () =>
      run('audit', ...args, '-o', join(folder, `audit-${process.hrtime.bigint()}`)),
    );
    const wall = median(walls);
    return [row('trust 70k x 784, digits', `${one(wall)} s (the command)`, '25 s', wall < 25)];
  },
};

/** One method beside its peer; the target is so many times the peer's speed. */
async function mapped(method, input, rows, times) {
  const { ours, theirs } = await compareEmbeddings(method, await rowsOf(input, rows), runs);
  const ratio = (key) => middle(theirs, key) / middle(ours, key);
  const quality = method === 'umap' ? ['trust', -0.003] : ['loss', 0.01];
  const [mine, other] = [middle(ours, quality[0]), middle(theirs, quality[0])];
  const asGood = method === 'umap' ? mine >= other + quality[1] : mine <= other * (1 + quality[1]);
  const what = `${method} ${rows} rows of ${input ? 784 : 50}`;
  const measured = `${one(middle(ours, 'wall'))} s, ${one(middle(ours, 'cpu'))} CPU s: ${two(ratio('wall'))} and ${two(ratio('cpu'))} times; ${quality[0]} ${mine.toFixed(4)}, theirs ${other.toFixed(4)}`;
  const met = ratio('wall') >= times && ratio('cpu') >= times && asGood;
  return [row(what, measured, `${times} times by both, as good`, met)];
}

const lines = [];
for (const name of values.only.split(',')) {
  try {
    lines.push(...(await LINES[name]()));
  } catch (error) {
    lines.push([name, `not measured: ${String(error.message).trim().split('\n').at(-1)}`, '', '']);
  }
}
const head = `${machine()}. Peers: ${peerVersions()}. Medians of ${runs}, two threads.`;
const text = [head, table(['what', 'measured', 'target', ''], lines), ...notes].join('\n\n');
console.log(text);
if (values.write) writeSection(join(import.meta.dirname, 'RESULTS.md'), 'Targets', text);
