/** What the figures of all seeds say about the papers' conjectures, with the figures in words. */

import type { Kept } from './neighborhoods.js';

/** A constant factor is supported up to this ratio, and says nothing where a Gaussian cloud is within it too. */
export const NEAR = 2;
/** By how much more than PCA a map has to keep. */
export const MORE = 0.02;

/** A map at one penalty. */
export interface RatioRow {
  readonly name: string;
  /** Objective over the best found, and over the lower bound; null where no scale gives the norm, or the bound is 0. */
  readonly ratio: number | null;
  readonly bound: number | null;
}

/** A kernel by which samples are neighbors. */
export type Kernel = 'input' | 'output';

/** The maps that a conjecture is about. */
const UMAPS: readonly string[] = ['UMAP', 'UMAP, other seed'];

/** Figures, and what the ratios of all seeds say about the conjecture. */
export function ratioVerdict(runs: readonly (readonly RatioRow[])[]): [string, string] {
  const of = (names: readonly string[], pick: (row: RatioRow) => number | null) =>
    runs.flatMap((rows) =>
      rows.filter(({ name }) => names.includes(name)).map((row) => pick(row) ?? Number.NaN),
    );
  const found = (...names: string[]) => of(names, ({ ratio }) => ratio);
  const umap = found(...UMAPS);
  const cloud = found('Gaussian cloud');
  const figures = [
    `UMAP ${span(umap)} times the best found, ${span(of(UMAPS, ({ bound }) => bound))} times the bound`,
    `PCA ${span(found('PCA'))}, cloud ${span(cloud)} times the best found`,
  ].join('; ');
  if (!cloud.every((ratio) => ratio > NEAR)) return [figures, 'says nothing here'];
  return [figures, umap.every((ratio) => ratio <= NEAR) ? 'supported' : 'not supported'];
}

/** Least and most of some values, in words. */
function span(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(2));
  return least === most ? least : `${least} to ${most}`;
}

/** Figures by size, and what the neighborhoods kept in all seeds say about the conjecture. */
export function keptVerdict(runs: readonly (readonly Kept[])[], kernel: Kernel): [string, string] {
  const sizes = [...new Set(runs[0].map(({ k }) => k))];
  const bySize = sizes.map((k) => {
    const of = (...names: string[]) =>
      runs.flatMap((kept) => kept.filter((one) => one.k === k && names.includes(one.name)));
    const share = (...names: string[]) => of(...names).map((one) => one[kernel] ?? 0);
    const [umap, pca] = [share(...UMAPS), share('PCA')];
    const least = Math.min(...umap);
    const figures = `k ${k}: UMAP ${span(umap)}, PCA ${span(pca)}`;
    return { k, figures, half: least >= 0.5, more: least > Math.max(...pca) + MORE };
  });
  const figures = bySize.map((one) => one.figures).join('; ');
  if (!bySize.some(({ more }) => more)) return [figures, 'says nothing here: PCA keeps as much'];
  const held = bySize.filter(({ half, more }) => half && more).map(({ k }) => k);
  if (held.length === sizes.length) return [figures, 'supported'];
  return [figures, held.length > 0 ? `not supported: at k = ${held.join(', ')} only` : 'not supported'];
}
