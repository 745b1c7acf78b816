// Long work pauses at least once in so many units of work, whatever the machine: that is what cancelling in time rests on.
import { expect, test } from 'vitest';
import { kdTreeSteps } from '#whymap/core/kd-tree.js';
import { createRandom } from '#whymap/core/random.js';
import { splitByMedians } from '#whymap/engine/median-splits.js';
import { moduleScoreSteps, moduleScores } from '#whymap/lava/conditions/scores.js';

function made(rows: number, columns: number) {
  const random = createRandom(1);
  return { rows, columns, data: Float32Array.from({ length: rows * columns }, () => random.uniform()) };
}

/** How often a generator pauses, and what it returns. */
function pausesOf<T>(steps: Generator<void, T>) {
  for (let pauses = 0; ; pauses++) {
    const step = steps.next();
    if (step.done) return { pauses, value: step.value };
  }
}

test('a kd-tree pauses once for at most 2^17 rows that it splits', () => {
  const rows = 2 ** 17;
  const split = rows * Math.floor(Math.log2(rows / 16));
  expect(pausesOf(kdTreeSteps(made(rows, 2))).pauses).toBeGreaterThanOrEqual(split / 2 ** 17);
});

test('halving rows along directions pauses once a direction', () => {
  expect(pausesOf(splitByMedians(made(1000, 5), 5)).pauses).toBe(5);
});

test('scores pause once for 2^20 cells in each of three passes, and are the same', () => {
  const features = made(2 ** 14, 128);
  const signs = { together: [3, 7], opposed: [], turned: new Int32Array(0), flips: [] };
  const descriptions = [{ topFeatures: [3, 7].map((feature) => ({ feature, loading: 1 })), signs }];
  const table = {
    features,
    featureNames: Array.from({ length: 128 }, (_, f) => `f${f}`),
    ...{ ids: null, labels: null, warnings: [] },
    source: { name: 'made', sha256: null },
    dropped: { rows: 0, features: [] },
  };
  const explanation = { image: null, descriptions };
  const { pauses, value } = pausesOf(moduleScoreSteps(explanation, table));
  expect(pauses).toBeGreaterThanOrEqual((3 * features.data.length) / 2 ** 20);
  expect(value).toEqual(moduleScores(explanation, table));
});
