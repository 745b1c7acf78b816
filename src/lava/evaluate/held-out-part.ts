/**
 * Modules fitted on all samples but one part, and tested on that part.
 *
 * Source: ours; significance.ts says what is tested and why. Cost: a factorization of the fitted samples and the draws
 *   of permutation-tests.ts.
 * Types: `FitOptions`: AssociationOptions (measure, form, support, gate) and ModuleOptions (number, form, loadings).
 *   `AssociationMeasure`: `pearson`, `spearman` or `bicor`. `Context`, what a run computes with: engine (the heavy
 *   routines). `Watch`, of a stage: progress (takes the fraction done, 0 to 1). `Random`, seeded numbers: stream (an
 *   independent stream by name). `Localities`, n-neighborhoods of probes: size (n, samples in each), count (how
 *   many). `Table`, samples x features: features (Matrix or Csr). `Modules`, of a fit: loadings (modules x features,
 *   not negative, largest 1), count (how many). `Matrix`, row-major float32: rows (how many). `ModuleMatch`, with a
 *   module of another fit: cosine (of pair patterns), other (its index, -1 for none). `Split`, of the samples:
 *   heldOut (sample rows, in canonical order). `AssociationOptions`, of the associations: levels (one a sample, -1
 *   for none, or absent: centered in each). `HeldOutOrder`, of the held-out samples: begins (first position of each
 *   level).
 * Fails: CancelledError once the signal is aborted.
 */

import { permutation, type Random } from '../../core/random.js';
import type { Context } from '../../engine/context.js';
import type { Watch } from '../../engine/engine.js';
import type {
  AssociationMeasure,
  Embedding,
  HeldOutOutcome,
  Localities,
  Modules,
  Table,
} from '../../model.js';
import { associationRules } from '../associations/associations.js';
import {
  type HeldOutModule,
  type HeldOutOrder,
  heldOutModule,
  withHeldOutCells,
} from './held-out-correlation.js';
import {
  type FitOptions,
  fitModules,
  localitiesOfPart,
  matchLoadings,
  REPLICATED,
  type Split,
  scaledRules,
} from './holdout.js';
import { permutationTests } from './permutation-tests.js';
import { outcomeOf } from './verdict.js';

const EXTRA_MODULES = 2;

/** What the parts of the samples have in common. */
export interface PartsInput {
  readonly table: Table;
  readonly embedding: Embedding;
  /** Of all samples: those that presence is reported in, and those that modules are fitted to. */
  readonly localities: Localities;
  readonly dense: Localities;
  /** The modules to be tested. */
  readonly modules: Modules;
}

/** How the modules are tested on one part. */
export interface PartPlan {
  readonly split: Split;
  readonly draws: number;
  readonly level: number;
  /** Modules whose tests are waited for. */
  readonly awaited: readonly number[];
  readonly random: Random;
}

/** The localities of the fitted samples, and the modules found in them. */
export interface OthersFit {
  readonly fitted: Localities;
  readonly again: Modules;
}

/**
 * Fits modules to all samples but one part: two more than reported, so that matches are not lost. Called once for each part.
 */
export async function fitOthers(
  { table, embedding, localities, dense, modules }: PartsInput,
  split: Split,
  options: FitOptions,
  context: Context,
  watch: Watch,
): Promise<OthersFit> {
  const silent = { ...context, onProgress: undefined };
  const share = split.heldOut.length / (split.fitted.length + split.heldOut.length);
  const part = { rows: split.fitted, size: localities.size - Math.round(localities.size * share) };
  const fitted = await localitiesOfPart(dense, embedding, part, silent, watch);
  const request = {
    ...options,
    modules: Math.min(localities.count, modules.count + EXTRA_MODULES),
    reported: localities.count,
    localitySize: localities.size,
  };
  return { fitted, again: await fitModules(table, fitted, request, silent) };
}

/**
 * Matches each reported module with one of those that were fitted without a part of the samples, and tests the matches
 * on that part. One outcome for each reported module. Called once for each part. A module without a match is
 * `not-replicated`.
 */
export async function testPart(
  { table, embedding, localities, modules }: PartsInput,
  { fitted, again }: OthersFit,
  { split, random, draws, level, ...plan }: PartPlan,
  options: FitOptions & { readonly measure: AssociationMeasure },
  context: Context,
  watch: Watch,
): Promise<HeldOutOutcome[]> {
  const size = localities.size - fitted.size;
  const silent = { ...context, onProgress: undefined };
  const heldOut = await localitiesOfPart(localities, embedding, { rows: split.heldOut, size }, silent, watch);
  const { support = 0 } = scaledRules(associationRules(options, localities.size), size, localities.size);
  const { measure, levels } = options;
  const order = randomOrder(split.heldOut, table.features.rows, levels, random.stream('order'));
  const held = await withHeldOutCells(
    {
      ...{ table, heldOut, modules: again, measure, levels, order },
      fitted: { ...fitted, count: localities.count },
      support: Math.min(support, size >> 1),
    },
    context.memory,
  );
  await watch.checkpoint();
  const matches = matchLoadings(modules.loadings, again.loadings);
  await watch.checkpoint();
  const awaited = plan.awaited.filter((k) => matches[k].cosine >= REPLICATED).map((k) => matches[k].other);
  // all modules fitted are tested, matched or not: which of them match depends on the held-out samples too
  const prepared: HeldOutModule[] = [];
  for (let k = 0; k < again.count; k++) {
    prepared.push(await heldOutModule(held, k, watch));
    await watch.checkpoint();
  }
  const request = { draws, level, awaited, begins: order.begins };
  const tests = await permutationTests(prepared, request, random, context.engine, watch);
  return matches.map(({ other, cosine }) =>
    outcomeOf(cosine, cosine >= REPLICATED ? [tests.real[other], tests.local[other]] : null, level),
  );
}

/**
 * The held-out samples in a random order, level after level; those without a level are left out.
 * @param heldOut sample rows.
 * @param samples of the table.
 * @param levels code of each sample's level; nothing where all are one level.
 * @returns `rows` of the samples with a level (`ascending`: in the order of the table), `position` of one entry a sample.
 */
function randomOrder(
  heldOut: Int32Array,
  samples: number,
  levels: Int32Array | null | undefined,
  random: Random,
): HeldOutOrder {
  const drawn = permutation(heldOut.length, random).map((index) => heldOut[index]);
  const codeOf = (row: number) => (levels ? levels[row] : 0);
  const byCode = new Map<number, number[]>();
  for (const row of drawn) {
    const code = codeOf(row);
    if (code < 0) continue;
    const known = byCode.get(code);
    if (known) known.push(row);
    else byCode.set(code, [row]);
  }
  const codes = [...byCode.keys()].sort((a, b) => a - b);
  const inLevels = codes.map((code) => byCode.get(code) ?? []);
  const position = new Int32Array(samples).fill(-1);
  const rows = Int32Array.from(inLevels.flat());
  rows.forEach((row, p) => {
    position[row] = p;
  });
  const begins = new Int32Array(codes.length + 1);
  inLevels.forEach((some, g) => {
    begins[g + 1] = begins[g] + some.length;
  });
  return { rows, position, ascending: rows.slice().sort(), codes, begins };
}
