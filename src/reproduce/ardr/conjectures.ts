/**
 * The papers' conjectures, measured (never asserted): that UMAP is a constant-factor approximation of the DK-LLE
 * objective, and that it preserves neighborhoods under the input and the output kernel.
 *
 * Objective: tr(M K) with K_ij = 1 / (1 + |y_i - y_j|^2), compared at equal |K|_F^2 (objective.ts): each map is scaled (its
 * only freedom here) until its |K|_F^2 is that of the best map found. Best: the least over descents of the penalized
 * objective from several starts. The bound holds for every map, so the true factor lies between the two ratios. Controls: a
 * Gaussian cloud, PCA, the spectral start, and all samples at one point. Where a Gaussian cloud is within the factor too, the
 * ratio says nothing, and the verdict says so.
 * Cost for 5,000 samples: eigenvalues a minute for a set, descents a minute for a seed (penalized-law.ts).
 */

import { createRandom } from '../../core/random.js';
import { alignmentMatrix, type SparseRows } from '../../dr/affinities/alignment.js';
import { type EmbedOptions, embed, tableOf } from '../../dr/index.js';
import { entropicWeights, frobeniusScale, positivePart } from '../../dr/methods/dk-lle.js';
import { gaussian } from '../../dr/methods/initial-coordinates.js';
import { graphStart } from '../../dr/methods/umap.js';
import { type Context, watchStage } from '../../engine/context.js';
import { symmetricEigenvalues } from '../../linalg/symmetric-eigenvalues.js';
import type { Neighbors } from '../../model.js';
import { type LineChart, lineCharts } from '../charts.js';
import type { StudyResult } from '../report.js';
import type { Study, StudyInput } from '../study.js';
import { type Kernel, keptVerdict, MORE, NEAR, type RatioRow, ratioVerdict } from './conjecture-verdicts.js';
import { loadData, type StudyData } from './datasets.js';
import { descentsOf, FINALISTS, FIRST_STEPS, STEPS } from './descents.js';
import { type Kept, keptNeighborhoods, type Named } from './neighborhoods.js';
import { atNorm, spectralBound, sums } from './objective.js';

const NEIGHBORS = 15;
/** Penalties by name, as shares of the one at which the largest P / (2 lambda) is 1. */
const STRENGTHS: readonly [string, number][] = [
  ['1/256', 1 / 256],
  ['1/16', 1 / 16],
  ['1', 1],
];
/** Sizes of the neighborhoods that are compared. */
const SIZES = [5, 15, 30, 60];

export const conjecturesStudy: Study = {
  summary:
    "The papers' conjectures on the data at hand: objective ratios and kernel neighborhoods, with controls",
  defaults: { rows: 600, repeats: 3, sets: ['roll', 'fashion'] },
  run,
};

/** The maps that are compared, and the controls. */
async function mapsOf(
  data: StudyData,
  input: StudyInput,
  { m, nearest }: Graph,
  first: number,
): Promise<Named[]> {
  const table = tableOf(data.features, data.name);
  const context = (seed: number): Context => ({ ...input.context, random: createRandom(seed) });
  const made = async (options: EmbedOptions, seed = first) =>
    (await embed(table, options, context(seed))).values;
  const start = await graphStart('spectral', positivePart(m), data.features, 2, context(first));
  return [
    { name: 'UMAP', y: await made({ method: 'umap', neighbors: nearest }) },
    { name: 'UMAP, other seed', y: await made({ method: 'umap', neighbors: nearest }, first + 1000) },
    {
      name: 'DK-LLE by UMAP forces',
      y: await made({ method: 'dk-lle', neighbors: nearest, weightSum: 1 }, first + 2000),
    },
    { name: 'PCA', y: await made({ method: 'pca' }) },
    { name: 'spectral start', y: start },
    { name: 'Gaussian cloud', y: gaussian(2 * data.features.rows, 1, createRandom(first, 'cloud')) },
    { name: 'all at one point', y: new Float64Array(2 * data.features.rows) },
  ];
}

type Row = readonly (string | number | null)[];

interface Tables {
  readonly verdicts: Row[];
  readonly ratios: Row[];
  readonly kept: Row[];
}

/** What one seed gives on one set. */
interface Measured {
  readonly seed: number;
  /** By strength, in the order of STRENGTHS. */
  readonly ratios: readonly (readonly RatioRow[])[];
  readonly kept: readonly Kept[];
  readonly charts: readonly LineChart[];
}

