/**
 * `lava-stability`: do the same modules come back from other samples and another covering of the map?
 *
 * The measure is that of stability-measure.ts, for 8, 16 and 32 modules (or M where a set is named SET:M), on 90% and on
 * half of the samples. Made sets need no file: `planted-CORRELATION` (7 planted modules, 12 requested) and `noise`; other
 * sets as in real-study.ts. Cost: a set takes 6 x (repeats + 1) fits.
 */

import { createRandom } from '../../core/random.js';
import { defaultLocalitySize } from '../../lava/localities/localities.js';
import type { Embedding, Matrix, Table } from '../../model.js';
import type { StudyResult } from '../report.js';
import type { Study, StudyInput } from '../study.js';
import { type Planted, plantModules } from './planted.js';
import { loadSet } from './real-study.js';
import { matchModules } from './score.js';
import { type Calibration, calibration, calibrationChart, measureStability } from './stability-measure.js';

const MODULES = [8, 16, 32];
const SHARES = [0.9, 0.5];
const OVERLAP = 3;
/** Planted modules that are active in fewer samples are not asked for. */
const LEAST_ACTIVE = 0.05;
const PLANTED = { modules: 12, localitySize: 100, overlap: 4 };

interface SetData {
  readonly table: Table;
  readonly embedding: Embedding;
  readonly truth?: Planted;
}

export const stabilityStudy: Study = {
  summary:
    'do the same modules come back from other samples and coverings, with planted truth and noise beside',
  defaults: { rows: 20_000, repeats: 4, sets: ['fashion', 'planted-0.5', 'noise'] },
  run: runStability,
};

/** Measures every set at every number of modules and share of the samples. */
async function runStability(input: StudyInput): Promise<StudyResult> {
  const rows: (string | number | null)[][] = [];
  const shown = new Map<number, Calibration>();
  for (const [set, number] of input.sets.map((name) => name.split(':'))) {
    const data = await stabilitySet(set, input);
    for (const modules of numbersOf(data, number)) {
      for (const share of SHARES) {
        const found = await measureSet(data, { modules, share }, input);
        const { mean, comeBack, least, explained, seconds } = found;
        rows.push([
          set,
          modules,
          share,
          mean,
          comeBack,
          least,
          explained,
          leastPlanted(data, found),
          seconds,
        ]);
        const counts = share === SHARES[0] && !data.truth && set !== 'noise' && input.repeats > 3;
        if (counts) addTo(shown, calibration(found.loadings));
      }
    }
  }
  return result(input, rows, [...shown.values()]);
}

/** The numbers of modules to fit: the one in the set's name, that of planted sets, or the study's. */
function numbersOf({ table, truth }: SetData, number: string | undefined): readonly number[] {
  if (number !== undefined) return [Number(number)];
  if (truth) return [PLANTED.modules];
  return MODULES.filter((count) => count < table.features.columns);
}

/** The measure of one set at a number of modules and a share of the samples. */
function measureSet(
  data: SetData,
  { modules, share }: { readonly modules: number; readonly share: number },
  { repeats, seed, context }: StudyInput,
) {
  const localitySize = data.truth ? PLANTED.localitySize : defaultLocalitySize(data.table.features.rows);
  const overlap = data.truth ? PLANTED.overlap : OVERLAP;
  return measureStability(data, { modules, localitySize, overlap, share, repeats, seed }, context);
}

/** Least cosine of a planted module with its match, over modules and fits; null without truth. */
function leastPlanted({ truth }: SetData, { loadings }: { loadings: readonly Matrix[] }): number | null {
  if (!truth) return null;
  const cosines = loadings.flatMap((found) =>
    matchModules(truth.loadings, found)
      .filter((_, k) => truth.activeShare[k] >= LEAST_ACTIVE)
      .map(({ cosine }) => cosine),
  );
  return Math.min(...cosines);
}

/** Adds counts to those of the same replication. */
function addTo(sums: Map<number, Calibration>, found: readonly Calibration[]): void {
  for (const { from, shown, again } of found) {
    const before = sums.get(from) ?? { shown: 0, again: 0 };
    sums.set(from, { from, shown: before.shown + shown, again: before.again + again });
  }
}

function result(
  { repeats, context }: StudyInput,
  rows: (string | number | null)[][],
  shown: readonly Calibration[],
): StudyResult {
  return {
    title: 'Stability of modules',
    text: [
      `Each of ${repeats} fits is made from nothing on a random share of the samples (\`samples\`) with another covering. Modules of all pairs of fits are matched by the cosine of their pair patterns. \`at 0.9\`: share of modules matched at 0.9 or more in every other fit. \`explained\`: share of association on one common covering of all samples. \`planted\`: least cosine of a planted module with its match.`,
      `What replication predicts, over all real sets at ${100 * SHARES[0]}% of the samples: each fit is taken for the reported one, the least cosine with two others is its replication, and a fourth is the new refit.`,
    ],
    tables: [
      {
        name: 'stability',
        title: 'Modules that come back',
        header: [
          'set',
          'modules',
          'samples',
          'mean',
          'at 0.9',
          'least',
          'explained',
          'planted',
          'seconds a fit',
        ],
        rows,
      },
      {
        name: 'replication',
        title: 'Replication and what a new refit finds',
        header: ['replication from', 'modules shown', 'matched at 0.9'],
        rows: shown.map(({ from, shown, again }) => [from, shown, shown > 0 ? again / shown : null]),
      },
    ],
    figures: shown.length > 0 ? [{ name: 'lava-stability', svg: calibrationChart(shown) }] : [],
    settings: { overlap: OVERLAP, engine: context.engine.name },
  };
}

/** The data of a set by its name. */
async function stabilitySet(set: string, input: StudyInput): Promise<SetData> {
  const [kind, correlation] = set.split('-');
  if (kind === 'planted') {
    const truth = plantModules({ seed: input.seed, correlation: Number(correlation ?? 0.5) });
    return { ...truth, truth };
  }
  if (set !== 'noise') return loadSet(set, input);
  const { table, embedding } = plantModules({ seed: input.seed, correlation: 0.5 });
  const random = createRandom(input.seed, 'noise');
  const { rows, columns } = table.features;
  const features = { rows, columns, data: new Float32Array(rows * columns).map(() => random.normal()) };
  return { table: { ...table, features }, embedding };
}
