/**
 * How many steps an engine does in one call: as many as take about a quarter of a second. The end of a call costs milliseconds, in which one
 * thread waits for the other and coordinates are copied; the engine looks at the caller's signal meanwhile.
 */

const TARGET_MS = 250;
const MOST = 1024;

export interface Pace {
  /** Steps of the next call. */
  size(): number;
  /** Does some steps and learns from the time that they take. */
  timed<T>(steps: number, work: () => Promise<T>): Promise<T>;
}

/** A pace that starts at one step. */
export function createPace(): Pace {
  let size = 1;
  return {
    size: () => size,
    async timed(steps, work) {
      const start = performance.now();
      const result = await work();
      const each = Math.max((performance.now() - start) / steps, TARGET_MS / MOST);
      size = Math.max(1, Math.min(2 * size, Math.floor(TARGET_MS / each)));
      return result;
    },
  };
}
