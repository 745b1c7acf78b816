/**
 * Whether a module counts as coming back. Ours; docs/lab/stability.md has what the figure predicts.
 * Types: `ModuleDescription`, of one module: replication (least cosine with its match in fits anew, or null).
 * Fails: never.
 */

import type { ModuleDescription } from '../../model.js';

/** Replication below which a module is said not to come back. */
const COMES_BACK = 0.7;

/** What is said of a module that does not. */
export const NOT_BACK = 'did not come back';

/**
 * False where refits on other samples and coverings did not give the module again; true where none were made.
 * @param module `replication`: least cosine with its matches in the refits, 0 to 1; null or absent where none were
 * made.
 */
export function comesBack({ replication }: Pick<ModuleDescription, 'replication'>): boolean {
  return replication == null || replication >= COMES_BACK;
}
