/** How many steps an engine does in one call: as many as take about a twentieth of a second. */

const TARGET_MS = 50;
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
