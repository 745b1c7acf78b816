// Exact trustworthiness and continuity: time and peak memory, beside scikit-learn's trustworthiness where it fits.
// Usage: node bench/trust.mjs [rows columns [sample]] [--features X.npy --embedding Y.npy] [--engine wasm]. Without files
// the data is 10 Gaussian clusters and a 2-D map of them. Before and after, the machine's ceiling (ceiling.mjs) is measured
// for a second: its best slice, and what it came to over that second, which tells how much of a core others left.
// scikit-learn is run by the Python named in PYTHON (default /usr/bin/python3) up to 10,000 rows; above, its samples x samples matrix does not fit.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareNeighborhoods, continuity, trustworthiness } from 'whymap/trust';
import { createRandom } from '../dist/core/random.js';
import { chooseEngine } from '../dist/engine/choose.js';
import { writeNpy } from '../dist/io/write.js';
import { ceiling } from './ceiling.mjs';
import { readFeatures } from './read.mjs';

const MOST_PEER_ROWS = 10_000;
const K = 15;

function clusters(rows, columns) {
  const random = createRandom(1);
  const centers = Array.from({ length: 10 * columns }, () => 3 * random.normal());
  const features = { rows, columns, data: new Float32Array(rows * columns) };
  const embedding = { rows, columns: 2, data: new Float32Array(rows * 2) };
  for (let i = 0; i < rows; i++) {
    const c = i % 10;
    const [u, v] = [random.normal(), random.normal()];
    for (let j = 0; j < columns; j++) {
      features.data[i * columns + j] = centers[c * columns + j] + random.normal() + (j % 2 ? u : v);
    }
    embedding.data.set([8 * (c % 4) + u, 8 * Math.floor(c / 4) + v], 2 * i);
  }
  return { features, embedding };
}

function peer({ features, embedding }) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-trust-'));
  for (const [name, m] of Object.entries({ features, embedding })) {
    writeFileSync(join(folder, `${name}.npy`), writeNpy(m.data, [m.rows, m.columns]));
  }
  const code = `
import numpy as np, time, resource
from sklearn.manifold import trustworthiness
X, Y = np.load('${folder}/features.npy'), np.load('${folder}/embedding.npy')
u = resource.getrusage(resource.RUSAGE_SELF); before = u.ru_utime + u.ru_stime
t = time.time(); v = trustworthiness(X, Y, n_neighbors=${K})
u = resource.getrusage(resource.RUSAGE_SELF)
print(v, time.time() - t, u.ru_utime + u.ru_stime - before, u.ru_maxrss / 1024)`;
  const { stdout, status, stderr } = spawnSync(process.env.PYTHON ?? '/usr/bin/python3', ['-c', code], {
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true });
  if (status !== 0) throw new Error(stderr);
  const [value, seconds, cpuSeconds, megabytes] = stdout.trim().split(' ').map(Number);
  return { value, seconds, cpuSeconds, megabytes };
}

/** GFLOP/s of the ceiling's kernel over a second: the best slice, and all of it. */
function ceilingNow({ run, operations }) {
  const start = performance.now();
  let best = Number.POSITIVE_INFINITY;
  let slices = 0;
  for (; performance.now() - start < 1000; slices++) {
    const begin = performance.now();
    run();
    best = Math.min(best, performance.now() - begin);
  }
  const rate = (milliseconds) => Number((operations / milliseconds / 1e6).toFixed(1));
  return { best: rate(best), overall: rate((performance.now() - start) / slices) };
}

async function measure(input, sample) {
  const { rows, columns } = input.features;
  const most = await ceiling();
  const before = ceilingNow(most);
  const { engine } = await chooseEngine({ engine: values.engine, threads: 2 });
  const started = performance.now();
  const cpu = process.cpuUsage();
  const n = await compareNeighborhoods(input, { k: K, sample }, { engine });
  const [t, c] = [trustworthiness(n), continuity(n)];
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const cpuSeconds = (user + system) / 1e6;
  await engine.close();
  const own = {
    rows,
    columns,
    sample: sample ?? null,
    engine: engine.name,
    threads: engine.threads,
    seconds,
    cpuSeconds,
    trustworthiness: t.value,
    interval: t.interval,
    continuity: c.value,
    megabytes: process.resourceUsage().maxRSS / 1024,
    ceiling: [before, ceilingNow(most)],
  };
  console.log(JSON.stringify(own));
  if (!sample && rows <= MOST_PEER_ROWS) {
    const other = peer(input);
    console.log(
      JSON.stringify({
        peer: 'scikit-learn, trustworthiness only',
        ...other,
        ratio: other.seconds / seconds,
        cpuRatio: other.cpuSeconds / cpuSeconds,
      }),
    );
  }
}

console.log(JSON.stringify({ machine: cpus()[0].model, cores: cpus().length, node: process.version, k: K }));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    features: { type: 'string' },
    embedding: { type: 'string' },
    engine: { type: 'string', default: 'auto' },
  },
});
const [rows = 10_000, columns = 784, sample] = positionals.map(Number);
const input =
  values.features && values.embedding
    ? { features: await readFeatures(values.features), embedding: await readFeatures(values.embedding) }
    : clusters(rows, columns);
await measure(input, sample);
