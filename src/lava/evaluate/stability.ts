/**
 * Stability of modules: do they replicate with other coverings, other samples and other options?
 *
 * Source: ours. Localities, associations and modules are computed again: with other coverings (probes started
 * elsewhere), on bootstraps of the samples (as many draws with replacement; each drawn sample is kept once), and with
 * the locality size, the overlap and the number of modules a step down and up. Each module is matched with one of every repeat (optimal assignment
 * on the cosines of pair patterns); its stability is the mean cosine over the repeats of a kind. A repeat with
 * fewer modules leaves some without a match, at 0. Presence is compared likewise, by the cosine over samples.
 * Copies are left out of bootstraps: two cells drawn several times each pass the support rule and correlate genes
 * that only they show, at 1, and such pairs filled the modules (2,638 blood cells: MHC class II had a
 * cosine of 0.01 with copies). About 63% of the samples are left, and localities keep their share of them.
 * Cost: 2 * runs + 6 runs. A bootstrap holds fewer samples than the data: its figure is a lower bound.
 * Deterministic for a seed.
 * Types: `FitOptions`: AssociationOptions (measure, form, support, gate) and ModuleOptions (number, form, loadings).
 *   `LocalityOptions`: localitySize (n), overlap, evaluations, tuningSamples, covering, each with a default.
 *   `PartialContext`: a Context or some of its parts: engine, random or seed, signal, memory, onProgress. `Random`,
 *   seeded numbers: stream (an independent stream by name), below (a whole number below the bound). `Context`, what a
 *   run computes with: random (seeded streams by name). `Matrix`: row-major float32, element (r, c) at `data[r *
 *   columns + c]`; its rows (how many). `Modules`, of a fit: share (of the squared association, one a module),
 *   loadings (modules x features, not negative, largest 1), count (how many), presence (localities x modules, not
 *   negative). `Watch`, of a stage: progress (takes the fraction done, 0 to 1), checkpoint (throws CancelledError
 *   once the signal is aborted). `Localities`, n-neighborhoods of probes: size (n, samples in each), overlap (mean
 *   number of localities of a sample). `Embedding`, the map: coordinates (samples x dimensions).
 * Fails: CancelledError once the signal is aborted.
 */

import type { Random } from '../../core/random.js';
import { type Context, type PartialContext, resolveContext, watchStage } from '../../engine/context.js';
import { OptionError } from '../../errors.js';
import type { Embedding, Localities, Matrix, ModuleStability, Modules, Table } from '../../model.js';
import { samplePresence } from '../describe/presence.js';
import type { LocalityOptions } from '../localities/localities.js';
import { type FitOptions, matchLoadings, orderOf } from './holdout.js';
import { refitModules } from './refits.js';

export interface StabilityOptions {
  /** Repeats with other coverings (`seeds`), and as many with bootstraps. Default 0: none of the repeats. */
  readonly stability?: number;
}

export interface StabilityInput {
  readonly table: Table;
  readonly embedding: Embedding;
  readonly localities: Localities;
  readonly modules: Modules;
  readonly samplePresence: Matrix;
}

type Kind = 'seeds' | 'bootstrap' | 'localitySize' | 'overlap' | 'modules';

interface Repeat {
  readonly kind: Kind;
  readonly localitySize: number;
  readonly overlap: number;
  readonly modules: number;
  readonly covering: number;
  readonly random: Random;
}

const EVALUATIONS = 10;

/** The number of repeats, 0 by default; OptionError unless it is a whole number from 0 to 1000. */
export function stabilityRuns(options: StabilityOptions): number {
  const runs = options.stability ?? 0;
  if (Number.isInteger(runs) && runs >= 0 && runs <= 1000) return runs;
  throw new OptionError({
    got: `${runs} repeats for stability`,
    expected: 'a whole number from 0 to 1000',
    remedy: 'take 5 for a first look, 10 or more for figures to publish',
  });
}

/**
 * Stability of every module: mean cosine (0 to 1) with its matches in repeats of each kind. `subsample` is null;
 * `significance` fills it in. Called by `evaluateModules` where `stability` is above 0.
 */
