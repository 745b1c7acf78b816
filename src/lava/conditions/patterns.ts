/**
 * Patterns that are measured in every unit of a comparison: the pairs of a module's leading features, or those between two
 * modules.
 *
 * Source: ours. A module's pattern has all pairs of its leading features, weighted by both loadings. Two modules that are
 *   present in the same localities (cosine of their presence at least TOGETHER) have a joint pattern of the pairs between
 *   them: where a programme is paired one way in one condition and the other way in the other, the squared correlations of
 *   both conditions together show its parts as two modules, and only the pairs between them differ.
 * Types: `ModuleDescription`, of one module: topFeatures (`feature` (column) and `loading`, strongest first).
 *   `Localities`, n-neighborhoods of probes: count (how many). `Matrix`, row-major float32: rows (how many), columns
 *   (how many), data (element (r, c) at `r * columns + c`).
 * Fails: never.
 */

import type { Localities, Matrix, ModuleDescription } from '../../model.js';
import { presentThreshold } from '../describe/present.js';

/** Modules with their localities, of the same samples. */
export interface ComparedModules {
  readonly localities: Pick<Localities, 'count' | 'size' | 'members'>;
  /** localities x modules. */
  readonly presence: Matrix;
  readonly descriptions: readonly Pick<ModuleDescription, 'topFeatures'>[];
  /** samples x modules. */
  readonly scores: Matrix;
}

export interface Pattern {
  /** Feature columns. */
  readonly features: readonly number[];
  /** Indices into `features`, with weights of sum 1. */
  readonly pairs: readonly { readonly a: number; readonly b: number; readonly weight: number }[];
  /** One a locality: the weight of its correlations; 0 where the pattern is not present. */
  readonly presence: Float64Array;
  /** One a sample; null for patterns without a score. */
  readonly scores: Float64Array | null;
}

const PAIR_FEATURES = 12;
/** Cosine of the presence of two modules from which on the pairs between them are measured. */
const TOGETHER = 0.7;

/**
 * The pattern of module k. Pairs run over the first PAIR_FEATURES leading features, a before b; their weights sum to
 * 1.
 */
export function modulePattern(modules: ComparedModules, k: number): Pattern {
  const leading = modules.descriptions[k].topFeatures.slice(0, PAIR_FEATURES);
  const pairs = leading.flatMap((_, a) => leading.slice(a + 1).map((_, i) => ({ a, b: a + 1 + i })));
  const { rows, columns, data } = modules.scores;
  return {
    features: leading.map(({ feature }) => feature),
    pairs: weighted(pairs, (a) => leading[a].loading),
    presence: presenceOf(modules, k),
    scores: Float64Array.from({ length: rows }, (_, row) => data[row * columns + k]),
  };
}

/**
 * The pairs between modules k and l; null where these are not present together or share a leading feature. Half as
 * many features of each as of a single module; its presence is the smaller of both, and it has no scores.
 */
export function jointPattern(modules: ComparedModules, k: number, l: number): Pattern | null {
  const half = PAIR_FEATURES / 2;
  const [first, second] = [k, l].map((m) => modules.descriptions[m].topFeatures.slice(0, half));
  const leading = [...first, ...second];
  if (new Set(leading.map(({ feature }) => feature)).size < leading.length) return null;
  const [x, y] = [presenceOf(modules, k), presenceOf(modules, l)];
  const product = (some: Float64Array, others: Float64Array) =>
    some.reduce((sum, value, i) => sum + value * others[i], 0);
  const scale = Math.sqrt(product(x, x) * product(y, y));
  if (!(product(x, y) >= TOGETHER * scale) || scale === 0) return null;
  const pairs = first.flatMap((_, a) => second.map((_, b) => ({ a, b: first.length + b })));
  return {
    features: leading.map(({ feature }) => feature),
    pairs: weighted(pairs, (a) => leading[a].loading),
    presence: x.map((value, i) => Math.min(value, y[i])),
    scores: null,
  };
}

/**
 * Pairs with the product of both loadings, scaled to a sum of 1.
 * @param loadingOf loading of the feature at an index. NaN weights where all loadings are 0.
 */
function weighted(pairs: readonly { a: number; b: number }[], loadingOf: (at: number) => number) {
  const products = pairs.map(({ a, b }) => ({ a, b, weight: loadingOf(a) * loadingOf(b) }));
  const total = products.reduce((sum, { weight }) => sum + weight, 0);
  return products.map((pair) => ({ ...pair, weight: pair.weight / total }));
}

/**
 * Presence of module k in every locality, 0 where it is not present. Present means above 0 and at least a quarter of
 * its largest presence.
 */
function presenceOf({ presence, localities }: ComparedModules, k: number): Float64Array {
  const threshold = presentThreshold(presence, k);
  return Float64Array.from({ length: localities.count }, (_, l) => {
    const value = presence.data[l * presence.columns + k];
    return value > 0 && value >= threshold ? value : 0;
  });
}
