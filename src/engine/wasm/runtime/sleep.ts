/** What the kernels import: the memory, and a way to wait for one another. */

/** Longest sleep between two looks at the stop word, in milliseconds. */
const LONGEST_SLEEP = 2;

/**
 * The kernels' `sleep`: sleeps until it is woken at the i32 at `counter` (bytes), at most LONGEST_SLEEP; not at all where it is not
 * `value`. Never called on a page's own thread, which may not sleep: a thread alone has every item that it would wait for.
 * @param memory shared by all threads.
 */
function sleeper(memory: WebAssembly.Memory): (counter: number, value: number) => void {
  const words = new Int32Array(memory.buffer);
  return (counter, value) => {
    // memory may have grown since
    const all = counter / 4 < words.length ? words : new Int32Array(memory.buffer);
    Atomics.wait(all, counter / 4, value, LONGEST_SLEEP);
  };
}

/** The imports of the kernels over this memory; `sleep` goes by the name of the kernels' file that declares it. */
export const kernelImports = (memory: WebAssembly.Memory): WebAssembly.Imports => ({
  env: { memory },
  'item-order': { sleep: sleeper(memory) },
});
