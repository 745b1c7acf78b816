/** Words at fixed addresses of the memory that all threads share; `kernels/runtime/control.ts` knows the same. */

/** Next item to be taken, as an index of an Int32Array over the memory. */
export const COUNTER_WORD = 1024 / 4;
/** Not 0 once the work should end. */
export const STOP_WORD = 1088 / 4;
/** First byte that the allocator may give out. */
export const HEAP_START = 4096;
