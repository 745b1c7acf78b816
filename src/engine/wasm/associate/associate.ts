/**
 * Associations of localities by the kernels of `kernels/associate/associate.ts`; an item is a locality.
 *
 * Purpose: the number of entries that a locality keeps is known only afterwards. Each locality of a group
 *   writes into a slot with room for every pair, or for SLOT_ENTRIES (address space; only what is written
 *   becomes memory). The group is then moved, in order and in parallel, behind the entries of the groups before
 *   it. A group with a slot that was too small is computed again with larger slots.
 * Types: `Runtime`, of the engine: arena (its memory), threads (how many), run (a job on all threads; CancelledError
 *   when the watch ends), size (bytes a kernel needs), shared (threads see one memory). `Inputs`, in the engine's memory:
 *   features (addresses of a table), registerBlock (of views). `Scope`, allocations that end together: free (ends it),
 *   allocate (an address; MachineError when there is no room), copy (of an array, gives its address). `Arena`, the
 *   allocator: memory, allocate, free, shrink (gives back the end). `AssociationRules`: measure, form (debiased, absolute
 *   or signed), support (samples that must differ from the lower median; 0 is off), gate (pairs with rho^2 below gate^2 /
 *   freedom are 0; 0 is off). `FeatureAddresses`: dense (address of f32, or 0 for a sparse table), indices, values.
 * Fails: MachineError where memory cannot be had or for too many features; CancelledError when the watch ends.
 */

import type { AssociationBlock, AssociationMeasure, Csr, Matrix } from '../../../model.js';
import type { AssociationRules, Engine } from '../../engine.js';
import { partOf, unwatched } from '../../watch.js';
import { type FeatureAddresses, type Inputs, tooWide, WIDEST } from '../runtime/inputs.js';
import { BICOR, PEARSON, SLOT_MARGIN, SLOT_OVERFLOW, SPEARMAN } from '../runtime/layouts.js';
import { type Arena, createScope, type Scope } from '../runtime/memory.js';
import type { Runtime } from '../runtime/runtime.js';
import { type PlacedMembers, placeMembers } from './levels.js';

/** Address space for the slots of one group. */
const GROUP_BYTES = 2 ** 28;
/** Entries of a slot at first: every pair of 6,900 features, 144 MB. */
const SLOT_ENTRIES = 24e6;
/** Factor by which slots grow when one was too small. */
const LARGER_SLOT = 3;
/** The kernels' code of each measure. */
export const MEASURE_CODES: Readonly<Record<AssociationMeasure, number>> = {
  pearson: PEARSON,
  spearman: SPEARMAN,
  bicor: BICOR,
};
/** Bytes of one entry: a 16-bit column and a float32 value. */
const ENTRY_BYTES = 6;

/** What stays the same for all groups of a call. */
interface Call {
  readonly features: FeatureAddresses;
  readonly d: number;
  readonly size: number;
  readonly sparse: boolean;
  readonly rules: AssociationRules;
  readonly rowCounts: number;
  readonly supported: number;
  readonly constants: number;
  readonly norms: number;
  readonly placed: PlacedMembers;
}

/**
 * Makes `Engine.associate`: the associations of every pair of features in localities `first` to `first + count`, as
 * one block of sparse entries (offsets of count x features rows, 16-bit columns, float32 values). MachineError above
 * 65,536 features.
 * @param inputs what the engine's memory already holds.
 * @param slotEntries entries that a locality has room for at first; three times as many after each slot that was too
 *   small.
 */
