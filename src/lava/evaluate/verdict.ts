/**
 * Verdicts of significance, from what came out on each part of the samples (significance.ts says what they mean).
 * Types: `DrawnTest`: a SignificanceTest with reached (draws whose largest statistic reaches it) and margin (standard
 *   deviations to the drawn largest). `HeldOutOutcome`: of one part of the samples: outcome (`local`, `global`,
 *   `chance`, `undecided`, `not-replicated`), cosine with its match, real and local tests or null. `SignificanceTest`:
 *   statistic, expected (its mean over draws), p, pAdjusted (largest statistic of all modules), draws.
 * Fails: never.
 */

import { mean } from '../../core/statistics.js';
import type { HeldOutOutcome, ModuleSignificance, SignificanceTest } from '../../model.js';
import type { DrawnTest } from './largest-statistic.js';
import { decision } from './sequential-decision.js';

/**
 * What came out for one module on one part: `local` when it passes both tests, and why not otherwise.
 * @param cosine of the module and its match.
 * @param tests of real and local; null where the module is not replicated.
 * @param level largest corrected p that passes.
 */
export function outcomeOf(
  cosine: number,
  tests: readonly [real: DrawnTest, local: DrawnTest] | null,
  level: number,
): HeldOutOutcome {
  if (tests === null) return { outcome: 'not-replicated', cosine, real: null, local: null };
  const [isReal, isLocal] = tests.map((test) => decision(test, level));
  const [real, local] = tests.map(withoutDecision);
  return { outcome: outcomeWord(isReal, isLocal), cosine, real, local };
}

/**
 * The outcome that the decisions of both tests come to. `local`, `global` (real only), `chance` or `undecided`.
 * @param isReal whether the test of real passes, null while open.
 * @param isLocal likewise for the test of local.
 */
function outcomeWord(isReal: boolean | null, isLocal: boolean | null): HeldOutOutcome['outcome'] {
  if (isReal === false) return 'chance';
  if (isLocal === false) return isReal ? 'global' : 'chance';
  return isReal && isLocal ? 'local' : 'undecided';
}

/** The test without the two figures that only the decision needs, as it is reported. */
function withoutDecision({ reached: _, margin: __, ...test }: DrawnTest): SignificanceTest {
  return test;
}

/**
 * Whether a further part may still change a module's verdict: so far it passed on all parts, or on none, and no test
 * stayed undecided.
 * @param parts outcomes so far.
 */
export function isOpen(parts: readonly HeldOutOutcome[]): boolean {
  const passed = parts.filter(({ outcome }) => outcome === 'local').length;
  return !parts.some(({ outcome }) => outcome === 'undecided') && (passed === 0 || passed === parts.length);
}

const NO_TEST: SignificanceTest = { statistic: 0, expected: 0, p: 1, pAdjusted: 1, draws: 0 };

/**
 * Significance of a module, from its outcomes on all parts: the verdict, the largest p of the parts, and both tests
 * summed up. p is 1 where a part did not replicate the module.
 */
export function verdictOf(parts: readonly HeldOutOutcome[]): ModuleSignificance {
  const real = together(parts.flatMap((part) => part.real ?? []));
  const local = together(parts.flatMap((part) => part.local ?? []));
  const verdict = verdictWord(parts);
  const isLost = parts.some(({ outcome }) => outcome === 'not-replicated');
  return {
    p: isLost ? 1 : Math.max(real.p, local.p),
    pAdjusted: isLost ? 1 : Math.max(real.pAdjusted, local.pAdjusted),
    significant: verdict === 'local',
    verdict,
    real,
    local,
    heldOut: parts,
  };
}

/**
 * The verdict that the outcomes of all parts come to: `local` when all pass, `border` when some do or stay undecided,
 * else why none does.
 */
function verdictWord(parts: readonly HeldOutOutcome[]): ModuleSignificance['verdict'] {
  const having = (wanted: HeldOutOutcome['outcome']) =>
    parts.filter(({ outcome }) => outcome === wanted).length;
  if (having('local') === parts.length) return 'local';
  if (having('local') > 0 || having('undecided') > 0) return 'border';
  const lost = having('not-replicated');
  if (2 * lost > parts.length) return 'not-replicated';
  return having('global') + lost === parts.length ? 'global' : 'chance';
}

/**
 * One test that stands for those on all parts: means of statistic and expectation, the largest p, all draws; p = 1
 * when there is none. Largest of p and of pAdjusted; draws are summed.
 * @param tests one a part.
 */
function together(tests: readonly SignificanceTest[]): SignificanceTest {
  if (tests.length === 0) return NO_TEST;
  return {
    statistic: mean(tests.map(({ statistic }) => statistic)),
    expected: mean(tests.map(({ expected }) => expected)),
    p: Math.max(...tests.map(({ p }) => p)),
    pAdjusted: Math.max(...tests.map(({ pAdjusted }) => pAdjusted)),
    draws: tests.reduce((sum, { draws }) => sum + draws, 0),
  };
}
