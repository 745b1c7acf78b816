// node bench/transform.mjs --features X.npy --labels Y.npy --python PYTHON [--rows 10000] [--held 2000] [--runs 3]
// New samples on a t-SNE map beside openTSNE's: the first rows make the map, those after them are placed on it. PYTHON is one
// that has openTSNE. Three ways: both by whymap, both by openTSNE, and openTSNE's map with its samples placed by whymap.
// Figures are of the held-out samples: trustworthiness (k = 15) among all samples on the map and, of labels, how many agree
// with most of the 15 nearest samples that made the map.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { embed, tableOf, transform } from 'whymap/dr';
import { chooseEngine } from '../dist/engine/choose.js';
import { cpuSeconds, folder, machine, table, writeNpy } from './measure.mjs';
import { readFeatures } from './read.mjs';

const { values } = parseArgs({
  options: {
    features: { type: 'string' },
    labels: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    rows: { type: 'string', default: '10000' },
    held: { type: 'string', default: '2000' },
    runs: { type: 'string', default: '3' },
  },
});
const K = 15;
const [rows, held] = [Number(values.rows), Number(values.held)];
const all = await readFeatures(values.features);
const labels = (await readFeatures(values.labels)).data;
const part = (from, to) => ({
  rows: to - from,
  columns: all.columns,
  data: all.data.slice(from * all.columns, to * all.columns),
});
const [old, fresh, both] = [part(0, rows), part(rows, rows + held), part(0, rows + held)];
const { engine } = await chooseEngine({ threads: 2 });

/** What a map and the samples placed on it are worth. */
async function judged(map, placed) {
  const joined = { rows: rows + held, columns: 2, data: Float32Array.from([...map.data, ...placed.data]) };
  const near = await engine.nearest(joined, placed, { k: K + 1, metric: 'euclidean', excludeSelf: false });
  const asked = Int32Array.from({ length: held }, (_, i) => rows + i);
  const others = (i) =>
    [...near.indices.subarray(i * (K + 1), (i + 1) * (K + 1))].filter((row) => row !== rows + i).slice(0, K);
  const targets = Int32Array.from([...asked.keys()].flatMap(others));
  const ranks = await engine.ranks(both, targets, { k: K, metric: 'euclidean', rows: asked });
  const excess = ranks.reduce((sum, rank) => sum + Math.max(0, rank + 1 - K), 0);
  const nearest = await engine.nearest(map, placed, { k: K, metric: 'euclidean', excludeSelf: false });
  let right = 0;
  for (let i = 0; i < held; i++) {
    const votes = new Map();
    for (const row of nearest.indices.subarray(i * K, (i + 1) * K))
      votes.set(labels[row], (votes.get(labels[row]) ?? 0) + 1);
    const [[winner]] = [...votes].sort((a, b) => b[1] - a[1]);
    if (winner === labels[rows + i]) right++;
  }
  return {
    trust: 1 - (2 * excess) / (held * K * (2 * (rows + held) - 3 * K - 1)),
    labels: right / held,
  };
}

/** The result of some work with the processor time that it took. */
async function timed(work) {
  const cpu = cpuSeconds();
  const made = await work();
  return [made, cpuSeconds() - cpu];
}

const [oldFile, newFile] = [writeNpy('old.npy', old), writeNpy('new.npy', fresh)];
const lines = [];
for (let run = 0; run < Number(values.runs); run++) {
  const ours = await embed(tableOf(old), { method: 'tsne' }, { engine, seed: run });
  const place = async (model) => (await transform(model, tableOf(fresh), { engine, seed: run })).coordinates;
  const [placed, cpu] = await timed(() => place(ours.model));
  const [mapFile, placedFile] = ['map.npy', 'placed.npy'].map((name) => join(folder, name));
  const script = join(import.meta.dirname, 'peers', 'transform.py');
  const found = JSON.parse(
    execFileSync(values.python, [script, oldFile, newFile, mapFile, placedFile, String(run)], {
      encoding: 'utf8',
    })
      .trim()
      .split('\n')
      .at(-1),
  );
  const [theirs, theirPlaced] = [await readFeatures(mapFile), await readFeatures(placedFile)];
  const mixed = await place({ ...ours.model, coordinates: Float64Array.from(theirs.data) });
  for (const [name, map, samples, seconds] of [
    ['whymap', ours.embedding.coordinates, placed, cpu],
    ['openTSNE', theirs, theirPlaced, found.transform.cpu],
    ['whymap on the map of openTSNE', theirs, mixed, null],
  ]) {
    const { trust, labels: share } = await judged(map, samples);
    lines.push([run, name, trust.toFixed(4), share.toFixed(4), seconds === null ? '' : seconds.toFixed(1)]);
    console.log(lines.at(-1).join('  '));
  }
  let apart = 0;
  for (let at = 0; at < mixed.data.length; at += 2)
    apart +=
      Math.hypot(mixed.data[at] - theirPlaced.data[at], mixed.data[at + 1] - theirPlaced.data[at + 1]) < 1
        ? 1
        : 0;
  console.log(`seed ${run}: ${apart} of ${held} within 1 of openTSNE's on the same map`);
}
console.log(machine());
console.log(
  table(['seed', 'map and placement', 'trustworthiness', 'label accuracy', 'CPU s of the placement'], lines),
);
await engine.close();
