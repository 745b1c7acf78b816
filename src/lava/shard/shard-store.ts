/**
 * Shards of one process by the keys of their specifications: works on requests, one at a time.
 *
 * Types: `ShardRequest`: step, key, fields, arrays. `ShardReply`: fields, arrays. `LocalityShard`: the steps on a range of
 *   localities. `Context`: engine, memory and signal of a run. `ShardCall`: signal, onProgress.
 * Fails: UnknownKeyError for a key without a specification; ShapeError for arrays that are missing; errors of the steps.
 */

import { type Context, type Progress, watchStage } from '../../engine/context.js';
import { withoutProgress } from '../../engine/watch.js';
import { OptionError } from '../../errors.js';
import { STORED_SHARE } from '../associations/associations.js';
import { partsOf } from '../associations/parted.js';
import { BLOCK_LOCALITIES } from '../associations/segments.js';
import { correlateLocalities } from '../describe/local-correlations.js';
import { checkLike } from './check.js';
import { expectFitting } from './check-specification.js';
import { correlationArrays, featureLists, wantedIn } from './correlations-wire.js';
import { lists, matrixArray, matrixIn } from './frame-arrays.js';
import type { FrameArray } from './frames.js';
import {
  associateShard,
  createLocalityShard,
  type LocalityShard,
  releaseShard,
  shardBlock,
  shardBytes,
  shardForms,
  shardPatterns,
  shardSquares,
} from './locality-shard.js';
import { arrayOf, type ShardLine, type ShardReply, type ShardRequest, UnknownKeyError } from './messages.js';
import { rowStepOf } from './row-steps.js';
import { type PartsReader, specificationIn } from './specification.js';

type Step = (shard: LocalityShard, request: Required<ShardRequest>, context: Context) => Promise<ShardReply>;

/**
 * Shards that share an engine. @param context of the process; its memory bounds what all of them hold. @param readParts for
 * tables in parts; by default none can be read.
 */
export function createShardStore(context: Context, readParts: PartsReader = noParts): ShardLine {
  const shards = new Map<string, LocalityShard>();
  const room = (): number => {
    const held = [...shards.values()].reduce((sum, shard) => sum + shardBytes(shard), 0);
    return Math.max(1, STORED_SHARE * context.memory - held);
  };
  const forget = async (key: string): Promise<void> => {
    const shard = shards.get(key);
    shards.delete(key);
    if (shard) await releaseShard(shard, context);
  };
  const work = async (request: Required<ShardRequest>, running: Context): Promise<ShardReply> => {
    const { step, key } = request;
    await watchStage(running, step).checkpoint();
    if (step === 'specify' || step === 'forget') {
      await forget(key);
      if (step === 'specify') shards.set(key, createLocalityShard(specificationIn(request, readParts), room));
      return NOTHING;
    }
    if (step === 'seeParts') {
      // no rows are asked for, but the folder is looked at
      await readParts(checkLike(request.fields.parts, { path: '', key: '' }, 'parts'), new Int32Array(0));
      return NOTHING;
    }
    const overRows = rowStepOf(step);
    if (overRows) return overRows(request, readParts, withoutProgress(watchStage(running, step)));
    const run = Object.hasOwn(STEPS, step) ? STEPS[step] : undefined;
    if (!run) throw unknownStep(step);
    const shard = shards.get(key);
    if (!shard) throw new UnknownKeyError(key);
    const ready = await withRows(shard);
    if (ready !== shard) shards.set(key, ready);
    return run(ready, request, running);
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    request({ step, key, fields = {}, arrays = [] }, { signal, onProgress } = {}) {
      const running = {
        ...context,
        signal,
        onProgress: onProgress && (({ done }: Progress) => onProgress(done)),
      };
      const result = last.then(() => work({ step, key, fields, arrays }, running));
      last = result.catch(() => {});
      return result;
    },
  };
}

