/** `conditions-kidney`: diabetic kidney disease, regions of interest on seven slides. */

import { withinFlags } from '../../lava/conditions/kept-within.js';
import type { StudyResult } from '../report.js';
import type { Study, StudyInput } from '../study.js';
import { type ComparedCohort, keptIn, modulesWith, reportCohort, type Statement } from './real-cohort.js';

const PODOCYTE = 'NPHS1 NPHS2 PODXL PTPRO CLIC5 VEGFA MME WT1 TYRO3 CRIM1 HTRA1 PLA2R1';
const HEAT_SHOCK = 'HSPA1A HSPA1B HSP90AA1 HSPB1 HSPH1 DNAJB1 HSPA6 BAG3 HSPA5 HSPD1';
const DISTAL = 'MAL KCNJ1 SLC12A1 UMOD CLCNKA CLCNKB KCNJ16 CLDN16 CALB1 SLC12A3 KNG1 WFDC2';
const COLUMN = 'slide';
const KEPT = 0.9;

export const conditionsKidney: Study = {
  summary:
    'diabetic kidneys: what is a programme, what is a slide, and what seven slides allow (needs --data)',
  defaults: { rows: 259, repeats: 1, sets: ['kidney_geomx'] },
  run: runKidney,
};

/** Explains and compares the cohort and checks what is known of it. */
function runKidney(input: StudyInput): Promise<StudyResult> {
  const request = { condition: 'disease', case: 'DKD', control: 'normal', replicate: COLUMN, in: 'region' };
  const options = { refits: 0, stability: 0, maxFeatures: 1000 };
  const cohort = { file: 'kidney_geomx.h5ad', embedding: 'X_umap', options, request };
  return reportCohort(
    cohort,
    { title: 'Conditions: diabetic kidney disease', column: COLUMN, statementsOn },
    input,
  );
}

/** What must be shown, with its figures. */
function statementsOn({ explanation, found, inside }: ComparedCohort): Statement[] {
  const named = (genes: string, least: number, where = explanation) =>
    modulesWith(where, genes.split(' '), least);
  const [podocyte, heatShock, distal] = [named(PODOCYTE, 4), named(HEAT_SHOCK, 4), named(DISTAL, 4)];
  const kept = (modules: typeof podocyte) =>
    modules.map((module) => `${module.id} keeps ${keptIn(module, COLUMN).toFixed(2)}`).join('; ');
  const flagsOf = (within: (typeof podocyte)[number]['within'] = []) =>
    withinFlags(within.filter(({ column }) => column === COLUMN));
  const units = found.rows.filter(
    ({ module, stratum }) => stratum === 'tubule' && distal.some(({ id }) => id === module),
  );
  return [
    {
      text: `the podocyte programme keeps at least ${KEPT} within slides`,
      holds: podocyte.some((module) => keptIn(module, COLUMN) >= KEPT && flagsOf(module.within).length === 0),
      figures: kept(podocyte),
    },
    {
      text: 'the heat-shock programme is flagged: mostly or partly a difference between slides',
      holds: heatShock.length > 0 && heatShock.every(({ within }) => flagsOf(within).length > 0),
      figures: heatShock.map(({ id, within }) => `${id}: ${flagsOf(within).join('; ')}`).join('; '),
    },
    {
      text: 'the level of the distal tubule differs by slide, lower in DKD',
      holds: units.length > 0 && units.every(({ scoreDifference }) => (scoreDifference ?? 0) < 0),
      figures: units
        .map(
          (row) =>
            `${row.module}: ${row.units.map(({ replicate, relativeScore }) => `${replicate} ${relativeScore?.toFixed(2) ?? 'not measured'}`).join(', ')}; p ${row.p?.toFixed(3)}, corrected ${row.pAdjusted?.toFixed(3)}`,
        )
        .join('; '),
    },
    {
      text: `within ${COLUMN} the podocyte programme is found and heat shock is not`,
      holds: named(PODOCYTE, 4, inside).length > 0 && named(HEAT_SHOCK, 4, inside).length === 0,
      figures: `podocytes: ${named(PODOCYTE, 4, inside)
        .map(({ id, significance }) => `${id} ${significance?.verdict}`)
        .join(', ')}; heat shock: ${
        named(HEAT_SHOCK, 4, inside)
          .map(({ id }) => id)
          .join(', ') || 'none'
      }`,
    },
    {
      text: 'slides are the replicates: no p is below 1/35, and no row counts regions as patients',
      holds: found.rows.every(
        ({ p, replicatesCase, replicatesControl }) =>
          (p ?? 1) >= 1 / 35 - 1e-9 && replicatesCase <= 4 && replicatesControl <= 3,
      ),
      figures: `${found.assignments} arrangements of ${found.replicates.case} against ${found.replicates.control} slides`,
    },
  ];
}
