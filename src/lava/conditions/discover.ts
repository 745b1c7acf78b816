/**
 * Modules of a comparison: those of the explanation, and those found on either condition alone that match none of them.
 *
 * Source: ours. A module that is found on the samples of one condition is present in those samples by selection, so the
 *   samples of every unit are halved at random: one half is explained, condition by condition, with the explanation's
 *   options (without evaluation) and localities in proportion to its size; the other half is measured. A module is added
 *   when the modules before it together cover less than a quarter of its squared pair pattern (non-negative least
 *   squares), and is measured at its own probes, in localities of the second half. (Measured on the samples that it was
 *   found on, such a module was called lost in 1 of 10 null cohorts.)
 * Cost: one fit for each condition. Deterministic.
 * Types: `Explanation`, of a map: localities (members and probes), modules (loadings and presence), descriptions (one
 *   a module, in order of share), samplePresence (samples x modules), rows (number of samples), options (as run),
 *   embedding (coordinates and source). `Table`, samples x features: features (Matrix or Csr), labels (one a sample,
 *   or null). `Matrix`: row-major float32, element (r, c) at `data[r * columns + c]`. `Design`, of a comparison:
 *   unitOf (unit of each sample, -1 for none), units (replicates on either side). `DesignInput`: condition (groups),
 *   case and control (levels of it), replicate (groups, or null). `Context`, what a run computes with: random (seeded
 *   streams by name). `Random`, seeded numbers: stream (an independent stream by name). `Modules`, of a fit: presence
 *   (localities x modules, not negative), loadings (modules x features, not negative, largest 1), count (how many).
 *   `ModuleDescription`, of one module: id (`M1`, `M2`...), label (short name), within (share left inside the levels
 *   of a metadata column). `Unit`, a replicate on one side: isCase (on the case side). `Localities`, n-neighborhoods
 *   of probes: size (n, samples in each), overlap (mean number of localities of a sample). `Embedding`, the map:
 *   coordinates (samples x dimensions). `NonNegativeSolver`, of least squares with solutions >= 0: solve ((right
 *   side, solution, offset of both), in place). `CategoricalColumn`, groups of the samples: codes (one a sample,
 *   index into levels, -1 where missing).
 * Fails: CancelledError once the signal is aborted.
 */

import { selectRows } from '../../core/csr.js';
import { gatherRows } from '../../core/matrix.js';
import { nonNegativeSolver } from '../../core/nnls.js';
import { permutation, type Random } from '../../core/random.js';
import { type Context, watchStage } from '../../engine/context.js';
import { withoutProgress } from '../../engine/watch.js';
import { OptionError } from '../../errors.js';
import type { Explanation, Matrix, Table } from '../../model.js';
import { samplePresence } from '../describe/presence.js';
import { presentRows, presentThreshold } from '../describe/present.js';
import { comesBack, NOT_BACK } from '../evaluate/comes-back.js';
import { localitiesOfPart, scaledRules } from '../evaluate/holdout.js';
import { type ExplainOptions, explain } from '../explain.js';
import { patternCosines } from '../factorize/symmetric.js';
import type { Design, DesignInput } from './design.js';
import { withinFlags } from './kept-within.js';
import type { ComparedModules } from './patterns.js';
import { moduleScores } from './scores.js';

/** A module that is compared. */
export interface NamedModule {
  /** Index among its set's modules. */
  readonly k: number;
  readonly module: string;
  readonly label: string;
  /** 1 for every sample that has it. */
  readonly present: Uint8Array;
  /** That it did not come back, and see `withinFlags`. */
  readonly flags: readonly string[];
}

export interface NamedModules extends ComparedModules {
  /** 1 for the samples on which these modules are measured. */
  readonly measured: Uint8Array;
  readonly named: readonly NamedModule[];
}

/** Fewer samples of a condition are not explained on their own. */
const LEAST_SAMPLES = 60;
/** Localities of fewer samples hide weak correlations, so they are as large as this even where that covers more of the map. */
const LEAST_SIZE = 50;
/** Share of a squared pair pattern that known modules cover from which on it is none of its own (a cosine of a half). */
const COVERED = 0.25;

/**
 * All modules of the explanation as modules of a comparison: with their scores, measured on all samples. Scores are
 * those that the explanation carries, or made from the table's features.
 * @param table the table that was explained.
 */
