// node bench/targets.mjs --data FOLDER [--set quick|long] [--only help,digits,...] [--runs 3] [--write]
// What people wait for, beside the peers, in one run: each line says what was measured, the target, and whether it is met.
// FOLDER holds mnist20k_X.npy, mnist20k_map.npy, mnist70k_X.npy, mnist70k_map.npy (digits with a map of each) and kidney.h5ad (259 regions x
// 13,618 genes), pbmc3k_X.npy, pbmc3k_map.npy; a line whose file is missing says so. `long` is what takes minutes a run: the parts
// are run once each (`--runs 1` there), `millionall` may take half an hour. Peers without a target are in a table of their own. Results are checked: modules found, recall, trustworthiness, divergence.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareNeighborhoods, continuity, trustworthiness } from 'whymap/trust';
import { createRandom } from '../dist/core/random.js';
import { chooseEngine } from '../dist/engine/choose.js';
import { createWasmEngine } from '../dist/engine/wasm/engine.js';
import { compareEmbeddings, rowsOf } from './compare-embeddings.mjs';
import { madeTable } from './data.mjs';
import { growth } from './growth.mjs';
import { folder, machine, peer, table, writeNpy, writeSection } from './measure.mjs';
import { hotspotTable, torchdrTable, zaduTable } from './peer-tables.mjs';
import { peerVersions } from './peers/environment.mjs';
import { readFeatures } from './read.mjs';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '.' },
    set: { type: 'string', default: 'quick' },
    only: { type: 'string' },
    runs: { type: 'string', default: '3' },
    write: { type: 'boolean', default: false },
  },
});
const SETS = {
  quick: 'help,digits,kidney,wide,neighbors,umap10,umap20,umap60,tsne10,trust,engines,growth,zadu,hotspot',
  long: 'tsne70,million,torchdr,millionall',
};
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

/**
 * The same stages as lines: processor over wall seconds on two threads, and how many times two threads' speed eight would have, were all
 * but the calling thread's time shared out.
 */
function useLines(what, list) {
  const chosen = list.find(({ wall }) => wall === middle(list, 'wall'));
  const long = Object.entries(chosen.stages).filter(([name, { wall }]) => name !== 'all' && wall > 1);
  const least = long.reduce((a, b) => (b[1].cpu / b[1].wall < a[1].cpu / a[1].wall ? b : a), long[0]);
  const all = chosen.stages.all;
  const on = (threads) => all.main + (all.cpu - all.main) / threads;
  if (!least) return [];
  const used = least[1].cpu / least[1].wall;
  return [
    row(
      `${what}: use of two threads in stages of over a second`,
      `at least ${two(used)} (${least[0]}); eight threads ${two(on(2) / on(8))} times as fast as two by the serial share`,
      '1.8',
      used >= 1.8,
    ),
  ];
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
    const alone = explained(given[0], '-e', given[1], '--image', '28x28', '-m', '16', '--trust', 'no');
    const [tested, found] = [stage(alone, 'significance'), lava];
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
        'significance (without trust, which goes on beside it)',
        `${one(tested)} s`,
        `half of finding the modules, ${one(found)} s`,
        tested <= found / 2,
      ),
      ...useLines('MNIST 20k', ours),
      row('outputs', `${one(stage(ours, 'writing'))} s`, '1.5 s', stage(ours, 'writing') <= 1.5),
    ];
  },
  kidney() {
    const ours = explained(file('kidney.h5ad'));
    notes.push(`Kidney, processor over wall: ${use(ours)}.`);
    const wall = middle(ours, 'wall');
    return [row('259 x 13,618, defaults', `${one(wall)} s`, '25 s', wall < 25), ...useLines('Kidney', ours)];
  },
  wide() {
    const { features, map } = madeTable(120_000, 100, 1);
    const ours = explained(writeNpy('wide.npy', features), '-e', writeNpy('wide-map.npy', map));
    notes.push(`120,000 x 100, processor over wall: ${use(ours)}.`);
    const wall = middle(ours, 'wall');
    return [row('120,000 x 100', `${one(wall)} s`, '20 s', wall < 20), ...useLines('120,000 x 100', ours)];
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
  umap60: () => mapped('umap', file('mnist70k_X.npy'), 60_000, 3),
  tsne10: () => mapped('tsne', null, 10_000, 2),
  tsne70: () => mapped('tsne', file('mnist70k_X.npy'), 70_000, 2),
  million: () => million('500', 180, 1.5),
  millionall: () => million('all', 1500, 4),
  engines: bothEngines,
  growth: () => grown([10_000, 30_000, 100_000, 300_000]),
  trust: trusted,
};

