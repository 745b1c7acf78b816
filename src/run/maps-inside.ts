/** The maps that the features' own file holds: AnnData keeps them beside the matrix. */

import { readContents } from '../io/index.js';
import { holdsKeys } from './file-names.js';
import type { Work } from './inputs.js';

/** The key of the map that is taken where no other is named, as scanpy names it. */
export const DEFAULT_MAP = 'X_umap';

/** Keys of maps of two dimensions, as scanpy and its relatives name them. */
const MAP_KEYS = /^X_.*(umap|tsne|draw_graph|phate|mde)/i;

/** Keys of the maps that the features' own file holds; none for formats without such keys. */
export async function mapsInside(path: string, { files }: Pick<Work, 'files'>): Promise<readonly string[]> {
  if (!holdsKeys(path)) return [];
  const { arrays } = await readContents(files.open(path));
  return arrays.filter((key) => MAP_KEYS.test(key));
}

/** One line on these maps, and which of them a run takes where none is named; none where there are none. */
export function mapsLine(maps: readonly string[]): string[] {
  if (maps.length === 0) return [];
  const told = maps.map((key) => (key === DEFAULT_MAP ? `${key} (taken where none is named)` : key));
  return [`Maps in the file: ${told.join(', ')}`];
}
