/**
 * One setting of DK-LLE for all data: chosen on development sets, then tried unchanged on others, against UMAP with other
 * seeds, by two one-sided tests (equivalence-test.ts).
 *
 * The setting is `weightSum`, the part of a sample that its neighbors explain. The choice is made by rule: the largest sum,
 * which is nearest to LLE, that is equivalent on every development set. It is the default of `embed`, with which all other
 * sets are tried.
 */

import { createRandom } from '../../core/random.js';
import { type EmbedOptions, embed, tableOf } from '../../dr/index.js';
import { dkLleDefaults } from '../../dr/methods/dk-lle.js';
import type { Neighbors } from '../../model.js';
import type { StudyResult } from '../report.js';
import type { Study, StudyInput } from '../study.js';
import { loadData, type StudyData } from './datasets.js';
import { type Equivalence, equivalenceTest } from './equivalence-test.js';
import { mapNeighbors, NEIGHBORHOOD } from './measures.js';

/** UMAP counts the sample itself, DK-LLE does not: the same neighbors for both. */
const UMAP_NEIGHBORS = 15;
const OTHERS = UMAP_NEIGHBORS - 1;
/** Sums tried on the development sets; the last stands for W'W left out. */
const SUMS: readonly number[] = [1, 0.5, 0.25, 0.125, 0.001];
const DEVELOPMENT: readonly string[] = ['mnist', 'pbmc68k'];
/** Seeds of UMAP's maps, and how far those of DK-LLE's are from them. */
const APART = 1000;
/** Fewer maps have no spread. */
const LEAST_MAPS = 3;

export const equivalenceStudy: Study = {
  summary: 'One DK-LLE setting for all data, tested for equivalence with UMAP under other seeds',
  defaults: { rows: 1000, repeats: 10, sets: ['fashion', 'roll'] },
  run,
};

interface Trial {
  readonly name: string;
  readonly samples: number;
  readonly sum: number;
  readonly development: boolean;
  readonly found: Equivalence;
}

/** Runs the study: development sets with every sum, others with the default. */
async function run(input: StudyInput): Promise<StudyResult> {
  const trials: Trial[] = [];
  for (const name of input.sets) {
    const development = DEVELOPMENT.includes(name);
    const data = await loadData(name, input.data, input.rows);
    const sums = development ? SUMS : [dkLleDefaults.weightSum];
    trials.push(...(await trialsOf(data, sums, development, input)));
  }
  return resultOf(input, trials);
}

/** UMAP's maps of a data set against those of DK-LLE with each sum. */
async function trialsOf(
  data: StudyData,
  sums: readonly number[],
  development: boolean,
  input: StudyInput,
): Promise<Trial[]> {
  const { features } = data;
  const options = { k: OTHERS, metric: 'euclidean', excludeSelf: true } as const;
  const neighbors = await input.context.engine.nearest(features, features, options);
  const maps = (settings: EmbedOptions, first: number) =>
    mapsOf(data, { ...settings, neighbors }, first, input);
  const umap = await maps({ method: 'umap', nNeighbors: UMAP_NEIGHBORS }, input.seed);
  const trials: Trial[] = [];
  for (const sum of sums) {
    const settings = { method: 'dk-lle', nNeighbors: OTHERS, weightSum: sum } as const;
    const found = equivalenceTest(umap, await maps(settings, input.seed + APART));
    trials.push({ name: data.name, samples: features.rows, sum, development, found });
  }
  return trials;
}

/** Neighbors on the maps of a method with seeds from `first` on. */
async function mapsOf(
  data: StudyData,
  options: EmbedOptions,
  first: number,
  { context, repeats }: StudyInput,
): Promise<Neighbors[]> {
  const maps: Neighbors[] = [];
  for (let r = 0; r < Math.max(LEAST_MAPS, repeats); r++) {
    const random = createRandom(first + r);
    const { values } = await embed(tableOf(data.features, data.name), options, { ...context, random });
    maps.push(await mapNeighbors(values, 2, context));
  }
  return maps;
}

/** The largest sum that is equivalent on every development set, which is nearest to LLE; null where none is. */
function chosenSum(trials: readonly Trial[]): number | null {
  const tried = trials.filter(({ development }) => development);
  const passes = (sum: number) =>
    tried.every((trial) => trial.sum !== sum || trial.found.verdict === 'equivalent');
  return tried.length === 0 ? null : (SUMS.find(passes) ?? null);
}

/** The text, tables and settings of the report. */
function resultOf(input: StudyInput, trials: readonly Trial[]): StudyResult {
  const repeats = Math.max(LEAST_MAPS, input.repeats);
  const chosen = chosenSum(trials);
  const developed = trials.some(({ development }) => development);
  const { weightSum } = dkLleDefaults;
  return {
    title: 'One setting of DK-LLE against UMAP',
    text: [
      `Overlap is the share of the ${NEIGHBORHOOD} nearest neighbors that two maps have in common: of UMAP with UMAP over all pairs of ${repeats} seeds, of UMAP with DK-LLE over all pairs of these and ${repeats} other seeds. Two one-sided tests (t, jackknife over maps): the difference of the means is within twice the standard deviation of UMAP with UMAP. Equivalent where the larger p is at most 0.05; below or above where the difference is beyond the margin at that level.`,
      `The default of \`weightSum\` is ${weightSum}.${developed ? ` By rule (the largest that is equivalent on every development set run here) it is ${chosen ?? 'none of those tried'}.` : ''} Other sets are tried with the default alone.`,
    ],
    tables: [
      {
        name: 'ardr-equivalence',
        title: 'DK-LLE against UMAP with other seeds',
        header: [
          ...['data', 'samples', 'weightSum', 'role', 'UMAP with UMAP', 'least', 'most', 'UMAP with DK-LLE'],
          ...['difference', 'standard error', 'margin', 'p', 'verdict'],
        ],
        rows: trials.map(({ name, samples, sum, development, found }) => [
          ...[name, samples, sum, development ? 'development' : 'test'],
          ...[found.within, found.least, found.most, found.between],
          ...[found.difference, found.error, found.margin, found.p, found.verdict],
        ]),
      },
    ],
    figures: [],
    settings: {
      ...{ seed: input.seed, apart: APART, repeats, sums: SUMS, chosen, weightSum },
      nNeighbors: UMAP_NEIGHBORS,
    },
  };
}
