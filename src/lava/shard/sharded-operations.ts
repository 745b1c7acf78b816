/**
 * What a fit does with associations on shards: each operation is asked of all shards, and their parts are put together.
 *
 * Sums come back one a span (divide.ts) and are added as they come, in the order of localities (add-spans.ts). Sweeps are made here,
 * from the sums.
 * Types: `AssociationOperations`: quadraticForms, sumPatterns, associationSum, sweepAssociations, sumLocalSquares, correlateLocalities.
 *   `Engine`, of the coordinator. `RemoteShard`: ask. `ShardReply`: fields, arrays. `Matrix`: row-major float32. `Watch`: checkpoint, progress.
 * Fails: CancelledError when the watch ends; MachineError where a shard's process ends again and again; errors of shards.
 */

import { unpackPairs } from '../../core/coordinate-step.js';
import { gatherRows, matrix } from '../../core/matrix.js';
import type { AssociationSum, Engine, SweptModules, Watch } from '../../engine/engine.js';
import type { AssociationBlock, Matrix } from '../../model.js';
import type { AssociationOperations, Samples } from '../associations/operations.js';
import type { ModuleCorrelations, WantedCorrelations } from '../describe/local-correlations.js';
import { spanAdder } from './add-spans.js';
import { joinedCorrelations, wantedArrays } from './correlations-wire.js';
import { lists, matrixArray, matrixIn } from './frame-arrays.js';
import type { ShardReply, ShardRequest } from './messages.js';
import type { RemoteShard } from './remote-shard.js';
import { type Range, rowsTouched } from './specification.js';

/** A range of localities and the shard that owns it. */
export interface OwnedRange extends Range {
  readonly remote: RemoteShard;
  /** What of it is summed together, in order. */
  readonly spans: readonly Range[];
}

/** Localities on shards, in order. */
export interface ShardedLocalities {
  readonly samples: Samples;
  /** Localities of a segment. */
  readonly segment: number;
  readonly shards: readonly OwnedRange[];
  readonly engine: Engine;
}

type Telling = 'progress' | 'silent';
type RequestFor = (shard: OwnedRange) => Omit<ShardRequest, 'key'>;

/** Asks all shards at once; their replies in order. @param telling whether the watch is told their progress. */
export async function askAll(
  shards: readonly OwnedRange[],
  requestFor: RequestFor,
  watch: Watch,
  telling?: Telling,
): Promise<ShardReply[]> {
  const replies: ShardReply[] = [];
  await askInOrder(shards, requestFor, (_, reply) => replies.push(reply), watch, telling);
  return replies;
}

/** Asks all shards at once. @param take each reply, as soon as it and all before it are there; nothing keeps it then. */
async function askInOrder(
  shards: readonly OwnedRange[],
  requestFor: RequestFor,
  take: (shard: OwnedRange, reply: ShardReply) => void,
  watch: Watch,
  telling: Telling = 'silent',
): Promise<void> {
  const done = shards.map(() => 0);
  const told = (s: number) => (fraction: number) => {
    done[s] = fraction;
    if (telling === 'progress') watch.progress(done.reduce((a, b) => a + b, 0) / shards.length);
  };
  const waiting = new Map<number, ShardReply>();
  let next = 0;
  const taken = shards.map(async (shard, s) => {
    waiting.set(s, await shard.remote.ask(requestFor(shard), watch, told(s)));
    for (let reply = waiting.get(next); reply; reply = waiting.get(next)) {
      waiting.delete(next);
      take(shards[next++], reply);
    }
  });
  // all are awaited even where one fails, so that none works on unheard
  await Promise.allSettled(taken);
  await Promise.all(taken);
}

/** Asks all shards for sums. @param totals where they are added, as many as a span has. */
async function addSums(
  { samples, segment, shards }: ShardedLocalities,
  requestFor: RequestFor,
  totals: readonly Float32Array[],
  watch: Watch,
  telling?: Telling,
): Promise<void> {
  const add = spanAdder(segment, samples.localities.count, totals);
  const take = ({ spans }: OwnedRange, { arrays }: ShardReply): void =>
    spans.forEach((span, i) => {
      const ofSpan = arrays.slice(i * totals.length, (i + 1) * totals.length);
      add(
        span,
        ofSpan.map(({ data }) => data as Float32Array),
      );
    });
  await askInOrder(shards, requestFor, take, watch, telling);
}

