/**
 * Claim 3 of arXiv 2306.11898: with a small change LLE reproduces UMAP's embeddings (double-kernel LLE). DK-LLE,
 * its variants and controls against UMAP, each beside UMAP with other seeds: the noise floor against which
 * "indistinguishable" is judged. And each method's objective at the other's embedding.
 */

import { createRandom } from '../../core/random.js';
import { alignmentMatrix } from '../../dr/affinities/alignment.js';
import { fitCurve } from '../../dr/affinities/curve-parameters.js';
import { bandwidths, fuzzyUnion, memberships } from '../../dr/affinities/fuzzy-simplicial-set.js';
import { type EmbedOptions, embed, tableOf } from '../../dr/index.js';
import { effectiveRepulsion, type RepulsionWeight, umapLaw } from '../../dr/laws/umap.js';
import { entropicWeights, positivePart, saturated } from '../../dr/methods/dk-lle.js';
import type { Context } from '../../engine/context.js';

import { WhymapError } from '../../errors.js';
import type { Csr } from '../../model.js';
import { type MapPanel, mapPanels } from '../charts.js';
import type { StudyResult } from '../report.js';
import type { Study, StudyInput } from '../study.js';
import { loadData, type StudyData } from './datasets.js';
import { type Comparison, compare, mapNeighbors, NEIGHBORHOOD } from './measures.js';

/** UMAP counts the sample itself, the others do not: the same neighbors for all. */
const UMAP_NEIGHBORS = 15;
const OTHERS = UMAP_NEIGHBORS - 1;
/** Samples of a panel of a figure, at most; maps of more are drawn by every second, third... sample. */
const MOST_DRAWN = 1000;

const variants: readonly [string, EmbedOptions][] = [
  ['DK-LLE, entropic weights', { method: 'dk-lle', nNeighbors: OTHERS, weightSum: 1 }],
  ['DK-LLE, entropic, summing to 1/2', { method: 'dk-lle', nNeighbors: OTHERS, weightSum: 0.5 }],
  ['DK-LLE, entropic, summing to 1/4', { method: 'dk-lle', nNeighbors: OTHERS, weightSum: 0.25 }],
  ['DK-LLE, non-negative, Gaussian kernel', { method: 'dk-lle', nNeighbors: OTHERS, weights: 'nonnegative' }],
  [
    'DK-LLE, non-negative, linear kernel',
    { method: 'dk-lle', nNeighbors: OTHERS, weights: 'nonnegative', inputKernel: 'linear' },
  ],
  [
    'DK-LLE, signed, linear kernel',
    { method: 'dk-lle', nNeighbors: OTHERS, weights: 'signed', inputKernel: 'linear', regularization: 1e-3 },
  ],
  ['LLE', { method: 'lle', nNeighbors: OTHERS }],
  ['PCA', { method: 'pca' }],
];

export const lleStudy: Study = {
  summary: 'Double-kernel LLE against UMAP, beside UMAP with another seed',
  defaults: { rows: 1000, repeats: 3, sets: ['roll', 'fashion'] },
  run,
};

interface Measured {
  readonly label: string;
  readonly runs: readonly Comparison[];
  readonly values: Float64Array | null;
  readonly note: string;
}

/** The context with another seed. */
const seeded = (context: Context, seed: number): Context => ({ ...context, random: createRandom(seed) });

/** Coordinates of a data set by a method and seed. */
async function coordinates(data: StudyData, options: EmbedOptions, context: Context, seed: number) {
  return (await embed(tableOf(data.features, data.name), options, seeded(context, seed))).values;
}

/** A random method's runs over seeds, a fixed one's single run. */
async function measure(
  label: string,
  options: EmbedOptions,
  seeds: readonly number[],
  setup: { data: StudyData; reference: Parameters<typeof compare>[1]; context: Context },
): Promise<Measured> {
  const { data, reference, context } = setup;
  const runs: Comparison[] = [];
  let values: Float64Array | null = null;
  try {
    for (const seed of seeds) {
      const made = await coordinates(data, options, context, seed);
      values ??= made;
      runs.push(await compare(made, reference, data, context));
    }
  } catch (error) {
    if (!(error instanceof WhymapError) || error.code === 'cancelled') throw error;
    return { label, runs: [], values: null, note: error.got };
  }
  return { label, runs, values, note: '' };
}

