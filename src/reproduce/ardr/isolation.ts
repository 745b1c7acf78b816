/**
 * What of the difference between DK-LLE and UMAP is the graph, and what the sampling: both graphs through the same forces
 * from one start, with the same negative samples, with others, and in expectation, where nothing is drawn.
 *
 * Graphs: UMAP's A + A' - A o A'; the same with weights that differ by a millionth, which is what rounding alone does; A + A'
 * cut off at 1; and DK-LLE's A + A' - s A'A / log2(k + 1), cut off at 1, for each sum s.
 * Cost: samples^2 an epoch in expectation. Deterministic.
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
import { entropicWeights, positivePart, saturated } from '../../dr/methods/dk-lle.js';
import { graphStart, standardEpochs } from '../../dr/methods/umap.js';
import { sampledDynamics } from '../../dr/optimize/negative-sampling.js';
import { advance, createRun } from '../../dr/run.js';
import { watchStage } from '../../engine/context.js';
import type { Csr, Neighbors } from '../../model.js';
import type { StudyResult } from '../report.js';
import type { Study, StudyInput } from '../study.js';
import { loadData, type StudyData } from './datasets.js';
import { equivalenceTest } from './equivalence-test.js';
import { expectedEpochs } from './expected-epochs.js';
import { mapNeighbors, NEIGHBORHOOD, overlap } from './measures.js';

/** UMAP counts the sample itself, DK-LLE does not. */
const OTHERS = 14;
/** Sums of the weights of DK-LLE's graphs. */
const SUMS = [1, 0.5, 0.25] as const;
const NEGATIVE_SAMPLE_RATE = 5;
/** Relative change of the weights of the floor. */
const ROUNDING = 1e-6;
/** Fewer maps of a graph have no spread; and how far the seeds of other draws are from those of UMAP's. */
const LEAST_MAPS = 3;
const APART = 1000;

export const isolationStudy: Study = {
  summary: 'What is left between DK-LLE and UMAP: the graph or the sampling',
  defaults: { rows: 1000, repeats: 5, sets: ['fashion'] },
  run,
};

type Row = (string | number | null)[];

/** Runs the study on all data sets. */
async function run(input: StudyInput): Promise<StudyResult> {
  const rows: Row[] = [];
  const repeats = Math.max(LEAST_MAPS, input.repeats);
  for (const name of input.sets) {
    rows.push(...(await differencesOf(await loadData(name, input.data, input.rows), { ...input, repeats })));
  }
  return {
    title: 'What is left between DK-LLE and UMAP',
    text: [
      `Graphs through the same forces from one start; the figures are shares of the ${NEIGHBORHOOD} nearest neighbors in common with maps of UMAP's graph, means over ${repeats} seeds. "Same draws": both maps have the same negative samples, so that what differs is the graph. "Other draws": another seed draws them, and the last columns test these against UMAP's graph with other draws (two one-sided tests as in ardr-equivalence). "Expected": nothing is drawn, every pair repulses by how often it would be. The row of weights that are ${ROUNDING} off is the floor: what rounding alone does.`,
      'A holds the memberships of directed neighbors; s is the sum of the weights of a sample (`weightSum`).',
    ],
    tables: [
      {
        name: 'ardr-isolation',
        title: "Overlap with maps of UMAP's graph",
        header: [
          ...['data', 'samples', 'graph', 'same draws', 'other draws', 'expected'],
          ...['difference, other draws', 'standard error', 'margin', 'verdict'],
        ],
        rows,
      },
    ],
    figures: [],
    settings: { seed: input.seed, apart: APART, repeats, nNeighbors: OTHERS, sums: SUMS },
  };
}

/** One row a graph: data, samples, name, the overlaps of its maps with those of UMAP's graph, and the test. */
async function differencesOf({ name, features }: StudyData, input: StudyInput): Promise<Row[]> {
  const options = { k: OTHERS, metric: 'euclidean', excludeSelf: true } as const;
  const near = await input.context.engine.nearest(features, features, options);
  const graphs = graphsOf(near);
  const [[, umap]] = graphs;
  const random = createRandom(input.seed);
  const start = await graphStart('spectral', umap, features, 2, { ...input.context, random });
  const sampled = (graph: Csr, first: number) => sampledMaps(graph, start, first, input);
  const reference = await sampled(umap, input.seed);
  const expected = await expectedMap(umap, start, input);
  const rows: Row[] = [];
  for (const [graphName, graph] of graphs) {
    const same = graph === umap ? reference : await sampled(graph, input.seed);
    const found = equivalenceTest(reference, await sampled(graph, input.seed + APART));
    const map = graph === umap ? expected : await expectedMap(graph, start, input);
    rows.push([
      ...[name, features.rows, graphName],
      same.reduce((sum, map, r) => sum + overlap(reference[r], map), 0) / same.length,
      ...[found.between, overlap(expected, map)],
      ...[found.difference, found.error, found.margin, found.verdict],
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

/** Neighbors on maps of a graph by UMAP's sampled forces, from this start, with draws of the seeds from `first` on. */
async function sampledMaps(
  graph: Csr,
  start: Float64Array,
  first: number,
  { context, repeats }: StudyInput,
): Promise<Neighbors[]> {
  const epochs = standardEpochs(graph.rows);
  const maps: Neighbors[] = [];
  for (let r = 0; r < repeats; r++) {
    const dynamics = sampledDynamics(context.engine, graph, {
      ...{ dimensions: 2, epochs, curve, learningRate: 1, negativeSampleRate: NEGATIVE_SAMPLE_RATE },
      ...{ repulsionStrength: 1, random: createRandom(first + r, 'draws'), targets: null },
    });
    const run = createRun(start.slice(), 2, dynamics);
    await advance(run, epochs, watchStage(context, 'sampled'));
    maps.push(await mapNeighbors(run.y, 2, context));
  }
  return maps;
}

/** Neighbors on the map of a graph by UMAP's epochs in expectation, from this start. */
async function expectedMap(graph: Csr, start: Float64Array, { context }: StudyInput): Promise<Neighbors> {
  const y = start.slice();
  const options = { epochs: standardEpochs(graph.rows), negativeSampleRate: NEGATIVE_SAMPLE_RATE, curve };
  await expectedEpochs(graph, y, options, watchStage(context, 'expected'));
  return mapNeighbors(y, 2, context);
}
