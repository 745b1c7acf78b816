/** `lava-planted`: are planted modules found, located, counted and told from noise, and what do baselines find? */

import { createRandom, permutation } from '../../core/random.js';
import type { Context } from '../../engine/context.js';
import { explain } from '../../lava/explain.js';
import type { Explanation, Matrix } from '../../model.js';
import type { StudyResult } from '../report.js';
import type { Study, StudyInput } from '../study.js';
import { autocorrelationModules, globalModules, labelledByMap, perClusterModules } from './baselines.js';
import { type Planted, plantModules } from './planted.js';
import { auroc, matchModules } from './score.js';

const MODULES = 12;
const OVERLAP = 4;
const CLUSTERS = 15;
const METHODS = [
  'LAVA',
  'LAVA, stacked',
  'oracle: per true cluster',
  'per map cluster',
  'global',
  'local autocorrelation',
] as const;
const MOST_MODULES = 16;
/** Modules active in fewer samples, planted or found, are not counted. */
const LEAST_ACTIVE = 0.05;

export const plantedStudy: Study = {
  summary: 'planted modules found, located and counted, beside three baselines and an oracle; none in noise',
  defaults: { rows: 3000, repeats: 3, sets: ['0.8', '0.5', '0.35'] },
  run: runPlanted,
};

/** A locality is half of a mean cluster, whatever the number of samples. */
const localityOf = (rows: number) => ({
  localitySize: Math.max(30, Math.round(rows / 30)),
  overlap: OVERLAP,
});

/** Runs the study: recovery and counting for each correlation, then what is found in noise. */
async function runPlanted(input: StudyInput): Promise<StudyResult> {
  const recovery: (string | number)[][] = [];
  const counting: (string | number)[][] = [];
  for (const correlation of input.sets.map(Number)) {
    const found = await overSeeds(input, correlation);
    for (const [method, scores] of found.methods) recovery.push([correlation, method, ...scores.summary()]);
    counting.push([correlation, input.repeats, found.counted, found.significant, found.planted]);
  }
  const none = await noise(input);
  return {
    title: 'Planted modules',
    text: [
      `Each data set: ${input.rows} samples, 150 features, 15 clusters with shifted means, 7 modules of 8 to 14 features, each active in 2 to 5 clusters. Localities of ${localityOf(input.rows).localitySize}, overlap ${OVERLAP}, ${MODULES} modules requested of every method. \`oracle: per true cluster\` is given the true clusters, which nobody who explains a map has; \`per map cluster\`, 15 clusters by k-means over the map, is the same as it can be had. Cosine: of pair patterns, after optimal assignment, over planted modules active in at least 5% of samples. AUROC: of presence over samples.`,
      'Counted: seeds in which `--modules auto` has as many modules as were planted, or one more or fewer; on both sides those active in at least 5% of samples. Significant: planted modules whose match is called significant (real and local).',
      'Noise: seeds in which any module is called significant. `shuffled map`: planted features, the rows of the embedding in random order.',
    ],
    tables: [
      {
        name: 'recovery',
        title: 'Recovery',
        header: [
          'correlation',
          'method',
          'least cosine',
          'mean cosine',
          'below 0.9',
          'modules',
          'least AUROC',
          'mean AUROC',
        ],
        rows: recovery,
      },
      {
        name: 'counting',
        title: 'Number and significance',
        header: ['correlation', 'seeds', 'counted within one', 'significant', 'planted'],
        rows: counting,
      },
      {
        name: 'noise',
        title: 'Where there is nothing to find',
        header: ['data', 'seeds', 'seeds with a significant module'],
        rows: none,
      },
    ],
    figures: [],
    settings: { ...localityOf(input.rows), modules: MODULES, engine: input.context.engine.name },
  };
}

interface Scores {
  add(planted: Planted, loadings: Matrix, presence: Matrix | null): void;
  summary(): (string | number)[];
}

/** Collects cosines and AUROCs of planted modules over runs. */
function scoreKeeper(): Scores {
  const cosines: number[] = [];
  const areas: number[] = [];
  return {
    add(planted, loadings, presence) {
      matchModules(planted.loadings, loadings).forEach(({ found, cosine }, k) => {
        if (planted.activeShare[k] < LEAST_ACTIVE) return;
        cosines.push(cosine);
        if (presence && found >= 0) areas.push(auroc(columnOf(presence, found), columnOf(planted.active, k)));
      });
    },
    summary() {
      const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
      const below = cosines.filter((cosine) => cosine < 0.9).length;
      const least = cosines.reduce((a, b) => Math.min(a, b), 1);
      const presence = areas.length > 0 ? [Math.min(...areas), mean(areas)] : ['none given', 'none given'];
      return [least, mean(cosines), below, cosines.length, ...presence];
    },
  };
}

