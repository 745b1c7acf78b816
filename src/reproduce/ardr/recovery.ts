/**
 * Claims 1 and 2 of arXiv 2306.11898: PCA, classical MDS and Isomap are recovered by attractions and repulsions
 * from a random start. Error against the eigenvectors by step, over step lengths below and above the bound
 * 1 / (4 lambda_1) (the bound is ours), data sets and seeds.
 */

import { createRandom } from '../../core/random.js';
import { pairwiseDistances } from '../../dr/affinities/distances.js';
import { geodesics, neighborGraph } from '../../dr/affinities/geodesic.js';
import { centeredFeatures, distanceGram, featureGram, type Gram } from '../../dr/affinities/gram.js';
import { procrustesError } from '../../dr/index.js';
import { gramLaw } from '../../dr/laws/gram.js';
import { largestEigenvalue, solveGram } from '../../dr/methods/gram-method.js';
import { gaussian } from '../../dr/methods/initial-coordinates.js';
import { type Context, watchStage } from '../../engine/context.js';
import { lineCharts } from '../charts.js';
import type { StudyResult } from '../report.js';
import type { Study, StudyInput } from '../study.js';
import { loadData, type StudyData } from './datasets.js';

type Recovered = 'pca' | 'mds' | 'isomap';

const NEIGHBORS = 15;
const SHARES = [0.25, 0.5, 0.9, 0.99, 1.05];
const STEPS = 3000;
const LOOK_GROWTH = 1.15;
/** An error below this that no longer halves from look to look is rounding: the run is over. */
const ROUNDING = 1e-12;

const titles: Record<Recovered, string> = {
  pca: 'PCA by attraction and repulsion from a random start',
  mds: 'Classical MDS by attraction and repulsion from a random start',
  isomap: 'Isomap by attraction and repulsion from a random start',
};

/** The study of one spectral method by forces from random starts. */
export function recoveryStudy(method: Recovered): Study {
  return {
    summary: titles[method],
    defaults: { rows: 400, repeats: 10, sets: ['gaussian', 'roll', 'fashion'] },
    run: (input) => run(method, input),
  };
}

/** The input Gram matrix of a method. */
async function gramOf(method: Recovered, { features }: StudyData, context: Context): Promise<Gram> {
  if (method === 'pca') return featureGram(centeredFeatures(features));
  const watch = watchStage(context, 'distances');
  const distances = method === 'mds' ? await pairwiseDistances(features, 'euclidean', watch) : await paths();
  return distanceGram(
    distances.map((d) => d * d),
    features.rows,
  );
  async function paths() {
    const options = { k: NEIGHBORS, metric: 'euclidean', excludeSelf: true } as const;
    const neighbors = await context.engine.nearest(features, features, options, watch);
    return geodesics(neighborGraph(features, neighbors, 'euclidean'), NEIGHBORS, watch);
  }
}

interface Trace {
  readonly share: number;
  readonly seed: number;
  readonly steps: readonly number[];
  readonly errors: readonly number[];
}

/** Errors at growing intervals, until the run is exact, has diverged or has done all its steps. */
async function trace(
  gram: Gram,
  setup: { answer: Float64Array; largest: number; share: number; seed: number; context: Context },
): Promise<Trace> {
  const { answer, largest, share, seed, context } = setup;
  const law = gramLaw(gram);
  const random = createRandom(seed, 'recovery');
  const y = gaussian(2 * gram.size, 0.1 * Math.sqrt(largest / gram.size), random);
  const force = new Float64Array(y.length);
  const rate = share / (4 * largest);
  const watch = watchStage(context, `step length ${share}, seed ${seed}`);
  const steps: number[] = [];
  const errors: number[] = [];
  for (let step = 1, look = 1; step <= STEPS; step++) {
    law.forces(y, 2, force);
    for (let at = 0; at < y.length; at++) y[at] += rate * force[at];
    await watch.checkpoint();
    if (step < look && step < STEPS) continue;
    const error = procrustesError(answer, y, 2);
    steps.push(step);
    errors.push(Number.isFinite(error) ? error : Number.POSITIVE_INFINITY);
    const before = errors[errors.length - 2] ?? Number.POSITIVE_INFINITY;
    if (!(error < 1e6) || error < 1e-14 || (error < ROUNDING && error > before / 2)) break;
    look = Math.ceil(step * LOOK_GROWTH + 1e-9);
  }
  return { share, seed, steps, errors };
}