export function pooledModules(explanation: Explanation, table: Table): NamedModules {
  const { localities, modules, descriptions, samplePresence: perSample } = explanation;
  return {
    localities,
    presence: modules.presence,
    descriptions,
    scores: moduleScores(explanation, table),
    measured: new Uint8Array(explanation.rows).fill(1),
    named: descriptions.map(({ id, label, within, replication }, k) => ({
      k,
      module: id,
      label,
      present: presentIn(perSample, modules.presence, k),
      flags: [...(comesBack({ replication }) ? [] : [NOT_BACK]), ...withinFlags(within)],
    })),
  };
}

/**
 * 1 for the samples in which module k is present, 0 for others. A module with no presence at all is present nowhere.
 * @param perSample samples x modules.
 * @param presence localities x modules, which sets the threshold.
 */
function presentIn(perSample: Matrix, presence: Matrix, k: number): Uint8Array {
  const present = new Uint8Array(perSample.rows);
  for (const row of presentRows(perSample, k, presentThreshold(presence, k))) present[row] = 1;
  return present;
}

/**
 * Modules of each condition alone: explains half of its samples and keeps the modules that neither the explanation
 * nor the condition before has. Called by `compareConditions` unless `discover` is false. CancelledError once the signal is
 * aborted.
 * @returns `sets`: at most one a condition, case first; none for a condition with fewer than 60 such samples. `notes`: a
 * sentence for each condition that cannot be explained alone, as where its samples share no level of `within`.
 */
export async function discoverInEach(
  input: {
    readonly explanation: Explanation;
    readonly table: Table;
    readonly design: Design;
    readonly sides: DesignInput;
  },
  context: Context,
): Promise<{ sets: NamedModules[]; notes: string[] }> {
  const { explanation, design, sides } = input;
  const measured = secondHalf(design, context.random.stream('discovery'));
  const known: Matrix[] = [explanation.modules.loadings];
  const sets: NamedModules[] = [];
  const notes: string[] = [];
  for (const isCase of [true, false]) {
    const rows = Int32Array.from(design.unitOf.keys()).filter(
      (row) =>
        measured[row] === 0 && design.unitOf[row] >= 0 && design.units[design.unitOf[row]].isCase === isCase,
    );
    if (rows.length < LEAST_SAMPLES) continue;
    const level = isCase ? sides.case : sides.control;
    const found = await explainRows(input, rows, context).catch((error: unknown) => {
      if (!(error instanceof OptionError)) throw error;
      notes.push(
        `${level} alone was not searched for modules: got ${error.got}, expected ${error.expected}.`,
      );
      return null;
    });
    if (found === null) continue;
    const fresh = freshModules(found.modules.loadings, known);
    known.push(found.modules.loadings);
    if (fresh.length > 0) sets.push(await namedSet({ ...input, measured, level }, found, fresh, context));
  }
  return { sets, notes };
}

/**
 * 1 for a random half of every unit's samples, on which modules are measured; 0 for the other half, on which they are
 * found, and for samples that are not compared. A unit of an odd number of samples has one sample more in the first
 * half.
 */
function secondHalf({ units, unitOf }: Design, random: Random): Uint8Array {
  const measured = new Uint8Array(unitOf.length);
  const taken = new Int32Array(units.length);
  for (const row of permutation(unitOf.length, random)) {
    if (unitOf[row] >= 0) measured[row] = taken[unitOf[row]]++ & 1;
  }
  return measured;
}

/**
 * Explains some samples alone, with the options of the explanation, its number of modules and features, localities in
 * proportion to the samples (20 at least), and without evaluation. Called once for each condition.
 * @param rows row numbers of these samples.
 * @returns an explanation whose row i is sample rows[i].
 */
