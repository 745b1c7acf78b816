// Fits under way at once: how many, in which order their results are taken, and what happens where one fails.
import { expect, test } from 'vitest';
import { matrix } from '#whymap/core/matrix.js';
import { resolveContext } from '#whymap/engine/context.js';
import { fitAhead, fitsAtOnce } from '#whymap/lava/evaluate/fits-ahead.js';

/** Lets other work go on, some rounds of the event loop long. */
const rest = async (rounds: number): Promise<void> => {
  for (let i = 0; i < rounds; i++) await new Promise((resolve) => setImmediate(resolve));
};

test.each([1, 2, 3, 9])(
  'with %i at once all are fitted, no more at a time, and taken in order',
  async (atOnce) => {
    let running = 0;
    let most = 0;
    let taking = 0;
    const taken: number[] = [];
    const results = await fitAhead(
      [5, 1, 4, 0, 2],
      atOnce,
      async (rounds, index) => {
        most = Math.max(most, ++running);
        await rest(rounds);
        running--;
        return [index, rounds];
      },
      async ([index, rounds]) => {
        expect(++taking).toBe(1);
        await rest(2);
        taking--;
        taken.push(index);
        return rounds;
      },
    );
    expect(results).toEqual([5, 1, 4, 0, 2]);
    expect(taken).toEqual([0, 1, 2, 3, 4]);
    expect(most).toBe(Math.min(atOnce, 5));
  },
);

test.each(['fit', 'take'])(
  'a failure of %s is passed on once what is under way has ended, and nothing more begins',
  async (at) => {
    const begun: number[] = [];
    const ended: number[] = [];
    const work = fitAhead(
      [0, 1, 2, 3],
      2,
      async (item) => {
        begun.push(item);
        await rest(item === 0 ? 1 : 8);
        ended.push(item);
        if (at === 'fit' && item === 0) throw new Error('broken');
        return item;
      },
      async () => {
        if (at === 'take') throw new Error('broken');
      },
    );
    await expect(work).rejects.toThrow('broken');
    expect(begun.length).toBeLessThan(4);
    expect(ended.toSorted()).toEqual(begun);
  },
);

test('two fits at once only where threads and memory are there for both', async () => {
  const context = await resolveContext();
  const counts = { kept: 1e6 } as Parameters<typeof fitsAtOnce>[2];
  const withThreads = (threads: number, memory: number) => ({
    ...context,
    memory,
    engine: { ...context.engine, threads },
  });
  expect(fitsAtOnce(withThreads(2, 2 ** 32), matrix(1, 500), counts)).toBe(2);
  expect(fitsAtOnce(withThreads(1, 2 ** 32), matrix(1, 500), counts)).toBe(1);
  expect(fitsAtOnce(withThreads(2, 2 ** 24), matrix(1, 500), counts)).toBe(1);
  expect(fitsAtOnce(withThreads(2, 2 ** 32), matrix(1, 5000), counts)).toBe(1);
  expect(fitsAtOnce(withThreads(2, 2 ** 32), matrix(1, 500))).toBe(1);
});
