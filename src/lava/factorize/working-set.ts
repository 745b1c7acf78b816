/**
 * Patterns of many features: the block of G_k that a sweep over module k needs, and nothing of features^2.
 *
 * Purpose: with d features G_k has d^2 entries (1.6 GB at 20,000). Few features gain by a step, so the sweep is run on
 * a working set: the features whose best step, taken alone, lowers the loss most. The others keep their values and enter through G_k u_k, which is summed exactly from the associations.
 * Coordinate descent on a working set never raises the loss, and each new set is chosen from the present state.
 * Source: working sets as in sparse regression and support vector machines; their use here is ours.
 * Symbols as in symmetric.ts, v_j the other modules. Cost: two passes over the stored associations of the localities
 * where a module is present, and size^2 floats a module. Precision: sums in double, block in float32. Deterministic:
 * fixed order of sums; ties by feature.
 * Types: `SweepInput`: problem, loadings (modules x features, changed in place), presence of the modules swept, first
 *   of them, q (Q of all). `Watch`, of a stage: checkpoint (throws CancelledError once the signal is aborted).
 *   `AssociationBlock`, of consecutive localities: first (its first locality), features (d), offsets (row (l, i) is
 *   at `offsets[l * d + i]`, one more at the end), columns (j > i, ascending), values (strength with the sign of the
 *   correlation), count (localities). `AssociationForm`: `debiased`, `absolute` or `signed`. `Problem`: associations
 *   with the weight of each locality, and norm (loss without modules); its weights (one a locality). `Associations`,
 *   of all localities: blocks (one after another, in order of localities), form (debiased, absolute or signed).
 *   `Matrix`, row-major float32: data (element (r, c) at `r * columns + c`), rows (how many).
 * Fails: CancelledError once the signal is aborted.
 */

import { rivalsOf, slopeAt, squaredLength } from '../../core/coordinate-step.js';
import type { SweptModule, Watch } from '../../engine/engine.js';
import type { AssociationBlock, AssociationForm } from '../../model.js';
import type { Problem, SweepInput } from './symmetric.js';

/** Features in a working set: its block takes 17 MB. */
export const WORKING_SET = 2048;

/**
 * The modules to be swept, each with its working set, and the block of G_k and G_k u_k of these features.
 * @param size most features of a set.
 */
export async function workingSets(input: SweepInput, size: number, watch: Watch): Promise<SweptModule[]> {
  const images = await imagesOf(input, watch);
  const sets = images.map((image, t) => chooseSet(input, t, image, size));
  const blocks = await blocksOf(input, sets, watch);
  const { loadings, q, first } = input;
  return sets.map((features, t) => {
    const image = Float64Array.from(features, (i) => images[t][i]);
    return { loadings, q, k: first + t, features, full: blocks[t], image };
  });
}

/** G_k u_k of every swept module: one array a module, one entry a feature. */
async function imagesOf({ problem, loadings, first, presence }: SweepInput, watch: Watch) {
  const d = loadings.columns;
  const images = Array.from({ length: presence.columns }, () => new Float64Array(d));
  await forEachLocality(problem, watch, (block, form, l) => {
    for (let t = 0; t < images.length; t++) {
      const factor =
        problem.weights[block.first + l] * presence.data[(block.first + l) * presence.columns + t];
      const u = loadings.data.subarray((first + t) * d, (first + t + 1) * d);
      if (factor > 0) addImage(block, form, l, u, factor, images[t]);
    }
  });
  return images;
}

/**
 * Adds factor x A_l u to `image` (one entry a feature).
 * @param l number of the locality in the block.
 * @param u loadings, one a feature.
 */
function addImage(
  block: AssociationBlock,
  form: AssociationForm,
  l: number,
  u: Float32Array,
  factor: number,
  image: Float64Array,
): void {
  const { features: d, offsets, columns, values } = block;
  const signed = form === 'signed';
  for (let i = 0; i < d; i++) {
    const scaled = factor * u[i];
    let sum = 0;
    for (let p = offsets[l * d + i]; p < offsets[l * d + i + 1]; p++) {
      const a = signed ? values[p] : Math.abs(values[p]);
      sum += a * u[columns[p]];
      image[columns[p]] += scaled * a;
    }
    image[i] += factor * sum;
  }
}

