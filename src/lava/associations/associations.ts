/**
 * Associations of every locality, held in memory or computed again on each pass.
 *
 * Source: LAVA (arXiv 2509.21149), step 2; the rules are ours, see `AssociationRules` in engine.ts.
 * Memory: localities are taken in blocks; the blocks are held while they fit in three fifths of
 * `context.memory`, and are otherwise computed again on each pass. Nothing is thinned.
 * Types: `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `Csr`: sparse, entries of row r are
 *   at `offsets[r]` to `offsets[r + 1]` of `indices` (columns, ascending) and `values`. `Localities`, n-neighborhoods
 *   of probes: size (n, samples in each), count (how many), members (count x size sample rows, nearest first).
 *   `PartialContext`: a Context or some of its parts: engine, random or seed, signal, memory, onProgress.
 *   `AssociationBlock`, of consecutive localities: offsets (row (l, i) is at `offsets[l * d + i]`, one more at the
 *   end), columns (j > i, ascending), values (strength with the sign of the correlation), count (localities), first
 *   (its first locality). `Engine`, the heavy routines; each rejects with CancelledError when its watch ends:
 *   associate (associations of a range of localities), release (frees a block). `Associations`, of all localities:
 *   held (false where blocks are made anew on each pass), blocks (one after another, in order of localities).
 *   `AssociationRules`, how correlations become associations: gate (pairs with rho^2 below gate^2 / freedom are 0; 0
 *   is off), support (samples that must differ from the lower median; 0 is off), measure (of correlation), form
 *   (debiased, absolute or signed). `Context`, what a run computes with: engine (the heavy routines), memory (bytes
 *   that may be held at once). `Watch`, of a stage: progress (takes the fraction done, 0 to 1). `AssociateResult`, of
 *   the engine: supported (localities x features, 1 where a feature has support).
 * Fails: OptionError for options out of range; ShapeError for levels of other samples; CancelledError once the context's signal is aborted; MachineError
 *   where memory cannot be had.
 */

import { ASSOCIATION_MEASURE_NAMES } from '../../core/association-measures.js';
import { type PartialContext, resolveContext, watchStage } from '../../engine/context.js';
import type { AssociateResult, AssociationRules, Engine, Watch } from '../../engine/engine.js';
import { partOf, unwatched } from '../../engine/watch.js';
import { OptionError, option, ShapeError, words } from '../../errors.js';
import type {
  AssociationBlock,
  AssociationCounts,
  AssociationForm,
  AssociationMeasure,
  Associations,
  Csr,
  Localities,
  Matrix,
} from '../../model.js';
import { isSharded } from './operations.js';
import { BLOCK_LOCALITIES } from './segments.js';

export interface AssociationOptions {
  /** Default `pearson`. */
  readonly association?: AssociationMeasure;
  /** Default `debiased`: max(0, rho^2 - 1 / freedom), freedom n - 1 or, with `levels`, n less the levels of the locality. */
  readonly associationForm?: AssociationForm;
  /** Least number of samples that differ from the local median. Default max(10, 10% of n); 0 is off. */
  readonly support?: number;
  /** Pairs with rho^2 below gate^2 / freedom are zero. Default 3; 0 is off. */
  readonly gate?: number;
  /**
   * Code of each sample's level (of donor, of batch), below 0 where it is unknown: features are centered in each level inside
   * every locality. Samples without a level, or alone in theirs in a locality, take no part there. Default: none.
   */
  readonly levels?: Int32Array | null;
}

/** Share of the memory that held associations may take. */
export const STORED_SHARE = 0.6;
/** Bytes of one association: a 16-bit column and a float32 value. */
export const ENTRY_BYTES = 6;
/** Default noise gate: standard errors below which a correlation counts as 0. */
export const DEFAULT_GATE = 3;

/**
 * The options with their defaults, as the engine takes them: measure, form, support (a number of samples) and gate
 * (standard errors). OptionError for a support that is not below the locality size or a gate below 0.
 * @param localitySize samples in a locality, on which the default support depends.
 */