/** Trust of 70,000 digits: neighborhoods on both engines, and the whole audit by the command line. */
async function trusted() {
  const { features, map: embedding } = await tableOf('mnist70k');
  const measured = [];
  const values = new Set();
  for (const name of ['wasm', 'native']) {
    const { engine } = await chooseEngine({ engine: name, threads: 2 });
    const walls = [];
    for (let turn = 0; turn < runs; turn++) {
      const start = performance.now();
      const found = await compareNeighborhoods({ features, embedding }, { k: 15 }, { engine });
      values.add(`${trustworthiness(found).value}, ${continuity(found).value}`);
      walls.push((performance.now() - start) / 1000);
    }
    await engine.close();
    measured.push(median(walls));
  }
  if (values.size !== 1) throw new Error(`engines disagree: ${[...values].join('; ')}`);
  const [wasm, native] = measured;
  const args = [file('mnist70k_X.npy'), '-e', file('mnist70k_map.npy'), '--quiet', '--threads', '2'];
  const audit = run('audit', ...args, '-o', join(folder, `audit-${process.hrtime.bigint()}`));
  notes.push(`The whole audit of 70,000 digits, all pairs of samples among it: ${one(audit)} s (once).`);
  const what = 'trust 70k x 784, digits: trustworthiness and continuity, exact';
  return [row(what, `wasm ${one(wasm)} s, native ${one(native)} s`, '25 s', Math.max(wasm, native) < 25)];
}

/** The million samples of million.mjs, with so many features kept; the peak is that of the process. */
function million(kept, seconds, gib) {
  const started = performance.now();
  const given = kept === 'all' ? ['--max-features', 'all'] : ['--max-features', kept];
  const script = join(import.meta.dirname, 'million.mjs');
  const input = ['--file', join(values.data, 'million.h5ad')];
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...input, ...given], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(stderr);
  const peak = Number(/peak memory ([\d.]+) GiB/.exec(stdout)[1]);
  const wall = [...stdout.matchAll(/^\| [a-z ]+ \| ([\d.]+) \|$/gm)].reduce((sum, [, s]) => sum + +s, 0);
  notes.push(
    `A million samples, ${kept} features, ${one((performance.now() - started) / 1000)} s with making the file:\n\n${stdout}`,
  );
  const met = wall < seconds && peak < gib;
  return [
    row(
      `1,000,000 x 2,000, ${kept} features`,
      `${one(wall)} s, ${two(peak)} GiB`,
      `${seconds} s, ${gib} GiB`,
      met,
    ),
  ];
}

/** Growth of processor time from the first to the last size: the exponent of a power. */
async function grown(sizes) {
  const { text, points } = await growth(sizes);
  notes.push(text);
  const [first, last] = [points[0], points.at(-1)];
  return ['neighbors', 'lava'].map((name) => {
    const power = Math.log(last[name].cpu / first[name].cpu) / Math.log(last.rows / first.rows);
    const range = `${first.rows} to ${last.rows} samples`;
    return row(`growth of ${name}, ${range}`, `rows^${two(power)}`, 'rows^1.15', power <= 1.15);
  });
}

/** Both engines on neighbors of digits, exact: wasm may take three times as long as native. */
async function bothEngines() {
  const features = await readFeatures(file('mnist20k_X.npy'));
  const seconds = {};
  for (const name of ['native', 'wasm']) {
    const { engine } = await chooseEngine({ engine: name, threads: 2 });
    const walls = [];
    for (let turn = 0; turn < runs; turn++) {
      const start = performance.now();
      await engine.nearest(features, features, { k: 15, metric: 'euclidean', excludeSelf: true });
      walls.push((performance.now() - start) / 1000);
    }
    await engine.close();
    seconds[name] = median(walls);
  }
  const { native, wasm } = seconds;
  return [
    row(
      'exact neighbors 20k x 784, wasm beside native',
      `${two(wasm)} s, ${two(native)} s`,
      '3 times',
      wasm <= 3 * native,
    ),
  ];
}

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

/** A table of features and a map of the data folder. */
async function tableOf(name) {
  const [features, map] = await Promise.all(
    ['X', 'map'].map((part) => readFeatures(file(`${name}_${part}.npy`))),
  );
  return { features, map };
}

/** Peers that no target names: what, ours, theirs, times as fast, results. */
const PEERS = {
  zadu: async () => zaduTable(await tableOf('pbmc3k'), runs),
  hotspot: async () => hotspotTable(await tableOf('pbmc3k'), runs, 500),
  torchdr: async () => torchdrTable(await rowsOf(file('mnist20k_X.npy'), 3000), 500),
};

const lines = [];
const others = [];
for (const name of (values.only ?? SETS[values.set]).split(',')) {
  const started = performance.now();
  try {
    if (name in PEERS) others.push(...(await PEERS[name]()));
    else lines.push(...(await LINES[name]()));
    console.error(`${name}: ${one((performance.now() - started) / 1000)} s`);
  } catch (error) {
    lines.push([name, `not measured: ${String(error.message).trim().split('\n').at(-1)}`, '', '']);
  }
}
const head = `${machine()}. Peers: ${peerVersions()}. Medians of ${runs}, two threads.`;
const beside = ['what', 'whymap', 'peer', 'times as fast', 'results'];
const text = [
  head,
  table(['what', 'measured', 'target', ''], lines),
  ...(others.length > 0 ? [table(beside, others)] : []),
  ...notes,
].join('\n\n');
console.log(text);
if (values.write) writeSection(join(import.meta.dirname, 'RESULTS.md'), 'Targets', text);
