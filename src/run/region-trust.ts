/** Trust of the regions of an explanation: each module's, and each locality. */

import { gatherRows } from '../core/matrix.js';
import { type Context, watchStage } from '../engine/context.js';
import { paced } from '../engine/watch.js';
import type { Explanation, Table, Warning } from '../model.js';
import {
  compareNeighborhoods,
  continuity,
  distortion,
  localityTrust,
  moduleTrust,
  type RegionTrust,
  referenceSpace,
  trustLayerSteps,
  trustworthiness,
} from '../trust/index.js';
import { findGroups } from '../trust/measures/distortion.js';

export interface ExplanationTrust {
  /** The explanation with the trust of the map and of each module, and a warning for each that rests on a torn or glued region. */
  readonly explanation: Explanation;
  /** One a locality; null when trust was not measured. */
  readonly localities: readonly RegionTrust[] | null;
}

/** Share of the memory that dense features may take: neighbors are measured on dense rows. */
const DENSE_SHARE = 0.5;

/**
 * In wide data the order of neighbors is mostly noise: of 12 modules of 2,638 blood cells with 1,000 genes 4 were flagged
 * on the genes themselves, natural killer cells among them, and 2 on 50 components, both in the CD4 T cells that the
 * map mixes. Components also make the measurement a few times faster.
 */
const COMPONENTS = 50;

/** Samples up to which the neighborhoods of all are compared, and how many of more are drawn. */
const MOST_SAMPLES = 100_000;
const DRAWN = 2000;

/**
 * Measures trust on the features that are explained, by Euclidean distance; on 50 components of wide data. Of more than
 * 100,000 samples 2,000 are drawn at random (or `samples` of any number), and compared with all: modules then have an
 * interval, and neither localities nor the map at each sample have a figure.
 */
export async function withTrust(
  explanation: Explanation,
  table: Table,
  context: Context,
  samples?: number,
): Promise<ExplanationTrust> {
  const { features } = table;
  const bytes = 4 * features.rows * (isWide(features) ? COMPONENTS : features.columns);
  if ('offsets' in features && bytes > DENSE_SHARE * context.memory) {
    return { explanation: warned(explanation, [tooLarge(bytes)]), localities: null };
  }
  const { rows } = features;
  const drawn = Math.min(rows, samples ?? (rows > MOST_SAMPLES ? DRAWN : rows));
  const started = performance.now();
  const measured =
    drawn < rows
      ? await sampledTrust(explanation, table, drawn, context)
      : await wholeTrust(explanation, table, context);
  const { modules, localities, layer } = measured;
  const described = {
    ...explanation,
    descriptions: explanation.descriptions.map((description, m) => ({
      ...description,
      trust: Number.isNaN(modules[m].trust) ? null : modules[m].trust,
      trustFlag: modules[m].flag,
      ...(drawn < rows && { trustInterval: intervalOf(modules[m]) }),
    })),
    trust: layer,
    timings: { ...explanation.timings, trust: (performance.now() - started) / 1000 },
  };
  const said = drawn < rows ? warned(described, [sampled(drawn, rows)]) : described;
  return { explanation: said, localities };
}

interface Measured {
  readonly modules: readonly RegionTrust[];
  readonly localities: readonly RegionTrust[] | null;
  readonly layer: Explanation['trust'];
}

/** Trust of every sample, module and locality, all samples compared. */
async function wholeTrust(explanation: Explanation, table: Table, context: Context): Promise<Measured> {
  const { neighborhoods, referenceSpace } = await neighborhoodsOf(explanation, table, undefined, context);
  await findGroups(neighborhoods, context);
  const watch = watchStage({ ...context, onProgress: undefined }, 'trust');
  const ofMap = { neighborhoods, referenceSpace, labels: table.labels };
  const { layer, pointwise } = await paced(trustLayerSteps(ofMap, context), watch);
  const modules = moduleTrust({ samplePresence: explanation.samplePresence, pointwise });
  await watch.checkpoint();
  const { members, size } = explanation.localities;
  return { modules, localities: localityTrust({ members, size, pointwise }), layer };
}

/** Without groups, which need every sample: far is beyond a tenth of all samples. */
async function sampledTrust(
  explanation: Explanation,
  table: Table,
  drawn: number,
  context: Context,
): Promise<Measured> {
  const { neighborhoods } = await neighborhoodsOf(explanation, table, drawn, context);
  const { torn, glued } = distortion(neighborhoods);
  const of = ({ pointwise }: { pointwise: Float64Array | null }) => pointwise ?? new Float64Array();
  const pointwise = {
    trustworthiness: of(trustworthiness(neighborhoods)),
    continuity: of(continuity(neighborhoods)),
    torn,
    glued,
  };
  const { samplePresence } = explanation;
  const queries = neighborhoods.queries ?? new Int32Array();
  return {
    modules: moduleTrust({ samplePresence: gatherRows(samplePresence, queries), pointwise }),
    localities: null,
    layer: null,
  };
}

/** Neighborhoods on the map and in the reference space, of all samples or of `sample` drawn at random. */
async function neighborhoodsOf(
  explanation: Explanation,
  table: Table,
  sample: number | undefined,
  context: Context,
) {
  const features = await referenceSpace(table.features, spaceOptions(table.features), context);
  const input = { features, embedding: explanation.embedding.coordinates };
  return {
    neighborhoods: await compareNeighborhoods(input, { sample, ties: 'shared' }, context),
    referenceSpace: features,
  };
}

/** What the map of an explanation is judged against: the features, or components of wide ones. */
export function spaceOptions(features: Table['features']): { readonly components?: number } {
  return isWide(features) ? { components: COMPONENTS } : {};
}

/** Whether a table has so many features that principal components stand for it. */
function isWide({ rows, columns }: Table['features']): boolean {
  return columns > 2 * COMPONENTS && rows > COMPONENTS;
}

/** Mean and 1.96 standard errors either way, between 0 and 1. */
function intervalOf({ trust, error }: RegionTrust): [number, number] | null {
  if (Number.isNaN(trust)) return null;
  return [Math.max(0, trust - 1.96 * error), Math.min(1, trust + 1.96 * error)];
}

/** The warning that trust was measured on drawn samples. */
function sampled(drawn: number, rows: number): Warning {
  const message =
    `Trust of the modules was measured on ${drawn} of the ${rows} samples, drawn at random and compared with all: each figure ` +
    'has a 95% interval (trustInterval). Localities and single samples have none.';
  return { code: 'trust-sampled', message };
}

/** The explanation with further warnings. */
function warned(explanation: Explanation, warnings: readonly Warning[]): Explanation {
  return { ...explanation, warnings: [...explanation.warnings, ...warnings] };
}

/** The warning that trust was not measured, for want of memory. */
function tooLarge(bytes: number): Warning {
  const message =
    `Trust of the modules was not measured: the features take ${(bytes / 2 ** 30).toFixed(1)} GiB as dense rows, more than half of the memory given; ` +
    'give the run more memory, or fewer features.';
  return { code: 'trust-not-measured', message };
}
