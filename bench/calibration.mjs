// node bench/calibration.mjs [--sets 400] [--seeds 20] [--plot FILE.svg]
// Is significance calibrated? (1) On sets without structure, and on maps in random order, one module of a fit to two thirds of the
// samples is tested on the third that was held out: its p-values must be uniform (Kolmogorov-Smirnov, one a set, both tests;
// in random order only the second has a true null). (2) `explain` on as many seeds of both: how many have a significant module.
// Ends with 1 where a test of uniformity has p below 0.01 or a seed has a finding.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createContext, explain } from 'whymap';
import { createRandom, permutation } from '../dist/core/random.js';
import { fitOthers, testPart } from '../dist/lava/evaluate/held-out-part.js';
import { splitSamples } from '../dist/lava/evaluate/holdout.js';
import { denseCovering } from '../dist/lava/localities/dense-covering.js';
import { locate } from '../dist/lava/localities/localities.js';
import { plantModules } from '../dist/reproduce/lava/planted.js';
import { calibrationPlot } from './calibration-plot.mjs';
import { machine, table } from './measure.mjs';

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: '400' },
    seeds: { type: 'string', default: '20' },
    plot: { type: 'string' },
  },
});
const unwatched = { checkpoint: async () => {}, progress: () => {} };
const DRAWS = 199;
const MODULES = 5;

const noise = (seed, samples) => plantModules({ seed, correlation: 0, shift: 0, samples, features: 60 });

/** Planted modules on a map whose rows are in random order. */
function shuffled(seed, samples) {
  const planted = plantModules({ seed, correlation: 0.5, samples, features: 60 });
  const { data, ...shape } = planted.embedding.coordinates;
  const order = permutation(shape.rows, createRandom(seed, 'shuffled map'));
  const moved = Float32Array.from(data, (_, i) => data[2 * order[i >> 1] + (i & 1)]);
  return { ...planted, embedding: { ...planted.embedding, coordinates: { ...shape, data: moved } } };
}

/** The p of both tests for a module drawn among those fitted to two thirds of the samples, on the third held out. */
async function pOf({ table: data, embedding }, seed, context) {
  const localities = await locate(embedding, { localitySize: 45, evaluations: 0 }, context, data.features);
  const dense = await denseCovering(embedding, localities, context.engine, unwatched);
  const random = createRandom(seed, 'calibration');
  const split = splitSamples(localities.order, 2 / 3, random.stream('split'));
  const input = { table: data, embedding, localities, dense, modules: { count: MODULES } };
  const fit = await fitOthers(input, split, {}, context, unwatched);
  // each module is its own match, so all are tested, whether another fit would give them again or not
  const plan = { split, draws: DRAWS, level: 0.005, awaited: [], random };
  const found = await testPart(
    { ...input, modules: fit.again },
    fit,
    plan,
    { measure: 'pearson' },
    context,
    unwatched,
  );
  const { real, local } = found[random.stream('module').below(found.length)];
  return { real: real.p, local: local.p };
}

/** Kolmogorov-Smirnov against the uniform distribution on 1 / (1 + draws) to 1: largest distance and p. */
function uniformity(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const n = sorted.length;
  let distance = 0;
  sorted.forEach((p, i) => {
    // a p can only be a multiple of the step: the distribution is compared where it jumps
    if (i + 1 === n || sorted[i + 1] > p) distance = Math.max(distance, Math.abs((i + 1) / n - p));
  });
  const t = (Math.sqrt(n) + 0.12 + 0.11 / Math.sqrt(n)) * distance;
  let p = 0;
  for (let k = 1; k < 100; k++) p += 2 * (-1) ** (k - 1) * Math.exp(-2 * k * k * t * t);
  return { distance, p: t < 0.2 ? 1 : Math.min(1, Math.max(0, p)) };
}

const share = (list, most) => list.filter((p) => p <= most).length / list.length;
const context = await createContext({ threads: 2 });
const quiet = { ...context, onProgress: undefined };
const lines = [];
const curves = [];
const failed = [];
for (const [kind, make, tests] of [
  ['noise', noise, ['real', 'local']],
  ['shuffled map', shuffled, ['local']],
]) {
  const found = [];
  for (let set = 0; set < Number(values.sets); set++)
    found.push(await pOf(make(1000 + set, 400), set, quiet));
  for (const test of found.length > 0 ? tests : []) {
    const list = found.map((both) => both[test]);
    curves.push({ name: `${kind}, ${test}`, list });
    const { distance, p } = uniformity(list);
    if (p < 0.01) failed.push(`${kind}, ${test}`);
    const shares = [0.005, 0.01, 0.05, 0.1, 0.5].map((most) => share(list, most).toFixed(4));
    lines.push([kind, test, list.length, ...shares, distance.toFixed(3), p.toFixed(3)]);
    console.error(lines.at(-1).join(' | '));
  }
}
const findings = [];
for (const [kind, make] of [
  ['noise', noise],
  ['shuffled map', shuffled],
]) {
  let seeds = 0;
  for (let seed = 0; seed < Number(values.seeds); seed++) {
    const options = { localitySize: 45, overlap: 3, modules: 12, evaluations: 0, refits: 0 };
    const { descriptions } = await explain(make(seed, 700), options, {
      ...quiet,
      random: createRandom(seed),
    });
    if (descriptions.some(({ significance }) => significance?.significant)) seeds++;
  }
  if (seeds > 0) failed.push(`${kind}: ${seeds} seeds`);
  findings.push([kind, values.seeds, seeds]);
}
await context.close();
const heads = [
  'data',
  'test',
  'sets',
  ...[0.005, 0.01, 0.05, 0.1, 0.5].map((p) => `p <= ${p}`),
  'KS distance',
  'KS p',
];
console.log(
  `${machine()}\n\n${table(heads, lines)}\n\n${table(['data', 'seeds', 'with a significant module'], findings)}`,
);
if (values.plot && curves.length > 0) writeFileSync(values.plot, calibrationPlot(curves));
if (failed.length > 0) console.log(`\nNot calibrated: ${failed.join('; ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;
