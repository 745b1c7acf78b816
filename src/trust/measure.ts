/**
 * All measures of a map at once, each beside what a shuffled map and a PCA of the same data score.
 *
 * Purpose: the table of an audit. Passes over the features are shared between the map and the PCA.
 * Source: see the file of each measure. Shapes: samples x k. Precision: see there.
 * Cost: two passes over all distances (neighborhoods, pairs); with `sample`, one of the query rows.
 * How it fails: measures that need every sample (groups, silhouette, rates over all pairs) are left out of a sampled run, or
 *   estimated from drawn pairs, and a warning names them. Determinism: streams `trust-*` only.
 */

import { permutation } from '../core/random.js';
import { type Context, type PartialContext, resolveContext, watchStage } from '../engine/context.js';
import type { Metric } from '../engine/engine.js';
import { ShapeError } from '../errors.js';
import { principalComponents } from '../linalg/principal-components.js';
import type { Matrix, Warning } from '../model.js';
import {
  type CheckedNeighborhoodOptions,
  checkInput,
  checkNeighborhoodOptions,
  DEFAULT_K,
} from './checks.js';
import {
  MEASURE_NAMES,
  MEASURES,
  type MeasureBasis,
  type MeasureName,
  type ShuffledLabels,
} from './measure-table.js';
import { comparePairs, DISTANCE_FIGURES, sampleDistances } from './measures/distances.js';
import { findGroups, groupsOfBoth } from './measures/distortion.js';
import { encodeLabels, type NoClasses, noClassesIn } from './measures/labels.js';
import { compareMaps, drawRows } from './measures/neighborhoods.js';
import { referenceSpace, type SpaceOptions, scaledAs } from './reference-space.js';
import type { Figure, NeighborhoodOptions, Neighborhoods, TrustInput } from './types.js';

/** A figure beside its references. NaN where the measure is not defined on this data. */
export interface Measure extends Figure {
  /** Expected value when the rows of the map are shuffled. */
  readonly null: number;
  /** Value of the PCA of the same data in as many dimensions; null when it was left out. */
  readonly pca: number | null;
  /** The same measure in the data itself, for measures of labels; null for all others. */
  readonly input: number | null;
}

export interface MeasureOptions extends NeighborhoodOptions, SpaceOptions {
  /**
   * One label a sample: adds `labelAccuracy` and `silhouette`, and groups for `groupDistances`; not where most samples have
   * a label of their own, which is no class.
   */
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
  /** What the map is judged against: the features, dense, or their principal components. */
  readonly referenceSpace: Matrix;
  /** Group of each sample in the data and on the map (see `groupsOfBoth`), largest first; null in a sampled run. */
  readonly groups: { readonly input: Int32Array; readonly embedding: Int32Array } | null;
  /** Counts of labels that were given and are no classes, so that no figure rests on them; null otherwise. */
  readonly noClasses: NoClasses | null;
  readonly warnings: readonly Warning[];
}

interface BasisInput extends Pick<MeasureBasis, 'features' | 'labels' | 'triplets'> {
  readonly maps: readonly Matrix[];
}

type FigureTable = Partial<Record<MeasureName, Figure>>;

/** Every measure of a map. Throws ShapeError, FormatError or OptionError where input or options are wrong. */
export async function measureTrust(
  input: TrustInput,
  options: MeasureOptions = {},
  partialContext: PartialContext = {},
): Promise<TrustMeasures> {
  const context = await resolveContext(partialContext);
  checkInput(input);
  const checked = checkNeighborhoodOptions({ ties: 'shared', ...options }, input.features.rows);
  const features = await referenceSpace(input.features, options, context);
  const noClasses = options.labels ? noClassesIn(options.labels) : null;
  const labels = shuffledLabels(options.labels ?? null, features.rows, context);
  const maps = [input.embedding, ...(options.pca === false ? [] : [await pcaMap(features, input, context)])];
  const classes = noClasses ? null : labels;
  const bases = await basesOf(
    { features, maps, labels: classes, triplets: options.triplets },
    checked,
    context,
  );
  const tables: FigureTable[] = [];
  for (const basis of bases) tables.push(await figuresOf(basis, context));
  const [basis] = bases;
  return {
    samples: features.rows,
    k: checked.k,
    metric: checked.metric,
    measures: besideReferences(tables[0], tables[1] ?? null, basis),
    neighborhoods: basis.neighborhoods,
    referenceSpace: features,
    groups: basis.groups,
    noClasses,
    warnings: [
      ...fewerNeighbors(options.k, checked.k, features.rows),
      ...basis.neighborhoods.warnings,
      ...leftOutWarnings(tables[0], checked.sample),
    ],
  };
}