/** Runs the study on all data sets, once for each seed. */
async function run(input: StudyInput): Promise<StudyResult> {
  const tables: Tables = { verdicts: [], ratios: [], kept: [] };
  const charts: LineChart[] = [];
  for (const name of input.sets) {
    const data = await loadData(name, input.data, input.rows);
    const graph = await graphOf(data, input.context);
    const runs: Measured[] = [];
    for (let r = 0; r < input.repeats; r++) runs.push(await measureSeed(data, graph, input.seed + r, input));
    charts.push(...runs[0].charts);
    record(data, runs, tables);
  }
  return resultOf(input, tables, charts);
}

/** Adds the rows of a set to the tables, with a verdict over all its seeds on each conjecture. */
function record({ name, features }: StudyData, runs: readonly Measured[], tables: Tables): void {
  STRENGTHS.forEach(([strength], at) => {
    const verdict = ratioVerdict(runs.map(({ ratios }) => ratios[at]));
    tables.verdicts.push([name, features.rows, `constant factor, lambda x ${strength}`, ...verdict]);
    for (const { seed, ratios } of runs) {
      for (const { name: map, ratio, bound } of ratios[at]) {
        tables.ratios.push([name, features.rows, seed, strength, map, ratio, bound]);
      }
    }
  });
  const kernels = ['input', 'output'] as const;
  for (const kernel of kernels) {
    const verdict = keptVerdict(
      runs.map(({ kept }) => kept),
      kernel,
    );
    tables.verdicts.push([name, features.rows, `neighborhoods, ${kernel} kernel`, ...verdict]);
  }
  for (const { seed, kept } of runs) {
    for (const { name: map, k, input, output } of kept) {
      tables.kept.push([name, features.rows, seed, map, k, input, output]);
    }
  }
}

/** What does not depend on the seed: neighbors, M, and its eigenvalues for the bound. */
interface Graph {
  readonly nearest: Neighbors;
  readonly m: SparseRows;
  readonly eigenvalues: Float64Array;
}

/** Neighbors, M of the entropic weights, and its eigenvalues. */
async function graphOf({ features, name }: StudyData, context: Context): Promise<Graph> {
  const lists = async (k: number) =>
    context.engine.nearest(features, features, { k, metric: 'euclidean', excludeSelf: true });
  const near = await lists(NEIGHBORS);
  const m = alignmentMatrix(near, entropicWeights(near));
  const { rows } = m;
  const dense = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    for (let p = m.offsets[i]; p < m.offsets[i + 1]; p++) dense[i * rows + m.indices[p]] = m.values[p];
  }
  const watch = watchStage(context, `eigenvalues of ${name}`);
  const eigenvalues = await symmetricEigenvalues(dense, rows, watch);
  return { nearest: await lists(Math.min(rows - 1, Math.max(...SIZES))), m, eigenvalues };
}

/** Both conjectures with one seed, and the charts. */
async function measureSeed(
  data: StudyData,
  graph: Graph,
  seed: number,
  input: StudyInput,
): Promise<Measured> {
  const { nearest, m, eigenvalues } = graph;
  const maps = await mapsOf(data, input, graph, seed);
  const charts: LineChart[] = [];
  const ratios: RatioRow[][] = [];
  for (const [strength, share] of STRENGTHS) {
    const lambda = share * frobeniusScale(positivePart(m));
    const { rows, lines } = await ratiosAt(m, maps, lambda, { eigenvalues, seed, context: input.context });
    ratios.push(rows);
    charts.push({
      title: `penalized descents, ${data.name}, lambda x ${strength}`,
      xLabel: 'step',
      yLabel: 'loss above least',
      lines,
    });
  }
  const kept = await keptNeighborhoods(m, nearest, maps, SIZES, input.context);
  charts.push(curvesOf(data.name, kept, 'input'), curvesOf(data.name, kept, 'output'));
  return { seed, ratios, kept, charts };
}

