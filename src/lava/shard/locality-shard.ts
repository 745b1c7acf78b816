/**
 * A shard: a range of localities with the rows they touch and their associations, and what a fit does with these.
 *
 * Every step is a function of the specification and of what it is given. Associations are made when a step first needs them and
 *   kept as memory allows: a cache, so that a shard that was lost and is specified again answers the same.
 * Shapes: l localities of the shard in s spans (divide.ts), d features, m modules, p = d (d - 1) / 2 pairs.
 * Determinism: a span is summed as in one process (associations/segments.ts), and each span's sums are returned apart.
 * Types: `ShardSpecification`: features, localities, rules, segment, spans. `Context`: engine, memory and signal of a run; all steps of a
 *   shard take contexts of one engine. `Associations`, of the localities of a segment. `AssociationCounts`: of pairs and features.
 * Fails: CancelledError once the context's signal is aborted; MachineError where memory cannot be had.
 */

import { matrix } from '../../core/matrix.js';
import { type Context, watchStage } from '../../engine/context.js';
import { withoutProgress } from '../../engine/watch.js';
import type { AssociationBlock, AssociationCounts, Associations, Matrix } from '../../model.js';
import { associate, releaseAssociations, STORED_SHARE } from '../associations/associations.js';
import { engineOperations } from '../associations/operations.js';
import { BLOCK_LOCALITIES } from '../associations/segments.js';
import { rangesOf } from './divide.js';
import type { Range, ShardSpecification } from './specification.js';

export interface LocalityShard {
  readonly specification: ShardSpecification;
  /** Segments whose associations are made, the first ones; grows. */
  readonly made: Segment[];
  /** Bytes that associations may take, told anew for each segment. */
  readonly room: () => number;
}

/** Localities of the shard, with their associations. */
interface Segment extends Range {
  readonly associations: Associations;
}

/** The shard of a specification; nothing is computed yet. */
export function createLocalityShard(specification: ShardSpecification, room: () => number): LocalityShard {
  return { specification, made: [], room };
}

/** The segments with their associations, made where they are not there yet. */
async function segmentsOf(shard: LocalityShard, context: Context): Promise<readonly Segment[]> {
  const { specification, made, room } = shard;
  const { features, localities, rules, segment } = specification;
  const { measure: association, form: associationForm, ...others } = rules;
  for (const range of rangesOf(localities.count, segment).slice(made.length)) {
    const onProgress: Context['onProgress'] = ({ stage, done }) =>
      context.onProgress?.({ stage, done: (range.first + range.count * done) / localities.count });
    const ofSegment = { ...context, memory: room() / STORED_SHARE, onProgress };
    const options = { association, associationForm, ...others };
    const associations = await associate(features, membersIn(shard, range), options, ofSegment);
    made.push({ ...range, associations });
  }
  return made;
}

/** The localities of a range, as those of a whole. */
function membersIn({ specification }: LocalityShard, { first, count }: Range) {
  const { members, size } = specification.localities;
  return { members: members.subarray(first * size, (first + count) * size), size, count };
}

/** Ranges of what is summed together. */
function spansOf({ spans }: ShardSpecification): Range[] {
  let first = 0;
  return spans.map((count) => {
    first += count;
    return { first: first - count, count };
  });
}

/** Blocks of several associations, one after another. */
async function* groupsOf(segments: readonly Segment[]): ReturnType<Associations['groups']> {
  for (const { associations } of segments) yield* associations.groups();
}

/** A watch that hears the context's signal, without progress. */
const silent = (context: Context) => withoutProgress(watchStage(context, 'shard'));

/** Makes the associations: counts of each segment, and the sum of squares of each locality. */
export async function associateShard(
  shard: LocalityShard,
  context: Context,
): Promise<{ readonly counts: readonly AssociationCounts[]; readonly squaredNorms: Float64Array }> {
  const squaredNorms = new Float64Array(shard.specification.localities.count);
  const segments = await segmentsOf(shard, context);
  for (const { first, associations } of segments) squaredNorms.set(associations.squaredNorms, first);
  return { counts: segments.map(({ associations }) => associations.counts), squaredNorms };
}

/** Inner products with the pair patterns of loadings (d x m): l x m. */
export async function shardForms(shard: LocalityShard, loadings: Matrix, context: Context): Promise<Matrix> {
  const result = matrix(shard.specification.localities.count, loadings.columns);
  for (const { first, associations } of await segmentsOf(shard, context)) {
    const operations = engineOperations(associations, context.engine, associations.localities);
    const { data } = await operations.quadraticForms(loadings, silent(context));
    result.data.set(data, first * loadings.columns);
  }
  return result;
}

/** Sums of associations times presence (l x m): m x p for each span. */
export async function shardPatterns(
  shard: LocalityShard,
  { columns: m, data }: Matrix,
  context: Context,
): Promise<Float32Array[]> {
  const { segment, rules } = shard.specification;
  const segments = await segmentsOf(shard, context);
  const sums: Float32Array[] = [];
  for (const { first, count } of spansOf(shard.specification)) {
    const part = matrix(count, m, data.subarray(first * m, (first + count) * m));
    const owned = segments.slice(first / segment, Math.ceil((first + count) / segment));
    const summed = { form: rules.form, count, segment };
    sums.push((await context.engine.sumPatterns(groupsOf(owned), summed, part, silent(context))).data);
  }
  return sums;
}

/**
 * Sums of unbiased squared correlations: f x f for each span, and in it for each module.
 * @param factors l x m. @param chosen features of each module.
 */
export async function shardSquares(
  shard: LocalityShard,
  factors: Float64Array,
  chosen: readonly Int32Array[],
  context: Context,
): Promise<Float32Array[]> {
  const { features, rules, segment } = shard.specification;
  const m = chosen.length;
  const sums: Float32Array[] = [];
  for (const range of spansOf(shard.specification)) {
    const { first, count } = range;
    const { members, size } = membersIn(shard, range);
    const part = { members, size, segment, factors: factors.subarray(first * m, (first + count) * m) };
    const ofSpan = await context.engine.sumLocalSquares(features, part, chosen, rules, silent(context));
    sums.push(...ofSpan);
  }
  return sums;
}

/** Block number `index` of the shard, made anew and copied. */
export async function shardBlock(
  { specification }: LocalityShard,
  index: number,
  context: Context,
): Promise<AssociationBlock> {
  const { features, localities, rules } = specification;
  const { members, size, count } = localities;
  const first = index * BLOCK_LOCALITIES;
  const range = { first, count: Math.min(BLOCK_LOCALITIES, count - first), size };
  const { block } = await context.engine.associate(features, members, range, rules, silent(context));
  const { offsets, columns, values } = block;
  const copy = { ...block, offsets: offsets.slice(), columns: columns.slice(), values: values.slice() };
  context.engine.release(block);
  return copy;
}

/** Bytes that the associations of a shard take now: 6 for each that is held, and 4 for each feature and locality. */
export function shardBytes({ made }: LocalityShard): number {
  return made
    .map(({ associations }) => associations)
    .filter(({ held }) => held)
    .reduce((sum, { counts, localities, features }) => sum + 6 * counts.kept + 4 * localities * features, 0);
}

/** Gives the memory of the associations back. They are made anew where a step needs them. */
export async function releaseShard({ made }: LocalityShard, context: Context): Promise<void> {
  for (const { associations } of made.splice(0)) await releaseAssociations(associations, context);
}
