/**
 * Addresses of the words that all threads share.
 *
 * Every class and constant of a `layout.ts` is shared with the TypeScript side: scripts/kernels.mjs writes
 * src/engine/wasm/runtime/layouts.ts from these files, so that field order, types and values are stated once.
 */

/** Byte address of the i32 that counts the items taken so far. */
export const COUNTER_ADDRESS: usize = 1024;
/** Byte address of the i32 that is not 0 once the job should end; kernels with long items read it. */
export const STOP_ADDRESS: usize = 1088;
/** First byte that the allocator may hand out. */
export const HEAP_START: usize = 4096;
