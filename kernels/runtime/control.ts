/** Words at fixed addresses that the threads share. The JavaScript side knows the same (engine/wasm/runtime/control.ts). */

/** i32, not 0 once the work should end: kernels with long items look at it. */
export const STOP: usize = 1088;
