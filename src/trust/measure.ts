/**
 * All measures of a map at once, each beside what a shuffled map and a PCA of the same data score.
 *
 * Purpose: the table of an audit. Passes over the features are shared between the map and the PCA.
 * Source: see the file of each measure. Shapes: samples x k. Precision: see there.
 * Cost: two passes over all distances (neighborhoods, pairs); with `sample`, one of the asked rows.
 * How it fails: measures that need every sample (groups, silhouette, rates over all pairs) are left out of a sampled run, or
 *   estimated from drawn pairs, and a warning names them. Determinism: streams `trust-*` only.
 */

import { permutation } from '../core/random.js';
import { type Context, createContext, watchStage } from '../engine/context.js';
import type { Metric } from '../engine/engine.js';
import { ShapeError } from '../errors.js';
import { principalComponents } from '../linalg/principal-components.js';
import type { Matrix, Warning } from '../model.js';
import { type CheckedNeighborhoodOptions, checkInput, checkNeighborhoodOptions } from './checks.js';
import { communities } from './measures/communities.js';
import { densityPreservation } from './measures/density.js';
import { comparePairs, DISTANCE_FIGURES, type MapDistances, sampleDistances } from './measures/distances.js';
import { groupsOfBoth } from './measures/distortion.js';
import { groupDistances, groupFit } from './measures/groups.js';
import { encodeLabels, type LabelCodes, labelAccuracy, nullLabelAccuracy } from './measures/labels.js';
import { compareMaps, drawRows } from './measures/neighborhoods.js';
import {
  continuity,
  neighborhoodPreservation,
  preservationArea,
  relativeRankErrorFalse,
  relativeRankErrorMissing,
  trustworthiness,
} from './measures/rank-measures.js';
import { nullPreservation, nullRelativeRankError, nullTrustworthiness } from './measures/rank-null.js';
import { tripletAccuracy } from './measures/triplets.js';
import { type SpaceOptions, trueSpace } from './reference-space.js';
import type { Figure, NeighborhoodOptions, Neighborhoods, TrustInput } from './types.js';

/** Names of the measures, in the order in which they are told. */
export const MEASURE_NAMES = [
  'trustworthiness',
  'continuity',
  'neighborhoodPreservation',
  'preservationArea',
  'relativeRankErrorFalse',
  'relativeRankErrorMissing',
  'groupSteadiness',
  'groupCohesiveness',
  'groupDistances',
  'shepardCorrelation',
  'tripletAccuracy',
  'densityPreservation',
  'rawStress',
  'normalizedStress',
  'scaledStress',
  'kruskalStress',
  'labelAccuracy',
  'silhouette',
] as const;
export type MeasureName = (typeof MEASURE_NAMES)[number];

/** A figure beside its references. NaN where the measure is not defined on this data. */
export interface Measure extends Figure {
  /** Expected value when the rows of the map are shuffled. */
  readonly null: number;
  /** Value of the PCA of the same data in as many dimensions; null when not asked for. */
  readonly pca: number | null;
  /** The same measure in the data itself, for measures of labels; null for all others. */
  readonly input: number | null;
}

export interface MeasureOptions extends NeighborhoodOptions, SpaceOptions {
  /** One label a sample: adds `labelAccuracy` and `silhouette`, and groups for `groupDistances`. */
  readonly labels?: readonly string[] | null;
  /** False leaves the PCA out. Default true. */
  readonly pca?: boolean;
  /** Random triplets a sample. Default 20. */
  readonly triplets?: number;
}

export interface TrustMeasures {
  readonly samples: number;
  readonly k: number;
  readonly metric: Metric;
  /** Measures that could be taken; a sampled run lacks those of groups and the silhouette. */
  readonly measures: Readonly<Partial<Record<MeasureName, Measure>>>;
  readonly neighborhoods: Neighborhoods;
  /** The space whose distances counted as true: the features, dense, or their principal components. */
  readonly trueSpace: Matrix;
  /** Group of each sample in the data and on the map (see `groupsOfBoth`), largest first; null in a sampled run. */
  readonly groups: { readonly input: Int32Array; readonly embedding: Int32Array } | null;
  readonly warnings: readonly Warning[];
}

type FigureTable = Partial<Record<MeasureName, Figure>>;

/** Everything the measures of one map are computed from. */
interface Basis {
  readonly features: Matrix;
  readonly map: Matrix;
  readonly neighborhoods: Neighborhoods;
  readonly distances: MapDistances;
  readonly labels: (LabelCodes & { readonly shuffled: Int32Array }) | null;
  readonly groups: { readonly input: Int32Array; readonly embedding: Int32Array } | null;
}

/** Every measure of a map. Throws ShapeError, FormatError or OptionError where input or options are wrong. */
export async function measureTrust(
  input: TrustInput,
  options: MeasureOptions = {},
  given: Partial<Context> = {},
): Promise<TrustMeasures> {
  const context = createContext(given);
  checkInput(input);
  const checked = checkNeighborhoodOptions(options, input.features.rows);
  const features = await trueSpace(input.features, options, context);
  const labels = labelsOf(options.labels ?? null, features.rows, context);
  const maps = [
    input.embedding,
    ...(options.pca === false ? [] : [await referenceMap(features, input, context)]),
  ];
  const bases = await basesOf(features, maps, checked, labels, context);
  const tables: FigureTable[] = [];
  for (const basis of bases) tables.push(await figuresOf(basis, checked.metric, options.triplets, context));
  const [own] = bases;
  return {
    samples: features.rows,
    k: checked.k,
    metric: checked.metric,
    measures: besideReferences(tables[0], nullsOf(own), tables[1] ?? null, inputsOf(own)),
    neighborhoods: own.neighborhoods,
    trueSpace: features,
    groups: own.groups,
    warnings: [...own.neighborhoods.warnings, ...leftOutWarnings(tables[0], checked.sample)],
  };
}

