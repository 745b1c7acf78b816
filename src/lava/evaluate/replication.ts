/**
 * Replication: does a module come back when the samples and the covering of the map are drawn anew?
 *
 * Method: some times (2 unless requested otherwise), modules are fitted from nothing on a random SHARE of the samples with another covering. Each
 *   reported module is matched with one of every refit (optimal assignment on the cosines of pair patterns); its
 *   replication is the least of these cosines, 0 without a match.
 * Source: ours. What it says and what it does not: docs/stability.md, with the measured relation of this figure to
 *   what new refits find. Two parts of one data set share chance too: replication is no evidence that a module is
 *   real, which significance.ts tests. Cost: that many whole fits. Deterministic: neither the seed nor the order of the
 *   rows takes part.
 * Types: `FitOptions`: AssociationOptions (measure, form, support, gate) and ModuleOptions (number, form, loadings).
 *   `Context`: engine, random streams, signal, memory and progress of a run. `Modules`, of a fit: count (how many),
 *   loadings (modules x features, not negative, largest 1). `Localities`, n-neighborhoods of probes: size (n, samples
 *   in each), overlap (mean number of localities of a sample). `Watch`, of a stage: progress (takes the fraction done,
 *   0 to 1), checkpoint (throws CancelledError once the signal is aborted).
 * Fails: CancelledError once the signal is aborted.
 */

import { createRandom } from '../../core/random.js';
import { type Context, watchStage } from '../../engine/context.js';
import { OptionError, option, words } from '../../errors.js';
import type { AssociationCounts, Embedding, Localities, Modules, Table } from '../../model.js';
import { fitAhead, fitsAtOnce } from './fits-ahead.js';
import { type FitOptions, matchLoadings, orderOf, splitSamples } from './holdout.js';
import { refitModules } from './refits.js';

const DEFAULT_REFITS = 2;
const SHARE = 0.9;
export interface ReplicationOptions {
  /** Refits that the modules are compared with. Default 2; 0 leaves replication out. */
  readonly refits?: number;
}

export interface ReplicationInput {
  readonly table: Table;
  readonly embedding: Embedding;
  readonly localities: Localities;
  readonly modules: Modules;
  readonly associationCounts?: AssociationCounts;
}

/** The number of refits, checked. @throws OptionError for anything but a whole number from 0 to 100. */
export function replicationRefits({ refits = DEFAULT_REFITS }: ReplicationOptions): number {
  if (Number.isInteger(refits) && refits >= 0 && refits <= 100) return refits;
  throw new OptionError({
    got: words`${option('refits', refits)}`,
    expected: 'a whole number from 0 to 100',
    remedy: 'take 2, the default, or more for a stricter figure',
  });
}

/**
 * Replication of every module: the least cosine, 0 to 1, with its match over all refits; null when `refits` is 0.
 * Refits draw their samples by their number, not by the context's seed.
 * @param options `covering`: number of the reported covering; refits take the next ones.
 */
export async function moduleReplication(
  { table, embedding, localities, modules, associationCounts }: ReplicationInput,
  options: ReplicationOptions & FitOptions & { readonly covering?: number },
  context: Context,
): Promise<number[] | null> {
  const refits = replicationRefits(options);
  if (refits === 0) return null;
  const watch = watchStage(context, 'replication');
  const order = orderOf(localities, embedding, table);
  const least = new Array<number>(modules.count).fill(1);
  const { size: localitySize, overlap } = localities;
  const atOnce = Math.min(refits, fitsAtOnce(context, table.features, associationCounts));
  const ofRefit = { ...context, memory: context.memory / atOnce };
  const numbers = Array.from({ length: refits }, (_, i) => i + 1);
  await fitAhead(
    numbers,
    atOnce,
    (refit) => {
      const rows = splitSamples(order, SHARE, createRandom(refit, 'replication')).fitted;
      const covering = (options.covering ?? 0) + refit;
      const request = { rows, localitySize, overlap, modules: modules.count, covering, evaluations: 0 };
      return refitModules({ table, embedding }, request, options, ofRefit);
    },
    async (again, refit) => {
      matchLoadings(modules.loadings, again.modules.loadings).forEach(({ cosine }, k) => {
        least[k] = Math.min(least[k], cosine);
      });
      watch.progress(refit / refits);
      await watch.checkpoint();
    },
  );
  return least;
}
