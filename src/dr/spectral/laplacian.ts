/**
 * Coordinates from the normalized Laplacian of a graph: the eigenvectors of D^-1/2 A D^-1/2 after the first.
 * A graph in pieces gets one such layout a piece, placed by the principal components of the pieces' means.
 *
 * Source: Belkin and Niyogi (2003); as UMAP's start, McInnes, Healy, Melville (2018). The placing of pieces
 * is ours (umap-learn embeds their means spectrally).
 * Precision: eigenvectors to a residual of 1e-3 in the spectrum of the graph: a start needs no more. From 4,096 samples on
 * filters find them (filtered-subspace.ts; 60,000 digits: 0.8 s of processor time, 3.0 the other way). Below, and in more than
 * two dimensions, they are sought of the cube of the matrix, which has the same ones in the same order, farther apart: products with a sparse
 * graph cost less than keeping vectors orthogonal (60,000 digits: 4.8 s of processor time, by the matrix itself 10.3).
 * Higher powers are no cheaper there, and UMAP from the ninth's start was less trustworthy: 0.942 to 0.947 over three
 * seeds, cube 0.950, the matrix itself 0.949 to 0.950, though coordinates correlate by 0.999. Why, we do not know.
 * Cost: at most 600 products with the graph, or 252 with four vectors. Deterministic given the seed.
 */

import type { Random } from '../../core/random.js';
import type { Engine, Watch } from '../../engine/engine.js';
import { eigenpairs } from '../../linalg/davidson.js';
import { columnsToRows, fixSigns } from '../../linalg/vectors.js';
import type { Csr } from '../../model.js';
import { connectedComponents } from '../affinities/components.js';
import { filteredEigenvectors, MOST_FILTERED } from './filtered-subspace.js';

const TOLERANCE = 1e-3;
/** Odd, so that eigenvalues keep their order; near 1 it multiplies their distances, and with them the tolerance. */
const POWER = 3;
const MAX_APPLICATIONS = 200;
/** Rows from which eigenvectors are found by filters, and the most products of the graph with their four vectors. */
const FILTERED_ROWS = 4096;
const MAX_PRODUCTS = 252;

/** What eigenvectors are found with. */
interface Ways {
  readonly engine: Engine;
  readonly random: Random;
  readonly watch: Watch;
}

/** Centers of the pieces, pieces x dimensions. */
export type PieceLayout = (piece: Int32Array, count: number) => Promise<Float64Array>;

/** rows x dimensions coordinates, each piece within -1 to 1 around its center. */
export async function laplacianLayout(
  graph: Csr,
  dimensions: number,
  ways: Ways & { readonly pieceLayout: PieceLayout },
): Promise<Float64Array> {
  const pieces = connectedComponents(graph);
  if (pieces.count === 1) return pieceLayout(graph, dimensions, ways);
  const centers = await ways.pieceLayout(pieces.of, pieces.count);
  const radius = centerScale(centers, pieces.count, dimensions);
  const result = new Float64Array(graph.rows * dimensions);
  for (let piece = 0; piece < pieces.count; piece++) {
    const members = Int32Array.from(rowsOf(pieces.of, piece));
    const sub = subgraph(graph, members, pieces.of);
    const random = ways.random.stream(`piece ${piece}`);
    const layout = await pieceLayout(sub, dimensions, { ...ways, random });
    members.forEach((row, at) => {
      for (let k = 0; k < dimensions; k++) {
        const center = centers[piece * dimensions + k] / radius;
        result[row * dimensions + k] = center + layout[at * dimensions + k];
      }
    });
  }
  return result;
}

/** Rows of one piece, ascending. */
function rowsOf(of: Int32Array, piece: number): number[] {
  const rows: number[] = [];
  for (let i = 0; i < of.length; i++) if (of[i] === piece) rows.push(i);
  return rows;
}

