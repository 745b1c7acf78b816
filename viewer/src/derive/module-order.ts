/** Which modules are listed, and in which order. */
import type { Explanation, ModuleDescription } from 'whymap';
import { moduleTitle, readingOrder } from 'whymap/lava';
import { featureName } from './words.js';

export const ORDERS = ['share', 'samples', 'evidence', 'stability', 'trust', 'name'] as const;
export type Order = (typeof ORDERS)[number];

export const ORDER_NAMES: Readonly<Record<Order, string>> = {
  share: 'share of association',
  samples: 'number of samples',
  evidence: 'evidence (corrected p)',
  stability: 'replication',
  trust: 'trust of the map',
  name: 'name',
};

export interface Filter {
  readonly order: Order;
  /** Part of the name of the module, of one of its leading features, or of its id. */
  readonly text: string;
  /** Only those found real and local. */
  readonly significant: boolean;
}

/** Module numbers that pass the filter, in its order; ties by number, so that the order of shares stays. What was not measured is last. */
export function listedModules(explanation: Explanation, { order, text, significant }: Filter): number[] {
  const { descriptions } = explanation;
  const wanted = text.trim().toLowerCase();
  const matches = (module: ModuleDescription) =>
    [
      module.id,
      moduleTitle(explanation, module),
      ...module.topFeatures.map(({ feature }) => featureName(explanation, feature)),
    ].some((name) => name.toLowerCase().includes(wanted));
  const kept = descriptions
    .map((description, module) => ({ description, module }))
    .filter(({ description }) => wanted === '' || matches(description))
    .filter(({ description }) => !significant || description.significance?.significant === true);
  const byName = (a: ModuleDescription, b: ModuleDescription) =>
    moduleTitle(explanation, a) < moduleTitle(explanation, b) ? -1 : 1;
  const by = order === 'name' ? byName : byFigure(FIGURES[order]);
  const reading = new Map(readingOrder(explanation).map((module, at) => [module, at]));
  const rank = ({ module }: { module: number }) => reading.get(module) ?? module;
  if (order === 'share') return kept.sort((a, b) => rank(a) - rank(b)).map(({ module }) => module);
  return kept
    .sort((a, b) => by(a.description, b.description) || a.module - b.module)
    .map(({ module }) => module);
}

/** Larger is first. */
const FIGURES: Readonly<Record<Exclude<Order, 'name'>, (module: ModuleDescription) => number | null>> = {
  share: ({ share }) => share,
  samples: ({ presentSamples }) => presentSamples,
  evidence: ({ significance }) => (significance ? -significance.pAdjusted : null),
  stability: ({ replication, stability }) => replication ?? stability?.seeds ?? stability?.subsample ?? null,
  trust: ({ trust }) => trust,
};

const byFigure =
  (figure: (module: ModuleDescription) => number | null) => (a: ModuleDescription, b: ModuleDescription) => {
    const [x, y] = [figure(a) ?? Number.NEGATIVE_INFINITY, figure(b) ?? Number.NEGATIVE_INFINITY];
    return x === y ? 0 : y - x;
  };
