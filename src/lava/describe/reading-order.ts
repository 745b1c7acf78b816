/**
 * In which order modules are read: modules that are much alike stand together, and pairs of two features come last.
 *
 * Source: ours. Two modules are much alike from a cosine of LIKE between their loadings on: one programme that the
 *   factorization cut in pieces. Modules of very different programmes have cosines below 0.5. Each module is compared with
 *   the larger ones that are like no other, so a chain of small steps does not join what is far apart.
 * Cost: modules^2 x features. Deterministic.
 * Types: `Explanation`, of a map: modules (loadings and presence), descriptions (one a module, in order of share).
 *   `Modules`, of a fit: loadings (modules x features, not negative, largest 1). `ModuleDescription`, of one module:
 *   topFeatures (`feature` (column) and `loading`, strongest first), id (`M1`, `M2`...). `Matrix`, row-major float32:
 *   columns (how many), data (element (r, c) at `r * columns + c`).
 * Fails: never.
 */

import { listed } from '../../core/words.js';
import type { Explanation } from '../../model.js';
import { LEAST_LOADING } from './describe.js';

const LIKE = 0.6;
/** Modules of this many features or fewer are pairs: hardly a programme. */
const PAIR_OF_FEATURES = 2;

type Ordered = Pick<Explanation, 'modules' | 'descriptions'>;

/**
 * For each module the larger one that it is much like (its index), or null. Compared are only modules that are like
 * no larger one, in order of share.
 */
export function alikeModules({ modules, descriptions }: Ordered): (number | null)[] {
  const { columns, data } = modules.loadings;
  const rowOf = (k: number) => data.subarray(k * columns, (k + 1) * columns);
  const firsts: number[] = [];
  return descriptions.map((_, k) => {
    const like = firsts.find((first) => cosine(rowOf(first), rowOf(k)) >= LIKE);
    if (like === undefined) firsts.push(k);
    return like ?? null;
  });
}

/**
 * Cosine of two rows of loadings of one length, 0 to 1; 0 where either is all 0.
 * @param a loadings, one a feature.
 * @param b of the same length.
 */
function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i];
    squareA += a[i] * a[i];
    squareB += b[i] * b[i];
  }
  return dot / Math.sqrt(squareA * squareB || 1);
}

/**
 * All modules by index: in their order, each followed by those that are much like it; pairs of features last.
 * @returns each index once.
 */
export function readingOrder(explanation: Ordered): number[] {
  const like = alikeModules(explanation);
  const indices = [...like.keys()];
  const isPair = (k: number) => explanation.descriptions[k].topFeatures.length <= PAIR_OF_FEATURES;
  const grouped = indices
    .filter((k) => like[k] === null)
    .flatMap((first) => [first, ...indices.filter((k) => like[k] === first)]);
  return [...grouped.filter((k) => !isPair(k)), ...grouped.filter(isPair)];
}

/** What is said of a module that so many features lead (load LEAST_LOADING or more); nothing of three or more. */
export function fewFeatures(leading: number): string[] {
  if (leading > PAIR_OF_FEATURES) return [];
  return [leading === 1 ? `one feature leads, no other loads ${LEAST_LOADING} or more` : 'two features only'];
}

/** One sentence for each set of modules that are much alike; empty where all differ. */
export function alikeSentences(explanation: Ordered): string[] {
  const like = alikeModules(explanation);
  const id = (k: number) => explanation.descriptions[k].id;
  return [...like.keys()].flatMap((first) => {
    const others = [...like.keys()].filter((k) => like[k] === first).map(id);
    if (others.length === 0) return [];
    const are = others.length > 1 ? 'are' : 'is';
    return [
      `${listed(others)} ${are} much like ${id(first)} (cosine of loadings ${LIKE} or more): read them as one.`,
    ];
  });
}