export function createAssociate(
  runtime: Runtime,
  inputs: Inputs,
  slotEntries = SLOT_ENTRIES,
): Engine['associate'] {
  return async (features, members, { first, count, size }, rules, watch = unwatched) => {
    const d = features.columns;
    if (d > WIDEST) throw tooWide(d);
    const scope = createScope(runtime.arena);
    const entries = createEntries(runtime.arena);
    try {
      await inputs.upload(features, scope, watch);
      const call = uploadCall(scope, inputs, { features, members, first, count, size, rules });
      const offsets = new Uint32Array(count * d + 1);
      const everyPair = (d * (d - 1)) / 2 + SLOT_MARGIN;
      let slot = Math.min(everyPair, slotEntries);
      for (let from = 0; from < count; ) {
        const localities = Math.min(groupSize(slot, runtime.threads), count - from);
        const part = partOf(watch, from / count, (from + localities) / count);
        const range = { from, localities, count, slot };
        if (await associateGroup(runtime, call, range, offsets, entries, part)) from += localities;
        else slot = Math.min(everyPair, slot * LARGER_SLOT);
      }
      const block = takeBlock(runtime, inputs, { first, count, features: d }, offsets, entries);
      const buffer = runtime.arena.memory.buffer;
      const constants = new Int32Array(buffer, call.constants, count);
      return {
        block,
        supported: new Uint8Array(buffer, call.supported, count * d).slice(),
        constant: constants.reduce((sum, one) => sum + one, 0),
        squaredNorms: new Float64Array(buffer, call.norms, count).slice(),
      };
    } catch (error) {
      entries.free();
      throw error;
    } finally {
      scope.free();
    }
  };
}

/** Arguments of `Engine.associate`. */
interface AssociateRequest {
  readonly features: Matrix | Csr;
  readonly members: Int32Array;
  readonly first: number;
  readonly count: number;
  readonly size: number;
  readonly rules: AssociationRules;
}

/**
 * Copies the features and the localities' members (int32 rows, `size` a locality) into the engine's memory and allocates the kernels'
 * outputs there: entries and support by locality and feature, constant features by locality. All live until the scope is freed.
 */
function uploadCall(scope: Scope, inputs: Inputs, request: AssociateRequest): Call {
  const { features, members, first, count, size, rules } = request;
  const d = features.columns;
  const addresses = inputs.features(features, scope);
  return {
    ...{ features: addresses, d, size, sparse: addresses.dense === 0, rules },
    rowCounts: scope.allocate(count * d * 4),
    supported: scope.allocate(count * d),
    constants: scope.allocate(count * 4),
    norms: scope.allocate(count * 8),
    placed: placeMembers(scope, members.subarray(first * size, (first + count) * size), size, rules.levels),
  };
}

/** Localities of a group: as many as have slots (of so many entries) in GROUP_BYTES, at least one for each thread. */
const groupSize = (slot: number, threads: number): number =>
  Math.max(threads, Math.floor(GROUP_BYTES / (slot * ENTRY_BYTES)));

/**
 * Computes and appends the associations of a group of localities. Returns false, with nothing appended, when a
 * slot was too small.
 * @param range localities `from` and on of `count`, and the entries of a `slot`.
 * @param offsets row offsets of the block, extended.
 * @param entries the block's entries, extended.
 */
async function associateGroup(
  runtime: Runtime,
  call: Call,
  range: { from: number; localities: number; count: number; slot: number },
  offsets: Uint32Array,
  entries: Entries,
  watch = unwatched,
): Promise<boolean> {
  const { d, size, sparse } = call;
  const { from, localities, count, slot } = range;
  const scope = createScope(runtime.arena);
  try {
    const slots = {
      slotColumns: scope.allocate(localities * slot * 2),
      slotValues: scope.allocate(localities * slot * 4),
      slotEntries: slot,
    };
    const rowCounts = call.rowCounts + from * d * 4;
    new Int32Array(runtime.arena.memory.buffer, call.constants + from * 4, localities).fill(0);
    await runtime.run(
      {
        kernel: 'associateLocality',
        items: localities,
        scratch: runtime.size('associateScratch', d, size, sparse ? 1 : 0),
        work: localities * size * d * (d + 16),
        call: {
          ...inputArguments(call, from, scope),
          ...{ ...slots, rowCounts },
          supported: call.supported + from * d,
          constants: call.constants + from * 4,
        },
      },
      watch,
    );
    const before = offsets[from * d];
    const counts = new Uint32Array(runtime.arena.memory.buffer, rowCounts, localities * d);
    for (let l = 0; l < localities; l++) if (counts[l * d] === SLOT_OVERFLOW) return false;
    sumOffsets(counts, offsets, from * d);
    const after = offsets[(from + localities) * d];
    // what the next groups will need, judged by those so far
    entries.reserve(before, after, Math.ceil((after / (from + localities)) * count));
    const positions = scope.copy(
      Uint32Array.from({ length: localities + 1 }, (_, l) => offsets[(from + l) * d]),
    );
    await runtime.run(
      {
        kernel: 'compactLocality',
        items: localities,
        work: (after - before) * 4,
        call: { ...slots, positions, ...entries.addresses(), norms: call.norms + from * 8 },
      },
      unwatched,
    );
    return true;
  } finally {
    scope.free();
  }
}

