/**
 * `lava-mnist` and `lava-cells`: modules of real data, their stability, and what baselines miss.
 *
 * The data stay with their owners: a folder holds NAME_X.npy (samples x features), optionally NAME_umap.npy (else
 * UMAP is computed), NAME_y.npy or NAME_labels.json (one label a sample) and NAME_features.json (feature names).
 * `fashion` is bundled.
 */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gatherRows } from '../../core/matrix.js';
import { createRandom } from '../../core/random.js';
import { embed } from '../../dr/index.js';
import type { Context } from '../../engine/context.js';
import { pathSource, readEmbedding } from '../../io/index.js';
import { presentRows, presentThreshold } from '../../lava/describe/present.js';
import { matchLoadings } from '../../lava/evaluate/holdout.js';
import { explain } from '../../lava/explain.js';
import { patternCosines } from '../../lava/factorize/symmetric.js';
import type { Embedding, Explanation, Matrix, Table } from '../../model.js';
import { loadData } from '../ardr/datasets.js';
import { mapPanels } from '../charts.js';
import type { Figure, StudyResult, StudyTable } from '../report.js';
import type { Study, StudyInput } from '../study.js';
import { autocorrelationModules, globalModules, perClusterModules } from './baselines.js';
import { strokeFigure } from './strokes.js';

export interface RealStudyOptions {
  readonly title: string;
  readonly summary: string;
  readonly sets: readonly string[];
  readonly rows: number;
  readonly modules: number;
  readonly localitySize: number;
  /** Width and height where features are pixels. */
  readonly image: { readonly width: number; readonly height: number } | null;
}

/** A study of real data sets with the given options. */
export function realStudy(options: RealStudyOptions): Study {
  return {
    summary: options.summary,
    defaults: { rows: options.rows, repeats: 3, sets: options.sets },
    run: (input) => runReal(options, input),
  };
}

/** Explains each set over coverings and compares its modules with those of the baselines. */
async function runReal(options: RealStudyOptions, input: StudyInput): Promise<StudyResult> {
  const tables: StudyTable[] = [];
  const figures: Figure[] = [];
  for (const set of input.sets) {
    const data = await loadSet(set, input);
    const found = await explainSeeds(data, options, input);
    tables.push(
      moduleTable(set, found.first, found.cosines, await baselineCosines(data, found.first, input.context)),
    );
    figures.push({ name: `${set}-presence`, svg: presenceFigure(found.first) });
    if (options.image)
      figures.push({
        name: `${set}-strokes`,
        svg: strokeFigure(found.first.modules.loadings, options.image),
      });
  }
  return {
    title: options.title,
    text: [
      'Modules by share of the association that they explain. `coverings`: least matched cosine of the module over other coverings of the map. Labels are used for nothing but these tables: `present in` gives the labels of which at least 30% of the samples have the module, with that share. A module in several labels recurs in regions that the labels tell apart.',
      'Baselines: the largest cosine of the module with any of theirs, for as many modules. `per cluster` uses the labels. A value far below 1 is a pattern that the baseline misses.',
    ],
    tables,
    figures,
    settings: {
      modules: options.modules,
      localitySize: options.localitySize,
      overlap: 3,
      engine: input.context.engine.name,
    },
  };
}

interface SetData {
  readonly table: Table;
  readonly embedding: Embedding;
}

/** Table and embedding of a set; UMAP is computed where the folder holds none. */
export async function loadSet(name: string, { data: folder, rows, context }: StudyInput): Promise<SetData> {
  const { features, labels } = await loadData(name, folder, rows);
  const file = (suffix: string) => {
    const path = folder === undefined ? '' : join(folder, `${name}_${suffix}`);
    return existsSync(path) ? path : null;
  };
  const names = file('features.json');
  const featureNames: string[] = names
    ? JSON.parse(await readFile(names, 'utf8'))
    : Array.from({ length: features.columns }, (_, f) => `f${f}`);
  const source = { name, sha256: null };
  const dropped = { rows: 0, features: [] };
  const table = { features, featureNames, ids: null, labels, source, dropped, warnings: [] };
  const umap = file('umap.npy');
  if (umap === null) return { table, embedding: (await embed(table, { method: 'umap' }, context)).embedding };
  const { coordinates, ...rest } = await readEmbedding(pathSource(umap), {});
  const first = Int32Array.from({ length: features.rows }, (_, i) => i);
  return { table, embedding: { ...rest, coordinates: gatherRows(coordinates, first) } };
}

