/**
 * The measures of a map: one row each, in the order in which they are told.
 *
 * Purpose: everything that is known of a measure in one place: how it is computed, its range and direction, what a
 *   shuffled map scores, and its meaning in a sentence. A new measure is a row here and a function in measures/.
 * Source: the file of each measure.
 */

import type { Context } from '../engine/context.js';
import type { Metric } from '../engine/engine.js';
import type { Matrix } from '../model.js';
import { communities } from './measures/communities.js';
import { densityPreservation } from './measures/density.js';
import type { MapDistances } from './measures/distances.js';
import { groupDistances, groupFit } from './measures/groups.js';
import { type LabelCodes, labelAccuracy, nullLabelAccuracy } from './measures/labels.js';
import {
  continuity,
  neighborhoodPreservation,
  preservationArea,
  relativeRankErrorFalse,
  relativeRankErrorMissing,
  trustworthiness,
} from './measures/rank-measures.js';
import { nullPreservation, nullRelativeRankError, nullTrustworthiness } from './measures/rank-null.js';
import type { DistanceFigures } from './measures/shepard.js';
import { tripletAccuracy } from './measures/triplets.js';
import type { Figure, Neighborhoods } from './types.js';

/** Labels as numbers, with an order that shuffles them. */
export type ShuffledLabels = LabelCodes & { readonly shuffled: Int32Array };

/** All that the measures of one map are computed from. */
export interface MeasureBasis {
  /** The reference space, samples x features. */
  readonly features: Matrix;
  /** samples x dimensions. */
  readonly map: Matrix;
  readonly metric: Metric;
  readonly neighborhoods: Neighborhoods;
  readonly distances: MapDistances;
  /** Null where the samples have no labels. */
  readonly labels: ShuffledLabels | null;
  /** Group of each sample in the data and on the map; null in a sampled run. */
  readonly groups: { readonly input: Int32Array; readonly embedding: Int32Array } | null;
  /** Random triplets a sample; undefined for the default of `tripletAccuracy`. */
  readonly triplets: number | undefined;
}

export interface MeasureDefinition {
  /** The figure of a map, or null where this run cannot take it (no labels, no groups). */
  readonly figure: (basis: MeasureBasis, context: Context) => Figure | null | Promise<Figure>;
  /** Lowest and highest possible value. */
  readonly range: readonly [number, number];
  readonly better: 'higher' | 'lower';
  /** Expected value when the rows of the map are shuffled: a closed form, but for labels, which are shuffled once. */
  readonly chance: (basis: MeasureBasis) => number;
  /** The same measure in the data itself, for measures of labels. */
  readonly inData?: (basis: MeasureBasis) => number | null;
  /** What the figure says, for people. */
  readonly sentence: string;
}

/** Chance level of measures that are corrected for chance, or are correlations. */
const zero = () => 0;
/** Chance level of trustworthiness, and of continuity. */
const rankChance = ({ neighborhoods: { samples, k, tieWidths } }: MeasureBasis) =>
  nullTrustworthiness(samples, k, tieWidths?.input, tieWidths?.embedding);
/** Continuity of a random map: trustworthiness with the two sides exchanged. */
const continuityChance = ({ neighborhoods: { samples, k, tieWidths } }: MeasureBasis) =>
  nullTrustworthiness(samples, k, tieWidths?.embedding, tieWidths?.input);
/** Chance level of both relative rank errors. */
const errorChance = ({ neighborhoods: { samples, k } }: MeasureBasis) => nullRelativeRankError(samples, k);

/** Figure and chance level of a measure that rests on all pairs (see measures/distances.ts). */
function overPairs(name: keyof DistanceFigures): Pick<MeasureDefinition, 'figure' | 'chance'> {
  return {
    figure: ({ distances }) => distances.figures[name],
    chance: ({ distances }) => distances.nulls[name],
  };
}

