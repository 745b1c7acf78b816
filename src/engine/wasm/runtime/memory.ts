/**
 * The allocator of the engine's one memory: first fit over a sorted list of free ranges, in JavaScript.
 *
 * The kernels allocate nothing. First fit from the bottom reuses pages that have been touched, because a
 * WebAssembly memory never gives pages back. Every address is a multiple of 64, and 64 spare bytes follow
 * every allocation, so that kernels may load whole vectors at the end of a row.
 * A WebAssembly memory holds at most 4 GiB: what does not fit is a MachineError.
 */

import { MachineError } from '../../../errors.js';
import { HEAP_START, type Structures } from './layouts.js';
import { type StructureName, structureBytes, writeStructure } from './structures.js';

const PAGE = 65536;
const ALIGN = 64;
const SPARE = 64;
/** The most that a 32-bit WebAssembly memory can hold, in bytes. */
export const LARGEST_MEMORY = 65536 * PAGE;

export interface Arena {
  readonly memory: WebAssembly.Memory;
  /** Address of `bytes` bytes, not cleared. Throws MachineError when they cannot be had. */
  allocate(bytes: number): number;
  /** Gives back all but the first `bytes` bytes of an allocation. */
  shrink(address: number, bytes: number): void;
  free(address: number): void;
  /** Bytes given out now. */
  used(): number;
}

interface Range {
  start: number;
  end: number;
}

/** @param reclaim frees something that can be made again and returns true, or returns false. */
export function createArena(memory: WebAssembly.Memory, reclaim: () => boolean): Arena {
  const free: Range[] = [{ start: HEAP_START, end: memory.buffer.byteLength }];
  const taken = new Map<number, number>();

  const take = (size: number): number | null => {
    const at = free.findIndex((range) => range.end - range.start >= size);
    if (at < 0) return null;
    const { start } = free[at];
    free[at].start += size;
    if (free[at].start === free[at].end) free.splice(at, 1);
    taken.set(start, size);
    return start;
  };

  const grow = (size: number): boolean => {
    const top = memory.buffer.byteLength;
    const last = free.at(-1);
    const missing = size - (last?.end === top ? last.end - last.start : 0);
    try {
      memory.grow(Math.ceil(missing / PAGE));
    } catch {
      return false;
    }
    giveBack({ start: top, end: memory.buffer.byteLength });
    return true;
  };

  const giveBack = (range: Range): void => {
    let at = free.findIndex((other) => other.start > range.start);
    if (at < 0) at = free.length;
    free.splice(at, 0, range);
    if (at + 1 < free.length && free[at + 1].start === range.end) {
      range.end = free[at + 1].end;
      free.splice(at + 1, 1);
    }
    if (at > 0 && free[at - 1].end === range.start) {
      free[at - 1].end = range.end;
      free.splice(at, 1);
    }
  };

  const used = () => [...taken.values()].reduce((sum, size) => sum + size, 0);

  return {
    memory,
    used,
    allocate(bytes) {
      const size = sizeOf(bytes);
      for (;;) {
        const address = take(size);
        if (address !== null) return address;
        if (size <= LARGEST_MEMORY && grow(size)) continue;
        if (!reclaim()) throw outOfMemory(bytes, used());
      }
    },
    shrink(address, bytes) {
      const size = taken.get(address);
      const wanted = sizeOf(bytes);
      if (size === undefined || wanted >= size) return;
      taken.set(address, wanted);
      giveBack({ start: address + wanted, end: address + size });
    },
    free(address) {
      const size = taken.get(address);
      if (size === undefined) return;
      taken.delete(address);
      giveBack({ start: address, end: address + size });
    },
  };
}

const sizeOf = (bytes: number): number => Math.ceil((bytes + SPARE) / ALIGN) * ALIGN;

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;

function outOfMemory(bytes: number, used: number): MachineError {
  return new MachineError({
    got: `a need of ${mebibytes(bytes)} beside ${mebibytes(used)} in use`,
    expected: 'as much to fit in the memory of the wasm engine (4 GiB at most)',
    remedy: 'give it more memory, work on smaller blocks or fewer features, or use the js engine',
  });
}

/** Allocations that end together. */
export interface Scope {
  allocate(bytes: number): number;
  /** Copies an array into the engine's memory and returns its address. */
  copy(array: ArrayBufferView): number;
  /** Writes a structure into the engine's memory and returns its address. */
  copyStructure<N extends StructureName>(name: N, values: Structures[N]): number;
  /** Something else to do when the scope ends. */
  defer(action: () => void): void;
  free(): void;
}

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

export function copyIn(memory: WebAssembly.Memory, array: ArrayBufferView, address: number): void {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  new Uint8Array(memory.buffer, address, array.byteLength).set(bytes);
}

/** Floats of the engine's memory, copied out. */
export function floatsAt(memory: WebAssembly.Memory, address: number, length: number): Float32Array {
  return new Float32Array(memory.buffer, address, length).slice();
}
