/**
 * Attraction and repulsion between two groups of samples on a map: which pairs hold them together, which push them apart,
 * and what the map becomes without the pairs that hold.
 *
 * Source: the frame of laws/law.ts with UMAP's or t-SNE's law; forces are coefficients times distances. The map is first
 *   brought to the scale at which attractions and repulsions balance over all pairs, since maps from elsewhere have any
 *   scale. Ours: the comparison of further steps with and without the pairs across.
 * Shapes: features samples x d, map samples x dimensions. Cost: neighbors once; for each call the pairs across (at most
 *   PAIRS, taken evenly) and STEPS steps of the method. Determinism: streams of the context.
 */

import { type Context, type PartialContext, resolveContext, watchStage } from '../engine/context.js';
import type { Csr, Matrix, StructureForces } from '../model.js';
import { squaredDistance } from './laws/sparse-pairs.js';
import { advance, createRun } from './run.js';
import { atBalance, type Forces, pairOf, STEPS, tsneForces, umapForces } from './structure-laws.js';

/** Data and a map of the same samples in the same order. */
export interface ForcesInput {
  /** samples x features, in the space that the map was made from. */
  readonly features: Matrix;
  /** samples x dimensions. */
  readonly embedding: Matrix;
}

export interface ForcesOptions {
  /** The law whose forces are measured. Default `umap`. */
  readonly method?: 'umap' | 'tsne';
}

/** Forces between two groups of rows. */
export type ForcesBetween = (a: Int32Array, b: Int32Array) => Promise<StructureForces>;

/** Most pairs across over which repulsion is summed. */
const PAIRS = 2e6;
const STRONGEST = 5;
const USUAL_NEIGHBOR = 10;

/** Prepares a map; the function that is returned measures any two groups on it. */
export async function structureForces(
  { features, embedding: map }: ForcesInput,
  options: ForcesOptions = {},
  partialContext: PartialContext = {},
): Promise<ForcesBetween> {
  const context = await resolveContext(partialContext);
  const forces = await (options.method === 'tsne' ? tsneForces : umapForces)(features, map.columns, context);
  const y = atBalance(forces, map);
  const further = await moved(forces, forces.graph, y, map.columns, context);
  return async (a, b) => {
    const side = new Int8Array(map.rows);
    for (const i of a) side[i] = -1;
    for (const i of b) side[i] = 1;
    const measured = attractions(forces, y, map.columns, side);
    const without = await moved(forces, withoutAcross(forces.graph, side), y, map.columns, context);
    return {
      ...measured,
      repulsionAcross: repulsionAcross(forces, y, map.columns, a, b),
      width: width(y, map.columns, a, b),
      widthAfter: width(further, map.columns, a, b),
      widthWithout: width(without, map.columns, a, b),
    };
  };
}

/** Attractions across and within, and the pairs across. @param side -1 and 1 for the groups, 0 for other samples. */
function attractions({ graph, at }: Forces, y: Float64Array, dimensions: number, side: Int8Array) {
  const across: { i: number; j: number; force: number }[] = [];
  const law = at(y);
  let attractionWithin = 0;
  for (let i = 0; i < graph.rows; i++) {
    for (let p = graph.offsets[i]; p < graph.offsets[i + 1]; p++) {
      const j = graph.indices[p];
      if (j <= i || side[i] === 0 || side[j] === 0) continue;
      const pair = pairOf(y, i, j, graph.values[p], dimensions);
      const force = pair.squared > 0 ? law.attract(pair) * Math.sqrt(pair.squared) : 0;
      if (side[i] === side[j]) attractionWithin += force;
      else across.push({ i, j, force });
    }
  }
  across.sort((p, q) => q.force - p.force || p.i - q.i || p.j - q.j);
  const attractionAcross = across.reduce((sum, { force }) => sum + force, 0);
  let [sum, pairsOfHalf] = [0, 0];
  while (pairsOfHalf < across.length && sum < attractionAcross / 2) sum += across[pairsOfHalf++].force;
  return {
    attractionAcross,
    attractionWithin,
    pairsAcross: across.length,
    pairsOfHalf,
    strongest: across.slice(0, STRONGEST),
  };
}

/** Repulsion over the pairs across; of more than PAIRS, every so many rows of the larger group. */
function repulsionAcross(
  { at: lawAt }: Forces,
  y: Float64Array,
  dimensions: number,
  a: Int32Array,
  b: Int32Array,
): number {
  const [small, large] = a.length <= b.length ? [a, b] : [b, a];
  const stride = Math.max(1, Math.ceil((small.length * large.length) / PAIRS));
  const law = lawAt(y);
  let [sum, rows] = [0, 0];
  for (let at = 0; at < large.length; at += stride) {
    rows++;
    for (const j of small) {
      const pair = pairOf(y, large[at], j, 0, dimensions);
      if (pair.squared > 0) sum += law.repulse(pair) * Math.sqrt(pair.squared);
    }
  }
  return (sum * large.length) / rows;
}

/** The graph without pairs between the groups. */
function withoutAcross(graph: Csr, side: Int8Array): Csr {
  const offsets = new Float64Array(graph.rows + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < graph.rows; i++) {
    for (let p = graph.offsets[i]; p < graph.offsets[i + 1]; p++) {
      const j = graph.indices[p];
      if (side[i] * side[j] === -1) continue;
      indices.push(j);
      values.push(graph.values[p]);
    }
    offsets[i + 1] = indices.length;
  }
  const { rows, columns } = graph;
  return { rows, columns, offsets, indices: Int32Array.from(indices), values: Float32Array.from(values) };
}

/** Coordinates after further steps by a graph. */
async function moved(
  forces: Forces,
  graph: Csr,
  y: Float64Array,
  dimensions: number,
  context: Context,
): Promise<Float64Array> {
  const run = createRun(y.slice(), dimensions, forces.dynamics(graph));
  await advance(run, STEPS, watchStage(context, 'forces'));
  return run.y;
}

/** Distance of the groups' nearest samples over the usual distance to the 10th neighbor within them. */
function width(y: Float64Array, dimensions: number, a: Int32Array, b: Int32Array): number {
  let least = Number.POSITIVE_INFINITY;
  for (const i of a) for (const j of b) least = Math.min(least, squaredDistance(y, i, j, dimensions, 0));
  const usual = [a, b].flatMap((rows) => usualDistances(y, dimensions, rows)).sort((p, q) => p - q);
  return Math.sqrt(least) / Math.max(Number.MIN_VALUE, usual[Math.floor(usual.length / 2)]);
}

/** Distance to the 10th neighbor within the group at up to 50 of its samples, taken evenly. */
function usualDistances(y: Float64Array, dimensions: number, rows: Int32Array): number[] {
  const stride = Math.max(1, Math.floor(rows.length / 50));
  const found: number[] = [];
  for (let at = 0; at < rows.length; at += stride) {
    const squares = Float64Array.from(rows, (j) => squaredDistance(y, rows[at], j, dimensions, 0)).sort();
    found.push(Math.sqrt(squares[Math.min(squares.length - 1, USUAL_NEIGHBOR)]));
  }
  return found;
}
