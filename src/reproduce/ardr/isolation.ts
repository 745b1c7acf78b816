/**
 * What of the difference between DK-LLE and UMAP is the graph, and what the sampling: both graphs through the same forces
 * from one start, with the same negative samples, with others, and without any (all pairs, by gradient descent).
 *
 * Graphs: UMAP's A + A' - A o A'; the same with weights that differ by a millionth, which is what rounding alone does; A + A'
 * cut off at 1; and DK-LLE's A + A' - s A'A / log2(k + 1), cut off at 1, for each sum s. Cost: samples^2 a step of the
 * descent. Deterministic.
 */

import { createRandom } from '../../core/random.js';
import { alignmentMatrix } from '../../dr/affinities/alignment.js';
import { type Curve, fitCurve } from '../../dr/affinities/curve-parameters.js';
import {
  bandwidths,
  fuzzyUnion,
  joinDirections,
  memberships,
} from '../../dr/affinities/fuzzy-simplicial-set.js';
import { effectiveRepulsion, umapLaw } from '../../dr/laws/umap.js';
import { entropicWeights, positivePart, saturated } from '../../dr/methods/dk-lle.js';
import { graphStart, standardEpochs } from '../../dr/methods/umap.js';
import { sampledDynamics } from '../../dr/optimize/negative-sampling.js';
import { advance, createRun } from '../../dr/run.js';
import { watchStage } from '../../engine/context.js';
import type { Csr, Neighbors } from '../../model.js';
import type { StudyResult } from '../report.js';
import type { Study, StudyInput } from '../study.js';
import { loadData, type StudyData } from './datasets.js';
import { mapNeighbors, NEIGHBORHOOD, overlap } from './measures.js';

/** UMAP counts the sample itself, DK-LLE does not. */
const OTHERS = 14;
/** Sums of the weights of DK-LLE's graphs. */
const SUMS = [1, 0.5, 0.25] as const;
/** Steps of the descent over all pairs, the farthest move of one, and the squared distance below which pairs count as so near. */
const STEPS = 500;
const FARTHEST = 4;
const NEAREST = 1e-6;
const NEGATIVE_SAMPLE_RATE = 5;
/** Relative change of the weights of the floor. */
const ROUNDING = 1e-6;

export const isolationStudy: Study = {
  summary: 'What is left between DK-LLE and UMAP: the graph or the sampling',
  defaults: { rows: 1000, repeats: 1, sets: ['fashion'] },
  run,
};

/** Runs the study on all data sets. */
async function run(input: StudyInput): Promise<StudyResult> {
  const rows: (string | number)[][] = [];
  for (const name of input.sets) {
    rows.push(...(await differencesOf(await loadData(name, input.data, input.rows), input)));
  }
  return {
    title: 'What is left between DK-LLE and UMAP',
    text: [
      `Graphs through the same forces from one start; the figures are shares of the ${NEIGHBORHOOD} nearest neighbors in common with the map of UMAP's graph. "Same negative samples": the draws are the same, so that what differs is the graph. "Other": another seed draws them. "Full gradient": all pairs, nothing is drawn, UMAP's schedule. The row of weights that are ${ROUNDING} off is the floor: what rounding alone does.`,
      'A holds the memberships of directed neighbors; s is the sum of the weights of a sample (`weightSum`).',
    ],
    tables: [
      {
        name: 'ardr-isolation',
        title: "Overlap with the map of UMAP's graph",
        header: [
          'data',
          'samples',
          'graph',
          'same negative samples',
          'other negative samples',
          'full gradient',
        ],
        rows,
      },
    ],
    figures: [],
    settings: { seed: input.seed, steps: STEPS, nNeighbors: OTHERS, sums: SUMS },
  };
}

/** One row a graph: data, samples, name, and the overlaps of its maps with those of UMAP's graph. */
async function differencesOf(
  { name, features }: StudyData,
  input: StudyInput,
): Promise<(string | number)[][]> {
  const options = { k: OTHERS, metric: 'euclidean', excludeSelf: true } as const;
  const near = await input.context.engine.nearest(features, features, options);
  const graphs = graphsOf(near);
  const [[, umap]] = graphs;
  const random = createRandom(input.seed);
  const start = await graphStart('spectral', umap, features, 2, { ...input.context, random });
  const sampled = (graph: Csr, seed: number) => sampledMap(graph, start, seed, input);
  const reference = { sampled: await sampled(umap, input.seed), full: await fullMap(umap, start, input) };
  const rows: (string | number)[][] = [];
  for (const [graphName, graph] of graphs) {
    rows.push([
      ...[name, features.rows, graphName],
      overlap(reference.sampled, await sampled(graph, input.seed)),
      overlap(reference.sampled, await sampled(graph, input.seed + 1)),
      overlap(reference.full, await fullMap(graph, start, input)),
    ]);
  }
  return rows;
}

