/** Torn and glued links to draw: the worst ones, of the whole map or of the selected samples. */
import type { LinksShown, Region } from '../state/store.js';
import type { View } from './view.js';

export interface DrawnLinks {
  readonly kind: LinksShown['kind'];
  readonly from: Int32Array;
  readonly to: Int32Array;
}

export function linksShown(view: View, shown: LinksShown | null, region: Region | null): DrawnLinks | null {
  const layer = view.explanation.trust;
  if (!layer || !shown) return null;
  const all = shown.kind === 'torn' ? layer.tornLinks : layer.gluedLinks;
  const inside = region && new Set(region.rows);
  const indices: number[] = [];
  for (let at = 0; at < all.from.length && indices.length < shown.count; at++) {
    if (!inside || inside.has(all.from[at]) || inside.has(all.to[at])) indices.push(at);
  }
  return {
    kind: shown.kind,
    from: Int32Array.from(indices, (at) => all.from[at]),
    to: Int32Array.from(indices, (at) => all.to[at]),
  };
}