/** Mean of a figure over runs; null where no run has it. */
function mean(runs: readonly Comparison[], pick: (c: Comparison) => number | null): number | null {
  const kept = runs.map(pick).filter((value): value is number => value !== null);
  return kept.length > 0 ? kept.reduce((sum, value) => sum + value, 0) / kept.length : null;
}

/** Within: the mean overlap is not below the least overlap that UMAP reaches with another seed. */
function verdict(measured: Measured, floor: number): string {
  const value = mean(measured.runs, (c) => c.overlap);
  if (value === null) return measured.note;
  return value >= floor ? 'within UMAP' : `${(floor - value).toFixed(3)} below`;
}

type TableRows = (string | number | null)[][];

/** Runs the study on all data sets. */
async function run(input: StudyInput): Promise<StudyResult> {
  const rows: TableRows = [];
  const crossRows: TableRows = [];
  const figures = [];
  for (const name of input.sets) {
    const data = await loadData(name, input.data, input.rows);
    const { all, floor } = await measureAll(data, input);
    for (const measured of all) rows.push(tableRow(data, measured, floor));
    crossRows.push(...(await crossObjectives(data, all, input.context)));
    figures.push({ name: `ardr-lle-${name}`, svg: mapPanels(panelsOf(data, all), 4) });
  }
  return { ...reportOf(input, rows, crossRows), figures };
}

/**
 * UMAP with the seed of the study, with other seeds, and all variants, each compared with the first.
 * @returns `floor`: the least overlap that UMAP with another seed reaches.
 */
async function measureAll(data: StudyData, input: StudyInput): Promise<{ all: Measured[]; floor: number }> {
  const { context } = input;
  const umap: EmbedOptions = { method: 'umap', nNeighbors: UMAP_NEIGHBORS };
  const first = await coordinates(data, umap, context, input.seed);
  const reference = { values: first, neighbors: await mapNeighbors(first, 2, context) };
  const setup = { data, reference, context };
  // no map has the seed of the one that it is compared with: the same draws would make it nearer than it is
  const seeds = Array.from({ length: input.repeats }, (_, r) => input.seed + 1000 + r);
  const firstRun: Measured = {
    label: 'UMAP',
    runs: [await compare(first, reference, data, context)],
    values: first,
    note: '',
  };
  const noise = await measure('UMAP, other seeds', umap, seeds, setup);
  const floor = Math.min(...noise.runs.map((c) => c.overlap));
  const all = [firstRun, noise];
  for (const [label, options] of variants) {
    const fixed = options.method === 'pca' || options.method === 'lle';
    all.push(await measure(label, options, fixed ? seeds.slice(0, 1) : seeds, setup));
  }
  return { all, floor };
}

/** The text, tables and settings of the report. */
function reportOf(input: StudyInput, rows: TableRows, crossRows: TableRows): Omit<StudyResult, 'figures'> {
  return {
    title: 'Double-kernel LLE against UMAP',
    text: [
      'Claim (arXiv 2306.11898): with a small change LLE reproduces UMAP, "indistinguishably" in the later version. Our double-kernel LLE is a reconstruction: the papers\' own form is not public.',
      `Overlap is the share of the ${NEIGHBORHOOD} nearest neighbors shared with one UMAP run (seed ${input.seed}); "within UMAP" says that the mean overlap is not below the least one that UMAP reaches with other seeds. Procrustes distance is after rotation and scale. Means over ${input.repeats} seeds from ${input.seed + 1000}, the same for all. Figures draw at most ${MOST_DRAWN} samples of a set, evenly taken, and the first seed.`,
      "The second table puts each embedding into each method's objective, UMAP's effective one (what negative sampling does in expectation): 0 is the value at its own method's embedding, 1 the value at PCA scaled to the same spread.",
    ],
    tables: [
      {
        name: 'ardr-lle',
        title: 'Maps against UMAP',
        header: [
          'data',
          'samples',
          'map',
          'overlap',
          'least',
          'most',
          'trustworthiness',
          'label accuracy',
          'Procrustes',
          'verdict',
        ],
        rows,
      },
      {
        name: 'ardr-lle-objectives',
        title: "Each method's objective at the other's embedding",
        header: ['data', 'objective', 'at UMAP', 'at UMAP, other seed', 'at DK-LLE', 'at PCA'],
        rows: crossRows,
      },
    ],
    settings: {
      reference: input.seed,
      seed: input.seed + 1000,
      repeats: input.repeats,
      nNeighbors: UMAP_NEIGHBORS,
      neighborhood: NEIGHBORHOOD,
      variants,
    },
  };
}

