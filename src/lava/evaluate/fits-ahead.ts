/**
 * Several fits under way at once, whose results are taken in order.
 *
 * Purpose: while one fit computes on the engine's threads, the calling thread, which runs the rest of a fit, has nothing to do.
 *   With two under way each fills the other's gaps. Source: ours.
 * Determinism: fits do not depend on one another, and results are taken in the order of the items; the same bytes as one by one.
 * Types: `Context`, what a run computes with: engine (threads), memory (bytes that may be held at once).
 *   `AssociationCounts`, of the reported fit: kept (associations that were stored).
 * Fails: as the work does; what is under way has ended by then, and nothing more is begun.
 */

import type { Context } from '../../engine/context.js';
import type { AssociationCounts, Csr, Matrix } from '../../model.js';
import { ENTRY_BYTES, STORED_SHARE } from '../associations/associations.js';
import { partsOf } from '../associations/parted.js';
import { WIDEST_PATTERN } from '../factorize/sweeps.js';

/** Fits under way at most: one calling thread has gaps for no more. */
const AT_ONCE = 2;
/** Room for refits that keep more associations than the reported fit. */
const ROOM = 1.3;

/**
 * How many fits may be under way at once: two where the engine has threads, and the associations of two like the reported one
 * fit in memory; else one, as where nothing is known of that.
 * @param features the table. @param counts of the reported fit.
 */
export function fitsAtOnce(
  { engine, memory }: Context,
  features: Matrix | Csr,
  counts?: AssociationCounts,
): number {
  // each fit on shards holds the rows of its own localities
  if (engine.threads === 1 || !counts || features.columns > WIDEST_PATTERN || partsOf(features)) return 1;
  return AT_ONCE * ROOM * ENTRY_BYTES * counts.kept <= STORED_SHARE * memory ? AT_ONCE : 1;
}

/**
 * Fits each item, `atOnce` of them under way at a time, and takes the results in the order of the items, one after another, while
 * the next are fitted.
 * @param fitOne called in the order of the items. @param take called with each result, never twice at once.
 * @returns what `take` returned, one an item.
 */
export async function fitAhead<T, F, R>(
  items: readonly T[],
  atOnce: number,
  fitOne: (item: T, index: number) => Promise<F>,
  take: (fitted: F, item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const begun: Promise<F>[] = [];
  const begin = (): void => {
    const index = begun.length;
    if (index < items.length) begun.push(fitOne(items[index], index));
    // whoever takes it hears of a failure; without this one that nobody takes would end the process
    begun.at(-1)?.catch(() => {});
  };
  const results: R[] = [];
  try {
    for (let i = 0; i < atOnce; i++) begin();
    for (const [index, item] of items.entries()) {
      const fitted = await begun[index];
      begin();
      results.push(await take(fitted, item, index));
    }
    return results;
  } finally {
    await Promise.allSettled(begun);
  }
}
