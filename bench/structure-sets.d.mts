import type { Context } from '../src/engine/context.js';
import type { Matrix } from '../src/model.js';
import type { TracedStructure } from '../src/trust/index.js';

export const KIND_NAMES: string[];
export const METHOD_NAMES: string[];

export interface KnownSet {
  readonly features: Matrix;
  readonly groups: Int32Array;
  readonly latent?: readonly [number, number][];
  readonly map: Matrix;
  readonly region: Int32Array;
}

/** Data of a kind and the map that a method makes of them; see structure-sets.mjs. */
export function makeSet(kind: string, method: string, seed: number, context: Context): Promise<KnownSet>;

/** Whether a structure is in the data; null where that is a matter of words. @param clusters of the map. */
export function isTrue(
  structure: Pick<TracedStructure, 'kind' | 'rows'>,
  set: KnownSet,
  clusters: readonly Int32Array[],
): boolean | null;