/** One row of the table of maps. */
function tableRow(data: StudyData, measured: Measured, floor: number): (string | number | null)[] {
  const overlaps = measured.runs.map((c) => c.overlap);
  return [
    data.name,
    data.features.rows,
    measured.label,
    mean(measured.runs, (c) => c.overlap),
    overlaps.length > 0 ? Math.min(...overlaps) : null,
    overlaps.length > 0 ? Math.max(...overlaps) : null,
    mean(measured.runs, (c) => c.trustworthiness),
    mean(measured.runs, (c) => c.labelAccuracy),
    mean(measured.runs, (c) => c.procrustes),
    measured.label.startsWith('UMAP') ? '' : verdict(measured, floor),
  ];
}

/** The maps as panels of a figure. */
function panelsOf(data: StudyData, all: readonly Measured[]): MapPanel[] {
  const every = Math.ceil(data.features.rows / MOST_DRAWN);
  const drawn = (row: number): boolean => row % every === 0;
  const groups = data.shades.filter((_, row) => drawn(row));
  const { coloring } = data;
  return all.flatMap(({ label: title, values }) =>
    values ? [{ title, values: values.filter((_, at) => drawn(at >> 1)), groups, coloring }] : [],
  );
}

/** Losses of UMAP's effective objective over two graphs, each relative to its own method and to PCA. */
async function crossObjectives(data: StudyData, all: readonly Measured[], context: Context) {
  const rows: (string | number | null)[][] = [];
  const find = (label: string) => all.find((measured) => measured.label === label)?.values ?? null;
  const maps = ['UMAP', 'UMAP, other seeds', 'DK-LLE, entropic weights', 'PCA'].map(find);
  const [umap, , dkLle, pca] = maps;
  if (!umap || !dkLle || !pca) return rows;
  const { fuzzy, alignment } = await graphs(data, context);
  const curve = fitCurve(1, 0.1);
  for (const [label, graph, optimum] of [
    ["UMAP's", fuzzy, umap],
    ["DK-LLE's", alignment, dkLle],
  ] as const) {
    const weight: RepulsionWeight = effectiveRepulsion(graph, 5);
    const law = umapLaw(graph, curve, weight);
    const loss = (y: Float64Array) => law.forces(y, 2, new Float64Array(y.length));
    const least = loss(optimum);
    const most = loss(spreadAs(pca, optimum));
    rows.push([
      data.name,
      label,
      ...maps.map((y) =>
        y ? (loss(y === pca ? spreadAs(pca, optimum) : y) - least) / (most - least) : null,
      ),
    ]);
  }
  return rows;
}

/** An embedding scaled to the standard deviation of another. */
function spreadAs(y: Float64Array, other: Float64Array): Float64Array {
  const factor = Math.sqrt(variance(other) / variance(y));
  return y.map((value) => value * factor);
}

/** Sum of squares around the means of both dimensions. */
function variance(y: Float64Array): number {
  const means = [0, 1].map(
    (k) => y.reduce((sum, value, at) => (at % 2 === k ? sum + value : sum), 0) / (y.length / 2),
  );
  return y.reduce((sum, value, at) => sum + (value - means[at % 2]) ** 2, 0);
}

/** UMAP's fuzzy graph and DK-LLE's alignment graph over the same neighbors. */
async function graphs(data: StudyData, context: Context): Promise<{ fuzzy: Csr; alignment: Csr }> {
  const options = { k: OTHERS, metric: 'euclidean', excludeSelf: true } as const;
  const near = await context.engine.nearest(data.features, data.features, options);
  const fuzzy = fuzzyUnion(near, memberships(near, bandwidths(near, 1)), 1);
  const positive = positivePart(alignmentMatrix(near, entropicWeights(near)));
  return { fuzzy, alignment: saturated(positive, { weightSum: 1, nNeighbors: OTHERS }) };
}