/** Shares kept under a kernel by size. */
function curvesOf(name: string, kept: readonly Kept[], kernel: Kernel): LineChart {
  const maps = [...new Set(kept.map((one) => one.name))].filter((map) => map !== 'all at one point');
  const lines = maps.map((label) => {
    const ofMap = kept.filter((one) => one.name === label);
    return { label, x: ofMap.map(({ k }) => k), y: ofMap.map((one) => one[kernel] ?? 0) };
  });
  return { title: `neighborhoods kept, ${name}`, xLabel: 'k', yLabel: `share, ${kernel} kernel`, lines };
}

/** The text, tables, figures and settings of the report. */
function resultOf(input: StudyInput, { verdicts, ratios, kept }: Tables, charts: LineChart[]): StudyResult {
  return {
    title: "The papers' conjectures, measured",
    text: [
      'Conjectures (arXiv 2306.11898; the later ones from a secondary source): UMAP approximates the DK-LLE objective to a constant factor, and preserves neighborhoods under the input and output kernels. Measured on finite data they can be refuted or fail to be; they are not proved.',
      `Objectives are tr(M K), every map scaled to the same |K|_F^2, that of the best map found. "To the best found" is over the least of descents from several starts and of these maps: the true factor is at least that. "To the bound" is over a lower bound that holds for every map of any dimension: the true factor is at most that. Verdict over ${input.repeats} seeds from ${input.seed}: "supported" when every UMAP run is within ${NEAR} times the best found and no Gaussian cloud is; "says nothing here" when a cloud is too; else "not supported". Descents take ${FIRST_STEPS} steps from each of five starts and ${STEPS - FIRST_STEPS} more from the best ${FINALISTS}; their forces are by a tree, all objectives over all pairs.`,
      `Neighborhoods: the share of a sample's k strongest attractions (input kernel), and of its k nearest on the DK-LLE map (output kernel), that are among its k nearest on the map. Supported where UMAP keeps at least half at every k, in every seed, and more than PCA by ${MORE}.`,
      'Weights are our entropic ones that sum to 1 (see docs/lab/ardr.md), so this is the objective of our reconstruction.',
    ],
    tables: [
      {
        name: 'ardr-conjectures-verdicts',
        title: 'Verdicts',
        header: ['data', 'samples', 'conjecture', 'figures', 'verdict'],
        rows: verdicts,
      },
      {
        name: 'ardr-conjectures-ratios',
        title: 'Objective at equal norm',
        header: ['data', 'samples', 'seed', 'lambda / standard', 'map', 'to the best found', 'to the bound'],
        rows: ratios,
      },
      {
        name: 'ardr-conjectures-neighborhoods',
        title: 'Neighborhoods kept',
        header: ['data', 'samples', 'seed', 'map', 'k', 'of the input kernel', 'of the output kernel'],
        rows: kept,
      },
    ],
    figures: [{ name: 'ardr-conjectures', svg: lineCharts(charts) }],
    settings: {
      ...{
        seed: input.seed,
        repeats: input.repeats,
        steps: STEPS,
        firstSteps: FIRST_STEPS,
        nNeighbors: NEIGHBORS,
      },
      ...{ near: NEAR, strengths: STRENGTHS.map(([strength]) => strength), sizes: SIZES },
    },
  };
}

/** Objectives of all maps over the best one found and over the bound, at one penalty. */
async function ratiosAt(
  m: SparseRows,
  maps: readonly Named[],
  lambda: number,
  setup: { eigenvalues: Float64Array; seed: number; context: Context },
) {
  const { eigenvalues, seed, context } = setup;
  const descents = await descentsOf(m, maps, lambda, seed, context);
  const { objective, norm } = sums(m, descents[0].run.best.y, 1);
  const values = maps.map(({ y }) => atNorm(m, y, norm));
  const others = descents.slice(1, FINALISTS).map(({ run }) => atNorm(m, run.best.y, norm));
  // a map that is compared may itself be the best found
  const least = Math.min(objective, ...[...values, ...others].map((value) => value ?? objective));
  const bound = spectralBound(eigenvalues, norm);
  const over = (value: number | null, other: number) =>
    value === null || other === 0 ? null : value / other;
  const rows: RatioRow[] = maps.map(({ name }, at) => {
    return { name, ratio: over(values[at], least), bound: over(values[at], bound) };
  });
  const lines = descents.map(({ name, run }) => ({
    label: name,
    x: run.losses.map((_, step) => step + 1),
    y: run.losses.map((loss) => loss - (objective + lambda * norm)),
  }));
  return { rows, lines };
}
