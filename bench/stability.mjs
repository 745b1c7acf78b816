// Do modules come back? Each repeat fits anew on a random part of the samples and another covering of the map:
//   node bench/stability.mjs [FOLDER] --sets mnist,pbmc3k:10,planted-0.5-1,noise-0 [--modules 8,16,32] [--share 0.9] [--repeats 4]
//   [--seed 0] [--plot calibration.svg] [--before DIST]
// FOLDER holds NAME_X.npy (samples x features) and NAME_umap.npy (samples x dimensions). Made sets need no file:
// planted-CORRELATION-SEED (7 planted modules, 12 asked) and noise-SEED. SET:M asks for M modules of that set. With a build of version
// 0.1.0 (bench/stability-before.mjs) every set has a second row, of the greedy peel on the same samples.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createContext } from 'whymap';
import { createRandom } from '../dist/core/random.js';
import { defaultLocalitySize } from '../dist/lava/localities/localities.js';
import { plantModules } from '../dist/reproduce/lava/planted.js';
import { matchModules } from '../dist/reproduce/lava/score.js';
import { calibration, calibrationChart, measureStability } from '../dist/reproduce/lava/stability-measure.js';
import { asInput } from './data.mjs';
import { readFeatures } from './read.mjs';
import { openBefore } from './stability-before.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sets: { type: 'string', default: 'planted-0.5-1,noise-0' },
    modules: { type: 'string', default: '16' },
    share: { type: 'string', default: '0.9' },
    repeats: { type: 'string', default: '4' },
    seed: { type: 'string', default: '0' },
    plot: { type: 'string' },
    before: { type: 'string' },
  },
});
const numbers = values.modules.split(',').map(Number);
const memory = 6 * 2 ** 30;
const context = await createContext({ memory });
const fitBefore = values.before ? await openBefore(resolve(values.before), memory) : undefined;

async function load(name) {
  const [kind, first, second] = name.split('-');
  if (kind === 'planted') {
    const planted = plantModules({ seed: Number(second), correlation: Number(first) });
    return { ...planted, localitySize: 100, overlap: 4, truth: planted };
  }
  if (kind === 'noise') {
    const random = createRandom(Number(first));
    const draw = (rows, columns) => ({
      rows,
      columns,
      data: Float32Array.from({ length: rows * columns }, () => random.normal()),
    });
    return asInput({ features: draw(2000, 100), map: draw(2000, 2) });
  }
  const read = (suffix) => readFeatures(`${positionals[0]}/${name}_${suffix}.npy`);
  return asInput({ features: await read('X'), map: await read('umap') });
}

/** Prints a row of the table; of a planted set the least cosine of the planted modules in each fit is in it. */
function printRow(name, modules, { mean, comeBack, least, explained, loadings, seconds }, truth) {
  const planted = loadings.map((fit) => (truth ? figure(leastPlanted(truth, fit)) : ''));
  const cells = [
    name,
    modules,
    ...[mean, comeBack, least, explained].map(figure),
    planted.join(' ').trim(),
    seconds.toFixed(1),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

/** The least matched cosine of planted modules that are active in a twentieth of the localities or more. */
function leastPlanted(truth, loadings) {
  const matched = matchModules(truth.loadings, loadings).filter((_, k) => truth.activeShare[k] >= 0.05);
  return Math.min(...matched.map(({ cosine }) => cosine));
}

const pooled = new Map();
const figure = (value) => value.toFixed(3);
console.log('| set | modules | mean | share at 0.9 | least | explained | least planted | s a fit |');
console.log('|---|---|---|---|---|---|---|---|');
for (const [name, own] of values.sets.split(',').map((set) => set.split(':'))) {
  const data = await load(name);
  const { localitySize = defaultLocalitySize(data.table.features.rows), overlap = 3, truth } = data;
  for (const modules of own ? [Number(own)] : numbers) {
    const options = {
      ...{ modules, localitySize, overlap },
      ...{ share: Number(values.share), repeats: Number(values.repeats), seed: Number(values.seed) },
    };
    const found = await measureStability(data, options, context);
    if (!truth && !name.startsWith('noise') && found.loadings.length === 4) {
      for (const { from, shown, again } of calibration(found.loadings)) {
        const before = pooled.get(from) ?? { shown: 0, again: 0 };
        pooled.set(from, { shown: before.shown + shown, again: before.again + again });
      }
    }
    printRow(name, modules, found, truth);
    if (!fitBefore) continue;
    const before = await measureStability(data, options, context, fitBefore);
    printRow(`${name}, 0.1.0`, modules, before, truth);
  }
}
console.log('\n| replication shown | modules | matched at 0.9 by a new refit |\n|---|---|---|');
for (const [from, { shown, again }] of pooled) {
  console.log(`| from ${from} | ${shown} | ${shown > 0 ? `${Math.round((100 * again) / shown)}%` : ''} |`);
}
if (values.plot) {
  const rows = [...pooled].map(([from, counts]) => ({ from, ...counts }));
  writeFileSync(values.plot, calibrationChart(rows));
}
await context.close();