/** The run with the study's seed, and the least matched cosine of its modules with those of other coverings. */
async function explainSeeds(
  data: SetData,
  options: RealStudyOptions,
  { context, seed, repeats }: StudyInput,
) {
  const { modules, localitySize, image } = options;
  const size = Math.min(localitySize, Math.floor(data.table.features.rows / 4));
  const chosen = { modules, localitySize: size, overlap: 3, image };
  const run = (covering: number, draws?: number) =>
    explain(data, { ...chosen, draws, refits: 0, covering }, { ...context, random: createRandom(covering) });
  const first = await run(seed);
  const cosines = new Array<number>(first.modules.count).fill(1);
  for (let r = 1; r < repeats; r++) {
    const other = await run(seed + r, 0);
    matchLoadings(first.modules.loadings, other.modules.loadings).forEach(({ cosine }, k) => {
      cosines[k] = Math.min(cosines[k], cosine);
    });
  }
  return { first, cosines };
}

/** For each baseline the largest cosine of every module with any of its modules. */
async function baselineCosines(data: SetData, found: Explanation, context: Context): Promise<number[][]> {
  const input = { ...data, modules: found.modules.count };
  const baselines = [globalModules(input), autocorrelationModules(input)];
  if (data.table.labels) baselines.push(await perClusterModules(input, context));
  return baselines.map((loadings) => bestCosines(found.modules.loadings, loadings));
}

/** Largest cosine of each module's pair pattern with any of the others'. */
function bestCosines(modules: Matrix, others: Matrix): number[] {
  const cosines = patternCosines(modules, others);
  return Array.from({ length: modules.rows }, (_, k) =>
    cosines.subarray(k * others.rows, (k + 1) * others.rows).reduce((a, b) => Math.max(a, b), 0),
  );
}

/** One row a module: features, share, verdict, stability, labels and baselines. */
function moduleTable(
  name: string,
  found: Explanation,
  cosines: readonly number[],
  baselines: readonly number[][],
): StudyTable {
  return {
    name: `${name}-modules`,
    title: `${name}: ${found.rows} samples, ${found.featureNames.length} features, ${Math.round(100 * found.modules.explained)}% of association explained`,
    header: [
      'module',
      'features',
      'share',
      'verdict',
      'contrast',
      'coverings',
      'present in',
      'global',
      'local autocorrelation',
      'per cluster',
    ],
    rows: found.descriptions.map((module, k) => [
      module.id,
      found.image ? module.label : leadingNames(module.topFeatures, found.featureNames),
      module.share,
      module.significance?.verdict ?? 'not tested',
      module.contrast ? 'yes' : 'no',
      cosines[k],
      presentIn(found, k),
      ...[0, 1, 2].map((b) => baselines[b]?.[k] ?? null),
    ]),
  };
}

/** Names of up to eight leading features. */
function leadingNames(features: readonly { readonly feature: number }[], names: readonly string[]): string {
  return features
    .slice(0, 8)
    .map(({ feature }) => names[feature])
    .join(' ');
}

/** Labels of which at least 30% of the samples have module k, with that share. */
function presentIn(found: Explanation, k: number): string {
  const { labels, samplePresence, modules } = found;
  if (!labels) return '';
  const present = new Set(presentRows(samplePresence, k, presentThreshold(modules.presence, k)));
  const shares = [...new Set(labels)].map((label) => {
    const rows = [...labels.keys()].filter((row) => labels[row] === label);
    return { label, share: rows.filter((row) => present.has(row)).length / rows.length };
  });
  return shares
    .filter(({ share }) => share >= 0.3)
    .sort((a, b) => b.share - a.share)
    .map(({ label, share }) => `${label} ${Math.round(100 * share)}%`)
    .join(', ');
}

/** One map a module, colored by its presence. */
function presenceFigure({ embedding, samplePresence, descriptions }: Explanation): string {
  const { rows, columns, data } = embedding.coordinates;
  const values = Float32Array.from({ length: 2 * rows }, (_, i) => data[(i >> 1) * columns + (i & 1)]);
  const panels = descriptions.map(({ id }, k) => ({
    title: id,
    values,
    groups: Float32Array.from(
      { length: rows },
      (_, r) => samplePresence.data[r * samplePresence.columns + k],
    ),
    coloring: 'gradient' as const,
  }));
  return mapPanels(panels, 4);
}
