/**
 * What is already in the engine's memory: blocks that it made, and large inputs that come again.
 *
 * Inputs are immutable (model.ts), so a copied array is known by its buffer, offset and length and is kept
 * until its owner is garbage or memory runs short; an array that is changed in place must not be passed as a
 * kept input. Only the features of `associate` are kept: they come again with every block.
 */

import { isCsr } from '../../../core/csr.js';
import { MachineError, option, words } from '../../../errors.js';
import type { AssociationBlock, Csr, Matrix } from '../../../model.js';
import { type Arena, copyIn, type Scope } from './memory.js';

/** Addresses of the parts of a block. */
export interface BlockAddresses {
  readonly offsets: number;
  readonly columns: number;
  readonly values: number;
}

/** Addresses of features: `dense`, or the three parts of compressed rows with `dense` 0. */
export interface FeatureAddresses {
  readonly dense: number;
  readonly offsets: number;
  readonly indices: number;
  readonly values: number;
}

export interface Inputs {
  /** Features stay where they are at least until the scope ends. */
  features(features: Matrix | Csr, scope: Scope): FeatureAddresses;
  block(block: AssociationBlock, scope: Scope): BlockAddresses;
  /** Remembers a block whose arrays are views of the engine's memory. */
  registerBlock(block: AssociationBlock, addresses: BlockAddresses): void;
  releaseBlock(block: AssociationBlock): void;
  /** Frees all kept inputs that no call is using; false when there are none. */
  reclaim(): boolean;
}

interface Kept {
  readonly buffer: WeakRef<ArrayBufferLike>;
  readonly offset: number;
  readonly length: number;
  readonly address: number;
  users: number;
}

export function createInputs(arenaOf: () => Arena): Inputs {
  const kept = new Set<Kept>();
  const blocks = new WeakMap<object, BlockAddresses>();
  const dropInput = new FinalizationRegistry((input: Kept) => drop(input));
  const dropBlock = new FinalizationRegistry((addresses: BlockAddresses) => freeBlock(addresses));

  const drop = (input: Kept): void => {
    if (kept.delete(input)) arenaOf().free(input.address);
  };

  const freeBlock = (addresses: BlockAddresses): void => {
    for (const address of [addresses.offsets, addresses.columns, addresses.values]) arenaOf().free(address);
  };

  const find = (array: ArrayBufferView): Kept | undefined =>
    [...kept].find(
      (input) =>
        input.buffer.deref() === array.buffer &&
        input.offset === array.byteOffset &&
        input.length === array.byteLength,
    );

  const copy = (array: ArrayBufferView): Kept => {
    const address = arenaOf().allocate(array.byteLength);
    copyIn(arenaOf().memory, array, address);
    const { buffer, byteOffset: offset, byteLength: length } = array;
    const input: Kept = { buffer: new WeakRef(buffer), offset, length, address, users: 0 };
    kept.add(input);
    dropInput.register(buffer, input);
    return input;
  };

  const keep = (array: ArrayBufferView, scope: Scope): number => {
    const input = find(array) ?? copy(array);
    input.users++;
    scope.defer(() => input.users--);
    return input.address;
  };

  return {
    features(features, scope) {
      if (!isCsr(features)) return { dense: keep(features.data, scope), offsets: 0, indices: 0, values: 0 };
      return {
        dense: 0,
        offsets: keep(features.offsets, scope),
        indices: keep(features.indices, scope),
        values: keep(features.values, scope),
      };
    },
    block(block, scope) {
      const known = blocks.get(block.values);
      if (known) return known;
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
    reclaim() {
      const idle = [...kept].filter((input) => input.users === 0);
      for (const input of idle) drop(input);
      return idle.length > 0;
    },
  };
}

/** Widest association block: its columns are 16-bit. */
export const WIDEST = 65536;

export function tooWide(features: number): MachineError {
  return new MachineError({
    got: `associations of ${features} features`,
    expected: `at most ${WIDEST} features in the memory of the wasm engine`,
    remedy: words`keep fewer features (${option('maxFeatures')})`,
  });
}
