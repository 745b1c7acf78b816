// Random tables and maps: the pairing found is the true one, or the run stops, or a file has nothing to pair by and that is said.
// PAIRING_CASES in the environment lengthens it (scripts/pairing-cases.mjs runs 20,000).
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cases, type Outcome, outcomeOf } from './random-tables.js';

const count = Number(process.env.PAIRING_CASES ?? 300);
const seed = Number(process.env.PAIRING_SEED ?? 1);

test(`${count} random pairs of files`, { timeout: 300_000 + 50 * count }, async () => {
  const outcomes: Record<Outcome, number> = { right: 0, stopped: 0, 'by order': 0, wrong: 0 };
  await fc.assert(
    fc.asyncProperty(cases, async (made) => {
      const { outcome, text } = await outcomeOf(made);
      outcomes[outcome]++;
      expect(outcome, text).not.toBe('wrong');
    }),
    { numRuns: count, seed },
  );
  if (count >= 1000) console.log(outcomes);
  // the property says little if most cases stop
  expect(outcomes.right).toBeGreaterThan(count / 6);
  expect(outcomes.stopped).toBeGreaterThan(count / 20);
});
