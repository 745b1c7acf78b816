/**
 * The papers' conjectures, measured (never asserted): that UMAP is a constant-factor approximation of the DK-LLE
 * objective, and that it preserves neighborhoods under the input and the output kernel.
 *
 * Objective: tr(M K) with K_ij = 1 / (1 + |y_i - y_j|^2), compared at equal |K|_F^2: each map is scaled (its only
 * freedom here) until its |K|_F^2 is that of the best map found. Best: the least over descents of the penalized
 * objective from several starts. Controls: a Gaussian cloud, PCA, the spectral start, and all samples at one point.
 * Where a Gaussian cloud is within the factor too, the ratio says nothing, and the verdict says so.
 */

import { createRandom } from '../../core/random.js';
import { alignmentMatrix, type SparseRows } from '../../dr/affinities/alignment.js';
import { type EmbedOptions, embed, tableOf } from '../../dr/index.js';
import { frobeniusLaw } from '../../dr/laws/frobenius.js';
import { entropicWeights, frobeniusScale, positivePart } from '../../dr/methods/dk-lle.js';
import { gaussian } from '../../dr/methods/initial-coordinates.js';
import { graphStart } from '../../dr/methods/umap.js';
import { gradientDescent } from '../../dr/optimize/gradient-descent.js';
import { advance, createRun, type Run } from '../../dr/run.js';
import { type Context, watchStage } from '../../engine/context.js';
import { lineCharts } from '../charts.js';
import type { StudyResult } from '../report.js';
import type { Study, StudyInput } from '../study.js';
import { loadData, type StudyData } from './datasets.js';
import { mapNeighbors, NEIGHBORHOOD } from './measures.js';

const NEIGHBORS = 15;
const STEPS = 400;
/** A constant factor is supported up to this ratio, and says nothing where a Gaussian cloud is within it too. */
const NEAR = 2;
/** Penalties, as shares of the one at which the largest P / (2 lambda) is 1. */
const STRENGTHS = [1 / 16, 1 / 4, 1];

export const conjecturesStudy: Study = {
  summary:
    "The papers' conjectures on the data at hand: objective ratios and kernel neighborhoods, with controls",
  defaults: { rows: 600, repeats: 2, sets: ['roll', 'fashion'] },
  run,
};

interface Sums {
  /** tr(M K). */
  readonly objective: number;
  /** |K|_F^2. */
  readonly norm: number;
}

/** tr(M K) and |K|_F^2 of a map at a scale. */
function sums(m: SparseRows, y: Float64Array, scale: number): Sums {
  const square = scale * scale;
  const kernel = (i: number, j: number) =>
    1 / (1 + square * ((y[2 * i] - y[2 * j]) ** 2 + (y[2 * i + 1] - y[2 * j + 1]) ** 2));
  let objective = 0;
  for (let i = 0; i < m.rows; i++) {
    for (let p = m.offsets[i]; p < m.offsets[i + 1]; p++) objective += m.values[p] * kernel(i, m.indices[p]);
  }
  let norm = m.rows;
  for (let i = 0; i < m.rows; i++) for (let j = 0; j < i; j++) norm += 2 * kernel(i, j) ** 2;
  return { objective, norm };
}

/** tr(M K) at the scale where |K|_F^2 is `norm`; null where no scale gives it. */
function atNorm(m: SparseRows, y: Float64Array, norm: number): number | null {
  if (y.every((value, at) => value === y[at % 2])) return null;
  let low = -20;
  let high = 20;
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    // The norm falls as the scale grows.
    if (sums(m, y, 2 ** middle).norm > norm) low = middle;
    else high = middle;
  }
  return sums(m, y, 2 ** ((low + high) / 2)).objective;
}

/** Descent of the penalized objective from one start. */
async function descend(m: SparseRows, start: Float64Array, lambda: number, context: Context): Promise<Run> {
  // Near K = 1 the stiffest pair force is 4 (P + 2 lambda), and a row of P sums to at most 2.
  const unit = 1 / (16 * (2 + 2 * lambda));
  const fixed = {
    dimensions: 2,
    learningRate: 1,
    momentum: 0.9,
    tolerance: 1e-7,
    precision: 'float64',
  } as const;
  const run = createRun(start.slice(), 2, gradientDescent(frobeniusLaw(m, lambda), { ...fixed, unit }));
  await advance(run, STEPS, watchStage(context, 'descent'));
  return run;
}

interface Named {
  readonly name: string;
  readonly y: Float64Array;
}

