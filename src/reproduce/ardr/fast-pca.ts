/**
 * What is lost and gained when PCA's forces are approximated: attraction through a low-rank factor of the
 * features, and repulsion from a sample of the other points instead of all (both ours, after the papers'
 * remark that PCA's forces can be sped up as UMAP's are).
 *
 * The exact repulsion 4 Yc (Yc'Yc) costs O(n) here because it factors; the sampled one estimates Yc'Yc from a
 * share of the samples, drawn anew each step, the way negative sampling estimates UMAP's.
 */

import { createRandom, type Random } from '../../core/random.js';
import { centeredFeatures } from '../../dr/affinities/gram.js';
import { procrustesError } from '../../dr/index.js';
import { gaussian } from '../../dr/methods/initial-coordinates.js';
import { principalComponents } from '../../dr/methods/pca.js';
import { watchStage } from '../../engine/context.js';
import { lineCharts } from '../charts.js';
import type { StudyResult } from '../report.js';
import type { Study, StudyInput } from '../study.js';
import { loadData, type StudyData } from './datasets.js';

const STEPS = 1500;
const SHARE = 0.5;
/** Errors up to which a run is PCA, and near it. */
const EXACT = 1e-10;
const NEAR = 0.05;

interface Variant {
  readonly label: string;
  /** Rank of the factor that attracts; 0 is all features. */
  readonly rank: number;
  /** Share of samples that repulse in a step; 1 is all. */
  readonly sample: number;
  /** Whether the step falls as 1 / (1 + step / 100), which averages sampling noise out. */
  readonly decay: boolean;
}

const variants: readonly Variant[] = [
  { label: 'exact', rank: 0, sample: 1, decay: false },
  { label: 'rank 2', rank: 2, sample: 1, decay: false },
  { label: 'rank 10', rank: 10, sample: 1, decay: false },
  { label: '10% repulse', rank: 0, sample: 0.1, decay: false },
  { label: '1% repulse', rank: 0, sample: 0.01, decay: false },
  { label: '10%, falling step', rank: 0, sample: 0.1, decay: true },
];

export const fastPcaStudy: Study = {
  summary: 'PCA by faster forces: low-rank attraction and sampled repulsion',
  defaults: { rows: 1000, repeats: 3, sets: ['gaussian', 'fashion'] },
  run,
};

/** Xc or a random sketch of it: an n x columns factor whose Gram matrix attracts. */
type Factor = ReturnType<typeof centeredFeatures>;

/** A factor of lower rank by a Gaussian sketch of the features with two passes (Halko et al. 2011). */
function sketched(full: Factor, rank: number, random: Random): Factor {
  const basis: Float64Array[] = [];
  const image = new Float64Array(full.rows);
  for (let r = 0; r < rank; r++) {
    const v = gaussian(full.columns, 1, random);
    for (let pass = 0; pass < 2; pass++) {
      full.direct(v, image);
      full.transposed(image, v);
      for (const b of basis) subtract(v, b);
      scale(v);
    }
    basis.push(v);
  }
  const scores = basis.map((v) => {
    const score = new Float64Array(full.rows);
    full.direct(v, score);
    return score;
  });
  const data = Float32Array.from(
    { length: full.rows * rank },
    (_, at) => scores[at % rank][Math.floor(at / rank)],
  );
  return centeredFeatures({ rows: full.rows, columns: rank, data });
}

/** v -= (v . b) b. */
function subtract(v: Float64Array, b: Float64Array): void {
  let along = 0;
  for (let i = 0; i < v.length; i++) along += v[i] * b[i];
  for (let i = 0; i < v.length; i++) v[i] -= along * b[i];
}

/** v of length 1. */
function scale(v: Float64Array): void {
  let squares = 0;
  for (const value of v) squares += value * value;
  const length = Math.sqrt(squares) || 1;
  for (let i = 0; i < v.length; i++) v[i] /= length;
}

/** Y'Y from a share of the rows, without bias. */
function sampledInner(y: Float64Array, share: number, random: Random): number[] {
  const rows = y.length / 2;
  const drawn = Math.max(1, Math.round(share * rows));
  const inner = [0, 0, 0];
  for (let s = 0; s < drawn; s++) {
    const r = share < 1 ? random.below(rows) : s;
    inner[0] += y[2 * r] * y[2 * r];
    inner[1] += y[2 * r] * y[2 * r + 1];
    inner[2] += y[2 * r + 1] * y[2 * r + 1];
  }
  return inner.map((value) => (value * rows) / drawn);
}

