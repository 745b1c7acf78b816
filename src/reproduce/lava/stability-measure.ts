/**
 * The measure of stability: do the same modules come back from other samples and another covering?
 *
 * Method: `repeats` fits from nothing, each on a random `share` of the samples with another covering. The modules of
 *   every pair of fits are assigned by the cosines of their pair patterns. Reported: the mean and the least of these
 *   cosines, and the share of modules whose match reaches 0.9 in *every* other fit. So that stability is not bought
 *   with emptiness: the share of association that the modules explain on one common covering of all samples.
 * Source: ours. Deterministic for a seed. Cost: `repeats` + 1 fits.
 */

import { createRandom } from '../../core/random.js';
import type { Context } from '../../engine/context.js';
import { unwatched } from '../../engine/watch.js';
import { associate, releaseAssociations } from '../../lava/associations/associations.js';
import { matchLoadings, splitSamples } from '../../lava/evaluate/holdout.js';
import { refitModules } from '../../lava/evaluate/refits.js';
import { withPresence } from '../../lava/factorize/refine.js';
import { weighLocalities } from '../../lava/factorize/symmetric.js';
import { canonicalOrder } from '../../lava/localities/canonical-order.js';
import { locate } from '../../lava/localities/localities.js';
import type { Embedding, Matrix, Table } from '../../model.js';
import { shareBars } from '../charts.js';

export interface StabilityMeasureOptions {
  readonly modules: number;
  readonly localitySize: number;
  readonly overlap: number;
  /** Part of the samples in a repeat, 0 to 1. */
  readonly share: number;
  readonly repeats: number;
  /** Other seeds draw other samples and coverings. */
  readonly seed: number;
}

export interface StabilityMeasure {
  readonly mean: number;
  readonly least: number;
  /** Share of the modules matched at 0.9 or more in every other repeat. */
  readonly comeBack: number;
  readonly explained: number;
  /** The fits, modules x features. */
  readonly loadings: readonly Matrix[];
  /** Seconds of a fit, the mean. */
  readonly seconds: number;
}

const COMMON_COVERING = 999;
const COMES_BACK = 0.9;

/** Fits modules to some samples by a covering of its number; returns their loadings, modules x features. */
export type StabilityFit = (
  data: { readonly table: Table; readonly embedding: Embedding },
  options: StabilityMeasureOptions & { readonly rows: Int32Array; readonly covering: number },
  context: Context,
) => Promise<Matrix>;

/** The present fit. */
const fitFromNothing: StabilityFit = async (
  data,
  { rows, localitySize, overlap, modules, covering },
  context,
) => {
  const refit = { rows, localitySize, overlap, modules, covering, evaluations: 0 };
  return (await refitModules(data, refit, {}, context)).modules.loadings;
};

/**
 * How alike the modules of several fits are, each on a random share of the samples with another covering.
 * @param fitOnce what is measured. Default: the present fit.
 */
export async function measureStability(
  { table, embedding }: { readonly table: Table; readonly embedding: Embedding },
  options: StabilityMeasureOptions,
  context: Context,
  fitOnce: StabilityFit = fitFromNothing,
): Promise<StabilityMeasure> {
  const { localitySize, overlap, share, repeats, seed } = options;
  const order = canonicalOrder(embedding.coordinates, table.features);
  const loadings: Matrix[] = [];
  const start = performance.now();
  for (let repeat = 1; repeat <= repeats; repeat++) {
    const covering = 100 * seed + repeat;
    const rows = splitSamples(order, share, createRandom(covering, 'stability-measure')).fitted;
    loadings.push(await fitOnce({ table, embedding }, { ...options, rows, covering }, context));
  }
  const seconds = (performance.now() - start) / 1000 / repeats;
  const explained = await explainedShare({ table, embedding }, loadings, { localitySize, overlap }, context);
  return { ...agreement(loadings), explained, loadings, seconds };
}

/** How the modules of all pairs of fits agree. */
export function agreement(fits: readonly Matrix[]) {
  let sum = 0;
  let pairs = 0;
  let least = 1;
  let comeBack = 0;
  let modules = 0;
  for (const fit of fits) {
    const lowest = new Array<number>(fit.rows).fill(1);
    for (const other of fits) {
      if (other === fit) continue;
      matchLoadings(fit, other).forEach(({ cosine }, k) => {
        sum += cosine;
        pairs++;
        lowest[k] = Math.min(lowest[k], cosine);
      });
    }
    least = Math.min(least, ...lowest);
    comeBack += lowest.filter((cosine) => cosine >= COMES_BACK).length;
    modules += fit.rows;
  }
  return { mean: sum / pairs, least, comeBack: comeBack / modules };
}

/** What a replication figure says of new refits. */
export interface Calibration {
  /** Replication from here on, up to the next row's. */
  readonly from: number;
  /** Modules shown with such a figure, over all choices of a fit, two refits and a new one. */
  readonly shown: number;
  /** How many of them the new refit matches at 0.9 or more. */
  readonly again: number;
}

/** Takes each fit in turn for the reported one: the least cosine with two others is shown, a third is the new refit. */
export function calibration(fits: readonly Matrix[]): Calibration[] {
  const rows = [0, 0.5, 0.7, 0.8, 0.9, 0.95].map((from) => ({ from, shown: 0, again: 0 }));
  for (const reported of fits) {
    const others = fits.filter((fit) => fit !== reported).map((fit) => matchLoadings(reported, fit));
    others.forEach((fresh, f) => {
      const [first, second] = others.filter((_, o) => o !== f);
      fresh.forEach(({ cosine }, k) => {
        const figure = Math.min(first[k].cosine, second[k].cosine);
        const row = rows.findLast(({ from }) => figure >= from) ?? rows[0];
        row.shown++;
        if (cosine >= COMES_BACK) row.again++;
      });
    });
  }
  return rows;
}

/** Mean share of association that the modules of the fits explain in one covering of all samples. */
async function explainedShare(
  { table, embedding }: { readonly table: Table; readonly embedding: Embedding },
  fits: readonly Matrix[],
  size: { readonly localitySize: number; readonly overlap: number },
  context: Context,
): Promise<number> {
  const common = { ...size, evaluations: 0, covering: COMMON_COVERING };
  const localities = await locate(embedding, common, context, table.features);
  const associations = await associate(table.features, localities, {}, context);
  const problem = weighLocalities(associations);
  let sum = 0;
  for (const loadings of fits) sum += 1 - (await withPresence(problem, loadings, context, unwatched)).loss;
  await releaseAssociations(associations, context);
  return sum / fits.length;
}

/** The calibration as bars: of the modules shown with a replication, those that a new refit matches. */
export function calibrationChart(rows: readonly Calibration[]): string {
  const bars = rows.map(({ from, shown, again }, at) => ({
    label: at + 1 < rows.length ? `${from} to ${rows[at + 1].from}` : `${from} or more`,
    count: again,
    total: shown,
  }));
  return shareBars(
    'Modules matched at 0.9 by a new refit',
    'replication shown (the least of two refits)',
    bars,
  );
}