/** Runs the study on all data sets. */
async function run(method: Recovered, input: StudyInput): Promise<StudyResult> {
  const { context, repeats } = input;
  const charts = [];
  const rows: (string | number)[][] = [];
  for (const name of input.sets) {
    const data = await loadData(name, input.data, input.rows);
    const gram = await gramOf(method, data, context);
    const solved = await solveGram(gram, 2, context);
    const largest = await largestEigenvalue(gram, context);
    const answer = solved.y;
    const shown: Trace[] = [];
    for (const share of SHARES) {
      const traces: Trace[] = [];
      for (let r = 0; r < repeats; r++) {
        traces.push(await trace(gram, { answer, largest, share, seed: input.seed + r, context }));
      }
      shown.push(traces[0]);
      rows.push(summaryRow(name, data.features.rows, share, solved.values, traces));
    }
    const lines = shown.map((t) => ({
      label: `${t.share} of bound`,
      x: t.steps,
      y: t.errors.map((e) => Math.min(e, 1e3)),
    }));
    charts.push({ title: `${method}, ${name}`, xLabel: 'step', yLabel: 'Procrustes error', lines });
  }
  const header = [
    'data',
    'samples',
    'step / bound',
    'lambda_2 / lambda_1',
    'runs',
    'recovered (< 1e-10)',
    'diverged',
    'median steps to 1e-6',
    'worst final error',
    'verdict',
  ];
  return {
    title: titles[method],
    text: [
      'Claim (arXiv 2306.11898): the embedding is recovered by attractions and repulsions from a random start. The loss is |C (G_X - G_Y) C|^2 over Gram matrices; the step bound 1 / (4 lambda_1) is our derivation.',
      `Error is |A - B R| / |A| after the best rotation R, A by eigenvectors. ${repeats} seeds from ${input.seed}, at most ${STEPS} steps, double precision. The figure shows the first seed. Verdict: below the bound (step / bound under 1) every run is to be exact, above it none.`,
    ],
    tables: [{ name: `ardr-${method}`, title: 'Recovery by step length', header, rows }],
    figures: [{ name: `ardr-${method}`, svg: lineCharts(charts) }],
    settings: {
      seeds: Array.from({ length: repeats }, (_, r) => input.seed + r),
      steps: STEPS,
      shares: SHARES,
      nNeighbors: NEIGHBORS,
    },
  };
}

/** One row of the summary table. */
function summaryRow(
  name: string,
  samples: number,
  share: number,
  values: Float64Array,
  traces: readonly Trace[],
): (string | number)[] {
  const finals = traces.map(({ errors }) => errors[errors.length - 1]);
  const reached = traces.map(({ steps, errors }) => {
    const at = errors.findIndex((error) => error < 1e-6);
    return at < 0 ? Number.POSITIVE_INFINITY : steps[at];
  });
  reached.sort((a, b) => a - b);
  const median = reached[Math.floor(reached.length / 2)];
  const worst = Math.max(...finals);
  return [
    name,
    samples,
    share,
    values[1] / values[0],
    traces.length,
    finals.filter((error) => error < 1e-10).length,
    finals.filter((error) => !(error < 1e3)).length,
    Number.isFinite(median) ? median : 'never',
    worst < 1e3 ? worst : 'diverged',
    verdictOf(share, finals),
  ];
}

/** Whether the claim holds in these runs: every one is exact below the bound, and none above it. */
function verdictOf(share: number, finals: readonly number[]): string {
  const wanted = share < 1 ? finals.length : 0;
  const recovered = finals.filter((error) => error < 1e-10).length;
  if (recovered === wanted) return share < 1 ? 'holds: all recovered' : 'holds: none recovered';
  return `fails: ${recovered} of ${finals.length} recovered`;
}
