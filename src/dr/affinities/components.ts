/** Connected pieces of an undirected graph in compressed rows. */

import { OptionError } from '../../errors.js';

interface Links {
  readonly rows: number;
  readonly offsets: ArrayLike<number>;
  readonly indices: ArrayLike<number>;
}

export interface Components {
  readonly count: number;
  /** Piece of each row, numbered by the first row in it. */
  readonly of: Int32Array;
  readonly sizes: readonly number[];
}

/** The connected pieces of a graph, each edge usable both ways where it is listed both ways. */
export function connectedComponents(graph: Links): Components {
  const of = new Int32Array(graph.rows).fill(-1);
  const sizes: number[] = [];
  const queue = new Int32Array(graph.rows);
  for (let first = 0; first < graph.rows; first++) {
    if (of[first] >= 0) continue;
    const label = sizes.length;
    of[first] = label;
    queue[0] = first;
    let end = 1;
    for (let at = 0; at < end; at++) {
      for (let p = graph.offsets[queue[at]]; p < graph.offsets[queue[at] + 1]; p++) {
        const target = graph.indices[p];
        if (of[target] >= 0) continue;
        of[target] = label;
        queue[end++] = target;
      }
    }
    sizes.push(end);
  }
  return { count: sizes.length, of, sizes };
}

/** Throws OptionError, naming the pieces and the ways out, unless the graph is in one piece. */
export function requireConnected(graph: Links, method: string, nNeighbors: number): void {
  const { count, of, sizes } = connectedComponents(graph);
  if (count === 1) return;
  const shown = sizes.map((size, label) => ({ size, first: of.indexOf(label) }));
  shown.sort((a, b) => b.size - a.size || a.first - b.first);
  const named = shown.slice(0, 5).map(({ size, first }) => `${size} samples with row ${first}`);
  const rest = count > 5 ? `; and ${count - 5} more` : '';
  throw new OptionError({
    got: `a neighbor graph in ${count} pieces at nNeighbors ${nNeighbors} (${named.join('; ')}${rest})`,
    expected: `one piece, since ${method} measures along paths between all samples`,
    remedy: 'raise nNeighbors, embed each piece by itself, or take umap or tsne, which allow pieces',
  });
}
