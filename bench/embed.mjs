// node bench/embed.mjs [--method umap|tsne] [--features X.npy] [--rows N] [--runs 3] [--steps N] [--write]
// UMAP beside umap-learn (2 threads, unseeded, its fastest) and t-SNE beside scikit-learn, neighbors and start included,
// in turns in one run. Checks first: both maps are judged by the same trustworthiness (k = 15, on 2,000 sampled rows),
// t-SNE also by its divergence. Without --features: 10,000 made rows of 50 columns.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { embed, tableOf } from '../dist/dr/index.js';
import { chooseEngine } from '../dist/engine/choose.js';
import { madeTable } from './data.mjs';
import { cpuSeconds, folder, machine, peer, table, writeNpy, writeSection } from './measure.mjs';
import { readFeatures } from './read.mjs';

const { values } = parseArgs({
  options: {
    method: { type: 'string', default: 'umap' },
    features: { type: 'string' },
    rows: { type: 'string' },
    runs: { type: 'string', default: '3' },
    steps: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const { method } = values;
const K = 15;
const MOST_ASKED = 2000;

async function data() {
  const all = values.features
    ? await readFeatures(values.features)
    : madeTable(Number(values.rows ?? 10_000), 50).features;
  const rows = Number(values.rows ?? all.rows);
  const { columns } = all;
  // a table shorter than asked comes again with a little noise, so that no row is twice there
  const repeated = new Float32Array(rows * columns);
  let state = 1;
  for (let at = 0; at < repeated.length; at++) {
    const copy = at >= all.data.length;
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    repeated[at] = all.data[at % all.data.length] + (copy ? 16 * ((state >>> 8) / 2 ** 24 - 0.5) : 0);
  }
  return { rows, columns, data: repeated };
}

/** Trustworthiness over sampled rows, from exact ranks. */
async function trust(engine, features, map) {
  const { rows } = features;
  const near = await engine.nearest(map, map, { k: K, metric: 'euclidean', excludeSelf: true });
  const step = Math.max(1, Math.floor(rows / MOST_ASKED));
  const asked = Int32Array.from({ length: Math.floor(rows / step) }, (_, i) => i * step);
  const targets = new Int32Array(asked.length * K);
  for (const [i, row] of asked.entries()) targets.set(near.indices.subarray(row * K, (row + 1) * K), i * K);
  const ranks = await engine.ranks(features, targets, { k: K, metric: 'euclidean', rows: asked });
  const excess = ranks.reduce((sum, rank) => sum + Math.max(0, rank + 1 - K), 0);
  return 1 - (2 * excess) / (asked.length * K * (2 * rows - 3 * K - 1));
}

const features = await data();
const input = writeNpy('rows.npy', features);
const { engine } = await chooseEngine({ threads: 2 });
const script = join(import.meta.dirname, 'peers', 'embed.py');
const steps = values.steps ? { steps: Number(values.steps) } : {};
const ours = [];
const theirs = [];
for (let run = 0; run < Number(values.runs); run++) {
  const cpu = cpuSeconds();
  const begin = performance.now();
  const result = await embed(tableOf(features), { method, ...steps }, { engine, seed: run });
  const wall = (performance.now() - begin) / 1000;
  const peak = process.resourceUsage().maxRSS * 1024;
  const used = cpuSeconds() - cpu;
  const judged = await trust(engine, features, result.embedding.coordinates);
  ours.push({ wall, cpu: used, peak, trust: judged, loss: result.losses.at(-1) ?? null });
  const output = join(folder, 'map.npy');
  const found = peer(
    script,
    method === 'umap' ? 'umap2' : 'tsne',
    input,
    output,
    ...(values.steps ? [values.steps] : []),
  );
  if (found) theirs.push({ ...found, trust: await trust(engine, features, await readFeatures(output)) });
}
await engine.close();

const least = (list, key) => Math.min(...list.map((one) => one[key]));
const middle = (list, key) => list.map((one) => one[key]).sort((a, b) => a - b)[list.length >> 1];
const line = (name, list) => [
  name,
  middle(list, 'wall').toFixed(1),
  least(list, 'wall').toFixed(1),
  least(list, 'cpu').toFixed(1),
  (list[0].peak / 2 ** 30).toFixed(2),
  list.map((one) => one.trust.toFixed(4)).join(', '),
  list.map((one) => one.loss?.toFixed(4) ?? '').join(', '),
];
const lines = [line(`whymap ${method}, 2 threads`, ours)];
if (theirs.length > 0) {
  lines.push(line(method === 'umap' ? 'umap-learn, 2 threads' : 'scikit-learn t-SNE, 2 threads', theirs));
  const ratio = (pick, key) => (pick(theirs, key) / pick(ours, key)).toFixed(2);
  lines.push(['ratio', ratio(middle, 'wall'), ratio(least, 'wall'), ratio(least, 'cpu'), '', '', '']);
}
const head = [
  'program',
  'median wall s',
  'least wall s',
  'least CPU s',
  'peak GiB',
  'trustworthiness',
  'divergence',
];
const name = values.features ? 'given features' : 'made points';
const heading = `${method === 'umap' ? 'UMAP' : 't-SNE'}, ${name}, ${features.rows} x ${features.columns}`;
const text = `${machine()}\n\n${values.runs} runs each in turns, neighbors and start included.\n\n${table(head, lines)}`;
console.log(`## ${heading}\n\n${text}\n`);
if (values.write) writeSection(join(import.meta.dirname, 'RESULTS.md'), heading, text);