/** Scores of every method at one correlation, over the seeds. */
async function overSeeds({ context, seed, repeats, rows }: StudyInput, correlation: number) {
  const methods = new Map(METHODS.map((name) => [name, scoreKeeper()]));
  const locality = localityOf(rows);
  let [counted, significant, planted] = [0, 0, 0];
  for (let run = 0; run < repeats; run++) {
    const data = plantModules({ seed: seed + run, correlation, samples: rows });
    const repeat = seeded(context, seed + run);
    const found = await explain(data, { ...locality, modules: MODULES }, repeat);
    const stacked = await explain(
      data,
      { ...locality, modules: MODULES, form: 'stacked', draws: 0, refits: 0 },
      repeat,
    );
    const auto = await explain(
      data,
      { ...locality, modules: 'auto', mostModules: MOST_MODULES, draws: 0, refits: 0 },
      repeat,
    );
    const input = { ...data, modules: MODULES };
    methods.get('LAVA')?.add(data, found.modules.loadings, found.samplePresence);
    methods.get('LAVA, stacked')?.add(data, stacked.modules.loadings, stacked.samplePresence);
    methods.get('global')?.add(data, globalModules(input), null);
    methods.get('oracle: per true cluster')?.add(data, await perClusterModules(input, repeat), null);
    const mapped = { ...input, table: await labelledByMap(input, CLUSTERS, repeat) };
    methods.get('per map cluster')?.add(data, await perClusterModules(mapped, repeat), null);
    methods.get('local autocorrelation')?.add(data, autocorrelationModules(input), null);
    const active = data.activeShare.filter((share) => share >= LEAST_ACTIVE).length;
    const chosen = auto.descriptions.filter(({ presentSamples }) => presentSamples >= LEAST_ACTIVE).length;
    if (Math.abs(chosen - active) <= 1) counted++;
    planted += active;
    significant += significantMatches(data, found);
  }
  return { methods, counted, significant, planted };
}

/** How many planted modules have a match that is called significant. */
function significantMatches(data: Planted, found: Explanation): number {
  return matchModules(data.loadings, found.modules.loadings).filter(
    (match, k) =>
      data.activeShare[k] >= LEAST_ACTIVE &&
      match.cosine > 0.5 &&
      found.descriptions[match.found].significance?.significant,
  ).length;
}

/** Rows of the noise table: data without structure, seeds, and seeds with a significant module. */
async function noise({ context, seed, repeats, rows }: StudyInput): Promise<(string | number)[][]> {
  const kinds = {
    'pure noise': (runSeed: number) =>
      plantModules({ seed: runSeed, correlation: 0, shift: 0, samples: rows }),
    'shuffled map': (runSeed: number) =>
      shuffled(plantModules({ seed: runSeed, correlation: 0.5, samples: rows }), runSeed),
  };
  const result: (string | number)[][] = [];
  for (const [kind, make] of Object.entries(kinds)) {
    let seeds = 0;
    for (let run = 0; run < repeats; run++) {
      const { descriptions } = await explain(
        make(seed + run),
        { ...localityOf(rows), modules: MODULES },
        seeded(context, seed + run),
      );
      if (descriptions.some(({ significance }) => significance?.significant)) seeds++;
    }
    result.push([kind, repeats, seeds]);
  }
  return result;
}

/** The planted data with the rows of its embedding in a random order. */
function shuffled(planted: Planted, seed: number): Planted {
  const { data, ...shape } = planted.embedding.coordinates;
  const order = permutation(shape.rows, createRandom(seed, 'shuffled map'));
  const moved = Float32Array.from(data, (_, i) => data[2 * order[i >> 1] + (i & 1)]);
  return { ...planted, embedding: { ...planted.embedding, coordinates: { ...shape, data: moved } } };
}

/** The context with another seed. */
function seeded(context: Context, seed: number): Context {
  return { ...context, random: createRandom(seed) };
}

/** Column k of a matrix. */
function columnOf(m: Matrix, k: number): Float64Array {
  return Float64Array.from({ length: m.rows }, (_, r) => m.data[r * m.columns + k]);
}
