/** `conditions-ifnb`: interferon-beta on blood cells, two donors with and without, on a map integrated over both. */

import type { StudyResult } from '../report.js';
import type { Study, StudyInput } from '../study.js';
import { type ComparedCohort, keptIn, modulesWith, reportCohort, type Statement } from './real-cohort.js';

const RESPONSE =
  'ISG15 ISG20 IFIT1 IFIT2 IFIT3 IFI6 MX1 LY6E RSAD2 IFITM3 CXCL10 TNFSF10 APOBEC3A OAS1 IRF7 CMPK2 NT5C3A TNFSF13B';
const CLASS_II = 'HLA-DRA HLA-DRB1 HLA-DPB1 HLA-DPA1 HLA-DQA1 HLA-DQB1 HLA-DRB5 CD74';
const COLUMN = 'group_id';
const KEPT = 0.9;

export const conditionsIfnb: Study = {
  summary: 'interferon-beta on blood cells: one response, gained or up in every cell type (needs --data)',
  defaults: { rows: 1556, repeats: 1, sets: ['ifnb_pbmc'] },
  run: runIfnb,
};

/** Explains and compares the cohort and checks what is known of it. */
function runIfnb(input: StudyInput): Promise<StudyResult> {
  const request = { condition: COLUMN, case: 'stim', control: 'ctrl', replicate: 'donor', in: 'cluster_id' };
  const options = { refits: 0, stability: 0 };
  const cohort = { file: 'ifnb_pbmc.h5ad', embedding: 'X_umap_int', options, request };
  return reportCohort(
    cohort,
    { title: 'Conditions: interferon-beta on blood cells', column: COLUMN, statementsOn },
    input,
  );
}

/** What must be shown, with its figures. */
function statementsOn({ explanation, found, inside }: ComparedCohort): Statement[] {
  const response = modulesWith(explanation, RESPONSE.split(' '), 5);
  const ids = response.map(({ id }) => id);
  const classII = modulesWith(explanation, CLASS_II.split(' '), 2);
  const strata = [...new Set(found.rows.map(({ stratum }) => stratum))];
  const told = strata.map((stratum) => {
    const rows = found.rows.filter((row) => row.stratum === stratum && ids.includes(row.module));
    const higher = rows.filter(({ verdict }) => verdict === 'gained' || verdict === 'up');
    return { stratum, higher: higher.map(({ module, verdict }) => `${module} ${verdict}`) };
  });
  return [
    {
      text: `the interferon response (${ids.join(', ')}) is mostly a difference between levels of ${COLUMN}`,
      holds: response.length > 0 && response.every((module) => keptIn(module, COLUMN) < 0.5),
      figures: response.map((module) => `${module.id} keeps ${keptIn(module, COLUMN).toFixed(2)}`).join('; '),
    },
    {
      text: 'its pieces are named as one group of near-duplicates',
      holds: found.nearDuplicates.some(({ modules }) => ids.every((id) => modules.includes(id))),
      figures: found.nearDuplicates.map(({ modules }) => modules.join(' ')).join('; '),
    },
    {
      text: 'it is gained or up in stim in all samples and in every cell type',
      holds: told.every(({ higher }) => higher.length > 0),
      figures: told.map(({ stratum, higher }) => `${stratum}: ${higher.join(', ') || 'none'}`).join('; '),
    },
    {
      text: 'with two donors on both sides no p is below 0.5, and this is said',
      holds: found.notes.some((note) => note.includes('below 0.50')),
      figures: `${found.assignments} arrangements`,
    },
    {
      text: `MHC class II keeps at least ${KEPT} within ${COLUMN} and is significant`,
      holds: classII.some(
        (module) => keptIn(module, COLUMN) >= KEPT && module.significance?.verdict === 'local',
      ),
      figures: classII
        .map(
          (module) =>
            `${module.id} keeps ${keptIn(module, COLUMN).toFixed(2)}, p ${module.significance?.pAdjusted.toFixed(3)}`,
        )
        .join('; '),
    },
    {
      text: `within ${COLUMN} the response is no significant module, and MHC class II is one`,
      holds:
        modulesWith(inside, RESPONSE.split(' '), 5).every(({ significance }) => !significance?.significant) &&
        modulesWith(inside, CLASS_II.split(' '), 2).some(({ significance }) => significance?.significant),
      figures: `${shareOf(inside, RESPONSE)}% of the associations are explained by modules of the response (${shareOf(explanation, RESPONSE)}% without), ${shareOf(inside, CLASS_II, 2)}% by MHC class II (${shareOf(explanation, CLASS_II, 2)}%)`,
    },
  ];
}

/** Share of the associations, percent, that modules with so many of the genes explain. */
function shareOf(explanation: ComparedCohort['explanation'], genes: string, least = 5): string {
  const modules = modulesWith(explanation, genes.split(' '), least);
  return (100 * modules.reduce((sum, { share }) => sum + share, 0)).toFixed(1);
}
