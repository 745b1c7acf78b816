// UMAP beside umap-learn (2 threads, unseeded, its fastest) and t-SNE beside openTSNE (FIt-SNE), neighbors and start
// included, in turns. Both maps are judged by the same trustworthiness (k = 15, on 2,000 sampled rows), t-SNE also by each
// program's divergence.
import { join } from 'node:path';
import { embed, tableOf } from '../dist/dr/index.js';
import { chooseEngine } from '../dist/engine/choose.js';
import { madeTable } from './data.mjs';
import { cpuSeconds, folder, peer, writeNpy } from './measure.mjs';
import { readFeatures } from './read.mjs';

const K = 15;
const MOST_ASKED = 2000;

/** The file's rows, or made ones of 50 columns. A table shorter than asked comes again with a little noise. */
export async function rowsOf(file, count) {
  const all = file ? await readFeatures(file) : madeTable(count ?? 10_000, 50).features;
  const rows = count ?? all.rows;
  const { columns } = all;
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

/**
 * Runs both programs in turns; for each run of either wall, cpu, peak, trust and loss. No peer gives an empty list.
 * @param name of the peer in peers/embed.py.
 */
export async function compareEmbeddings(
  method,
  features,
  runs,
  steps,
  name = method === 'umap' ? 'umap2' : 'opentsne',
) {
  const input = writeNpy('rows.npy', features);
  const output = join(folder, 'map.npy');
  const script = join(import.meta.dirname, 'peers', 'embed.py');
  const { engine } = await chooseEngine({ threads: 2 });
  const ours = [];
  const theirs = [];
  for (let run = 0; run < runs; run++) {
    const cpu = cpuSeconds();
    const begin = performance.now();
    const options = { method, ...(steps && { steps }) };
    const result = await embed(tableOf(features), options, { engine, seed: run });
    const wall = (performance.now() - begin) / 1000;
    const peak = process.resourceUsage().maxRSS * 1024;
    const used = cpuSeconds() - cpu;
    const judged = await trust(engine, features, result.embedding.coordinates);
    ours.push({ wall, cpu: used, peak, trust: judged, loss: result.losses.at(-1) ?? null });
    const found = peer(script, name, input, output, ...(steps ? [steps] : []));
    if (found) theirs.push({ ...found, trust: await trust(engine, features, await readFeatures(output)) });
  }
  await engine.close();
  return { ours, theirs };
}
