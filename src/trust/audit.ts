/**
 * An audit of a map: every measure beside its references, where the map is wrong, and what may be read off it.
 *
 * Purpose: the whole answer to "how far can this map be trusted?" in one call.
 * Cost: that of `measureTrust`, and the local maps. Determinism: streams `trust-*` only.
 */

import { trueValue } from '../core/units.js';
import { type PartialContext, resolveContext } from '../engine/context.js';
import type { Matrix, Warning } from '../model.js';
import { columnMoments } from './centering.js';
import { type MeasureOptions, measureTrust, type TrustMeasures } from './measure.js';
import { type Distortion, distortion, type LocalMaps, localMaps } from './measures/distortion.js';
import { adjustPValues, nullPoints, pointPValues } from './measures/rank-null.js';
import type { TrustInput, VerdictSentence } from './types.js';
import { writeVerdict } from './verdict/verdict.js';
import type { MapRegion } from './verdict/verdict-regions.js';

export interface AuditOptions extends MeasureOptions {
  /** Rank from which a sample counts as far. Default: beyond the size of its own group (see `distortion`). */
  readonly far?: number;
  /** Worst torn and glued links kept a sample. Default 3. */
  readonly links?: number;
  /** False leaves out the ellipses. Default true. */
  readonly ellipses?: boolean;
  /** Names of the features, for the warning about one that outweighs all others. */
  readonly featureNames?: readonly string[];
}

/** One value a query sample each. */
export interface PointwiseAudit {
  readonly trustworthiness: Float64Array;
  readonly continuity: Float64Array;
  readonly neighborhoodPreservation: Float64Array;
  /** Share of true neighbors that are far on the map, and of neighbors on the map that are far in the data. */
  readonly torn: Float64Array;
  readonly glued: Float64Array;
  /** p-value of trustworthiness against shuffled rows, corrected for the number of samples (Benjamini-Hochberg). */
  readonly pAdjusted: Float64Array;
  /** Logarithm of the local radius on the map over that in the data, less its median. */
  readonly logDensityRatio: Float64Array;
}

export interface Audit extends TrustMeasures {
  readonly pointwise: PointwiseAudit;
  readonly distortion: Distortion;
  readonly localMaps: LocalMaps | null;
  /** In reading order; joined by spaces they are one paragraph. */
  readonly verdict: readonly VerdictSentence[];
}

/** One feature with more than this share of all variance decides the distances. */
const DOMINANT_SHARE = 0.5;
/** From so many features on, components are advised. */
const WIDE = 200;

/** Audits a map. Throws ShapeError, FormatError or OptionError where input or options are wrong. */
export async function audit(
  input: TrustInput,
  options: AuditOptions = {},
  partialContext: PartialContext = {},
): Promise<Audit> {
  const context = await resolveContext(partialContext);
  const measured = await measureTrust(input, options, context);
  const { neighborhoods } = measured;
  const distorted = distortion(neighborhoods, {
    far: options.far,
    links: options.links,
    groups: measured.groups,
  });
  const ellipses = options.ellipses ?? true;
  const local = ellipses
    ? await localMaps(measured.referenceSpace, input.embedding, neighborhoods, distorted.farOnMap, context)
    : null;
  const nullSorted = nullPoints(
    measured.samples,
    measured.k,
    context.random,
    undefined,
    neighborhoods.tieWidths?.input,
  );
  const pointwise = pointwiseOf(measured, distorted, nullSorted);
  const classes = measured.noClasses ? null : (options.labels ?? null);
  const regions = mapRegions(measured, input.embedding, classes);
  const dominant = measured.metric === 'euclidean' ? dominantFeature(measured.referenceSpace, options) : null;
  return {
    ...measured,
    pointwise,
    distortion: distorted,
    localMaps: local,
    verdict: [
      ...dominantSentence(dominant),
      ...writeVerdict({ measured, distortion: distorted, pointwise, nullSorted, regions }),
    ],
    warnings: [...measured.warnings, ...dominantWarning(dominant), ...wideWarning(input, options)],
  };
}