function labelsOf(labels: readonly string[] | null, samples: number, context: Context) {
  if (!labels) return null;
  if (labels.length !== samples) {
    throw new ShapeError({
      got: `${labels.length} labels for ${samples} samples`,
      expected: 'one label a sample',
      remedy: 'join the labels to the samples by id',
    });
  }
  return { ...encodeLabels(labels), shuffled: permutation(samples, context.random.stream('trust-labels')) };
}

async function referenceMap(features: Matrix, { embedding }: TrustInput, context: Context): Promise<Matrix> {
  const count = Math.min(embedding.columns, features.columns, features.rows);
  return principalComponents(features, count, context, watchStage(context, 'pca'));
}

async function basesOf(
  features: Matrix,
  maps: readonly Matrix[],
  { k, metric, sample }: CheckedNeighborhoodOptions,
  labels: Basis['labels'],
  context: Context,
): Promise<Basis[]> {
  const asked = sample === null ? null : drawRows(features.rows, sample, context.random);
  const compared = await compareMaps(features, maps, { k, metric, asked }, context);
  const onPairs = asked ? sampleDistances : comparePairs;
  const distances = await onPairs(features, maps, { metric, labels }, context);
  return maps.map((map, m) => {
    const groups = asked ? null : groupsOfBoth(compared[m]);
    return { features, map, neighborhoods: compared[m], distances: distances[m], labels, groups };
  });
}

async function figuresOf(basis: Basis, metric: Metric, triplets: number | undefined, context: Context) {
  const { features, map, neighborhoods, labels } = basis;
  const table: FigureTable = {
    trustworthiness: trustworthiness(neighborhoods),
    continuity: continuity(neighborhoods),
    neighborhoodPreservation: neighborhoodPreservation(neighborhoods),
    preservationArea: preservationArea(neighborhoods),
    relativeRankErrorFalse: relativeRankErrorFalse(neighborhoods),
    relativeRankErrorMissing: relativeRankErrorMissing(neighborhoods),
    densityPreservation: densityPreservation(neighborhoods),
    tripletAccuracy: await tripletAccuracy(
      { features, embedding: map },
      { triplets, metric, rows: neighborhoods.asked },
      context,
    ),
    ...basis.distances.figures,
    ...groupFigures(basis),
  };
  if (labels) table.labelAccuracy = labelAccuracy(labels, neighborhoods);
  if (basis.distances.silhouette) table.silhouette = basis.distances.silhouette.map;
  return table;
}

function groupFigures({ features, map, neighborhoods, labels, groups }: Basis): FigureTable {
  if (!groups) return {};
  const { input, embedding } = neighborhoods;
  const value = groupDistances(features, map, labels ? labels.codes : groups.input);
  return {
    groupSteadiness: groupFit(embedding, groups.input, communities(embedding)),
    groupCohesiveness: groupFit(input, groups.embedding, groups.input),
    groupDistances: { value, pointwise: null, interval: null },
  };
}

/** Expected values under shuffled rows: closed forms, but for labels, which are shuffled once. */
function nullsOf({ neighborhoods, distances, labels }: Basis): Record<MeasureName, number> {
  const { samples, k } = neighborhoods;
  const rankError = nullRelativeRankError(samples, k);
  return {
    trustworthiness: nullTrustworthiness(samples, k),
    continuity: nullTrustworthiness(samples, k),
    neighborhoodPreservation: nullPreservation(samples, k),
    preservationArea: 0,
    relativeRankErrorFalse: rankError,
    relativeRankErrorMissing: rankError,
    groupSteadiness: 0,
    groupCohesiveness: 0,
    groupDistances: 0,
    tripletAccuracy: 0.5,
    densityPreservation: 0,
    ...distances.nulls,
    labelAccuracy: labels ? nullLabelAccuracy(labels, neighborhoods, labels.shuffled) : Number.NaN,
    silhouette: distances.silhouette ? distances.silhouette.shuffled.value : Number.NaN,
  };
}

function inputsOf({ neighborhoods, distances, labels }: Basis): Partial<Record<MeasureName, number>> {
  const found: Partial<Record<MeasureName, number>> = {};
  if (labels) found.labelAccuracy = labelAccuracy(labels, neighborhoods, 'input').value;
  if (distances.silhouette) found.silhouette = distances.silhouette.input.value;
  return found;
}

function besideReferences(
  own: FigureTable,
  nulls: Record<MeasureName, number>,
  pca: FigureTable | null,
  inputs: Partial<Record<MeasureName, number>>,
): Partial<Record<MeasureName, Measure>> {
  const result: Partial<Record<MeasureName, Measure>> = {};
  for (const name of MEASURE_NAMES) {
    const figure = own[name];
    if (!figure) continue;
    const reference = pca?.[name]?.value ?? null;
    result[name] = { ...figure, null: nulls[name], pca: reference, input: inputs[name] ?? null };
  }
  return result;
}

function leftOutWarnings(table: FigureTable, sample: number | null): Warning[] {
  const warnings: Warning[] = [];
  if (sample !== null) {
    const message =
      `Figures are estimates: ${sample} samples were asked, and ${DISTANCE_FIGURES.join(', ')} come from random pairs. ` +
      'Groups and the silhouette need every sample and are left out.';
    warnings.push({ code: 'sampled', message });
  }
  const density = table.densityPreservation;
  if (density && 'leftOut' in density && Number(density.leftOut) > 0) {
    const message = `densityPreservation leaves out ${density.leftOut} samples whose k neighbors are all duplicates of them.`;
    warnings.push({ code: 'no-local-radius', message });
  }
  return warnings;
}
