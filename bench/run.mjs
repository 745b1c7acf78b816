// npm run bench -- [--only product,lava,neighbors,growth] [--features X.npy --embedding Y.npy] [--rows 10000,30000]
//                  [--runs 3] [--write]
// Checks each result before timing it, warms up, alternates with the peer in the same run, prints the machine.
// With --write the tables go into bench/RESULTS.md. Peers are at their newest releases, in an environment of their own
// (peers/environment.mjs); one that does not run is left out with a message.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { explain } from 'whymap';
import { createRandom } from '../dist/core/random.js';
import { createJsEngine } from '../dist/engine/js/engine.js';
import { createWasmEngine } from '../dist/engine/wasm/engine.js';
import { ceiling } from './ceiling.mjs';
import { asInput, chosenData } from './data.mjs';
import { growth } from './growth.mjs';
import { alternate, cpuSeconds, folder, machine, peer, table, writeNpy, writeSection } from './measure.mjs';
import { readFeatures } from './read.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'product,lava,neighbors,growth' },
    features: { type: 'string' },
    embedding: { type: 'string' },
    rows: { type: 'string', default: '10000,30000,100000,300000,1000000' },
    runs: { type: 'string', default: '3' },
    write: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const script = (name) => join(import.meta.dirname, 'peers', name);
const one = (number) => number.toFixed(1);
const two = (number) => number.toFixed(2);

function normalMatrix(rows, columns, seed) {
  const random = createRandom(seed);
  return { rows, columns, data: Float32Array.from({ length: rows * columns }, () => random.normal()) };
}

/**
 * The engine's product and its association stage at full support beside what WebAssembly can do at most, and NumPy's
 * product; all on one thread, the best of many short turns: on a shared machine the rest is what others took.
 */
async function product() {
  const [m, k, n] = [784, 1000, 784];
  const a = normalMatrix(m, k, 1);
  const b = normalMatrix(k, n, 2);
  const features = normalMatrix(5000, 784, 3);
  const [count, size] = [12, 200];
  const random = createRandom(4);
  const members = Int32Array.from({ length: count * size }, () => random.below(5000));
  const rules = { measure: 'pearson', form: 'debiased', support: 20, gate: 3 };
  const engine = await createWasmEngine({ shared: false });
  const small = { ...a, rows: 9, data: a.data.subarray(0, 9 * k) };
  const wanted = await createJsEngine().multiply(small, b);
  const found = await engine.multiply(small, b);
  if (found.data.some((value, i) => Math.abs(value - wanted.data[i]) > 1e-3))
    throw new Error('wrong product');
  const most = await ceiling();
  const taken = await alternate(Math.max(runs, 40), {
    ceiling: async () => most.run(),
    product: () => engine.multiply(a, b),
    associations: async () => {
      const { block } = await engine.associate(features, members, { first: 0, count, size }, rules);
      engine.release(block);
    },
  });
  await engine.close();
  const rates = {
    ceiling: most.operations / taken.ceiling.cpu.min / 1e9,
    product: (2 * m * k * n) / taken.product.cpu.min / 1e9,
    associations: (count * size * 784 * 784) / taken.associations.cpu.min / 1e9,
    numpy: peer(script('product.py'), m, k, n)?.rate,
  };
  const line = (what, rate) =>
    rate === undefined
      ? [what, 'not there', '', '']
      : [what, one(rate), ...[rates.ceiling, rates.product].map((of) => `${Math.round((100 * rate) / of)}%`)];
  return table(
    ['what', 'GFLOP per CPU second', 'of the ceiling', 'of the product'],
    [
      line('ceiling: 128-bit multiplications and additions in registers', rates.ceiling),
      line(`wasm product ${m} x ${k} x ${n}`, rates.product),
      line(`wasm associations, ${count} localities of ${size} x 784, one triangle`, rates.associations),
      line('NumPy product, one thread', rates.numpy),
    ],
  );
}