function explainRows(
  { explanation, table }: { readonly explanation: Explanation; readonly table: Table },
  rows: Int32Array,
  context: Context,
): Promise<Explanation> {
  const whole = explanation.localities.size;
  const size = Math.max(Math.min(whole, LEAST_SIZE), Math.round((whole * rows.length) / explanation.rows));
  // options of an explanation are those that explain was called with, by the same names
  const options = explanation.options as ExplainOptions;
  const { embedding } = explanation;
  const part: Table = {
    ...table,
    features: selectRows(table.features, rows),
    ids: null,
    ...(options.within ? columnsOfRows(table, rows) : { labels: null, metadata: undefined }),
  };
  const coordinates = gatherRows(embedding.coordinates, rows);
  return explain(
    { table: part, embedding: { ...embedding, coordinates, ids: null } },
    {
      ...options,
      ...scaledRules(options, size, whole),
      // a part of the samples has fewer localities
      modules: Math.min(
        explanation.modules.count,
        Math.ceil((rows.length * explanation.localities.overlap) / size),
      ),
      localitySize: size,
      maxFeatures: 'all',
      draws: 0,
      stability: 0,
    },
    { ...context, onProgress: undefined },
  );
}

/**
 * Labels and categorical metadata of some samples, inside whose levels they may be explained.
 * @param rows sample rows.
 */
function columnsOfRows({ labels, metadata }: Table, rows: Int32Array): Pick<Table, 'labels' | 'metadata'> {
  const groups = metadata?.filter((column) => column.kind === 'categorical');
  return {
    labels: labels === null ? null : Array.from(rows, (row) => labels[row]),
    metadata: groups?.map((column) => ({ ...column, codes: rows.map((row) => column.codes[row]) })),
  };
}

/**
 * Indices of the rows of `loadings` whose pair pattern is less than a quarter covered by the known ones together. A
 * module that pooling has cut in two is not new: the pairs between its parts are measured (patterns.ts).
 * @param loadings modules x features.
 * @param known matrices of the same features; the first is not empty of columns.
 * @returns indices ascending; empty where all are known.
 */
export function freshModules(loadings: Matrix, known: readonly Matrix[]): number[] {
  const others = stacked(known);
  const cosines = patternCosines(loadings, others);
  const solver = nonNegativeSolver(patternCosines(others, others), others.rows);
  const weights = new Float64Array(others.rows);
  const isKnown = (k: number) => {
    const withKnown = cosines.subarray(k * others.rows, (k + 1) * others.rows);
    solver.solve(withKnown, weights, 0);
    // at the minimum the covered share of the squared pattern is the product of weights and cosines
    return withKnown.reduce((sum, cosine, j) => sum + cosine * weights[j], 0) >= COVERED;
  };
  return Array.from({ length: loadings.rows }, (_, k) => k).filter((k) => !isKnown(k));
}

/**
 * The rows of all matrices, one matrix after another, as one matrix. All have the same columns. The list must not be
 * empty.
 */
function stacked(matrices: readonly Matrix[]): Matrix {
  const { columns } = matrices[0];
  const rows = matrices.reduce((sum, matrix) => sum + matrix.rows, 0);
  const data = new Float32Array(rows * columns);
  let at = 0;
  for (const matrix of matrices) {
    data.set(matrix.data, at);
    at += matrix.data.length;
  }
  return { rows, columns, data };
}

/**
 * The modules that are new in one condition, measured in localities of the second half of the samples.
 * @param input `measured`: 1 for the samples of the second half; `level`: name of the condition, put before the
 *   modules' ids.
 * @param found explanation of the condition's first half.
 * @param fresh indices of its new modules.
 */
async function namedSet(
  input: { explanation: Explanation; table: Table; measured: Uint8Array; level: string },
  found: Explanation,
  fresh: readonly number[],
  context: Context,
): Promise<NamedModules> {
  const { explanation, table, measured, level } = input;
  const rows = Int32Array.from(measured.keys()).filter((row) => measured[row] === 1);
  const size = Math.min(rows.length, explanation.localities.size);
  const watch = withoutProgress(watchStage({ ...context, onProgress: undefined }, 'conditions'));
  const { embedding } = explanation;
  const localities = await localitiesOfPart(found.localities, embedding, { rows, size }, context, watch);
  const { presence } = found.modules;
  const perSample = samplePresence(embedding, localities, presence);
  return {
    localities,
    presence,
    descriptions: found.descriptions,
    scores: moduleScores(found, table),
    measured,
    named: fresh.map((k) => ({
      k,
      module: `${level}:${found.descriptions[k].id}`,
      label: found.descriptions[k].label,
      present: presentIn(perSample, presence, k),
      flags: [],
    })),
  };
}
