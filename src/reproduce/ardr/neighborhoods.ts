/**
 * Which neighborhoods a map keeps, by their size: under the input kernel (each sample's strongest attractions of DK-LLE, P =
 * W + W' - W'W, then its nearest samples) and under the output kernel (its nearest samples on the DK-LLE map).
 */

import type { SparseRows } from '../../dr/affinities/alignment.js';
import type { Context } from '../../engine/context.js';
import type { Neighbors } from '../../model.js';
import { mapNeighbors } from './measures.js';

export interface Named {
  readonly name: string;
  /** rows x 2. */
  readonly y: Float64Array;
}

export interface Kept {
  readonly name: string;
  readonly k: number;
  /** Shares of the neighborhoods under the input and the output kernel; the latter null without a DK-LLE map. */
  readonly input: number;
  readonly output: number | null;
}

/** Shares kept by every map for every size. @param nearest lists at least as long as the largest size. */
export async function keptNeighborhoods(
  m: SparseRows,
  nearest: Neighbors,
  maps: readonly Named[],
  sizes: readonly number[],
  context: Context,
): Promise<Kept[]> {
  const most = Math.min(nearest.k, Math.max(...sizes));
  const strongest = strongestAttractions(m, nearest, most);
  const dkLle = maps.find(({ name }) => name.startsWith('DK-LLE'));
  const output = dkLle ? (await mapNeighbors(dkLle.y, 2, context, most)).indices : null;
  const kept: Kept[] = [];
  for (const { name, y } of maps) {
    const near = (await mapNeighbors(y, 2, context, most)).indices;
    for (const k of sizes.filter((size) => size <= most)) {
      const of = (lists: Int32Array) => shared(lists, near, { rows: m.rows, stride: most, k });
      kept.push({ name, k, input: of(strongest), output: output && of(output) });
    }
  }
  return kept;
}

/** Rows of the k largest of P = -M off the diagonal, strongest first; nearest samples fill rows with fewer. */
function strongestAttractions(m: SparseRows, nearest: Neighbors, k: number): Int32Array {
  const result = new Int32Array(m.rows * k);
  for (let i = 0; i < m.rows; i++) {
    const entries: [number, number][] = [];
    for (let p = m.offsets[i]; p < m.offsets[i + 1]; p++) {
      if (m.indices[p] !== i && m.values[p] < 0) entries.push([m.indices[p], -m.values[p]]);
    }
    entries.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    const chosen = new Set(entries.slice(0, k).map(([j]) => j));
    for (let p = i * nearest.k; chosen.size < k && p < (i + 1) * nearest.k; p++) {
      chosen.add(nearest.indices[p]);
    }
    result.set([...chosen], i * k);
  }
  return result;
}

/** Mean share of the first k of `stride` neighbors that two lists have in common. */
function shared(
  a: Int32Array,
  b: Int32Array,
  { rows, stride, k }: { readonly rows: number; readonly stride: number; readonly k: number },
): number {
  let common = 0;
  for (let i = 0; i < rows; i++) {
    const first = new Set(a.subarray(i * stride, i * stride + k));
    for (let p = i * stride; p < i * stride + k; p++) if (first.has(b[p])) common++;
  }
  return common / (rows * k);
}
