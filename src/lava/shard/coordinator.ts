/**
 * The coordinator of shards: divides localities among them, asks all for their part of each step, and puts the parts together.
 *
 * Purpose: a fit runs the same with its associations on shards (associations/operations.ts). Sums come back one a span (divide.ts)
 *   and are added in the order of localities, so that the number of shards never shows in a byte.
 * Recovery: a specification is sent to a shard when the shard asks for it (`unknown-key`): at first, and again after its process was
 *   lost. Source: ours (docs/lab/shard-protocol.md).
 * What is not sharded: the stacked form and working sets of wide tables (above 4,096 features) read the blocks of all shards, one
 *   at a time.
 * Types: `ShardLine`: request. `ShardedLocalities`: samples, segment, shards with their spans, engine. `Engine`, of the coordinator. `Range`: first,
 *   count. `AssociationCounts`: of pairs and features. `ShardReply`: fields, arrays.
 * Fails: CancelledError when the watch ends; MachineError where a shard's process ends again and again; errors of shards.
 */

import type { AssociationShards } from '../../engine/association-shards.js';
import type { Engine } from '../../engine/engine.js';
import type { AssociationBlock, AssociationCounts } from '../../model.js';
import type { ShardedAssociations } from '../associations/operations.js';
import { BLOCK_LOCALITIES, segmentSize } from '../associations/segments.js';
import { checkLike } from './check.js';
import { divide, spansOf } from './divide.js';
import { arrayOf, type ShardLine, type ShardReply } from './messages.js';
import { createRemoteShard } from './remote-shard.js';
import { askAll, type OwnedRange, type ShardedLocalities, shardedOperations } from './sharded-operations.js';
import { createRowShards } from './sharded-rows.js';
import { specificationMessage, specificationOf } from './specification.js';

/** Shards behind some lines. @param engine of the coordinator. @param session names this coordinator, and no other. */
export function createShards(
  lines: readonly ShardLine[],
  engine: Engine,
  session: string,
): AssociationShards {
  let made = 0;
  const remotes = lines.map((line) => createRemoteShard(line, session, noSpecification));
  return {
    count: lines.length,
    rows: createRowShards(remotes),
    async seeParts({ path, key }, watch) {
      const request = { step: 'seeParts', fields: { parts: { path, key } } };
      const seen = remotes.map((remote) => remote.ask(request, watch));
      await Promise.allSettled(seen);
      await Promise.all(seen);
    },
    async associate(features, localities, rules, watch) {
      const samples = { features, localities, rules };
      const segment = segmentSize(localities.count);
      const fit = made++;
      const shards = divide(localities.count, segment, lines.length).map((range, s) => {
        const spans = spansOf(range, segment, localities.count);
        const specification = () => specificationMessage(specificationOf(samples, range, segment, spans));
        // a process may have several shards: where workers are few, or one was lost
        const key = `${session}/${fit}/${s}`;
        return { ...range, spans, remote: createRemoteShard(lines[s], key, specification) };
      });
      try {
        const replies = await askAll(shards, () => ({ step: 'associate' }), watch, 'progress');
        return shardedAssociations({ samples, segment, shards, engine }, replies);
      } catch (error) {
        await forgetAll(shards);
        throw error;
      }
    },
  };
}

/** What a request without localities is specified by. */
const noSpecification = () => ({ fields: {}, arrays: [] });

/** Frees what the shards hold of some localities. */
async function forgetAll(shards: readonly OwnedRange[]): Promise<void> {
  await Promise.all(shards.map(({ remote }) => remote.forget()));
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
function shardedAssociations(
  sharded: ShardedLocalities,
  replies: readonly ShardReply[],
): ShardedAssociations {
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
    operations: shardedOperations(sharded),
    release: () => forgetAll(shards),
  };
}

/** Block after block of all shards, in the order of localities. */
async function* blocksOf({ shards, samples }: ShardedLocalities): AsyncGenerator<AssociationBlock> {
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
