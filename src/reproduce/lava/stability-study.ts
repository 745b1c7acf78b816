/**
 * `lava-stability`: do the same modules come back from other samples and another covering of the map?
 *
 * The measure is that of stability-measure.ts, for 8, 16 and 32 modules. `planted` and `noise` are made here; other sets
 * as in real-study.ts. Cost: a set takes 3 x (repeats + 1) fits.
 */

import { createRandom } from '../../core/random.js';
import { defaultLocalitySize } from '../../lava/localities/localities.js';
import type { Embedding, Table } from '../../model.js';
import type { StudyResult } from '../report.js';
import type { Study, StudyInput } from '../study.js';
import { plantModules } from './planted.js';
import { loadSet } from './real-study.js';
import { calibration, measureStability } from './stability-measure.js';

const MODULES = [8, 16, 32];
const SHARE = 0.9;
const OVERLAP = 3;

interface SetData {
  readonly table: Table;
  readonly embedding: Embedding;
}

export const stabilityStudy: Study = {
  summary:
    'do the same modules come back from other samples and coverings, with planted truth and noise beside',
  defaults: { rows: 20_000, repeats: 4, sets: ['fashion', 'planted', 'noise'] },
  run: runStability,
};

/** Runs the study on every set and number of modules. */
async function runStability(input: StudyInput): Promise<StudyResult> {
  const rows: (string | number)[][] = [];
  const shown: (string | number | null)[][] = [];
  for (const set of input.sets) {
    const data = await stabilitySet(set, input);
    const localitySize = defaultLocalitySize(data.table.features.rows);
    for (const modules of MODULES.filter((count) => count < data.table.features.columns)) {
      const { repeats, seed } = input;
      const options = { modules, localitySize, overlap: OVERLAP, share: SHARE, repeats, seed };
      const found = await measureStability(data, options, input.context);
      rows.push([set, modules, found.mean, found.comeBack, found.least, found.explained]);
      for (const { from, shown: count, again } of repeats > 3 ? calibration(found.loadings) : [])
        shown.push([set, modules, from, count, count > 0 ? again / count : null]);
    }
  }
  return {
    title: 'Stability of modules',
    text: [
      `Each of ${input.repeats} fits is made from nothing on a random ${100 * SHARE}% of the samples with another covering. Modules of all pairs of fits are matched by the cosine of their pair patterns. \`at 0.9\`: share of modules matched at 0.9 or more in every other fit. \`explained\`: share of association on one common covering of all samples.`,
      'What replication predicts: each fit is taken for the reported one, the least cosine with two others is its replication, and a fourth is the new refit.',
    ],
    tables: [
      {
        name: 'stability',
        title: 'Modules that come back',
        header: ['set', 'modules', 'mean', 'at 0.9', 'least', 'explained'],
        rows,
      },
      {
        name: 'replication',
        title: 'Replication and what a new refit finds',
        header: ['set', 'modules', 'replication from', 'modules shown', 'matched at 0.9'],
        rows: shown,
      },
    ],
    figures: [],
    settings: { share: SHARE, overlap: OVERLAP, engine: input.context.engine.name },
  };
}

/** The data of a set: planted, noise (the planted map with random features), or of a folder. */
async function stabilitySet(set: string, input: StudyInput): Promise<SetData> {
  if (set === 'planted') return plantModules({ seed: input.seed, correlation: 0.5 });
  if (set !== 'noise') return loadSet(set, input);
  const { table, embedding } = plantModules({ seed: input.seed, correlation: 0.5 });
  const random = createRandom(input.seed, 'noise');
  const { rows, columns } = table.features;
  const features = { rows, columns, data: new Float32Array(rows * columns).map(() => random.normal()) };
  return { table: { ...table, features }, embedding };
}