/** The maps that are compared, and the controls. */
async function mapsOf(data: StudyData, input: StudyInput, m: SparseRows): Promise<Named[]> {
  const table = tableOf(data.features, data.name);
  const context = (seed: number): Context => ({ ...input.context, random: createRandom(seed) });
  const made = async (options: EmbedOptions, seed = input.seed) =>
    (await embed(table, options, context(seed))).values;
  const start = await graphStart('spectral', positivePart(m), data.features, 2, context(input.seed));
  return [
    { name: 'UMAP', y: await made({ method: 'umap' }) },
    { name: 'UMAP, other seed', y: await made({ method: 'umap' }, input.seed + 1000) },
    { name: 'DK-LLE by UMAP forces', y: await made({ method: 'dk-lle' }, input.seed + 2000) },
    { name: 'PCA', y: await made({ method: 'pca' }) },
    { name: 'spectral start', y: start },
    { name: 'Gaussian cloud', y: gaussian(2 * data.features.rows, 1, createRandom(input.seed, 'cloud')) },
    { name: 'all at one point', y: new Float64Array(2 * data.features.rows) },
  ];
}

/** Runs the study on all data sets. */
async function run(input: StudyInput): Promise<StudyResult> {
  const ratioRows: (string | number | null)[][] = [];
  const keptRows: (string | number | null)[][] = [];
  const verdicts: (string | number)[][] = [];
  const charts = [];
  for (const name of input.sets) {
    const data = await loadData(name, input.data, input.rows);
    const { engine } = input.context;
    const options = { k: NEIGHBORS, metric: 'euclidean', excludeSelf: true } as const;
    const near = await engine.nearest(data.features, data.features, options);
    const m = alignmentMatrix(near, entropicWeights(near));
    const maps = await mapsOf(data, input, m);
    const lines = [];
    for (const strength of STRENGTHS) {
      const lambda = strength * frobeniusScale(positivePart(m));
      const ratios = await ratiosAt(m, maps, lambda, input);
      for (const { name: map, ratio } of ratios.rows)
        ratioRows.push([name, data.features.rows, strength, map, ratio]);
      verdicts.push([name, `constant factor, lambda x ${strength}`, ratioVerdict(ratios.rows)]);
      lines.push(...(strength === 1 ? ratios.lines : []));
    }
    const kept = await keptNeighborhoods(m, near.indices, maps, input.context);
    for (const row of kept) keptRows.push([name, data.features.rows, ...row]);
    verdicts.push([name, 'neighborhoods under both kernels', keptVerdict(kept)]);
    charts.push({ title: `penalized descents, ${name}`, xLabel: 'step', yLabel: 'loss above least', lines });
  }
  return {
    title: "The papers' conjectures, measured",
    text: [
      'Conjectures (arXiv 2306.11898; the later ones from a secondary source): UMAP approximates the DK-LLE objective to a constant factor, and preserves neighborhoods under the input and output kernels. Measured on finite data they can be refuted or fail to be; they are not proved.',
      `Ratios are of tr(M K) to the best found, every map scaled to the same |K|_F^2. Verdict: "supported" when both UMAP runs are within ${NEAR} times the best and the Gaussian cloud is not; "says nothing here" when the cloud is too; else "not supported". Seeds from ${input.seed}; ${STEPS} descent steps a start.`,
      'Weights are our entropic ones (see docs/lab/ardr.md), so this is the objective of our reconstruction.',
    ],
    tables: [
      {
        name: 'ardr-conjectures-verdicts',
        title: 'Verdicts',
        header: ['data', 'conjecture', 'verdict'],
        rows: verdicts,
      },
      {
        name: 'ardr-conjectures-ratios',
        title: 'Objective over the best found, at equal norm',
        header: ['data', 'samples', 'lambda / standard', 'map', 'ratio'],
        rows: ratioRows,
      },
      {
        name: 'ardr-conjectures-neighborhoods',
        title: `Neighborhoods kept (k=${NEIGHBORHOOD})`,
        header: ['data', 'samples', 'map', 'of the input kernel', 'of the DK-LLE map (output kernel)'],
        rows: keptRows,
      },
    ],
    figures: [{ name: 'ardr-conjectures', svg: lineCharts(charts) }],
    settings: { seed: input.seed, steps: STEPS, nNeighbors: NEIGHBORS, near: NEAR, strengths: STRENGTHS },
  };
}

interface RatioRow {
  readonly name: string;
  readonly ratio: number | null;
}