/**
 * The features whose best step, taken alone, lowers the loss most, at most `size`, ascending. Fewer, or none, where
 * few steps lower the loss. Never throws.
 * @param t number of the module among those swept.
 * @param image G_k u_k, one a feature.
 */
function chooseSet(
  { loadings, first, q }: SweepInput,
  t: number,
  image: Float64Array,
  size: number,
): Int32Array {
  const { rows: m, columns: d, data } = loadings;
  const k = first + t;
  const rivals = rivalsOf(loadings, k, q);
  const square = squaredLength(loadings, k);
  const gain = Float64Array.from(data.subarray(k * d, (k + 1) * d), (old, i) => {
    const curvature = q[k * m + k] * (square - old * old);
    if (!(curvature > 0)) return 0;
    const next = Math.max(0, slopeAt(loadings, k, i, image[i], rivals, q) / curvature);
    return curvature * (next - old) ** 2;
  });
  const useful = [...gain.keys()].filter((i) => gain[i] > 0);
  useful.sort((a, b) => gain[b] - gain[a] || a - b);
  return Int32Array.from(useful.slice(0, size)).sort();
}

/**
 * For each swept module, the block of G_k of its working set: size x size, full and symmetric.
 * @param sets feature indices, ascending.
 */
async function blocksOf(
  { problem, presence, loadings }: SweepInput,
  sets: readonly Int32Array[],
  watch: Watch,
) {
  const d = loadings.columns;
  const blocks = sets.map((set) => new Float32Array(set.length ** 2));
  const indexMaps = sets.map((set) => {
    const indexInSet = new Int32Array(d).fill(-1);
    set.forEach((i, t) => {
      indexInSet[i] = t;
    });
    return indexInSet;
  });
  await forEachLocality(problem, watch, (block, form, l) => {
    for (let t = 0; t < sets.length; t++) {
      const factor =
        problem.weights[block.first + l] * presence.data[(block.first + l) * presence.columns + t];
      if (factor > 0) addBlock(block, form, l, { set: sets[t], indexInSet: indexMaps[t] }, factor, blocks[t]);
    }
  });
  blocks.forEach((block, t) => {
    mirror(block, sets[t].length);
  });
  return blocks;
}

/**
 * Adds factor x A_l, for the features of a set, to the upper triangle of `target` (size x size).
 * @param l number of the locality in the block.
 * @param indexed `indexInSet`: position of each feature in the set, or -1.
 */
function addBlock(
  { features: d, offsets, columns, values }: AssociationBlock,
  form: AssociationForm,
  l: number,
  { set, indexInSet }: { readonly set: Int32Array; readonly indexInSet: Int32Array },
  factor: number,
  target: Float32Array,
): void {
  const signed = form === 'signed';
  for (let t = 0; t < set.length; t++) {
    const row = l * d + set[t];
    const base = t * set.length;
    for (let p = offsets[row]; p < offsets[row + 1]; p++) {
      const to = indexInSet[columns[p]];
      if (to >= 0) target[base + to] += factor * (signed ? values[p] : Math.abs(values[p]));
    }
  }
}

/** Copies the upper triangle of a size x size block to the lower one. In place. */
function mirror(block: Float32Array, size: number): void {
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) block[i * size + j] = block[j * size + i];
}

/**
 * Calls `visit` for all localities in order; `l` counts within the block. Looks at the caller's signal after each.
 */
async function forEachLocality(
  { associations }: Problem,
  watch: Watch,
  visit: (block: AssociationBlock, form: AssociationForm, l: number) => void,
): Promise<void> {
  for await (const block of associations.blocks()) {
    for (let l = 0; l < block.count; l++) {
      visit(block, associations.form, l);
      await watch.checkpoint();
    }
  }
}