/** The graphs by name, UMAP's first. */
function graphsOf(near: Neighbors): [string, Csr][] {
  const union = memberships(near, bandwidths(near, 1));
  const umap = fuzzyUnion(near, union, 1);
  const random = createRandom(0, 'floor');
  const shaken = { ...umap, values: umap.values.map((v) => v * (1 + ROUNDING * random.normal())) };
  const plain = joinDirections(near, union, (a, b) => Math.min(1, a + b));
  const weights = entropicWeights(near);
  const ofSum = (sum: number): [string, Csr] => {
    const m = alignmentMatrix(
      near,
      weights.map((weight) => sum * weight),
    );
    return [
      `A + A' - ${sum} A'A / log2(${OTHERS + 1}), cut off`,
      saturated(positivePart(m), { weightSum: sum, nNeighbors: OTHERS }),
    ];
  };
  return [
    ["A + A' - A o A' (UMAP)", umap],
    ['the same, weights 1e-6 off', shaken],
    ["A + A', cut off", plain],
    ...SUMS.map(ofSum),
  ];
}

const curve: Curve = fitCurve(1, 0.1);

/** Neighbors on the map of a graph by UMAP's sampled forces, from this start, with negative samples of this seed. */
async function sampledMap(
  graph: Csr,
  start: Float64Array,
  seed: number,
  { context }: StudyInput,
): Promise<Neighbors> {
  const epochs = standardEpochs(graph.rows);
  const dynamics = sampledDynamics(context.engine, graph, {
    ...{ dimensions: 2, epochs, curve, learningRate: 1, negativeSampleRate: NEGATIVE_SAMPLE_RATE },
    ...{ repulsionStrength: 1, random: createRandom(seed, 'draws'), targets: null },
  });
  const run = createRun(start.slice(), 2, dynamics);
  await advance(run, epochs, watchStage(context, 'sampled'));
  return mapNeighbors(run.y, 2, context);
}

/**
 * Neighbors on the map of a graph by descent over all pairs, repulsion as negative sampling has it in expectation: UMAP's
 * schedule, each step damped by the attraction's stiffness as the sampled forces are (engine/js/negative-sampling.ts).
 */
async function fullMap(graph: Csr, start: Float64Array, { context }: StudyInput): Promise<Neighbors> {
  const law = umapLaw(graph, curve, effectiveRepulsion(graph, NEGATIVE_SAMPLE_RATE));
  const watch = watchStage(context, 'full gradient');
  const y = start.slice();
  const force = new Float64Array(y.length);
  for (let step = 0; step < STEPS; step++) {
    law.forces(y, 2, force);
    const rate = 1 - step / STEPS;
    const stiffness = stiffnessOf(graph, y);
    for (let at = 0; at < y.length; at++) {
      const g = rate * stiffness[at >> 1];
      const damping = g > 0 ? -Math.expm1(-g) / g : 1;
      y[at] += Math.max(-FARTHEST, Math.min(FARTHEST, rate * damping * force[at]));
    }
    watch.progress((step + 1) / STEPS);
    await watch.checkpoint();
  }
  return mapNeighbors(y, 2, context);
}

/** Sum of the coefficients of the attraction on each sample: a step longer than its inverse overshoots. */
function stiffnessOf(graph: Csr, y: Float64Array): Float64Array {
  const { a, b } = curve;
  return Float64Array.from({ length: graph.rows }, (_, i) => {
    let sum = 0;
    for (let p = graph.offsets[i]; p < graph.offsets[i + 1]; p++) {
      const j = graph.indices[p];
      const squared = Math.max(NEAREST, (y[2 * i] - y[2 * j]) ** 2 + (y[2 * i + 1] - y[2 * j + 1]) ** 2);
      sum += (4 * graph.values[p] * a * b * squared ** (b - 1)) / (1 + a * squared ** b);
    }
    return sum;
  });
}
