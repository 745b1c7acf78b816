/**
 * Coarser modules from the fitted ones, without another fit: a tree in which groups of modules are merged.
 *
 * Purpose: one fit at a fine number of modules gives every coarser number, and the modules of one number are exact
 *   unions of those of the next finer one, which fits of different numbers are not.
 * Source: ours; Ward's linkage (1963) on the coupling of modules. Average linkage without weights joins the small modules
 *   at the end of a fit into groups of their own, and agrees less with fits of the coarser number (docs/lab/stability.md).
 * Definition: modules are points whose inner products are their couplings (coupling.ts), with their shares as weights; of
 *   equal merges that of lower numbers is made.
 * Cost: one product of the mean association with the loadings. Deterministic.
 * How it fails: groups of modules that hardly have anything to do with each other are merged too, at a coupling
 *   near 0, which is why every merge carries its coupling.
 * Types: `MeanAssociation`, the mean over localities as an operator. `Modules`, of a fit: share (of the squared association, one a module).
 */

import type { ModuleHierarchy, Modules } from '../../model.js';
import { couplings } from './coupling.js';
import type { MeanAssociation } from './mean-association.js';

/**
 * The tree of the fitted modules. Called once after a fit, while the associations are held.
 * @param modules loadings (modules x features) and shares, as fitted.
 * @param mean the mean association that the fit started from.
 * @returns modules - 1 merges, the cheapest first; none for one module.
 */
export async function moduleHierarchy(
  { loadings, share }: Pick<Modules, 'loadings' | 'share'>,
  mean: MeanAssociation,
): Promise<ModuleHierarchy> {
  return wardLinkage(await couplings(loadings, mean), share);
}

/**
 * Ward's linkage with modules as weighted points whose inner products are their couplings: merges the two groups for
 * which w_A w_B / (w_A + w_B) |mean of A - mean of B|^2 is least, w the shares, until one is left.
 * @param coupling m x m, symmetric, 1 on the diagonal.
 * @param share one a module.
 */
export function wardLinkage(coupling: Float64Array, share: ArrayLike<number>): ModuleHierarchy {
  const m = share.length;
  let groups = Array.from({ length: m }, (_, k) => ({ node: k, members: [k] }));
  const merges: ModuleHierarchy['merges'][number][] = [];
  while (groups.length > 1) {
    let best = { cost: Number.POSITIVE_INFINITY, a: 0, b: 1 };
    for (let a = 0; a < groups.length; a++) {
      for (let b = a + 1; b < groups.length; b++) {
        const cost = wardCost(coupling, share, groups[a].members, groups[b].members);
        if (cost < best.cost) best = { cost, a, b };
      }
    }
    const [first, second] = [groups[best.a], groups[best.b]];
    const members = [...first.members, ...second.members].sort((x, y) => x - y);
    const merged = { node: m + merges.length, members };
    merges.push({
      first: first.node,
      second: second.node,
      coupling: meanCoupling(coupling, share, first.members, second.members),
    });
    groups = groups.filter((group) => group !== first && group !== second);
    groups.push(merged);
    groups.sort((x, y) => x.members[0] - y.members[0]);
  }
  return { merges };
}

/**
 * What the sum of squared distances to the means of groups grows by when two groups are merged.
 * @param coupling modules x modules.
 * @param share one a module.
 * @param first modules of one group.
 * @param second modules of the other.
 */
function wardCost(
  coupling: Float64Array,
  share: ArrayLike<number>,
  first: readonly number[],
  second: readonly number[],
): number {
  const between = meanCoupling(coupling, share, first, second);
  const within = meanCoupling(coupling, share, first, first) + meanCoupling(coupling, share, second, second);
  const [a, b] = [weight(share, first), weight(share, second)];
  return ((a * b) / (a + b)) * Math.max(0, within - 2 * between);
}

/**
 * Sum of the shares of some modules.
 * @param share one a module.
 * @param members modules.
 */
const weight = (share: ArrayLike<number>, members: readonly number[]): number =>
  members.reduce((sum, k) => sum + share[k], 0);

/**
 * Mean coupling of the modules of one group with those of another, weighted by their shares.
 * @param coupling modules x modules.
 * @param share one a module.
 * @param first modules of one group.
 * @param second modules of the other.
 */
function meanCoupling(
  coupling: Float64Array,
  share: ArrayLike<number>,
  first: readonly number[],
  second: readonly number[],
): number {
  let sum = 0;
  for (const a of first) for (const b of second) sum += share[a] * share[b] * coupling[a * share.length + b];
  return sum / (weight(share, first) * weight(share, second));
}
