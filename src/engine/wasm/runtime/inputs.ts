/**
 * What is already in the engine's memory: blocks that it made, and large inputs that come again.
 *
 * Contract: inputs are immutable (model.ts), so a copied array is identified by its buffer, offset and length.
 *   An array that is changed in place must not be passed as such an input. Only the features of `associate` and
 *   the graphs of forces are kept: they come again with every call.
 * Types: `Arena`, the allocator: free (of an address), allocate (MachineError when there is no room), memory (of
 *   WebAssembly). `AssociationBlock`, of consecutive localities: values (strength with the sign of the correlation),
 *   columns (j > i, ascending), features (d), offsets (row (l, i) is at `offsets[l * d + i]`, one more at the end).
 *   `Scope`, allocations that end together: copy (copies an array in, gives its address), defer (runs at the end).
 *   `Csr`, a sparse matrix: indices (columns, ascending in a row). `Matrix`, row-major float32: data (element (r, c)
 *   at `r * columns + c`).
 * Fails: MachineError where memory cannot be had or for too many features.
 */

import { isCsr } from '../../../core/csr.js';
import { MachineError, option, words } from '../../../errors.js';
import type { AssociationBlock, Csr, Matrix } from '../../../model.js';
import type { Watch } from '../../watch.js';
import { type Arena, copyIn, copyInPieces, type Scope } from './memory.js';

/** Addresses of the parts of a block of associations. */
export interface BlockAddresses {
  readonly offsets: number;
  readonly columns: number;
  readonly values: number;
}

/** Addresses of a matrix: `dense`, or the three parts of compressed rows with `dense` 0. */
export interface FeatureAddresses {
  readonly dense: number;
  readonly offsets: number;
  readonly indices: number;
  readonly values: number;
}

/** What is in the engine's memory. */
export interface Inputs {
  /**
   * Addresses of a table, or of a sparse graph (forces), copied in unless it is there already; they stay at least until the
   * scope ends.
   */
  features(features: Matrix | Csr, scope: Scope): FeatureAddresses;
  /** Copies a table in, in pieces between which the caller's signal is looked at, unless it is there; it stays at least until the scope ends. */
  upload(features: Matrix | Csr, scope: Scope, watch: Watch): Promise<void>;
  /** Addresses of a block; one that the engine did not make is copied in for the scope. */
  block(block: AssociationBlock, scope: Scope): BlockAddresses;
  /** Registers a block whose arrays are views of the engine's memory. */
  registerBlock(block: AssociationBlock, addresses: BlockAddresses): void;
  /** Frees a registered block. */
  releaseBlock(block: AssociationBlock): void;
  /** Frees all copies that no call is using; false when there are none. */
  reclaim(): boolean;
}

/** A copy of an array, the number of calls that use it, and whether the array is gone. */
interface Kept {
  readonly buffer: WeakRef<ArrayBufferLike>;
  readonly offset: number;
  readonly length: number;
  readonly address: number;
  users: number;
  orphaned: boolean;
}

/**
 * Keeps track of what is in the engine's memory. What is collected as garbage is freed there too, but nothing that a call
 * uses: copies count their users, and blocks are held until the scope ends.
 * @param arenaOf gives the engine's allocator, which is set once, after this call.
 */
export function createInputs(arenaOf: () => Arena): Inputs {
  const held = new Set<{ readonly block: AssociationBlock }>();
  const hold = (block: AssociationBlock, scope: Scope): void => {
    const entry = { block };
    held.add(entry);
    scope.defer(() => held.delete(entry));
  };
  const copies = createCopies(arenaOf);
  const blocks = new WeakMap<object, BlockAddresses>();
  const dropBlock = new FinalizationRegistry((addresses: BlockAddresses) => freeBlock(addresses));
  const freeBlock = (addresses: BlockAddresses): void => {
    for (const address of [addresses.offsets, addresses.columns, addresses.values]) arenaOf().free(address);
  };

  return {
    reclaim: copies.reclaim,
    features(features, scope) {
      const keep = (array: ArrayBufferView) => copies.keep(array, scope);
      if (!isCsr(features)) return { dense: keep(features.data), offsets: 0, indices: 0, values: 0 };
      const { offsets, indices, values } = features;
      return { dense: 0, offsets: keep(offsets), indices: keep(indices), values: keep(values) };
    },
    async upload(features, scope, watch) {
      const { indices, values } = isCsr(features) ? features : { indices: null, values: features.data };
      for (const array of indices ? [indices, values] : [values]) await copies.upload(array, scope, watch);
    },
    block(block, scope) {
      const known = blocks.get(block.values);
      if (known) {
        hold(block, scope);
        return known;
      }
      if (!(block.columns instanceof Uint16Array)) throw tooWide(block.features);
      return {
        offsets: scope.copy(block.offsets),
        columns: scope.copy(block.columns),
        values: scope.copy(block.values),
      };
    },
    registerBlock(block, addresses) {
      blocks.set(block.values, addresses);
      dropBlock.register(block.values, addresses, block.values);
    },
    releaseBlock(block) {
      const addresses = blocks.get(block.values);
      if (!addresses) return;
      blocks.delete(block.values);
      dropBlock.unregister(block.values);
      freeBlock(addresses);
    },
  };
}