/** The whole of LAVA beside the same in NumPy, SciPy and scikit-learn. Significance is left out of both. */
async function lava() {
  const data = await chosenData(values);
  const options = { localitySize: 200, overlap: 3, modules: 16, draws: 0, refits: 0 };
  const files = [writeNpy('x.npy', data.features), writeNpy('y.npy', data.map)];
  const engine = await createWasmEngine({ threads: 2 });
  const ours = [];
  const theirs = [];
  for (let run = 0; run < runs; run++) {
    const cpu = cpuSeconds();
    const start = performance.now();
    const { modules, timings } = await explain(asInput(data), options, { engine });
    ours.push({
      wall: (performance.now() - start) / 1000,
      cpu: cpuSeconds() - cpu,
      explained: modules.explained,
      timings,
    });
    const found = peer(script('lava.py'), ...files, 200, 3, 16);
    if (!found) break;
    theirs.push(found);
  }
  await engine.close();
  const middle = (list, key) => list.map((item) => item[key]).sort((x, y) => x - y)[list.length >> 1];
  const peak = process.resourceUsage().maxRSS * 1024;
  const gib = (bytes) => two(bytes / 2 ** 30);
  const { rows, columns } = data.features;
  const stages = Object.entries(ours[0].timings).map(([stage, seconds]) => `${stage} ${one(seconds)}`);
  const lines = [
    [
      'whymap, wasm, 2 threads',
      one(middle(ours, 'wall')),
      one(middle(ours, 'cpu')),
      gib(peak),
      two(ours[0].explained),
    ],
  ];
  if (theirs.length > 0) {
    lines.push([
      'NumPy program',
      one(middle(theirs, 'total')),
      one(middle(theirs, 'cpu')),
      gib(theirs[0].peak),
      two(theirs[0].explained),
    ]);
    lines.push([
      'ratio',
      one(middle(theirs, 'total') / middle(ours, 'wall')),
      one(middle(theirs, 'cpu') / middle(ours, 'cpu')),
      '',
      '',
    ]);
  }
  const text = table(['program', 'wall s', 'CPU s', 'peak GiB', 'explained'], lines);
  return `${data.name}, ${rows} x ${columns}, n = 200, overlap 3, 16 modules; ${ours.length} runs each, medians. The peer does not tune its probes.\n\n${text}\n\nStages of the first run, wall s: ${stages.join(', ')}.`;
}

/** Descent beside pynndescent: time and recall on sampled rows. */
async function neighbors() {
  const { features, name } = await chosenData(values);
  const k = 15;
  const engine = await createWasmEngine({ threads: 2 });
  const input = writeNpy('rows.npy', features);
  const output = join(folder, 'neighbors.npy');
  const found = {};
  const work = {
    descent: () => engine.nearestApproximate(features, { k, metric: 'euclidean', random: createRandom(0) }),
    exact: () => engine.nearest(features, features, { k, metric: 'euclidean', excludeSelf: true }),
  };
  const theirs = [];
  const ours = await alternate(runs, {
    descent: async () => {
      found.descent = (await work.descent()).indices;
    },
    exact: async () => {
      found.exact = (await work.exact()).indices;
    },
    peer: () => {
      const one = peer(script('neighbors.py'), input, k, output);
      if (one) theirs.push(one);
    },
  });
  await engine.close();
  const least = (list, key) => two(Math.min(...list.map((one) => one[key])));
  const line = (program, { wall, cpu }, recall) => [program, two(wall.min), two(cpu.min), recall.toFixed(4)];
  const lines = [
    line('whymap, descent, 2 threads', ours.descent, recallOf(found.descent, found.exact, k)),
    line('whymap, exact, 2 threads', ours.exact, 1),
  ];
  if (theirs.length > 0) {
    const listed = await withoutThemselves(output, features.rows, k);
    const recall = recallOf(listed, found.exact, k).toFixed(4);
    lines.push(['pynndescent, 2 threads', least(theirs, 'wall'), least(theirs, 'cpu'), recall]);
  }
  const heading = `${name}, ${features.rows} x ${features.columns}, k = ${k}; programs in turn, the least of ${runs} runs after one that is not counted; recall over all rows.`;
  return `${heading}\n\n${table(['program', 'wall s', 'CPU s', 'recall'], lines)}`;
}

/** Share of the exact neighbors that were found, over all rows. */
function recallOf(found, exact, k) {
  let hits = 0;
  for (let i = 0; i < exact.length; i += k) {
    const own = new Set(exact.subarray(i, i + k));
    for (let n = i; n < i + k; n++) if (own.has(found[n])) hits++;
  }
  return hits / exact.length;
}

/** The peer's lists of k + 1, each row left out of its own. */
async function withoutThemselves(file, rows, k) {
  const listed = await readFeatures(file);
  const indices = new Int32Array(rows * k);
  for (let i = 0; i < rows; i++) {
    const own = [...listed.data.subarray(i * (k + 1), (i + 1) * (k + 1))].filter((j) => j !== i);
    indices.set(own.slice(0, k), i * k);
  }
  return indices;
}

const SECTIONS = {
  product: ['Products', product],
  lava: ['LAVA end to end', lava],
  neighbors: ['Neighbors', neighbors],
  growth: ['Growth', async () => (await growth(values.rows.split(',').map(Number))).text],
};
for (const name of values.only.split(',')) {
  const [heading, work] = SECTIONS[name];
  const text = `${machine()}\n\n${await work()}`;
  console.log(`## ${heading}\n\n${text}\n`);
  if (values.write) writeSection(join(import.meta.dirname, 'RESULTS.md'), heading, text);
}
