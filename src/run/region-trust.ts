/** Trust of the regions of an explanation: each module's, and each locality. */

import { gatherRows } from '../core/matrix.js';
import { type Context, watchStage } from '../engine/context.js';
import { paced } from '../engine/watch.js';
import type { Embedding, Explanation, Table, Warning } from '../model.js';
import { trustLayerSteps } from '../trust/layer.js';
import { distortion, findGroups } from '../trust/measures/distortion.js';
import { compareNeighborhoods } from '../trust/measures/neighborhoods.js';
import { continuity, trustworthiness } from '../trust/measures/rank-measures.js';
import { localityTrust, moduleTrust, type PointwiseTrust, type RegionTrust } from '../trust/module-trust.js';
import { referenceSpace } from '../trust/reference-space.js';

export interface ExplanationTrust {
  /** The explanation with the trust of the map and of each module, and a warning for each that rests on a torn or glued region. */
  readonly explanation: Explanation;
  /** One a locality; null when trust was not measured. */
  readonly localities: readonly RegionTrust[] | null;
}

/** Share of the memory that dense features may take: neighbors are measured on dense rows. */
const DENSE_SHARE = 0.5;
/** Copies of dense features that measuring takes at most, centered and in the engine, and the share of memory for them beside other work. */
const DENSE_COPIES = 3;
const SHARE_BESIDE = 0.1;

/**
 * In wide data the order of neighbors is mostly noise: of 12 modules of 2,638 blood cells with 1,000 genes 4 were flagged
 * on the genes themselves, natural killer cells among them, and 2 on 50 components, both in the CD4 T cells that the
 * map mixes. Components also make the measurement a few times faster.
 */
const COMPONENTS = 50;

/** Samples up to which the neighborhoods of all are compared, and how many of more are drawn. */
const MOST_SAMPLES = 100_000;
const DRAWN = 2000;

/** What trust of regions is made from, which needs no modules. */
export interface SampleTrust {
  /** Values of all samples, or of the drawn ones. */
  readonly pointwise: PointwiseTrust;
  /** The samples that were drawn, ascending; null for all. */
  readonly queries: Int32Array | null;
  readonly layer: Explanation['trust'];
  readonly warnings: readonly Warning[];
  /** How long it took. */
  readonly seconds: number;
}

/** A table and its map, of the same samples. */
type MappedTable = Pick<Explanation, 'embedding'> & { readonly table: Table };

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
  const { embedding } = explanation;
  return withRegionTrust(explanation, await sampleTrust({ table, embedding }, context, samples));
}

/** Trust at the samples, all or drawn, as `withTrust` measures it; a warning alone where the features do not fit in memory. */
export async function sampleTrust(
  map: MappedTable,
  context: Context,
  samples?: number,
): Promise<SampleTrust | Warning> {
  const { features } = map.table;
  const bytes = denseBytes(features);
  if ('offsets' in features && bytes > DENSE_SHARE * context.memory) return tooLarge(bytes);
  const { rows } = features;
  const drawn = Math.min(rows, samples ?? (rows > MOST_SAMPLES ? DRAWN : rows));
  const started = performance.now();
  const measured = drawn < rows ? await drawnTrust(map, drawn, context) : await wholeTrust(map, context);
  const warnings = drawn < rows ? [sampled(drawn, rows)] : [];
  return { ...measured, warnings, seconds: (performance.now() - started) / 1000 };
}

/** Whether trust may be measured while modules are evaluated: there are threads to share, and room for a few copies of the features. */
export function fitsBesideEvaluation({ features }: Table, { engine, memory }: Context): boolean {
  // components of dense features are found on a copy of them
  const bytes = 'offsets' in features ? denseBytes(features) : 4 * features.rows * features.columns;
  return engine.threads > 1 && DENSE_COPIES * bytes <= SHARE_BESIDE * memory;
}

/** Bytes of the dense rows that neighbors are measured on. */
const denseBytes = (features: Table['features']): number =>
  4 * features.rows * (isWide(features) ? COMPONENTS : features.columns);

/** The explanation with the trust of the map, its modules and localities, from that of the samples. */
export function withRegionTrust(explanation: Explanation, trust: SampleTrust | Warning): ExplanationTrust {
  if ('code' in trust) return { explanation: warned(explanation, [trust]), localities: null };
  const { pointwise, queries, layer } = trust;
  const { samplePresence } = explanation;
  const presence = queries ? gatherRows(samplePresence, queries) : samplePresence;
  const modules = moduleTrust({ samplePresence: presence, pointwise });
  const described = {
    ...explanation,
    descriptions: explanation.descriptions.map((description, m) => ({
      ...description,
      trust: Number.isNaN(modules[m].trust) ? null : modules[m].trust,
      trustFlag: modules[m].flag,
      ...(queries && { trustInterval: intervalOf(modules[m]) }),
    })),
    trust: layer,
    timings: { ...explanation.timings, trust: trust.seconds },
  };
  const { members, size } = explanation.localities;
  const localities = queries ? null : localityTrust({ members, size, pointwise });
  return { explanation: warned(described, trust.warnings), localities };
}

type Measured = Pick<SampleTrust, 'pointwise' | 'queries' | 'layer'>;

/** Trust at every sample, all samples compared. */
async function wholeTrust({ embedding, table }: MappedTable, context: Context): Promise<Measured> {
  const { neighborhoods, referenceSpace } = await neighborhoodsOf(embedding, table, undefined, context);
  await findGroups(neighborhoods, context);
  const watch = watchStage({ ...context, onProgress: undefined }, 'trust');
  const ofMap = { neighborhoods, referenceSpace, labels: table.labels };
  const { layer, pointwise } = await paced(trustLayerSteps(ofMap, context), watch);
  await watch.checkpoint();
  return { pointwise, layer, queries: null };
}

/** At samples that are drawn, without groups, which need every sample: far is beyond a tenth of all samples. */
async function drawnTrust(
  { embedding, table }: MappedTable,
  drawn: number,
  context: Context,
): Promise<Measured> {
  const { neighborhoods } = await neighborhoodsOf(embedding, table, drawn, context);
  const { torn, glued } = distortion(neighborhoods);
  const of = ({ pointwise }: { pointwise: Float64Array | null }) => pointwise ?? new Float64Array();
  const pointwise = {
    trustworthiness: of(trustworthiness(neighborhoods)),
    continuity: of(continuity(neighborhoods)),
    torn,
    glued,
  };
  return { pointwise, queries: neighborhoods.queries ?? new Int32Array(), layer: null };
}

/** Neighborhoods on the map and in the reference space, of all samples or of `sample` drawn at random. */
async function neighborhoodsOf(
  embedding: Embedding,
  table: Table,
  sample: number | undefined,
  context: Context,
) {
  const features = await referenceSpace(table.features, spaceOptions(table.features), context);
  const input = { features, embedding: embedding.coordinates };
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