/** Objectives of all maps over the best one found, at one penalty. */
async function ratiosAt(m: SparseRows, maps: readonly Named[], lambda: number, input: StudyInput) {
  const starts = maps.filter(({ name }) =>
    ['UMAP', 'DK-LLE by UMAP forces', 'PCA', 'spectral start'].includes(name),
  );
  for (let r = 0; r < input.repeats; r++) {
    starts.push({ name: `cloud ${r}`, y: gaussian(2 * m.rows, 3, createRandom(input.seed + r, 'starts')) });
  }
  const found: { name: string; run: Run; penalized: number }[] = [];
  for (const { name, y } of starts) {
    const run = await descend(m, y, lambda, input.context);
    const { objective, norm } = sums(m, run.best.y, 1);
    found.push({ name, run, penalized: objective + lambda * norm });
  }
  found.sort((a, b) => a.penalized - b.penalized);
  const { norm } = sums(m, found[0].run.best.y, 1);
  const least = Math.min(...found.map(({ run }) => atNorm(m, run.best.y, norm) ?? Number.POSITIVE_INFINITY));
  const rows: RatioRow[] = maps.map(({ name, y }) => {
    const value = atNorm(m, y, norm);
    return { name, ratio: value === null ? null : value / least };
  });
  const lines = found.map(({ name, run }) => ({
    label: name,
    x: run.losses.map((_, step) => step + 1),
    y: run.losses.map((loss) => loss - found[0].penalized),
  }));
  return { rows, lines };
}

/** What the ratios say about the conjecture. */
function ratioVerdict(rows: readonly RatioRow[]): string {
  const of = (name: string) => rows.find((row) => row.name === name)?.ratio ?? Number.NaN;
  const umap = Math.max(of('UMAP'), of('UMAP, other seed'));
  const cloud = of('Gaussian cloud');
  const figures = `UMAP ${umap.toFixed(2)}, PCA ${of('PCA').toFixed(2)}, cloud ${cloud.toFixed(2)}`;
  if (!(cloud > NEAR)) return `says nothing here (${figures})`;
  return `${umap <= NEAR ? 'supported' : 'not supported'} (${figures})`;
}

/** Shares of each sample's strongest attractions, and of its neighbors in the DK-LLE map, that a map keeps. */
async function keptNeighborhoods(
  m: SparseRows,
  nearest: Int32Array,
  maps: readonly Named[],
  context: Context,
): Promise<[string, number, number | null][]> {
  const strongest = strongestAttractions(m, nearest);
  const dkLle = maps.find(({ name }) => name.startsWith('DK-LLE'));
  const output = dkLle ? (await mapNeighbors(dkLle.y, 2, context)).indices : null;
  const rows: [string, number, number | null][] = [];
  for (const { name, y } of maps) {
    const near = (await mapNeighbors(y, 2, context)).indices;
    rows.push([name, shared(strongest, near, m.rows), output ? shared(output, near, m.rows) : null]);
  }
  return rows;
}

/** The k largest of P = -M off the diagonal in each row; nearest samples fill rows with fewer. */
function strongestAttractions(m: SparseRows, nearest: Int32Array): Int32Array {
  const k = NEIGHBORHOOD;
  const result = new Int32Array(m.rows * k);
  for (let i = 0; i < m.rows; i++) {
    const entries: [number, number][] = [];
    for (let p = m.offsets[i]; p < m.offsets[i + 1]; p++) {
      if (m.indices[p] !== i && m.values[p] < 0) entries.push([m.indices[p], -m.values[p]]);
    }
    entries.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    const chosen = new Set(entries.slice(0, k).map(([j]) => j));
    for (let p = i * NEIGHBORS; chosen.size < k && p < (i + 1) * NEIGHBORS; p++) chosen.add(nearest[p]);
    result.set([...chosen], i * k);
  }
  return result;
}

/** Mean share of k neighbors that two lists have in common. */
function shared(a: Int32Array, b: Int32Array, rows: number): number {
  const k = a.length / rows;
  let common = 0;
  for (let i = 0; i < rows; i++) {
    const first = new Set(a.subarray(i * k, (i + 1) * k));
    for (let p = i * k; p < (i + 1) * k; p++) if (first.has(b[p])) common++;
  }
  return common / a.length;
}

/** What the kept neighborhoods say about the conjecture. */
function keptVerdict(rows: readonly [string, number, number | null][]): string {
  const of = (name: string) => rows.find((row) => row[0] === name) ?? [name, 0, 0];
  const [umap, pca, cloud] = ['UMAP', 'PCA', 'Gaussian cloud'].map(of);
  const [input, output] = [umap[1] as number, (umap[2] as number) ?? 0];
  const figures = `input ${input.toFixed(2)} (PCA ${Number(pca[1]).toFixed(2)}, cloud ${Number(cloud[1]).toFixed(2)}), output ${output.toFixed(2)} (PCA ${Number(pca[2]).toFixed(2)})`;
  const better = input > Number(pca[1]) + 0.02 && output > Number(pca[2]) + 0.02;
  if (!better) return `says nothing here: PCA keeps as much (${figures})`;
  return `${input >= 0.5 && output >= 0.5 ? 'supported' : 'not supported: under half are kept'} (${figures})`;
}
