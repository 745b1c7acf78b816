/**
 * A limit on the memory that a WebAssembly library takes during one synchronous call. Where it would grow beyond, its
 * allocation fails, which C code reports as it reports any lack of memory.
 *
 * A library built with Emscripten grows through `WebAssembly.Memory.prototype.grow`, which is replaced during the call and
 * put back after it; nothing else of this thread can run meanwhile.
 */

const PAGE = 2 ** 16;

/**
 * Runs `work`, which is synchronous, while no WebAssembly memory grows beyond `limit` bytes.
 * @param onRefused called with the bytes that were asked for, when more were.
 */
export function withHeapLimit<T>(limit: number, work: () => T, onRefused: (bytes: number) => void): T {
  const { prototype } = WebAssembly.Memory;
  const { grow } = prototype;
  prototype.grow = function limited(this: WebAssembly.Memory, pages: number): number {
    const bytes = this.buffer.byteLength + pages * PAGE;
    if (bytes <= limit) return grow.call(this, pages);
    onRefused(bytes);
    throw new RangeError(`${bytes} bytes of memory, where ${limit} are allowed`);
  };
  try {
    return work();
  } finally {
    prototype.grow = grow;
  }
}
