/** `audit --method`: the map is made here, so it can be made again: with other seeds, and of permuted data. */

import { createRandom } from '../core/random.js';
import { mean } from '../core/statistics.js';
import { embed, type MethodName, tableOf } from '../dr/index.js';
import type { Context } from '../engine/context.js';
import type { Matrix } from '../model.js';
import { mapAgreement, reembeddedNull, type VerdictSentence } from '../trust/index.js';

/** Maps made with other seeds. */
const REPEATS = 2;
/** A neighborhood is above chance when fewer than this share of the permuted ones are as faithful. */
const LEVEL = 0.05;

export interface Repeats {
  readonly method: MethodName;
  /** Share of neighbors that maps with other seeds have in common, one a sample. */
  readonly agreement: Float64Array;
  /** p-value of each sample's neighborhood against the method on permuted data, corrected over samples. */
  readonly pPermuted: Float64Array;
  readonly sentence: VerdictSentence;
}

export interface MadeMap {
  readonly map: Matrix;
  /** Makes the maps again and compares. */
  readonly repeat: (k: number) => Promise<Repeats>;
}

/** Makes a map of the space that distances are measured in. */
export async function makeMap(
  space: Matrix,
  method: MethodName,
  seed: number,
  context: Context,
): Promise<MadeMap> {
  const make = async (features: Matrix, at: number) => {
    const made = await embed(tableOf(features), { method }, { ...context, random: createRandom(at) });
    return made.embedding.coordinates;
  };
  const map = await make(space, seed);
  return { map, repeat: (k) => repeatMap(space, map, method, make, { k, seed }, context) };
}

/** Makes the map with other seeds and of permuted data, and says in a sentence what came back. */
async function repeatMap(
  space: Matrix,
  map: Matrix,
  method: MethodName,
  make: (features: Matrix, seed: number) => Promise<Matrix>,
  { k, seed }: { k: number; seed: number },
  context: Context,
): Promise<Repeats> {
  const maps = [map];
  for (let r = 1; r <= REPEATS; r++) maps.push(await make(space, seed + r));
  const agreement = await mapAgreement(maps, { k }, context);
  const input = { features: space, embedding: map };
  const again = (permuted: Matrix) => make(permuted, seed);
  const { p, pAdjusted, nullSorted } = await reembeddedNull(input, again, { k }, context);
  const above = p.filter((value) => value < LEVEL).length / p.length;
  const percent = (share: number) => `${Math.round(100 * share)}%`;
  const text =
    `Made again with ${REPEATS} other seeds, maps share ${percent(agreement.value)} of each sample's ${k} neighbors. ` +
    `Of data whose features were permuted, ${method} makes a map of trustworthiness ${mean(nullSorted).toFixed(2)}: ` +
    `${percent(above)} of the samples here have a more faithful neighborhood than 95% of those (5% by chance).`;
  const figures = [
    { measure: 'seedAgreement', value: agreement.value, null: k / (space.rows - 1), pca: null },
    { measure: 'permutedTrustworthiness', value: mean(nullSorted), null: null, pca: null },
    { measure: 'samplesAbovePermuted', value: above, null: LEVEL, pca: null },
  ];
  const answer = above >= 0.5 ? 'yes' : above >= 2 * LEVEL ? 'partly' : 'no';
  const sentence: VerdictSentence = { about: 'repeats', answer, text, figures };
  return { method, agreement: agreement.pointwise ?? new Float64Array(), pPermuted: pAdjusted, sentence };
}
