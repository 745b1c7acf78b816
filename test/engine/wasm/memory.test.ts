// The allocator: ranges are reused from the bottom, merged when they meet, and never overlap.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFreeRanges } from '#whymap/engine/wasm/runtime/free-ranges.js';
import { createArena, createScope } from '#whymap/engine/wasm/runtime/memory.js';

test('freed neighbors merge on both sides', () => {
  const free = createFreeRanges(0, 300);
  const [a, b, c] = [free.take(100), free.take(100), free.take(100)];
  expect([a, b, c]).toEqual([0, 100, 200]);
  expect(free.take(1)).toBe(null);
  free.give(0, 100);
  free.give(200, 300);
  expect(free.take(150)).toBe(null);
  expect(free.tail(300)).toBe(100);
  free.give(100, 200);
  expect(free.tail(300)).toBe(300);
  expect(free.take(300)).toBe(0);
  expect(free.tail(300)).toBe(0);
});

test('allocations never overlap, are aligned, and all memory comes back', () => {
  const steps = fc.array(fc.record({ bytes: fc.integer({ min: 0, max: 5000 }), frees: fc.nat() }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(steps, (all) => {
      const arena = createArena(new WebAssembly.Memory({ initial: 1, maximum: 20 }), () => false);
      const allocated: { address: number; bytes: number }[] = [];
      for (const { bytes, frees } of all) {
        const address = arena.allocate(bytes);
        expect(address % 64).toBe(0);
        expect(address).toBeGreaterThanOrEqual(4096);
        expect(address + bytes + 64).toBeLessThanOrEqual(arena.memory.buffer.byteLength);
        // 64 spare bytes follow each allocation
        for (const other of allocated) {
          const apart = address >= other.address + other.bytes + 64 || other.address >= address + bytes + 64;
          expect(apart).toBe(true);
        }
        allocated.push({ address, bytes });
        if (frees % 2 === 0) arena.free(allocated.splice(frees % allocated.length, 1)[0].address);
      }
      for (const { address } of allocated) arena.free(address);
      expect(arena.used()).toBe(0);
    }),
    { numRuns: 50, seed: 6 },
  );
});

test('memory that is short is reclaimed before an allocation fails', () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  let kept = 0;
  const arena = createArena(memory, () => {
    if (kept === 0) return false;
    arena.free(kept);
    kept = 0;
    return true;
  });
  kept = arena.allocate(40_000);
  expect(arena.allocate(40_000)).toBe(4096);
  expect(() => arena.allocate(40_000)).toThrow(expect.objectContaining({ code: 'machine' }));
});

test('a scope frees its allocations and runs its deferred actions once', () => {
  const arena = createArena(new WebAssembly.Memory({ initial: 1 }), () => false);
  const scope = createScope(arena);
  let ended = 0;
  scope.defer(() => ended++);
  const address = scope.copy(Float32Array.of(1.5, -2));
  expect([...new Float32Array(arena.memory.buffer, address, 2)]).toEqual([1.5, -2]);
  scope.free();
  scope.free();
  expect([ended, arena.used()]).toEqual([1, 0]);
});
