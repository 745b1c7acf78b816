/**
 * The coordinator of shards: divides localities among them, asks all for their part of each step, and puts the parts together.
 *
 * Purpose: a fit runs the same with its associations on shards (associations/operations.ts). Sums come back one a segment and are
 *   added in the order of segments, so that the number of shards never shows in a byte.
 * Recovery: a specification is sent to a shard when the shard asks for it (`unknown-key`): at first, and again after its process was
 *   lost. Source: ours (docs/lab/shard-protocol.md).
 * What is not sharded: the stacked form and working sets of wide tables (above 4,096 features) read the blocks of all shards, one
 *   at a time; sweeps are made here, from the sums of patterns.
 * Types: `ShardLine`: request. `Samples`: features, localities, rules. `AssociationOperations`: quadraticForms, sumPatterns,
 *   associationSum, sweepAssociations, sumLocalSquares. `Engine`, of the coordinator. `Range`: first, count.
 * Fails: CancelledError when the watch ends; LostError where a shard's process ends again and again; errors of shards.
 */

import { unpackPairs } from '../../core/coordinate-step.js';
import { matrix } from '../../core/matrix.js';
import type { AssociationShards } from '../../engine/association-shards.js';
import type { Engine, Watch } from '../../engine/engine.js';
import type { AssociationBlock, AssociationCounts, Matrix } from '../../model.js';
import type { AssociationOperations, Samples, ShardedAssociations } from '../associations/operations.js';
import { BLOCK_LOCALITIES, segmentSize } from '../associations/segments.js';
import { addSegments, type SegmentSums } from './add-segments.js';
import { checkLike } from './check.js';
import { rangesOf } from './locality-shard.js';
import { arrayOf, type ShardLine, type ShardReply, type ShardRequest } from './messages.js';
import { createRemoteShard, type RemoteShard } from './remote-shard.js';
import { lists, matrixArray, matrixIn } from './shard-store.js';
import { type Range, specificationMessage, specificationOf } from './specification.js';

/** Shards behind some lines. @param engine of the coordinator. @param session names this coordinator, and no other. */
export function createShards(
  lines: readonly ShardLine[],
  engine: Engine,
  session: string,
): AssociationShards {
  let made = 0;
  return {
    count: lines.length,
    async associate(features, localities, rules, watch) {
      const samples = { features, localities, rules };
      const segment = segmentSize(localities.count);
      const key = `${session}/${made++}`;
      const shards = divide(localities.count, segment, lines.length).map((range, s) => {
        const specification = () => specificationMessage(specificationOf(samples, range, segment));
        return { ...range, remote: createRemoteShard(lines[s], key, specification) };
      });
      const replies = await askAll(shards, () => ({ step: 'associate' }), watch, true);
      return shardedAssociations({ samples, segment, shards, engine }, replies);
    },
  };
}

/** A range of localities and the shard that owns it. */
interface OwnedRange extends Range {
  readonly remote: RemoteShard;
}

interface Sharded {
  readonly samples: Samples;
  /** Localities of a segment. */
  readonly segment: number;
  readonly shards: readonly OwnedRange[];
  readonly engine: Engine;
}

/** Ranges of whole segments, as even as these allow; fewer than `shards` where there are fewer segments. */
export function divide(localities: number, segment: number, shards: number): Range[] {
  const segments = rangesOf(localities, segment);
  const parts = Math.min(shards, segments.length);
  return Array.from({ length: parts }, (_, s) => {
    const own = segments.slice(
      Math.floor((s * segments.length) / parts),
      Math.floor(((s + 1) * segments.length) / parts),
    );
    return { first: own[0].first, count: own.reduce((sum, { count }) => sum + count, 0) };
  });
}

/** Asks all shards at once; their replies in order. @param progress whether the watch is told their progress. */
async function askAll(
  shards: readonly OwnedRange[],
  requestFor: (shard: OwnedRange) => Omit<ShardRequest, 'key'>,
  watch: Watch,
  progress = false,
): Promise<ShardReply[]> {
  const done = shards.map(() => 0);
  const told = (s: number) => (fraction: number) => {
    done[s] = fraction;
    if (progress) watch.progress(done.reduce((a, b) => a + b, 0) / shards.length);
  };
  // all are awaited even where one fails, so that none works on unheard
  const asked = shards.map((shard, s) => shard.remote.ask(requestFor(shard), watch, told(s)));
  await Promise.allSettled(asked);
  return Promise.all(asked);
}

const COUNTS = { pairs: 0, kept: 0, withoutSupport: 0, belowGate: 0, constant: 0 };

/** Counts of all segments together. */
function countsOf(replies: readonly ShardReply[], features: number): AssociationCounts {
  const counts = replies.flatMap(({ fields }) =>
    (fields.counts as unknown[]).map((one) => checkLike(one, COUNTS, 'counts')),
  );
  const sum = (name: keyof typeof COUNTS) => counts.reduce((total, one) => total + one[name], 0);
  const never = new Int32Array(features);
  for (const { arrays } of replies)
    for (const { name, data } of arrays) if (name === 'neverSupported') for (const f of data) never[f]++;
  return {
    ...{ pairs: sum('pairs'), kept: sum('kept'), withoutSupport: sum('withoutSupport') },
    ...{ belowGate: sum('belowGate'), constant: sum('constant') },
    neverSupported: Int32Array.from(never.keys()).filter((f) => never[f] === counts.length),
  };
}