/**
 * The kernel's arguments that say what is correlated and by which rules, for localities `from` and on.
 * @param scope of the call.
 */
function inputArguments({ features, d, size, rules, placed }: Call, from: number, scope: Scope) {
  const { dense, offsets, indices, values } = features;
  return {
    ...{ dense, offsets, indices, values, d, n: size },
    members: placed.members + from * size * 4,
    levels: placed.partsFrom(scope, from),
    measure: MEASURE_CODES[rules.measure],
    raw: rules.form === 'debiased' ? 0 : 1,
    support: rules.support,
    gate: rules.gate ** 2,
  };
}

/**
 * Turns numbers of entries into offsets: offsets[from + r + 1] = offsets[from + r] + counts[r]. offsets[from] is set.
 */
function sumOffsets(counts: Uint32Array, offsets: Uint32Array, from: number): void {
  for (let r = 0; r < counts.length; r++) offsets[from + r + 1] = offsets[from + r] + counts[r];
}

/** The columns and values of a block, growing as groups are added. */
interface Entries {
  /** Makes room for `needed` entries, for `expected` if they fit, and keeps the first `held`. */
  reserve(kept: number, needed: number, expected: number): void;
  /** Addresses of the columns and the values. */
  addresses(): { readonly columns: number; readonly values: number };
  free(): void;
}

/**
 * Two arrays in the engine's memory, 16-bit columns and float32 values of as many entries, which move when they have
 * to grow. Empty at first; the caller frees them unless a block takes them over. `reserve(kept, needed, expected)`
 * makes room for `needed` entries, of which the first `kept` are there; `addresses()` gives both; `free()` gives them
 * back.
 */
function createEntries(arena: Arena): Entries {
  let columns = arena.allocate(0);
  let values = arena.allocate(0);
  let room = 0;
  const move = (old: number, size: number, kept: number, capacity: number): number => {
    const address = arena.allocate(capacity * size);
    new Uint8Array(arena.memory.buffer).copyWithin(address, old, old + kept * size);
    arena.free(old);
    return address;
  };
  return {
    reserve(kept, needed, expected) {
      if (needed <= room) return;
      room = Math.max(needed, Math.ceil(expected * 1.05));
      columns = move(columns, 2, kept, room);
      values = move(values, 4, kept, room);
    },
    addresses: () => ({ columns, values }),
    free() {
      arena.free(columns);
      arena.free(values);
    },
  };
}

/**
 * The finished block: views of the engine's memory, freed with the block, where memory is shared; copies where it is
 * not, since there views end when memory grows.
 * @param shape number of its `first` locality, `count` of localities, `features`. @param offsets count x features + 1 of entries.
 * @param entries the columns and values; they are not to be used afterwards.
 */
function takeBlock(
  runtime: Runtime,
  inputs: Inputs,
  shape: { first: number; count: number; features: number },
  offsets: Uint32Array,
  entries: Entries,
): AssociationBlock {
  const { arena } = runtime;
  const total = offsets[offsets.length - 1];
  const { columns, values } = entries.addresses();
  const views = {
    columns: new Uint16Array(arena.memory.buffer, columns, total),
    values: new Float32Array(arena.memory.buffer, values, total),
  };
  if (!runtime.shared) {
    const block = { ...shape, offsets, columns: views.columns.slice(), values: views.values.slice() };
    entries.free();
    return block;
  }
  const offsetsAddress = arena.allocate(offsets.byteLength);
  const offsetsView = new Uint32Array(arena.memory.buffer, offsetsAddress, offsets.length);
  offsetsView.set(offsets);
  arena.shrink(columns, total * 2);
  arena.shrink(values, total * 4);
  const block = { ...shape, offsets: offsetsView, ...views };
  inputs.registerBlock(block, { offsets: offsetsAddress, columns, values });
  return block;
}