export async function moduleStability(
  input: StabilityInput,
  options: StabilityOptions & FitOptions & LocalityOptions,
  partialContext: PartialContext = {},
): Promise<ModuleStability[]> {
  const context = await resolveContext(partialContext);
  const watch = watchStage(context, 'stability');
  const repeats = plan(
    input,
    stabilityRuns(options),
    options.covering ?? 0,
    context.random.stream('stability'),
  );
  const sums = Array.from(input.modules.share, () => ({ presence: 0, byKind: new Map<Kind, number>() }));
  for (const [i, repeat] of repeats.entries()) {
    const found = await runOnce(input, options, repeat, context);
    matchLoadings(input.modules.loadings, found.modules.loadings).forEach(({ other, cosine }, k) => {
      sums[k].byKind.set(repeat.kind, (sums[k].byKind.get(repeat.kind) ?? 0) + cosine);
      if (other >= 0) sums[k].presence += columnCosine(input.samplePresence, k, found.presence, other);
    });
    watch.progress((i + 1) / repeats.length);
    await watch.checkpoint();
  }
  const mean = (k: number, kind: Kind) => {
    const count = repeats.filter((repeat) => repeat.kind === kind).length;
    return count > 0 ? (sums[k].byKind.get(kind) ?? 0) / count : null;
  };
  return sums.map(({ presence }, k) => ({
    seeds: mean(k, 'seeds'),
    bootstrap: mean(k, 'bootstrap'),
    subsample: null,
    localitySize: mean(k, 'localitySize'),
    overlap: mean(k, 'overlap'),
    modules: mean(k, 'modules'),
    presence: repeats.length > 0 ? presence / repeats.length : null,
  }));
}

/**
 * The repeats to make: `runs` coverings and as many bootstraps, then locality size, overlap and number of modules
 * each a step down and up; none for 0 runs. Sizes stay from 3 to the number of samples, overlap and modules at 1 or
 * more.
 * @param covering number of the reported covering; repeats take the next ones.
 */
function plan(
  { localities, modules, embedding }: StabilityInput,
  runs: number,
  covering: number,
  random: Random,
): Repeat[] {
  const same = { localitySize: localities.size, overlap: localities.overlap, modules: modules.count };
  const samples = embedding.coordinates.rows;
  const bounded = (size: number) => Math.max(3, Math.min(samples, Math.round(size)));
  const step = Math.max(1, Math.round(modules.count / 4));
  const others: (Omit<Repeat, 'random' | 'covering'> & { readonly kind: Kind })[] = [
    { ...same, kind: 'localitySize', localitySize: bounded(0.75 * localities.size) },
    { ...same, kind: 'localitySize', localitySize: bounded(localities.size / 0.75) },
    { ...same, kind: 'overlap', overlap: Math.max(1, localities.overlap - 1) },
    { ...same, kind: 'overlap', overlap: localities.overlap + 1 },
    { ...same, kind: 'modules', modules: Math.max(1, modules.count - step) },
    { ...same, kind: 'modules', modules: modules.count + step },
  ];
  const repeated = Array.from({ length: runs }, () => [
    { ...same, kind: 'seeds' as const },
    { ...same, kind: 'bootstrap' as const },
  ]).flat();
  return [...repeated, ...(runs > 0 ? others : [])].map((repeat, i) => ({
    ...repeat,
    covering: covering + i + 1,
    random: random.stream(String(i)),
  }));
}

/** Fits one repeat. Returns its modules and their presence over all samples (samples x modules). */
async function runOnce(
  { table, embedding, localities }: StabilityInput,
  options: FitOptions & LocalityOptions,
  { kind, random, ...repeat }: Repeat,
  context: Context,
) {
  const evaluations = Math.min(options.evaluations ?? EVALUATIONS, EVALUATIONS);
  const order = orderOf(localities, embedding, table);
  const rows = kind === 'bootstrap' ? drawRows(order, random) : null;
  const found = await refitModules({ table, embedding }, { ...repeat, rows, evaluations }, options, {
    ...context,
    random,
  });
  return {
    modules: found.modules,
    presence: samplePresence(embedding, found.localities, found.modules.presence),
  };
}

/**
 * Rows of the samples of a bootstrap (as many draws with replacement), each once, in canonical order. About 63% of
 * the rows.
 * @param order all rows in canonical order.
 */
function drawRows(order: Int32Array, random: Random): Int32Array {
  const draws = random.stream('bootstrap');
  const positions = new Set(Array.from(order, () => draws.below(order.length)));
  return Int32Array.from(positions)
    .sort()
    .map((position) => order[position]);
}

/** Cosine of column k of `a` with column j of `b`, over the same rows; 0 when either is zero. */
function columnCosine(a: Matrix, k: number, b: Matrix, j: number): number {
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  for (let r = 0; r < a.rows; r++) {
    const x = a.data[r * a.columns + k];
    const y = b.data[r * b.columns + j];
    product += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return squareA > 0 && squareB > 0 ? product / Math.sqrt(squareA * squareB) : 0;
}