/** The operations of a fit on associations that the shards have made. */
export function shardedOperations(sharded: ShardedLocalities): AssociationOperations {
  const { samples, shards } = sharded;
  const { count } = samples.localities;
  const spans = shards.reduce((sum, shard) => sum + shard.spans.length, 0);
  return {
    // one triangle of each span, of a group and of the total, and both triangles here and in the engine
    copies: Math.ceil(spans / 2) + 3,
    sumPatterns: (presence, watch) => sumPatterns(sharded, presence, watch),
    associationSum: (factor, watch) => associationSum(sharded, factor, watch),
    sweepAssociations: (modules, sweeps, watch) => sweepAssociations(sharded, modules, sweeps, watch),
    sumLocalSquares: (_, factors, chosen, watch) => sumLocalSquares(sharded, factors, chosen, watch),
    correlateLocalities: (_, wanted, watch) => correlate(sharded, wanted, watch),
    async quadraticForms(loadings, watch) {
      const request = { step: 'quadraticForms', arrays: [matrixArray('loadings', loadings)] };
      const replies = await askAll(shards, () => request, watch);
      const result = matrix(count, loadings.columns);
      replies.forEach(({ arrays }, s) => {
        result.data.set(matrixIn(arrays, 'forms').data, shards[s].first * loadings.columns);
      });
      return result;
    },
  };
}

/** Sums of associations times presence (localities x m): m x pairs. */
async function sumPatterns(
  sharded: ShardedLocalities,
  { columns: m, data }: Matrix,
  watch: Watch,
): Promise<Matrix> {
  const d = sharded.samples.features.columns;
  const part = ({ first, count }: Range) => matrix(count, m, data.subarray(first * m, (first + count) * m));
  const request = (range: Range) => ({
    step: 'sumPatterns',
    arrays: [matrixArray('presence', part(range))],
  });
  const total = matrix(m, (d * (d - 1)) / 2);
  await addSums(sharded, request, [total.data], watch);
  return total;
}

/** The sum of all associations times a factor, on the engine of the coordinator: as that of one locality. */
async function associationSum(
  sharded: ShardedLocalities,
  factor: number,
  watch: Watch,
): Promise<AssociationSum> {
  const { samples, engine } = sharded;
  const equal = matrix(samples.localities.count, 1);
  equal.data.fill(factor);
  const { data } = await sumPatterns(sharded, equal, watch);
  const summed = { form: samples.rules.form, count: 1, segment: 1 };
  return engine.associationSum(inOneGroup(blockOfPairs(data, samples.features.columns)), summed, 1, watch);
}

/** Coordinate sweeps over modules, from the sums of their patterns. */
async function sweepAssociations(
  sharded: ShardedLocalities,
  { loadings, first, presence, q }: SweptModules,
  sweeps: number,
  watch: Watch,
): Promise<void> {
  const d = loadings.columns;
  const { rows, columns: pairs, data } = await sumPatterns(sharded, presence, watch);
  const modules = Array.from({ length: rows }, (_, t) => {
    const full = new Float32Array(d * d);
    unpackPairs(data.subarray(t * pairs, (t + 1) * pairs), d, full);
    return { loadings, q, k: first + t, features: null, full, image: null };
  });
  await sharded.engine.sweepPatterns(modules, { sweeps, least: 0, inTurn: true }, watch);
}

/** Sums of unbiased squared correlations, for each module f x f. @param factors localities x m. */
async function sumLocalSquares(
  sharded: ShardedLocalities,
  factors: Float64Array,
  chosen: readonly Int32Array[],
  watch: Watch,
): Promise<Float32Array[]> {
  const m = chosen.length;
  const features = Int32Array.from(chosen.flatMap((some) => [...some]));
  const lengths = Int32Array.from(chosen, ({ length }) => length);
  const request = ({ first, count }: Range) => ({
    step: 'sumLocalSquares',
    arrays: [
      { name: 'factors', shape: [count, m], data: factors.subarray(first * m, (first + count) * m) },
      ...[...lists('chosen', [features]), ...lists('lengths', [lengths])],
    ],
  });
  const totals = chosen.map(({ length }) => new Float32Array(length * length));
  await addSums(sharded, request, totals, watch, 'progress');
  return totals;
}

/** Correlations of modules' features where these are present. */
async function correlate(
  { samples, shards }: ShardedLocalities,
  wanted: WantedCorrelations,
  watch: Watch,
): Promise<ModuleCorrelations[]> {
  const { coordinates } = wanted;
  const request = (range: Range) => {
    const points = coordinates && gatherRows(coordinates, rowsTouched(samples, range));
    return { step: 'correlateLocalities', arrays: wantedArrays(wanted, range, points) };
  };
  return joinedCorrelations(await askAll(shards, request, watch, 'progress'), wanted);
}

/** One group of one block. */
async function* inOneGroup(block: AssociationBlock): AsyncGenerator<readonly AssociationBlock[]> {
  yield [block];
}

/** Values of all pairs (i < j, row by row) as the associations of one locality; those of 0 are left out. */
function blockOfPairs(pairs: Float32Array, d: number): AssociationBlock {
  const kept = pairs.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0);
  const columns = new (d <= 65536 ? Uint16Array : Int32Array)(kept);
  const values = new Float32Array(kept);
  const offsets = new Uint32Array(d + 1);
  let at = 0;
  let p = 0;
  for (let i = 0; i < d; i++) {
    for (let j = i + 1; j < d; j++) {
      const value = pairs[p++];
      if (value === 0) continue;
      columns[at] = j;
      values[at++] = value;
    }
    offsets[i + 1] = at;
  }
  return { first: 0, count: 1, features: d, offsets, columns, values };
}