/** Address of a copy made in pieces; freed again where that is cancelled. */
async function uploaded(arena: Arena, array: ArrayBufferView, watch: Watch): Promise<number> {
  const address = arena.allocate(array.byteLength);
  try {
    await copyInPieces(arena.memory, array, address, watch);
    return address;
  } catch (error) {
    arena.free(address);
    throw error;
  }
}

/** Whether a copy is of this array. */
const isCopyOf = ({ buffer, offset, length }: Kept, array: ArrayBufferView): boolean =>
  buffer.deref() === array.buffer && offset === array.byteOffset && length === array.byteLength;

/**
 * Copies of the caller's arrays, kept until their owner is garbage or memory runs short.
 * @param arenaOf gives the allocator, which is set once, before the first copy.
 */
function createCopies(arenaOf: () => Arena) {
  const kept = new Set<Kept>();
  const drop = (input: Kept): void => {
    if (kept.delete(input)) arenaOf().free(input.address);
  };
  // a caller may let go of an array while a call still reads its copy
  const dropUnused = (input: Kept): void => {
    if (input.orphaned && input.users === 0) drop(input);
  };
  const dropInput = new FinalizationRegistry((input: Kept) => {
    input.orphaned = true;
    dropUnused(input);
  });

  const find = (array: ArrayBufferView): Kept | undefined =>
    [...kept].find((input) => isCopyOf(input, array));
  const copy = (array: ArrayBufferView): Kept => {
    const address = arenaOf().allocate(array.byteLength);
    copyIn(arenaOf().memory, array, address);
    return register(array, address);
  };
  const register = (array: ArrayBufferView, address: number): Kept => {
    const { buffer, byteOffset: offset, byteLength: length } = array;
    const input: Kept = { buffer: new WeakRef(buffer), offset, length, address, users: 0, orphaned: false };
    kept.add(input);
    dropInput.register(buffer, input);
    return input;
  };

  const keep = (array: ArrayBufferView, scope: Scope): number => {
    const input = find(array) ?? copy(array);
    input.users++;
    scope.defer(() => {
      input.users--;
      dropUnused(input);
    });
    return input.address;
  };

  return {
    /** Address of the array's copy, which stays at least until the scope ends. */
    keep,
    /** Makes the copy in pieces, where there is none. */
    async upload(array: ArrayBufferView, scope: Scope, watch: Watch): Promise<void> {
      if (!find(array)) {
        const address = await uploaded(arenaOf(), array, watch);
        // another call may have copied it meanwhile
        if (find(array)) arenaOf().free(address);
        else register(array, address);
      }
      keep(array, scope);
    },
    /** Frees the copies that no call is using; false when there are none. */
    reclaim(): boolean {
      const idle = [...kept].filter((input) => input.users === 0);
      for (const input of idle) drop(input);
      return idle.length > 0;
    },
  };
}

/** Widest association block: its columns are 16-bit. */
export const WIDEST = 65536;

/** The error for more features than 16-bit columns can index. */
export function tooWide(features: number): MachineError {
  return new MachineError({
    got: `associations of ${features} features`,
    expected: `at most ${WIDEST} features in the memory of the wasm engine`,
    remedy: words`keep fewer features (${option('maxFeatures')})`,
  });
}
