/** Raw values of pairs of features inside a set of samples and outside, where they travel with the explanation. */
import { carriedCorrelation, carriedValues } from 'whymap/lava';
import type { View } from './view.js';

export type Pair = readonly [number, number];

/** All samples that are not in `inside`. */
export function others(rows: number, inside: Int32Array): Int32Array {
  const mask = new Uint8Array(rows);
  for (const row of inside) mask[row] = 1;
  const rest = new Int32Array(rows - inside.length);
  let at = 0;
  for (let row = 0; row < rows; row++) if (!mask[row]) rest[at++] = row;
  return rest;
}

export interface ModulePair {
  readonly pair: Pair;
  readonly module: number;
}

/** Leading pairs of the modules whose values are in the file, each once, with the first module that has it. */
export function knownPairs({ explanation }: View, modules: readonly number[], each: number): ModulePair[] {
  const known = new Set(explanation.values?.features);
  const seen = new Set<string>();
  return modules.flatMap((module) => {
    const found: ModulePair[] = [];
    for (const { a, b } of explanation.descriptions[module].pairs) {
      const key = `${Math.min(a, b)} ${Math.max(a, b)}`;
      if (found.length >= each || seen.has(key) || !known.has(a) || !known.has(b)) continue;
      seen.add(key);
      found.push({ pair: [a, b], module });
    }
    return found;
  });
}

export interface ComparedPair extends ModulePair {
  /** Correlation in the first and the second region. */
  readonly first: number;
  readonly second: number;
}

/** Samples whose value is not the most frequent one: with few of them a correlation rests on those alone. */
function differing(values: ArrayLike<number>, rows: ArrayLike<number>): number {
  const counts = new Map<number, number>();
  let most = 0;
  for (let at = 0; at < rows.length; at++) {
    const found = (counts.get(values[rows[at]]) ?? 0) + 1;
    counts.set(values[rows[at]], found);
    if (found > most) most = found;
  }
  return rows.length - most;
}

/** For explanations that do not say their support. */
const LEAST_SUPPORT = 10;

/**
 * Leading pairs of all modules by their correlation in two regions. Left out are pairs of which a feature differs in
 * fewer samples of either region than the support that the modules were found with.
 */
export function comparedPairs(view: View, first: Int32Array, second: Int32Array, each = 6): ComparedPair[] {
  const modules = view.explanation.descriptions.map((_, module) => module);
  const support = Number(view.explanation.options.support ?? LEAST_SUPPORT);
  const known = new Map<number, boolean>();
  const supported = (feature: number) => {
    const values = carriedValues(view.explanation, feature);
    const enough = (rows: Int32Array) => values !== null && differing(values, rows) >= support;
    const found = known.get(feature) ?? (enough(first) && enough(second));
    known.set(feature, found);
    return found;
  };
  return knownPairs(view, modules, each).flatMap(({ pair, module }) => {
    if (!pair.every(supported)) return [];
    const a = carriedCorrelation(view.explanation, pair, first);
    const b = carriedCorrelation(view.explanation, pair, second);
    return a === null || b === null ? [] : [{ pair, module, first: a, second: b }];
  });
}

/** Both regions, same sign: strongest in the weaker of the two first. */
export const shared = (pairs: readonly ComparedPair[]): ComparedPair[] =>
  pairs
    .filter(
      ({ first, second }) => first * second > 0 && Math.min(Math.abs(first), Math.abs(second)) >= SHARED,
    )
    .sort((p, q) => strength(q) - strength(p));

/** Largest difference first. */
export const different = (pairs: readonly ComparedPair[]): ComparedPair[] =>
  pairs
    .filter(({ first, second }) => Math.abs(first - second) >= DIFFERENT)
    .sort((p, q) => Math.abs(q.first - q.second) - Math.abs(p.first - p.second));

const SHARED = 0.3;
const DIFFERENT = 0.4;
const strength = ({ first, second }: ComparedPair) => Math.min(Math.abs(first), Math.abs(second));