export function associationRules(options: AssociationOptions, localitySize: number): AssociationRules {
  const rules: AssociationRules = {
    measure: checkedMeasure(options.association ?? 'pearson'),
    form: options.associationForm ?? 'debiased',
    support: options.support ?? Math.min(Math.max(10, Math.ceil(0.1 * localitySize)), localitySize - 1),
    gate: options.gate ?? DEFAULT_GATE,
    ...(options.levels && { levels: options.levels }),
  };
  if (!(rules.gate >= 0) || !(rules.support >= 0) || rules.support >= localitySize) {
    throw new OptionError({
      got: `support ${rules.support} and gate ${rules.gate} for localities of ${localitySize}`,
      expected: `a support from 0 to ${localitySize - 1} and a gate of 0 or more`,
      remedy: 'lower the support, or raise the locality size',
    });
  }
  return rules;
}

/**
 * OptionError for a gate above the square root of the degrees of freedom, which no correlation passes.
 * @param gate standard errors of a correlation, or undefined for the default, which is never refused.
 * @param localitySize samples in a locality.
 */
export function checkGate(gate: number | undefined, localitySize: number): void {
  const most = Math.sqrt(localitySize - 1);
  if (gate === undefined || gate <= most * (1 + 1e-9)) return;
  throw new OptionError({
    got: words`${option('gate', gate)} with localities of ${localitySize} samples`,
    expected: `a gate of at most ${Math.floor(10 * most) / 10}: no correlation is more standard errors`,
    remedy: words`lower ${option('gate')}, or raise ${option('localitySize')}`,
  });
}

/**
 * The name of a measure of association as it is; OptionError for any other value. Called for options, which
 * JavaScript callers may write as any value.
 */
export function checkedMeasure(measure: unknown): AssociationMeasure {
  const known = ASSOCIATION_MEASURE_NAMES.find((name) => name === measure);
  if (known) return known;
  throw new OptionError({
    got: `the association measure ${String(measure)}`,
    expected: ASSOCIATION_MEASURE_NAMES.join(', '),
    remedy: 'take one of these',
  });
}

/**
 * Computes the associations of every pair of features in every locality: what passes the support rule and the noise
 * gate, in blocks of 64 localities.
 * @param features samples x features.
 * @param localities `members`: sample rows, `size` for each.
 * @returns the blocks, held or computed again on each pass, and counts of what the rules kept and removed. Release
 *   them with `releaseAssociations`.
 */
export async function associate(
  features: Matrix | Csr,
  localities: Pick<Localities, 'members' | 'size' | 'count'>,
  options: AssociationOptions,
  partialContext: PartialContext = {},
): Promise<Associations> {
  const context = await resolveContext(partialContext);
  const rules = associationRules(options, localities.size);
  checkLevels(rules, features.rows);
  const watch = watchStage(context, 'associations');
  const { engine, shards } = context;
  if (shards) return shards.associate(features, localities, rules, watch);
  const d = features.columns;
  const compute: ComputeBlock = (first, part) => {
    const range = {
      first,
      count: Math.min(BLOCK_LOCALITIES, localities.count - first),
      size: localities.size,
    };
    return engine.associate(features, localities.members, range, rules, part);
  };
  const tally = createTally(d, localities.count);
  let stored: AssociationBlock[] | null = [];
  let bytes = 0;
  for (let first = 0; first < localities.count; first += BLOCK_LOCALITIES) {
    const end = Math.min(localities.count, first + BLOCK_LOCALITIES);
    const part = partOf(watch, first / localities.count, end / localities.count);
    const result = await compute(first, part);
    tally.add(result);
    bytes += bytesOf(result.block);
    if (stored && bytes <= STORED_SHARE * context.memory) {
      stored.push(result.block);
    } else {
      stored?.forEach(engine.release);
      stored = null;
      engine.release(result.block);
    }
  }
  watch.progress(1);
  const storedBlocks = stored;
  return {
    localities: localities.count,
    features: d,
    measure: rules.measure,
    form: rules.form,
    counts: tally.counts(),
    squaredNorms: tally.squaredNorms,
    held: storedBlocks !== null,
    blocks: () => blocksOf(storedBlocks, localities.count, compute, engine),
    groups: () => groupsOf(storedBlocks, localities.count, compute, engine),
  };
}