/** Labels as numbers with a shuffled order of them, or null. Throws ShapeError unless there is one a sample. */
function shuffledLabels(
  labels: readonly string[] | null,
  samples: number,
  context: Context,
): ShuffledLabels | null {
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

/** The PCA of the data in as many dimensions as the map, as far as the data has them. */
async function pcaMap(features: Matrix, { embedding }: TrustInput, context: Context): Promise<Matrix> {
  const count = Math.min(embedding.columns, features.columns, features.rows);
  return scaledAs(features, await principalComponents(features, count, context, watchStage(context, 'pca')));
}

/** One basis a map, the map under audit first. The passes over the features are shared. */
async function basesOf(
  { features, maps, labels, triplets }: BasisInput,
  { k, metric, sample, ties }: CheckedNeighborhoodOptions,
  context: Context,
): Promise<MeasureBasis[]> {
  const queries = sample === null ? null : drawRows(features.rows, sample, context.random);
  const compared = await compareMaps(features, maps, { k, metric, queries, ties }, context);
  const measureDistances = queries ? sampleDistances : comparePairs;
  const distances = await measureDistances(features, maps, { metric, labels }, context);
  if (!queries) for (const neighborhoods of compared) await findGroups(neighborhoods, context);
  return maps.map((map, m) => {
    const groups = queries ? null : groupsOfBoth(compared[m]);
    const shared = { features, metric, labels, triplets };
    return { ...shared, map, neighborhoods: compared[m], distances: distances[m], groups };
  });
}

/** The figures of one map that this run can take. */
async function figuresOf(basis: MeasureBasis, context: Context): Promise<FigureTable> {
  const table: FigureTable = {};
  for (const name of MEASURE_NAMES) {
    const figure = await MEASURES[name].figure(basis, context);
    if (figure) table[name] = figure;
  }
  return table;
}

/** The figures of the map beside those of chance, of the PCA and of the data. */
function besideReferences(
  figures: FigureTable,
  pca: FigureTable | null,
  basis: MeasureBasis,
): Partial<Record<MeasureName, Measure>> {
  const result: Partial<Record<MeasureName, Measure>> = {};
  for (const name of MEASURE_NAMES) {
    const figure = figures[name];
    if (!figure) continue;
    const { chance, inData } = MEASURES[name];
    const reference = pca?.[name]?.value ?? null;
    result[name] = { ...figure, null: chance(basis), pca: reference, input: inData?.(basis) ?? null };
  }
  return result;
}

/** Says that the default size of neighborhoods was lowered for few samples. */
function fewerNeighbors(requested: number | undefined, k: number, samples: number): Warning[] {
  if (requested !== undefined || k >= DEFAULT_K) return [];
  const message = `Neighborhoods are of ${k} samples instead of ${DEFAULT_K}: there are only ${samples} samples.`;
  return [{ code: 'neighbors-reduced', message }];
}

/** Says which figures are estimates, and how many samples a measure leaves out. */
function leftOutWarnings(table: FigureTable, sample: number | null): Warning[] {
  const warnings: Warning[] = [];
  if (sample !== null) {
    const message =
      `Figures are estimates: ${sample} samples were queries, and ${DISTANCE_FIGURES.join(', ')} come from random pairs. ` +
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
