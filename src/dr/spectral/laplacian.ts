/**
 * Coordinates from the normalized Laplacian of a graph: the eigenvectors of D^-1/2 A D^-1/2 after the first.
 * A graph in pieces gets one such layout a piece, placed by the principal components of the pieces' means.
 *
 * Source: Belkin and Niyogi (2003); as UMAP's start, McInnes, Healy, Melville (2018). The placing of pieces
 * is ours (umap-learn embeds their means spectrally).
 * Precision: eigenvectors to a relative residual of 1e-3: a start needs no more. Cost: at most 600 products
 * with the graph. Deterministic given the seed.
 */

import type { Random } from '../../core/random.js';
import type { Watch } from '../../engine/engine.js';
import type { Csr } from '../../model.js';
import { multiplySparse } from '../affinities/alignment.js';
import { connectedComponents } from '../affinities/components.js';
import { eigenpairs } from './eigen.js';
import { columnsToRows, fixSigns } from './vectors.js';

const TOLERANCE = 1e-3;
const MAX_APPLICATIONS = 600;

/** Places of the means of the pieces, pieces x dimensions. */
export type PlacePieces = (piece: Int32Array, count: number) => Promise<Float64Array>;

/** rows x dimensions coordinates, each piece within -1 to 1 around its place. */
export async function laplacianLayout(
  graph: Csr,
  dimensions: number,
  given: { random: Random; watch: Watch; place: PlacePieces },
): Promise<Float64Array> {
  const pieces = connectedComponents(graph);
  if (pieces.count === 1) return pieceLayout(graph, dimensions, given.random, given.watch);
  const places = await given.place(pieces.of, pieces.count);
  const radius = placeScale(places, pieces.count, dimensions);
  const result = new Float64Array(graph.rows * dimensions);
  for (let piece = 0; piece < pieces.count; piece++) {
    const members = Int32Array.from(rowsOf(pieces.of, piece));
    const sub = subgraph(graph, members, pieces.of);
    const own = await pieceLayout(sub, dimensions, given.random.stream(`piece ${piece}`), given.watch);
    members.forEach((row, at) => {
      for (let k = 0; k < dimensions; k++) {
        const place = places[piece * dimensions + k] / radius;
        result[row * dimensions + k] = place + own[at * dimensions + k];
      }
    });
  }
  return result;
}

function rowsOf(of: Int32Array, piece: number): number[] {
  const rows: number[] = [];
  for (let i = 0; i < of.length; i++) if (of[i] === piece) rows.push(i);
  return rows;
}

/** A third of the smallest distance between places, so that pieces of radius 1 do not overlap. */
function placeScale(places: Float64Array, count: number, dimensions: number): number {
  let smallest = Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      let squared = 0;
      for (let k = 0; k < dimensions; k++)
        squared += (places[i * dimensions + k] - places[j * dimensions + k]) ** 2;
      if (squared > 0) smallest = Math.min(smallest, squared);
      largest = Math.max(largest, squared);
    }
  }
  if (largest === 0) return 1;
  // Pieces may lie almost on one another: the map then stays within 100 radii of them.
  return Math.max(Math.sqrt(smallest) / 3, Math.sqrt(largest) / 100);
}

function subgraph(graph: Csr, members: Int32Array, of: Int32Array): Csr {
  const position = new Int32Array(of.length);
  members.forEach((row, at) => {
    position[row] = at;
  });
  const offsets = new Float64Array(members.length + 1);
  members.forEach((row, at) => {
    offsets[at + 1] = offsets[at] + graph.offsets[row + 1] - graph.offsets[row];
  });
  const indices = new Int32Array(offsets[members.length]);
  const values = new Float32Array(offsets[members.length]);
  members.forEach((row, at) => {
    for (let p = graph.offsets[row], q = offsets[at]; p < graph.offsets[row + 1]; p++, q++) {
      indices[q] = position[graph.indices[p]];
      values[q] = graph.values[p];
    }
  });
  return { rows: members.length, columns: members.length, offsets, indices, values };
}

/** One connected piece, scaled so that its largest coordinate is 1. */
async function pieceLayout(
  graph: Csr,
  dimensions: number,
  random: Random,
  watch: Watch,
): Promise<Float64Array> {
  const { rows, offsets, indices, values } = graph;
  if (rows <= dimensions + 1) {
    return Float64Array.from({ length: rows * dimensions }, () => 2 * random.uniform() - 1);
  }
  const roots = new Float64Array(rows);
  let total = 0;
  for (let i = 0; i < rows; i++) {
    let degree = 0;
    for (let p = offsets[i]; p < offsets[i + 1]; p++) degree += values[p];
    roots[i] = Math.sqrt(degree);
    total += degree;
  }
  const normalized = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) {
    for (let p = offsets[i]; p < offsets[i + 1]; p++) {
      normalized[p] = values[p] / roots[i] / roots[indices[p]];
    }
  }
  const apply = (x: Float64Array, out: Float64Array) =>
    multiplySparse({ rows, offsets, indices, values: normalized }, x, 1, out);
  const deflate = [roots.map((root) => root / Math.sqrt(total))];
  const options = {
    count: dimensions,
    end: 'largest',
    tolerance: TOLERANCE,
    maxApplications: MAX_APPLICATIONS,
  } as const;
  const { vectors } = await eigenpairs({ size: rows, apply }, { ...options, deflate }, random, watch);
  fixSigns(vectors);
  let largest = 0;
  for (const vector of vectors) for (const value of vector) largest = Math.max(largest, Math.abs(value));
  return columnsToRows(vectors, new Float64Array(dimensions).fill(1 / largest));
}
