/** Trust of the places that an explanation speaks of: each module's region, and each locality. */

import type { Context } from '../engine/context.js';
import type { Explanation, Table, Warning } from '../model.js';
import {
  compareNeighborhoods,
  localityTrust,
  moduleTrust,
  type RegionTrust,
  trueSpace,
  trustLayer,
} from '../trust/index.js';

export interface PlacesTrust {
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

/** Measures trust on the features that are explained, by Euclidean distance; on 50 components of wide data. */
export async function withTrust(
  explanation: Explanation,
  table: Table,
  context: Context,
): Promise<PlacesTrust> {
  const { features } = table;
  const bytes = 4 * features.rows * features.columns;
  if ('offsets' in features && bytes > DENSE_SHARE * context.memory) {
    return { explanation: warned(explanation, [tooLarge(bytes)]), localities: null };
  }
  const started = performance.now();
  const { layer, pointwise } = await mapTrust(explanation, table, context);
  const modules = moduleTrust({ samplePresence: explanation.samplePresence, pointwise });
  const { members, size } = explanation.localities;
  const described = {
    ...explanation,
    descriptions: explanation.descriptions.map((description, m) => ({
      ...description,
      trust: Number.isNaN(modules[m].trust) ? null : modules[m].trust,
      trustFlag: modules[m].flag,
    })),
    trust: layer,
    timings: { ...explanation.timings, trust: (performance.now() - started) / 1000 },
  };
  return { explanation: described, localities: localityTrust({ members, size, pointwise }) };
}

async function mapTrust(explanation: Explanation, table: Table, context: Context) {
  const { rows, columns } = table.features;
  const wide = columns > 2 * COMPONENTS && rows > COMPONENTS;
  const features = await trueSpace(table.features, wide ? { components: COMPONENTS } : {}, context);
  const input = { features, embedding: explanation.embedding.coordinates };
  const neighborhoods = await compareNeighborhoods(input, {}, context);
  return trustLayer({ neighborhoods, trueSpace: features, labels: table.labels }, context);
}

function warned(explanation: Explanation, warnings: readonly Warning[]): Explanation {
  return { ...explanation, warnings: [...explanation.warnings, ...warnings] };
}

function tooLarge(bytes: number): Warning {
  const message =
    `Trust of the modules was not measured: the features take ${(bytes / 2 ** 30).toFixed(1)} GiB as dense rows, more than half of the memory given; ` +
    'give more with --memory, or fewer features.';
  return { code: 'trust-not-measured', message };
}