/** The shard with the rows of its table in memory: read now where they lie in parts. */
async function withRows(shard: LocalityShard): Promise<LocalityShard> {
  const { features } = shard.specification;
  const parts = partsOf(features);
  if (!parts) return shard;
  const read = await parts.read(parts.positions, null);
  expectFitting(read.rows === features.rows && read.columns === features.columns, 'rows as they were named');
  return createLocalityShard({ ...shard.specification, features: read }, shard.room);
}

/** Refuses tables in parts, for hosts without a disk. */
const noParts: PartsReader = () =>
  Promise.reject(
    new OptionError({
      got: 'rows of a table in parts',
      expected: 'rows that are sent, since this shard reads no files',
      remedy: 'give the table itself',
    }),
  );

const NOTHING: ShardReply = { fields: {}, arrays: [] };

const STEPS: Readonly<Record<string, Step>> = {
  async associate(shard, _, context) {
    const { counts, squaredNorms } = await associateShard(shard, context);
    const never = counts.map(({ neverSupported }) => neverSupported);
    return {
      fields: { counts: counts.map(({ neverSupported, ...sums }) => sums) },
      arrays: [...lists('squaredNorms', [squaredNorms]), ...lists('neverSupported', never)],
    };
  },
  async quadraticForms(shard, { arrays }, context) {
    const loadings = matrixIn(arrays, 'loadings');
    expectFitting(loadings.rows === shard.specification.features.columns, 'loadings of every feature');
    const forms = await shardForms(shard, loadings, context);
    return { fields: {}, arrays: [matrixArray('forms', forms)] };
  },
  async sumPatterns(shard, { arrays }, context) {
    const presence = matrixIn(arrays, 'presence');
    expectFitting(presence.rows === shard.specification.localities.count, 'presence in every locality');
    const sums = await shardPatterns(shard, presence, context);
    return { fields: {}, arrays: lists('sums', sums) };
  },
  async sumLocalSquares(shard, { arrays }, context) {
    const factors = arrayOf(arrays, 'factors', Float64Array);
    const chosen = chosenIn(arrays, shard.specification.features.columns);
    const { count } = shard.specification.localities;
    expectFitting(factors.length === count * chosen.length, 'a factor for each locality and module');
    return { fields: {}, arrays: lists('sums', await shardSquares(shard, factors, chosen, context)) };
  },
  async correlateLocalities(shard, { arrays }, context) {
    const wanted = wantedIn(arrays, shard.specification);
    const watch = watchStage(context, 'description');
    return {
      fields: {},
      arrays: correlationArrays(await correlateLocalities(shard.specification, wanted, watch)),
    };
  },
  async block(shard, { fields }, context) {
    const index = Number(fields.block);
    const blocks = Math.ceil(shard.specification.localities.count / BLOCK_LOCALITIES);
    expectFitting(Number.isInteger(index) && index >= 0 && index < blocks, 'the number of a block');
    const { offsets, columns, values, ...numbers } = await shardBlock(shard, index, context);
    return {
      fields: numbers,
      arrays: [...lists('offsets', [offsets]), ...lists('columns', [columns]), ...lists('values', [values])],
    };
  },
};

/** The features of each module, ascending. ShapeError where they are none of d features. */
function chosenIn(arrays: readonly FrameArray[], d: number): Int32Array[] {
  const features = arrayOf(arrays, 'chosen', Int32Array);
  const chosen = featureLists(features, arrayOf(arrays, 'lengths', Int32Array), d);
  const ascending = chosen.every((some) => some.every((f, i) => f > (some[i - 1] ?? -1)));
  expectFitting(ascending, 'features of each module, ascending');
  return chosen;
}

/** The error for a step that there is not. */
function unknownStep(step: string): OptionError {
  return new OptionError({
    got: `the step ${step}`,
    expected: `one of ${Object.keys(STEPS).join(', ')}, specify, forget`,
    remedy: 'run the same whymap on both sides',
  });
}
