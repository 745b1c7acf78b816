/**
 * The allocator of the engine's one memory, in JavaScript: first fit over a sorted list of free ranges.
 *
 * Contract: kernels allocate nothing. Every address is a multiple of 64, and 64 spare bytes follow every
 *   allocation, so that kernels may load whole vectors at the end of a row.
 * Cost: first fit from the bottom reuses pages that have been touched, because a WebAssembly memory never
 *   returns pages.
 * Types: `FreeRanges`, byte ranges that are free: tail (bytes free at the end), give (takes a range back), take
 *   (lowest address with room, or null).
 * Fails: a WebAssembly memory holds at most 4 GiB; larger needs are a MachineError.
 */

import { MachineError } from '../../../errors.js';
import type { Watch } from '../../watch.js';
import { createFreeRanges } from './free-ranges.js';
import { HEAP_START, type Structures } from './layouts.js';
import { type StructureName, structureBytes, writeStructure } from './structures.js';

/** Bytes of a WebAssembly page, of the alignment and of the spare room after an allocation. */
const PAGE = 65536;
const ALIGN = 64;
const SPARE = 64;
/** The most that a 32-bit WebAssembly memory can hold, in bytes. */
export const LARGEST_MEMORY = 65536 * PAGE;

/** The allocator; addresses are byte offsets. */
export interface Arena {
  readonly memory: WebAssembly.Memory;
  /** Address of `bytes` bytes, not cleared. Throws MachineError when they cannot be had. */
  allocate(bytes: number): number;
  /** Gives back all but the first `bytes` bytes of an allocation. */
  shrink(address: number, bytes: number): void;
  free(address: number): void;
  /** Bytes that are allocated now. */
  used(): number;
}

/**
 * The allocator over a memory. It grows the memory when nothing free is large enough. `allocate` throws MachineError
 * where it cannot grow.
 * @param reclaim frees something that can be made again and returns true, or returns false; called when memory cannot
 * grow.
 */
export function createArena(memory: WebAssembly.Memory, reclaim: () => boolean): Arena {
  const free = createFreeRanges(HEAP_START, memory.buffer.byteLength);
  const taken = new Map<number, number>();

  const grow = (size: number): boolean => {
    const top = memory.buffer.byteLength;
    try {
      memory.grow(Math.ceil((size - free.tail(top)) / PAGE));
    } catch {
      return false;
    }
    free.give(top, memory.buffer.byteLength);
    return true;
  };
  const used = () => [...taken.values()].reduce((sum, size) => sum + size, 0);

  return {
    memory,
    used,
    allocate(bytes) {
      const size = sizeOf(bytes);
      for (;;) {
        const address = free.take(size);
        if (address !== null) {
          taken.set(address, size);
          return address;
        }
        if (size <= LARGEST_MEMORY && grow(size)) continue;
        if (!reclaim()) throw outOfMemory(bytes, used());
      }
    },
    shrink(address, bytes) {
      const size = taken.get(address);
      const kept = sizeOf(bytes);
      if (size === undefined || kept >= size) return;
      taken.set(address, kept);
      free.give(address + kept, address + size);
    },
    free(address) {
      const size = taken.get(address);
      if (size === undefined) return;
      taken.delete(address);
      free.give(address, address + size);
    },
  };
}

/** Bytes that an allocation of `bytes` takes, with the spare room, rounded up to ALIGN. */
const sizeOf = (bytes: number): number => Math.ceil((bytes + SPARE) / ALIGN) * ALIGN;

/** A number of bytes in MiB, rounded up, as text. */
const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;

/** The error for an allocation of `bytes` that does not fit beside `used` bytes. */
function outOfMemory(bytes: number, used: number): MachineError {
  return new MachineError({
    got: `a need of ${mebibytes(bytes)} beside ${mebibytes(used)} in use`,
    expected: 'as much to fit in the memory of the wasm engine (4 GiB at most)',
    remedy: 'give it more memory, work on smaller blocks or fewer features, or use the js engine',
  });
}

/** Bytes that are copied in a few milliseconds. */
const PIECE_BYTES = 2 ** 24;

/** Allocations that end together. */
export interface Scope {
  allocate(bytes: number): number;
  /** Copies an array into the engine's memory and returns its address. */
  copy(array: ArrayBufferView): number;
  /** The same in pieces, between which the caller's signal is looked at. */
  copyInPieces(array: ArrayBufferView, watch: Watch): Promise<number>;
  /** Writes a structure into the engine's memory and returns its address. */
  copyStructure<N extends StructureName>(name: N, values: Structures[N]): number;
  /** Another action for the end of the scope. */
  defer(action: () => void): void;
  free(): void;
}

/**
 * A scope: what is allocated through it is freed together. The caller frees it in a `finally`. `free` also runs what
 * was deferred, all in the order in which it was added; a second call does nothing.
 */
export function createScope(arena: Arena): Scope {
  const actions: (() => void)[] = [];
  const allocate = (bytes: number): number => {
    const address = arena.allocate(bytes);
    actions.push(() => arena.free(address));
    return address;
  };
  return {
    allocate,
    copy(array) {
      const address = allocate(array.byteLength);
      copyIn(arena.memory, array, address);
      return address;
    },
    async copyInPieces(array, watch) {
      const address = allocate(array.byteLength);
      await copyInPieces(arena.memory, array, address, watch);
      return address;
    },
    copyStructure(name, values) {
      const address = allocate(structureBytes(name));
      writeStructure(arena.memory, address, name, values);
      return address;
    },
    defer: (action) => actions.push(action),
    free() {
      for (const action of actions) action();
      actions.length = 0;
    },
  };
}

/** Copies an array's bytes into the memory, to byte offset `address`. */
export function copyIn(memory: WebAssembly.Memory, array: ArrayBufferView, address: number): void {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  new Uint8Array(memory.buffer, address, array.byteLength).set(bytes);
}

/** The same in pieces, between which the caller's signal is looked at. */
export async function copyInPieces(
  memory: WebAssembly.Memory,
  array: ArrayBufferView,
  address: number,
  watch: Watch,
): Promise<void> {
  for (let first = 0; first < array.byteLength; first += PIECE_BYTES) {
    const length = Math.min(PIECE_BYTES, array.byteLength - first);
    copyIn(memory, new Uint8Array(array.buffer, array.byteOffset + first, length), address + first);
    if (first + length < array.byteLength) await watch.checkpoint();
  }
}

/** `length` float32 from `address` (bytes), copied out of the memory. */
export function floatsAt(memory: WebAssembly.Memory, address: number, length: number): Float32Array {
  return new Float32Array(memory.buffer, address, length).slice();
}
