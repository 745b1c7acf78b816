/**
 * Figures from all pairs of samples, for several maps of one data set in one walk; or from random pairs.
 *
 * Cost: samples^2 / 2 distances in every space, or the drawn pairs. Memory: see pairs.ts and shepard.ts.
 * The interval of a figure from drawn pairs: pairs are drawn in 20 batches, and the batches' spread gives the
 * standard error of their mean (Student's t with 19 degrees). Determinism: stream `trust-pairs`.
 */

import type { Random } from '../../core/random.js';
import { mean } from '../../core/statistics.js';
import { type Context, watchStage } from '../../engine/context.js';
import type { Metric } from '../../engine/engine.js';
import type { Matrix } from '../../model.js';
import type { Figure } from '../types.js';
import type { LabelCodes } from './labels.js';
import { pairDistance, walkPairs } from './pairs.js';
import { type DistanceFigures, type ShepardAccumulator, shepardAccumulator } from './shepard.js';
import { silhouetteAccumulator } from './silhouette.js';

const BATCHES = 20;
const PAIRS_A_BATCH = 2 ** 14;
/** 97.5% quantile of Student's t with 19 degrees of freedom. */
const T_BATCHES = 2.093024054408263;

export const DISTANCE_FIGURES = [
  'shepardCorrelation',
  'rawStress',
  'normalizedStress',
  'scaledStress',
  'kruskalStress',
] as const;

export interface MapDistances {
  readonly figures: Readonly<Record<keyof DistanceFigures, Figure>>;
  /** Expected under shuffled rows of the map. */
  readonly nulls: DistanceFigures;
  /** Of the labels on this map, and of shuffled labels; null without labels or from drawn pairs. */
  readonly silhouette: { readonly map: Figure; readonly shuffled: Figure; readonly input: Figure } | null;
}

export interface DistanceOptions {
  readonly metric: Metric;
  readonly labels: (LabelCodes & { readonly shuffled: Int32Array }) | null;
}

/** Exact figures over every pair. */
export async function comparePairs(
  features: Matrix,
  maps: readonly Matrix[],
  { metric, labels }: DistanceOptions,
  context: Context,
): Promise<MapDistances[]> {
  const pairs = (features.rows * (features.rows - 1)) / 2;
  const watch = watchStage(context, 'distances');
  const shepards: ShepardAccumulator[] = [];
  for (const map of maps) {
    await watch.checkpoint();
    shepards.push(shepardAccumulator(pairs, pairDrawer(features, map, metric), context.random));
  }
  const silhouettes = labels ? silhouettesOf(maps.length, labels) : null;
  const visit = (i: number, input: Float64Array, onMaps: readonly Float64Array[]) => {
    shepards.forEach((shepard, m) => {
      shepard.add(i + 1, input, onMaps[m]);
    });
    silhouettes?.addRow(i, input, onMaps);
  };
  await walkPairs(features, maps, metric, visit, context, watch);
  return shepards.map((shepard, m) => {
    const values = shepard.figures();
    return {
      figures: eachFigure((name) => ({ value: values[name], pointwise: null, interval: null })),
      nulls: shepard.nullFigures(),
      silhouette: silhouettes ? silhouettes.figures(m) : null,
    };
  });
}

/** Estimates from random pairs, with intervals. */
export async function sampleDistances(
  features: Matrix,
  maps: readonly Matrix[],
  { metric }: DistanceOptions,
  context: Context,
): Promise<MapDistances[]> {
  const watch = watchStage(context, 'distances');
  const result: MapDistances[] = [];
  for (const map of maps) {
    const draw = pairDrawer(features, map, metric);
    const random = context.random.stream('trust-pairs');
    const batches: DistanceFigures[] = [];
    const nulls: DistanceFigures[] = [];
    for (let b = 0; b < BATCHES; b++) {
      const batch = drawnBatch(draw, random);
      batches.push(batch.figures);
      nulls.push(batch.nulls);
      watch.progress((b + 1) / BATCHES);
      await watch.checkpoint();
    }
    const whole = (features.rows * (features.rows - 1)) / 2 / PAIRS_A_BATCH;
    const scaleOf = (name: keyof DistanceFigures) => (name === 'rawStress' ? whole : 1);
    const overBatches = (of: readonly DistanceFigures[], name: keyof DistanceFigures) => {
      return of.map((batch) => batch[name] * scaleOf(name));
    };
    result.push({
      figures: eachFigure((name) => batchEstimate(overBatches(batches, name))),
      nulls: eachFigure((name) => mean(overBatches(nulls, name))),
      silhouette: null,
    });
  }
  return result;
}

/** A record with one value a figure. */
function eachFigure<T>(make: (name: keyof DistanceFigures) => T): Record<keyof DistanceFigures, T> {
  const [a, b, c, d, e] = DISTANCE_FIGURES.map(make);
  return { shepardCorrelation: a, rawStress: b, normalizedStress: c, scaledStress: d, kruskalStress: e };
}

/** Figures, and those expected by chance, of one batch of random pairs. */
function drawnBatch(draw: (random: Random) => readonly [number, number], random: Random) {
  const input = new Float64Array(PAIRS_A_BATCH);
  const onMap = new Float64Array(PAIRS_A_BATCH);
  for (let p = 0; p < PAIRS_A_BATCH; p++) [input[p], onMap[p]] = draw(random);
  const shepard = shepardAccumulator(PAIRS_A_BATCH, draw, random);
  shepard.add(0, input, onMap);
  return { figures: shepard.figures(), nulls: shepard.nullFigures() };
}

/** Mean of the batches with its 95% interval (Student's t). */
function batchEstimate(values: readonly number[]): Figure {
  const value = mean(values);
  const square = values.reduce((sum, v) => sum + (v - value) ** 2, 0);
  const half = T_BATCHES * Math.sqrt(square / (values.length - 1) / values.length);
  return { value, pointwise: null, interval: [value - half, value + half] };
}

/** A function that draws a random pair and gives its distance in the data and on the map. */
function pairDrawer(features: Matrix, map: Matrix, metric: Metric) {
  const inData = pairDistance(features, metric);
  const onMap = pairDistance(map, 'euclidean');
  return (random: Random): readonly [number, number] => {
    const i = random.below(features.rows);
    const j = (i + 1 + random.below(features.rows - 1)) % features.rows;
    return [inData(i, j), onMap(i, j)];
  };
}

/** Silhouettes of all maps, of shuffled labels on them, and of the data, in one walk. */
function silhouettesOf(maps: number, { codes, names, shuffled }: LabelCodes & { shuffled: Int32Array }) {
  const mixed = shuffled.map((from) => codes[from]);
  const input = silhouetteAccumulator(codes, names.length);
  const onMap = Array.from({ length: maps }, () => silhouetteAccumulator(codes, names.length));
  const chance = Array.from({ length: maps }, () => silhouetteAccumulator(mixed, names.length));
  return {
    addRow(i: number, inData: Float64Array, onMaps: readonly Float64Array[]) {
      input.addRow(i, inData);
      onMaps.forEach((distances, m) => {
        onMap[m].addRow(i, distances);
        chance[m].addRow(i, distances);
      });
    },
    figures: (m: number) => ({ map: onMap[m].figure(), shuffled: chance[m].figure(), input: input.figure() }),
  };
}