/** The associations that the shards have made. @param replies to `associate`. */
function shardedAssociations(sharded: Sharded, replies: readonly ShardReply[]): ShardedAssociations {
  const { samples, shards } = sharded;
  const { features, localities, rules } = samples;
  const squaredNorms = new Float64Array(localities.count);
  replies.forEach(({ arrays }, s) => {
    squaredNorms.set(arrayOf(arrays, 'squaredNorms', Float64Array), shards[s].first);
  });
  return {
    ...{ localities: localities.count, features: features.columns, squaredNorms, held: false },
    ...{ measure: rules.measure, form: rules.form, counts: countsOf(replies, features.columns) },
    blocks: () => blocksOf(sharded),
    async *groups() {
      for await (const block of blocksOf(sharded)) yield [block];
    },
    operations: operationsOn(sharded),
    async release() {
      await Promise.all(shards.map(({ remote }) => remote.forget()));
    },
  };
}

/** Block after block of all shards, in the order of localities. */
async function* blocksOf({ shards, samples }: Sharded): AsyncGenerator<AssociationBlock> {
  for (const { first, count, remote } of shards) {
    for (let block = 0; block * BLOCK_LOCALITIES < count; block++) {
      const { arrays, fields } = await remote.ask({ step: 'block', fields: { block } });
      const columns = arrays.find(({ name }) => name === 'columns')?.data;
      yield {
        ...{ first: first + block * BLOCK_LOCALITIES, features: samples.features.columns },
        ...{ count: Number(fields.count), offsets: arrayOf(arrays, 'offsets', Uint32Array) },
        columns: columns instanceof Int32Array ? columns : arrayOf(arrays, 'columns', Uint16Array),
        values: arrayOf(arrays, 'values', Float32Array),
      };
    }
  }
}

/** What a fit does with the associations, each step asked of all shards. */
function operationsOn({ samples, segment, shards, engine }: Sharded): AssociationOperations {
  const { features, localities, rules } = samples;
  const d = features.columns;
  const pairs = (d * (d - 1)) / 2;
  const sumPatterns = async (presence: Matrix, watch: Watch): Promise<Matrix> => {
    const { columns: m, data } = presence;
    const part = ({ first, count }: Range) => matrix(count, m, data.subarray(first * m, (first + count) * m));
    const request = (range: Range) => ({
      step: 'sumPatterns',
      arrays: [matrixArray('presence', part(range))],
    });
    const total = matrix(m, pairs);
    addSegments((await askAll(shards, request, watch)).map(sumsIn), [total.data]);
    return total;
  };
  return {
    // sums of each segment, the total, and the total with both triangles
    copies: Math.ceil(localities.count / segment) + 3,
    sumPatterns,
    async quadraticForms(loadings, watch) {
      const request = { step: 'quadraticForms', arrays: [matrixArray('loadings', loadings)] };
      const replies = await askAll(shards, () => request, watch);
      const result = matrix(localities.count, loadings.columns);
      replies.forEach(({ arrays }, s) => {
        result.data.set(matrixIn(arrays, 'forms').data, shards[s].first * loadings.columns);
      });
      return result;
    },
    async associationSum(factor, watch) {
      const equal = matrix(localities.count, 1);
      equal.data.fill(factor);
      const { data } = await sumPatterns(equal, watch);
      const groups = inOneGroup(blockOfPairs(data, d));
      return engine.associationSum(groups, { form: rules.form, count: 1, segment: 1 }, 1, watch);
    },
    async sweepAssociations({ loadings, first, presence, q }, sweeps, watch) {
      const sums = await sumPatterns(presence, watch);
      const modules = Array.from({ length: sums.rows }, (_, t) => {
        const full = new Float32Array(d * d);
        unpackPairs(sums.data.subarray(t * pairs, (t + 1) * pairs), d, full);
        return { loadings, q, k: first + t, features: null, full, image: null };
      });
      await engine.sweepPatterns(modules, { sweeps, least: 0, inTurn: true }, watch);
    },
    async sumLocalSquares(_, factors, chosen, watch) {
      const m = chosen.length;
      const all = Int32Array.from(chosen.flatMap((some) => [...some]));
      const lengths = Int32Array.from(chosen, ({ length }) => length);
      const request = ({ first, count }: Range) => ({
        step: 'sumLocalSquares',
        arrays: [
          { name: 'factors', shape: [count, m], data: factors.subarray(first * m, (first + count) * m) },
          ...[...lists('chosen', [all]), ...lists('lengths', [lengths])],
        ],
      });
      const replies = await askAll(shards, request, watch, true);
      const totals = chosen.map(({ length }) => new Float32Array(length * length));
      addSegments(replies.map(sumsIn), totals);
      return totals;
    },
  };
}

/** The sums in a reply, one a segment and part of it. */
function sumsIn({ arrays }: ShardReply): SegmentSums {
  return arrays.map(({ data }) => data as Float32Array);
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
