/** How rightly a comparison tells the programmes of a planted cohort. Ours. */

import type { ConditionComparison } from '../../lava/conditions/compare.js';
import { MOSTLY_BETWEEN } from '../../lava/conditions/kept-within.js';
import type { ComparedRow } from '../../lava/conditions/rows.js';
import type { Explanation } from '../../model.js';
import type { PlantedCohort, PlantedProgramme } from './planted-cohort.js';

/** Verdicts that claim a difference. */
export const FINDINGS: ReadonlySet<string> = new Set(['gained', 'lost', 'rewired', 'up', 'down']);

export interface ToldProgramme {
  readonly kind: PlantedProgramme['kind'];
  /** Rows over all samples whose named features are all of the programme. */
  readonly rows: readonly ComparedRow[];
  readonly right: boolean;
}

/** What a comparison says of each planted programme. */
export function toldProgrammes(
  cohort: PlantedCohort,
  explanation: Explanation,
  found: ConditionComparison,
): ToldProgramme[] {
  return cohort.programmes.map((programme) => {
    const rows = found.rows.filter((row) => row.stratum === 'all' && isOf(row, programme, explanation));
    return { kind: programme.kind, rows, right: isRight(programme, rows, explanation) };
  });
}

/** Whether the features in the row's label are all of the programme. */
function isOf(
  { label }: ComparedRow,
  { features }: PlantedProgramme,
  { featureNames }: Explanation,
): boolean {
  return label.split(/, | with /).every((name) => features.includes(featureNames.indexOf(name)));
}

/**
 * A programme is told rightly when a row has its verdict and no row has another finding; a shared one when a row calls it
 * shared and none a finding; an artefact when its module is flagged as a difference between donors, and no finding.
 */
function isRight(
  { kind }: PlantedProgramme,
  rows: readonly ComparedRow[],
  explanation: Explanation,
): boolean {
  const verdicts = rows.map(({ verdict }) => verdict);
  const findings = verdicts.filter((verdict) => FINDINGS.has(verdict));
  if (kind === 'single') return findings.length === 0;
  if (kind === 'artefact') {
    const modules = explanation.descriptions.filter(({ id }) => rows.some((row) => row.module === id));
    const isFlagged = ({ within = [] }: (typeof modules)[number]) =>
      within.some(({ column, kept }) => column === 'donor' && kept !== null && kept < MOSTLY_BETWEEN);
    return findings.length === 0 && modules.length > 0 && modules.every(isFlagged);
  }
  if (kind === 'shared') return findings.length === 0 && verdicts.includes('shared');
  return findings.includes(kind) && findings.every((verdict) => verdict === kind);
}
