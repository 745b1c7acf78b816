/**
 * A shard: a range of localities with the rows they touch and their associations, and what a fit does with these.
 *
 * Every step is a function of the specification and of what it is given. Associations are made when a step first needs them and
 *   kept as memory allows: a cache, so that a shard that was lost and is specified again answers the same.
 * Shapes: localities of the shard l, segments s, features d, modules m, pairs p = d (d - 1) / 2.
 * Determinism: a segment is summed as in one process (associations/segments.ts), and each segment's sums are returned apart.
 * Types: `ShardSpecification`: features, localities, rules, segment. `Context`: engine, memory and signal of a run. `Associations`,
 *   of the localities of a segment. `AssociationCounts`: of pairs and features.
 * Fails: CancelledError once the context's signal is aborted; MachineError where memory cannot be had.
 */

import { matrix } from '../../core/matrix.js';
import { type Context, watchStage } from '../../engine/context.js';
import { withoutProgress } from '../../engine/watch.js';
import type { AssociationBlock, Associations, Matrix } from '../../model.js';
import { associate, releaseAssociations, STORED_SHARE } from '../associations/associations.js';
import { engineOperations } from '../associations/operations.js';
import { BLOCK_LOCALITIES } from '../associations/segments.js';
import type { Range, ShardSpecification } from './specification.js';

/** What the associations of a shard's localities amount to. */
export interface AssociatedShard {
  readonly counts: readonly Associations['counts'][];
  readonly squaredNorms: Float64Array;
}

export interface LocalityShard {
  /** Makes the associations; one entry of counts a segment. */
  associate(context: Context): Promise<AssociatedShard>;
  /** Inner products with the pair patterns of loadings (d x m): l x m. */
  quadraticForms(loadings: Matrix, context: Context): Promise<Matrix>;
  /** Sums of associations times presence (l x m): m x p for each segment. */
  sumPatterns(presence: Matrix, context: Context): Promise<Float32Array[]>;
  /** Sums of unbiased squared correlations: f x f for each segment and module. @param factors l x m. */
  sumLocalSquares(
    factors: Float64Array,
    chosen: readonly Int32Array[],
    context: Context,
  ): Promise<Float32Array[]>;
  /** Block number `index` of the shard, made anew and copied. */
  block(index: number, context: Context): Promise<AssociationBlock>;
  /** Bytes that associations take now. */
  bytes(): number;
  release(context: Context): Promise<void>;
}

/** A segment with its associations. */
interface Segment extends Range {
  readonly associations: Associations;
}

/**
 * Makes the shard of a specification; nothing is computed yet. Pass contexts of one engine and one memory.
 * @param room bytes that associations may take, told anew for each segment.
 */
export function createLocalityShard(
  { features, localities, rules, segment }: ShardSpecification,
  room: () => number,
): LocalityShard {
  const { members, size, count } = localities;
  const ranges = rangesOf(count, segment);
  const { measure: association, form: associationForm, ...others } = rules;
  const options = { association, associationForm, ...others };
  const segments: Segment[] = [];

  /** The segments with their associations, made where they are not there yet. */
  const associated = async (context: Context): Promise<readonly Segment[]> => {
    for (const range of ranges.slice(segments.length)) {
      const { first, count: some } = range;
      const part = { members: members.subarray(first * size, (first + some) * size), size, count: some };
      const onProgress: Context['onProgress'] = ({ stage, done }) =>
        context.onProgress?.({ stage, done: (first + some * done) / count });
      const ofPart = { ...context, memory: room() / STORED_SHARE, onProgress };
      segments.push({ ...range, associations: await associate(features, part, options, ofPart) });
    }
    return segments;
  };

  return {
    async associate(context) {
      const made = await associated(context);
      const norms = made.flatMap(({ associations }) => [...associations.squaredNorms]);
      return {
        counts: made.map(({ associations }) => associations.counts),
        squaredNorms: Float64Array.from(norms),
      };
    },
    async quadraticForms(loadings, context) {
      const result = matrix(count, loadings.columns);
      for (const { first, associations } of await associated(context)) {
        const { data } = await inOneSegment(associations, context).quadraticForms(loadings, silent(context));
        result.data.set(data, first * loadings.columns);
      }
      return result;
    },
    async sumPatterns(presence, context) {
      const m = presence.columns;
      const sums: Float32Array[] = [];
      for (const { first, count: rows, associations } of await associated(context)) {
        const part = matrix(rows, m, presence.data.subarray(first * m, (first + rows) * m));
        sums.push((await inOneSegment(associations, context).sumPatterns(part, silent(context))).data);
      }
      return sums;
    },
    async sumLocalSquares(factors, chosen, context) {
      const m = chosen.length;
      const sums: Float32Array[] = [];
      for (const { first, count: some } of ranges) {
        const part = {
          ...{ members: members.subarray(first * size, (first + some) * size), size, segment },
          factors: factors.subarray(first * m, (first + some) * m),
        };
        const watch = silent(context);
        sums.push(...(await context.engine.sumLocalSquares(features, part, chosen, rules, watch)));
      }
      return sums;
    },
    async block(index, context) {
      const first = index * BLOCK_LOCALITIES;
      const range = { first, count: Math.min(BLOCK_LOCALITIES, count - first), size };
      const { engine } = context;
      const { block } = await engine.associate(features, members, range, rules, silent(context));
      const { offsets, columns, values } = block;
      const copy = { ...block, offsets: offsets.slice(), columns: columns.slice(), values: values.slice() };
      engine.release(block);
      return copy;
    },
    bytes: () => segments.reduce((sum, { associations }) => sum + bytesOf(associations), 0),
    async release(context) {
      for (const { associations } of segments.splice(0)) await releaseAssociations(associations, context);
    },
  };
}

/** Operations on the associations of one segment. */
const inOneSegment = (associations: Associations, { engine }: Context) =>
  engineOperations(associations, engine, associations.localities);

/** A watch that hears the context's signal, without progress. */
const silent = (context: Context) => withoutProgress(watchStage(context, 'shard'));

/** The segments of a range of localities. */
export function rangesOf(count: number, segment: number): Range[] {
  return Array.from({ length: Math.ceil(count / segment) }, (_, s) => ({
    first: s * segment,
    count: Math.min(segment, count - s * segment),
  }));
}

/** Bytes of associations that are held: 6 for each, and 4 for each feature and locality. */
function bytesOf({ held, counts, localities, features }: Associations): number {
  return held ? 6 * counts.kept + 4 * localities * features : 0;
}