/** A third of the smallest distance between centers, so that pieces of radius 1 do not overlap. */
function centerScale(centers: Float64Array, count: number, dimensions: number): number {
  let smallest = Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      let squared = 0;
      for (let k = 0; k < dimensions; k++)
        squared += (centers[i * dimensions + k] - centers[j * dimensions + k]) ** 2;
      if (squared > 0) smallest = Math.min(smallest, squared);
      largest = Math.max(largest, squared);
    }
  }
  if (largest === 0) return 1;
  // Pieces may lie almost on one another: the map then stays within 100 radii of them.
  return Math.max(Math.sqrt(smallest) / 3, Math.sqrt(largest) / 100);
}

/** The graph among the members of one piece, numbered by their order. */
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
async function pieceLayout(graph: Csr, dimensions: number, ways: Ways): Promise<Float64Array> {
  const { rows, offsets, values } = graph;
  if (rows <= dimensions + 1) {
    return Float64Array.from({ length: rows * dimensions }, () => 2 * ways.random.uniform() - 1);
  }
  const roots = new Float64Array(rows);
  let total = 0;
  for (let i = 0; i < rows; i++) {
    let degree = 0;
    for (let p = offsets[i]; p < offsets[i + 1]; p++) degree += values[p];
    roots[i] = Math.sqrt(degree);
    total += degree;
  }
  const deflate = roots.map((root) => root / Math.sqrt(total));
  const vectors = await leadingVectors(graph, roots, { ...ways, dimensions, deflate });
  fixSigns(vectors);
  let largest = 0;
  for (const vector of vectors) for (const value of vector) largest = Math.max(largest, Math.abs(value));
  return columnsToRows(vectors, new Float64Array(dimensions).fill(1 / largest));
}

/** Weights of D^-1/2 A D^-1/2 for a graph A and the roots of D, written to `weights`, as many as A has entries. */
function normalizedWeights<W extends Float32Array | Float64Array>(
  { rows, offsets, indices, values }: Csr,
  roots: Float64Array,
  weights: W,
): W {
  for (let i = 0; i < rows; i++) {
    for (let p = offsets[i]; p < offsets[i + 1]; p++) weights[p] = values[p] / roots[i] / roots[indices[p]];
  }
  return weights;
}

/** The eigenvectors after the first: by filters where the graph is large, else by block Davidson. */
async function leadingVectors(
  graph: Csr,
  roots: Float64Array,
  { dimensions, deflate, ...ways }: Ways & { readonly dimensions: number; readonly deflate: Float64Array },
): Promise<readonly Float64Array[]> {
  const size = deflate.length;
  if (size >= FILTERED_ROWS && dimensions <= MOST_FILTERED) {
    const filter = { count: dimensions, tolerance: TOLERANCE, maxProducts: MAX_PRODUCTS, deflate };
    const values = normalizedWeights(graph, roots, new Float32Array(graph.values.length));
    return filteredEigenvectors({ ...graph, values }, filter, ways);
  }
  const options = {
    count: dimensions,
    end: 'largest',
    tolerance: POWER * TOLERANCE,
    maxApplications: MAX_APPLICATIONS,
    deflate: [deflate],
  } as const;
  const apply = powerOf(graph, normalizedWeights(graph, roots, new Float64Array(graph.values.length)));
  return (await eigenpairs({ size, apply }, options, ways.random, ways.watch)).vectors;
}

/** out = graph^POWER x, for a graph with these weights. */
function powerOf({ rows, offsets, indices }: Csr, weights: Float64Array) {
  // whole numbers: a loop from one double to another takes 2.7 times as long
  const starts = Int32Array.from(offsets);
  const once = (x: Float64Array, out: Float64Array): void => {
    for (let i = 0; i < rows; i++) {
      const end = starts[i + 1];
      let sum = 0;
      for (let p = starts[i]; p < end; p++) sum += weights[p] * x[indices[p]];
      out[i] = sum;
    }
  };
  const between = [new Float64Array(rows), new Float64Array(rows)];
  return (x: Float64Array, out: Float64Array): void => {
    let from = x;
    for (let factor = 1; factor < POWER; factor++) {
      const to = between[factor % 2];
      once(from, to);
      from = to;
    }
    once(from, out);
  };
}