/** ShapeError unless every sample has a code of its level, where there are levels. @param samples of the table. */
function checkLevels({ levels }: AssociationRules, samples: number): void {
  if (!levels || levels.length === samples) return;
  throw new ShapeError({
    got: `levels of ${levels.length} samples for a table of ${samples}`,
    expected: 'one code a sample, below 0 where it has no level',
    remedy: 'give the codes of the same samples, in the same order',
  });
}

type ComputeBlock = (first: number, watch: Watch) => Promise<AssociateResult>;

/**
 * All blocks in order of localities: those stored, or each computed and released in turn. CancelledError from
 * `compute`.
 * @param stored null where they are computed on each pass.
 * @param localities their number.
 * @param compute the block that begins with a locality.
 */
async function* blocksOf(
  stored: readonly AssociationBlock[] | null,
  localities: number,
  compute: ComputeBlock,
  engine: Engine,
): AsyncGenerator<AssociationBlock> {
  if (stored) {
    yield* stored;
    return;
  }
  for (let first = 0; first < localities; first += BLOCK_LOCALITIES) {
    const { block } = await compute(first, unwatched);
    yield block;
    engine.release(block);
  }
}

/**
 * Lists of blocks, in order of localities: all stored blocks in one list, or each computed block in a list of its
 * own. An empty stored list comes as one empty group.
 * @param stored null where they are computed on each pass.
 * @param localities their number.
 */
async function* groupsOf(
  stored: readonly AssociationBlock[] | null,
  localities: number,
  compute: ComputeBlock,
  engine: Engine,
): AsyncGenerator<readonly AssociationBlock[]> {
  if (stored) yield stored;
  else for await (const block of blocksOf(null, localities, compute, engine)) yield [block];
}

/**
 * Gives back the engine's memory that held associations take; they cannot be used afterwards. Nothing happens where
 * they are computed on each pass. Pass the context that `associate` had: blocks belong to its engine.
 */
export async function releaseAssociations(
  associations: Associations,
  partialContext: PartialContext = {},
): Promise<void> {
  const context = await resolveContext(partialContext);
  if (isSharded(associations)) return associations.release();
  if (!associations.held) return;
  for await (const block of associations.blocks()) context.engine.release(block);
}

/** Bytes that a block of associations takes. Never throws. */
function bytesOf(block: AssociationBlock): number {
  return block.offsets.byteLength + block.columns.byteLength + block.values.byteLength;
}

/**
 * Counts what the rules kept and removed: add the result of each block, then read the counts. `add` takes the result
 * of one block; `squaredNorms` and `counts()` (pairs in all, kept, without support, below the gate; constant
 * features; features that never have support) are read after the last. Never throws.
 * @param d number of features.
 * @param localities number of localities; each gets the sum of its squared associations.
 */
function createTally(d: number, localities: number) {
  const ever = new Uint8Array(d);
  let kept = 0;
  let constant = 0;
  let supportedPairs = 0;
  const squaredNorms = new Float64Array(localities);
  return {
    add({ block, supported, constant: constants, squaredNorms: norms }: AssociateResult): void {
      kept += block.values.length;
      constant += constants;
      squaredNorms.set(norms, block.first);
      for (let l = 0; l < block.count; l++) {
        let inSupport = 0;
        for (let f = 0; f < d; f++) {
          if (!supported[l * d + f]) continue;
          inSupport++;
          ever[f] = 1;
        }
        supportedPairs += (inSupport * (inSupport - 1)) / 2;
      }
    },
    squaredNorms,
    counts(): AssociationCounts {
      const pairs = (localities * d * (d - 1)) / 2;
      return {
        pairs,
        kept,
        withoutSupport: pairs - supportedPairs,
        belowGate: supportedPairs - kept,
        constant,
        neverSupported: Int32Array.from([...ever.keys()].filter((f) => !ever[f])),
      };
    },
  };
}
