/** `conditions-planted`: are programmes that differ between conditions told rightly, and nothing in null cohorts? Ours. */

import { normalP } from '../../core/multiple-testing.js';
import { createRandom } from '../../core/random.js';
import { mean } from '../../core/statistics.js';
import type { Context } from '../../engine/context.js';
import { compareConditions } from '../../lava/conditions/compare.js';
import { presentThreshold } from '../../lava/describe/present.js';
import { explain } from '../../lava/explain.js';
import type { CategoricalColumn, Explanation } from '../../model.js';
import type { StudyResult } from '../report.js';
import type { Study, StudyInput } from '../study.js';
import { FINDINGS, toldProgrammes } from './cohort-score.js';
import { type PlantedCohort, type ProgrammeKind, plantCohort } from './planted-cohort.js';

const KINDS: readonly ProgrammeKind[] = ['gained', 'lost', 'rewired', 'up', 'down', 'shared'];
const DONORS = 4;
const LEVEL = 0.05;

export const conditionsPlanted: Study = {
  summary: 'planted cohorts of 4 against 4 donors: programmes told rightly, and findings in null cohorts',
  defaults: { rows: 4800, repeats: 10, sets: ['planted', 'null'] },
  run: runPlanted,
};

/** Runs the sets: cohorts with programmes of every kind, and cohorts without a difference. */
async function runPlanted(input: StudyInput): Promise<StudyResult> {
  const { sets, rows, repeats, seed, context } = input;
  const tables = [];
  if (sets.includes('planted')) {
    tables.push({
      name: 'told',
      title: 'Programmes told rightly',
      header: ['kind', 'programmes', 'told rightly', 'share', 'seeds of the others'],
      rows: await toldRows(input),
    });
  }
  if (sets.includes('null')) {
    tables.push({
      name: 'null',
      title: 'Cohorts without a difference',
      header: ['test', 'cohorts', 'with a finding', 'share'],
      rows: await nullRows(input),
    });
  }
  return {
    title: 'Conditions: planted cohorts',
    text: [
      `Each cohort: ${DONORS} donors of either condition, ${rows / 2 / DONORS} samples each, six cell types in proportions 3 : 2.5 : 2 : 1.5 : 1 : 1, features that every donor shifts by 0.3 of their spread in every type. Programmes of 8 features with a correlation of 0.5 where active, one of each kind, in another cell type with every seed: ${KINDS.join(', ')}; and an artefact, features that are all higher in one donor. Seeds ${seed} to ${seed + repeats - 1}.`,
      'Told rightly: a row has the verdict of the programme and no row on its features has another finding; a shared programme is called shared; an artefact is flagged as a difference between donors and is no finding.',
      'Without a difference: six shared programmes. A finding is any row called gained, lost, rewired, up or down. The second row of that table tests the score of each module over samples instead (two-sided z, Bonferroni over modules): samples of one donor taken for replicates.',
    ],
    tables,
    figures: [],
    settings: { donors: DONORS, correlation: 0.5, level: LEVEL, engine: context.engine.name },
  };
}

/** One row a kind. */
async function toldRows({ context, seed, repeats, rows }: StudyInput) {
  const tally = new Map<ProgrammeKind, { right: number; others: number[] }>();
  for (let run = seed; run < seed + repeats; run++) {
    const kinds = [...KINDS.map((_, i) => KINDS[(i + run) % KINDS.length]), 'artefact' as const];
    const { cohort, explanation, found } = await compared({ seed: run, kinds, rows }, context);
    for (const { kind, right } of toldProgrammes(cohort, explanation, found)) {
      const told = tally.get(kind) ?? { right: 0, others: [] };
      tally.set(kind, told);
      if (right) told.right++;
      else told.others.push(run);
    }
  }
  return [...tally].map(([kind, { right, others }]) => [
    kind,
    right + others.length,
    right,
    right / (right + others.length),
    others.join(' '),
  ]);
}

/** Cohorts with a finding, by replicates and by samples. */
async function nullRows({ context, seed, repeats, rows }: StudyInput) {
  let [byReplicate, bySample] = [0, 0];
  for (let run = seed; run < seed + repeats; run++) {
    const kinds = KINDS.map(() => 'shared' as const);
    const { cohort, explanation, found } = await compared({ seed: run, kinds, rows }, context);
    if (found.rows.some(({ verdict }) => FINDINGS.has(verdict))) byReplicate++;
    if (anyBySample(explanation, cohort)) bySample++;
  }
  return [
    ['by replicate (whymap)', repeats, byReplicate, byReplicate / repeats],
    ['by sample, for contrast', repeats, bySample, bySample / repeats],
  ];
}

/** A planted cohort, explained and compared. */
async function compared(
  { rows, ...options }: { seed: number; kinds: readonly ProgrammeKind[]; rows: number },
  context: Context,
) {
  const cohort = plantCohort({ ...options, donors: DONORS, samples: Math.round(rows / 2 / DONORS) });
  const repeat = { ...context, random: createRandom(options.seed) };
  const size = { modules: options.kinds.length + 1, draws: 0, refits: 0, stability: 0 };
  const explanation = await explain(cohort, size, repeat);
  const request = { condition: 'condition', case: 'case', control: 'control', replicate: 'donor' };
  const found = await compareConditions(
    { explanation, table: cohort.table },
    { ...request, level: LEVEL },
    repeat,
  );
  return { cohort, explanation, found };
}

/** Whether the score of any module differs by a test over the samples that have it. */
function anyBySample(explanation: Explanation, { table }: PlantedCohort): boolean {
  const { samplePresence, sampleScores, modules } = explanation;
  const condition = table.metadata?.find(({ name }) => name === 'condition') as CategoricalColumn;
  const m = modules.count;
  return Array.from({ length: m }, (_, k) => k).some((k) => {
    const threshold = presentThreshold(modules.presence, k);
    const sides: [number[], number[]] = [[], []];
    condition.codes.forEach((code, s) => {
      if (samplePresence.data[s * m + k] >= threshold) sides[code].push(sampleScores?.data[s * m + k] ?? 0);
    });
    return normalP(zOf(...sides)) * m <= LEVEL;
  });
}

/** Difference of means over its standard error, variances apart. */
function zOf(a: readonly number[], b: readonly number[]): number {
  const error = (values: readonly number[]) => {
    const center = mean(values);
    return values.reduce((sum, x) => sum + (x - center) ** 2, 0) / (values.length - 1) / values.length;
  };
  return (mean(a) - mean(b)) / Math.sqrt(error(a) + error(b));
}