/** The values at each query sample. */
function pointwiseOf(
  measured: TrustMeasures,
  { torn, glued }: Distortion,
  nullSorted: Float64Array,
): PointwiseAudit {
  const of = (name: keyof TrustMeasures['measures']) =>
    measured.measures[name]?.pointwise ?? new Float64Array();
  return {
    trustworthiness: of('trustworthiness'),
    continuity: of('continuity'),
    neighborhoodPreservation: of('neighborhoodPreservation'),
    torn,
    glued,
    pAdjusted: adjustPValues(pointPValues(of('trustworthiness'), nullSorted)),
    logDensityRatio: of('densityPreservation'),
  };
}

/** Regions of the map to speak of: the labels (samples without one are in none), or else the groups of the map. */
function mapRegions(
  { neighborhoods, groups, samples }: TrustMeasures,
  map: Matrix,
  labels: readonly string[] | null,
): MapRegion[] {
  const queries = neighborhoods.queries ?? Int32Array.from({ length: samples }, (_, i) => i);
  const keyOf = labels
    ? (i: number) => labels[i]
    : groups
      ? (i: number) => String(groups.embedding[i])
      : null;
  if (!keyOf) return [];
  const members = new Map<string, number[]>();
  queries.forEach((row, q) => {
    const key = keyOf(row);
    if (key === '') return;
    const known = members.get(key);
    if (known) known.push(q);
    else members.set(key, [q]);
  });
  return [...members].map(([key, rows]) => ({
    name: labels ? key : regionName(map, queries, rows),
    members: rows,
  }));
}

/** What a group of the map is called: its size and its median coordinates. */
function regionName(map: Matrix, queries: Int32Array, members: readonly number[]): string {
  const middle = Array.from({ length: Math.min(2, map.columns) }, (_, c) => {
    const values = members
      .map((q) => trueValue(map.data[queries[q] * map.columns + c], c, map.units))
      .sort((a, b) => a - b);
    return values[values.length >> 1].toFixed(1);
  });
  return `the group of ${members.length} samples around (${middle.join(', ')})`;
}

/** The feature that holds more than DOMINANT_SHARE of all variance, or null. */
function dominantFeature(features: Matrix, { featureNames, components }: AuditOptions): Dominant | null {
  const { columns } = features;
  if (columns < 2 || components !== undefined) return null;
  const { variances } = columnMoments(features);
  const total = variances.reduce((sum, v) => sum + v, 0);
  const largest = variances.indexOf(Math.max(...variances));
  const share = variances[largest] / total;
  if (!(share > DOMINANT_SHARE)) return null;
  return { name: featureNames?.[largest] ?? `f${largest}`, share, features: columns };
}

/** In wide noisy data the order of neighbors is mostly noise. */
function wideWarning({ features }: TrustInput, { components }: AuditOptions): Warning[] {
  if (components !== undefined || features.columns <= WIDE) return [];
  const message =
    `Distances were measured on all ${features.columns} features, their noise included. If the map was made from principal ` +
    'components, as single-cell pipelines do, measure on as many of them.';
  return [{ code: 'many-features', message }];
}

interface Dominant {
  readonly name: string;
  readonly share: number;
  readonly features: number;
}

/** Told first: all that follows depends on it. */
function dominantSentence(dominant: Dominant | null): VerdictSentence[] {
  if (!dominant) return [];
  const text =
    `First of all: ${dominant.name} alone makes up ${Math.round(100 * dominant.share)}% of the variance of the ${dominant.features} features, ` +
    `so "close in the data" below means close in ${dominant.name}; if the map was made from standardized features, audit it on standardized features.`;
  const figures = [
    { measure: 'largestVarianceShare', value: dominant.share, null: 1 / dominant.features, pca: null },
  ];
  return [{ about: 'overall', answer: 'partly', text, figures }];
}

/** The same as a warning. */
function dominantWarning(dominant: Dominant | null): Warning[] {
  if (!dominant) return [];
  const message = `${dominant.name} alone makes up ${Math.round(100 * dominant.share)}% of the variance of the features, and so decides the distances.`;
  return [{ code: 'dominant-feature', message }];
}