const definitions = {
  trustworthiness: {
    figure: ({ neighborhoods }) => trustworthiness(neighborhoods),
    range: [0, 1],
    better: 'higher',
    chance: rankChance,
    sentence: 'The k neighbors of a sample on the map are near it in the data.',
  },
  continuity: {
    figure: ({ neighborhoods }) => continuity(neighborhoods),
    range: [0, 1],
    better: 'higher',
    chance: continuityChance,
    sentence: 'The k neighbors of a sample in the data are near it on the map.',
  },
  neighborhoodPreservation: {
    figure: ({ neighborhoods }) => neighborhoodPreservation(neighborhoods),
    range: [0, 1],
    better: 'higher',
    chance: ({ neighborhoods: { samples, k, tieWidths } }) => nullPreservation(samples, k, tieWidths?.input),
    sentence: 'Share of the k neighbors that the map and the data have in common.',
  },
  preservationArea: {
    figure: ({ neighborhoods }) => preservationArea(neighborhoods),
    range: [-1, 1],
    better: 'higher',
    chance: zero,
    sentence: 'The same over all neighborhood sizes up to k, corrected for chance.',
  },
  relativeRankErrorFalse: {
    figure: ({ neighborhoods }) => relativeRankErrorFalse(neighborhoods),
    range: [0, 1],
    better: 'lower',
    chance: errorChance,
    sentence: 'How wrong the ranks of the neighbors on the map are; near ones weigh more.',
  },
  relativeRankErrorMissing: {
    figure: ({ neighborhoods }) => relativeRankErrorMissing(neighborhoods),
    range: [0, 1],
    better: 'lower',
    chance: errorChance,
    sentence: 'How wrong the ranks of the neighbors in the data are; near ones weigh more.',
  },
  groupSteadiness: {
    figure: ({ groups, neighborhoods: { embedding } }) =>
      groups && groupFit(embedding, groups.input, communities(embedding)),
    range: [-1, 1],
    better: 'higher',
    chance: zero,
    sentence: 'Groups on the map are groups of the data; low where the map glues groups together.',
  },
  groupCohesiveness: {
    figure: ({ groups, neighborhoods: { input } }) =>
      groups && groupFit(input, groups.embedding, groups.input),
    range: [-1, 1],
    better: 'higher',
    chance: zero,
    sentence: 'Groups of the data stay together on the map; low where the map tears a group.',
  },
  groupDistances: {
    figure: ({ features, map, labels, groups }) =>
      groups && {
        value: groupDistances(features, map, labels ? labels.codes : groups.input),
        pointwise: null,
        interval: null,
      },
    range: [-1, 1],
    better: 'higher',
    chance: zero,
    sentence: 'Rank correlation of the distances between group centers in the data and on the map.',
  },
  shepardCorrelation: {
    ...overPairs('shepardCorrelation'),
    range: [-1, 1],
    better: 'higher',
    sentence: 'Rank correlation of all distances in the data and on the map.',
  },
  tripletAccuracy: {
    figure: ({ features, map, neighborhoods, triplets, metric }, context) => {
      const input = { features, embedding: map };
      return tripletAccuracy(input, { triplets, metric, rows: neighborhoods.queries }, context);
    },
    range: [0, 1],
    better: 'higher',
    chance: () => 0.5,
    sentence: 'Of two random samples, the one that is nearer in the data is nearer on the map.',
  },
  densityPreservation: {
    figure: ({ neighborhoods }) => densityPreservation(neighborhoods),
    range: [-1, 1],
    better: 'higher',
    chance: zero,
    sentence: 'Crowded regions of the data are crowded on the map: correlation of log local radii.',
  },
  rawStress: {
    ...overPairs('rawStress'),
    range: [0, Number.POSITIVE_INFINITY],
    better: 'lower',
    sentence: 'Sum of squared differences of all distances; depends on the scale of the map.',
  },
  normalizedStress: {
    ...overPairs('normalizedStress'),
    range: [0, Number.POSITIVE_INFINITY],
    better: 'lower',
    sentence: 'The same relative to the distances in the data; depends on the scale of the map.',
  },
  scaledStress: {
    ...overPairs('scaledStress'),
    range: [0, 1],
    better: 'lower',
    sentence: 'The same at the scale of the map that makes it least.',
  },
  kruskalStress: {
    ...overPairs('kruskalStress'),
    range: [0, 1],
    better: 'lower',
    sentence: 'How far distances on the map are from any monotone function of those in the data.',
  },
  labelAccuracy: {
    figure: ({ labels, neighborhoods }) => labels && labelAccuracy(labels, neighborhoods),
    range: [0, 1],
    better: 'higher',
    chance: ({ labels, neighborhoods }) =>
      labels ? nullLabelAccuracy(labels, neighborhoods, labels.shuffled) : Number.NaN,
    inData: ({ labels, neighborhoods }) => labels && labelAccuracy(labels, neighborhoods, 'input').value,
    sentence: 'Share of samples whose neighbors on the map vote for their label.',
  },
  silhouette: {
    figure: ({ distances }) => distances.silhouette?.map ?? null,
    range: [-1, 1],
    better: 'higher',
    chance: ({ distances }) => distances.silhouette?.shuffled.value ?? Number.NaN,
    inData: ({ distances }) => distances.silhouette?.input.value ?? null,
    sentence: 'How well the labels are separated on the map.',
  },
} as const satisfies Record<string, MeasureDefinition>;

export type MeasureName = keyof typeof definitions;

/** Every measure by its name, in the order in which they are told. */
export const MEASURES: Readonly<Record<MeasureName, MeasureDefinition>> = definitions;

/** Names of the measures, in the same order. */
export const MEASURE_NAMES = Object.keys(definitions) as readonly MeasureName[];
