// Watches of parts: where progress is reported, and that they still stop the work.
import { expect, test } from 'vitest';
import { partOf, withoutProgress } from '#whymap/engine/watch.js';

function recorded() {
  const seen: number[] = [];
  const stop = new Error('stopped');
  return {
    seen,
    stop,
    watch: { checkpoint: () => Promise.reject(stop), progress: (done: number) => void seen.push(done) },
  };
}

test('progress of a part is reported as its share of the whole', async () => {
  const { seen, stop, watch } = recorded();
  const part = partOf(partOf(watch, 0.5, 1), 0.25, 0.75);
  for (const done of [0, 0.5, 1]) part.progress(done);
  expect(seen).toEqual([0.625, 0.75, 0.875]);
  await expect(part.checkpoint()).rejects.toBe(stop);
});

test('a step without progress can still be stopped', async () => {
  const { seen, stop, watch } = recorded();
  const quiet = withoutProgress(watch);
  quiet.progress(0.5);
  expect(seen).toEqual([]);
  await expect(quiet.checkpoint()).rejects.toBe(stop);
});