/** One variant of faster forces: its error and its cost. */
async function runVariant(
  data: StudyData,
  variant: Variant,
  seed: number,
  input: StudyInput,
  answer: Float64Array,
  largest: number,
) {
  const random = createRandom(seed, variant.label);
  const full = centeredFeatures(data.features);
  const factor = variant.rank > 0 ? sketched(full, Math.min(variant.rank, full.columns), random) : full;
  const rows = full.rows;
  const y = gaussian(2 * rows, 0.1 * Math.sqrt(largest / rows), random);
  const column = new Float64Array(rows);
  const image = new Float64Array(rows);
  const middle = new Float64Array(factor.columns);
  const watch = watchStage(input.context, `${data.name}, ${variant.label}, seed ${seed}`);
  const steps: number[] = [];
  const errors: number[] = [];
  for (let step = 1, look = 1; step <= STEPS; step++) {
    const rate = SHARE / (4 * largest) / (variant.decay ? 1 + step / 100 : 1);
    const inner = sampledInner(y, variant.sample, random);
    const before = y.slice();
    for (let k = 0; k < 2; k++) {
      for (let r = 0; r < rows; r++) column[r] = before[2 * r + k];
      factor.transposed(column, middle);
      factor.direct(middle, image);
      for (let r = 0; r < rows; r++) {
        const repulsion = before[2 * r] * inner[k] + before[2 * r + 1] * inner[k + 1];
        y[2 * r + k] += 4 * rate * (image[r] - repulsion);
      }
    }
    await watch.checkpoint();
    if (step < look && step < STEPS) continue;
    steps.push(step);
    const error = procrustesError(answer, y, 2);
    errors.push(error < 1e3 ? error : Number.POSITIVE_INFINITY);
    if (!(error < 1e3)) break;
    look = Math.ceil(step * 1.15);
  }
  const multiplyAdds = 2 * rows * (2 * factor.columns + 2) + 3 * variant.sample * rows;
  return { steps, errors, multiplyAdds };
}

/** How far the worst run is from PCA. */
function verdictOf(worst: number): string {
  if (worst < EXACT) return 'exact';
  if (!(worst < 1e3)) return 'diverged';
  return worst < NEAR ? 'within 5%' : 'beyond 5%';
}

/** The study of faster forces. */
async function run(input: StudyInput): Promise<StudyResult> {
  const rows: (string | number)[][] = [];
  const charts = [];
  for (const name of input.sets) {
    const data = await loadData(name, input.data, input.rows);
    const solved = await principalComponents(data.features, 2, input.context);
    const largest = solved.values[0];
    const lines = [];
    let exact = 1;
    for (const variant of variants) {
      const finals: number[] = [];
      for (let r = 0; r < input.repeats; r++) {
        const traced = await runVariant(data, variant, input.seed + r, input, solved.y, largest);
        if (variant.label === 'exact') exact = traced.multiplyAdds;
        finals.push(traced.errors[traced.errors.length - 1]);
        if (r > 0) continue;
        lines.push({ label: variant.label, x: traced.steps, y: traced.errors });
        rows.push([name, data.features.rows, variant.label, traced.multiplyAdds / exact]);
      }
      const worst = Math.max(...finals);
      const mean = finals.reduce((sum, e) => sum + e, 0) / finals.length;
      rows[rows.length - 1].push(...[mean, worst].map((e) => (e < 1e3 ? e : 'diverged')), verdictOf(worst));
    }
    charts.push({ title: `fast PCA, ${name}`, xLabel: 'step', yLabel: 'Procrustes error', lines });
  }
  const header = [
    'data',
    'samples',
    'forces',
    'multiply-adds / exact',
    'mean final error',
    'worst final error',
    'verdict',
  ];
  return {
    title: 'PCA by faster forces',
    text: [
      `Ours, after the papers' remark that PCA's forces can be approximated as UMAP's are. Steps of ${SHARE} of the bound, ${STEPS} steps, ${input.repeats} seeds from ${input.seed}; errors against the eigenvectors after the best rotation.`,
      "PCA's repulsion factors, so that summing it exactly already costs O(n): sampling it saves little and leaves noise of the sampled share, which a falling step averages out. A low-rank factor saves most of the work and costs accuracy only where its rank misses the leading directions.",
    ],
    tables: [{ name: 'ardr-fast-pca', title: 'Approximate forces', header, rows }],
    figures: [{ name: 'ardr-fast-pca', svg: lineCharts(charts) }],
    settings: {
      seeds: Array.from({ length: input.repeats }, (_, r) => input.seed + r),
      steps: STEPS,
      share: SHARE,
      variants,
    },
  };
}
