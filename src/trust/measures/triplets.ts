/**
 * Random-triplet accuracy: is the nearer of two random samples nearer on the map too?
 *
 * Source: Wang et al. 2021 (PaCMAP's evaluation of global structure). An estimate by definition: it comes with
 *   an interval, and the number of triplets is an option.
 * Shapes: triplets a sample; the value at a sample is the mean of its triplets. Double precision.
 * Cost: 2 distances a triplet in both spaces. Determinism: stream `trust-triplets`.
 * Ours: a pair at equal distance in the data has no nearer one: the triplet is drawn again, up to a hundred
 *   draws a triplet; equal on the map counts half.
 */

import { toDense } from '../../core/csr.js';
import type { Random } from '../../core/random.js';
import { type PartialContext, resolveContext, watchStage } from '../../engine/context.js';
import type { Metric } from '../../engine/engine.js';
import { checkInput, checkInteger } from '../checks.js';
import { estimateDrawn } from '../interval.js';
import { inMetric } from '../reference-space.js';
import type { Figure, TrustInput } from '../types.js';
import { pairDistance } from './pairs.js';

export interface TripletOptions {
  /** Triplets drawn for each sample. Default 20. */
  readonly triplets?: number;
  /** Default `euclidean`. */
  readonly metric?: Metric;
  /** Rows that serve as first member; default every row. */
  readonly rows?: Int32Array | null;
}

const MOST_DRAWS = 100;

/** Share of random triplets whose order of distances the map keeps: 0.5 by chance, 1 at best. */
export async function tripletAccuracy(
  input: TrustInput,
  { triplets = 20, metric = 'euclidean', rows = null }: TripletOptions = {},
  partialContext: PartialContext = {},
): Promise<Figure> {
  checkInput(input);
  checkInteger(
    'triplets',
    triplets,
    1,
    1e6,
    'about 20 a sample is enough for three digits on 10,000 samples',
  );
  const context = await resolveContext(partialContext);
  const watch = watchStage(context, 'triplets');
  const random = context.random.stream('trust-triplets');
  const inData = pairDistance(inMetric(toDense(input.features), metric), metric);
  const onMap = pairDistance(input.embedding, 'euclidean');
  const samples = input.features.rows;
  const count = rows ? rows.length : samples;
  const pointwise = new Float64Array(count);
  for (let q = 0; q < count; q++) {
    pointwise[q] = accuracyOfOne(rows ? rows[q] : q, { samples, triplets, inData, onMap, random });
    if (q % 64 === 0) await watch.checkpoint();
    watch.progress((q + 1) / count);
  }
  const defined = pointwise.filter((value) => !Number.isNaN(value));
  return defined.length > 0
    ? estimateDrawn(defined, pointwise)
    : { value: Number.NaN, pointwise, interval: null };
}

interface Drawing {
  readonly samples: number;
  readonly triplets: number;
  readonly inData: (i: number, j: number) => number;
  readonly onMap: (i: number, j: number) => number;
  readonly random: Random;
}

/** Mean over the triplets of one sample; NaN where all others are equally far. */
function accuracyOfOne(i: number, { samples, triplets, inData, onMap, random }: Drawing): number {
  let kept = 0;
  let agreed = 0;
  for (let draw = 0; kept < triplets && draw < triplets * MOST_DRAWS; draw++) {
    const a = otherThan(i, i, samples, random);
    const b = otherThan(i, a, samples, random);
    const trueOrder = Math.sign(inData(i, a) - inData(i, b));
    if (trueOrder === 0) continue;
    kept++;
    agreed += (1 + trueOrder * Math.sign(onMap(i, a) - onMap(i, b))) / 2;
  }
  return kept > 0 ? agreed / kept : Number.NaN;
}

/** A random sample that is neither i nor j. */
function otherThan(i: number, j: number, samples: number, random: Random): number {
  for (;;) {
    const drawn = random.below(samples);
    if (drawn !== i && drawn !== j) return drawn;
  }
}
