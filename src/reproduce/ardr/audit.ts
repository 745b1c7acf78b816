/**
 * `whymap embed --audit-ardr`: a person's own data under PCA, MDS, Isomap, DK-LLE and UMAP, each measured by
 * itself and against UMAP, beside UMAP with another seed, and what may be concluded in plain words.
 */

import { toDense } from '../../core/csr.js';
import { createRandom } from '../../core/random.js';
import { wholePercent } from '../../core/words.js';
import { type EmbedOptions, embed } from '../../dr/index.js';
import type { Context } from '../../engine/context.js';
import { WhymapError } from '../../errors.js';
import type { Matrix, Table } from '../../model.js';
import { type StudyTable, tableCsv, tableMarkdown } from '../report.js';
import { type Comparison, compare, mapNeighbors, NEIGHBORHOOD } from './measures.js';

export interface ArdrAudit {
  readonly markdown: string;
  readonly csv: string;
  readonly data: { readonly k: number; readonly rows: readonly AuditRow[]; readonly conclusion: string };
}

export interface AuditRow {
  readonly map: string;
  /** Null where the method cannot embed these data; `note` says why. */
  readonly figures: Comparison | null;
  readonly note: string | null;
}

const recipes: readonly [string, EmbedOptions][] = [
  ['PCA', { method: 'pca' }],
  ['classical MDS', { method: 'mds' }],
  ['Isomap (15 neighbors)', { method: 'isomap', nNeighbors: 15 }],
  ['DK-LLE', { method: 'dk-lle' }],
];

/** Embeds a table by all methods and compares the maps with UMAP's. */
export async function auditArdr(table: Table, context: Context): Promise<ArdrAudit> {
  const data = { features: toDense(table.features), labels: table.labels };
  const first = (await embed(table, { method: 'umap' }, context)).values;
  const reference = { values: first, neighbors: await mapNeighbors(first, 2, context) };
  const rows: AuditRow[] = [await measured('UMAP', first, reference, data, context)];
  const reseeded = {
    ...context,
    random: createRandom(0, 'another seed').stream(String(context.random.integer())),
  };
  const second = (await embed(table, { method: 'umap' }, reseeded)).values;
  rows.push(await measured('UMAP, another seed', second, reference, data, context));
  // not the reference's seed: the same draws would make DK-LLE nearer to it than it is
  for (const [name, options] of recipes) {
    const made = await attempt(table, fitted(options, data.features.rows), reseeded);
    rows.push(
      typeof made === 'string'
        ? { map: name, figures: null, note: made }
        : await measured(name, made, reference, data, context),
    );
  }
  const conclusion = conclude(rows);
  const sheet = auditTable(rows);
  const notes = rows.filter(({ note }) => note).map(({ map, note }) => `- ${map}: ${note}`);
  const title = '# What an embedding of these data may claim';
  const markdown = [title, tableMarkdown(sheet), ...notes, conclusion].join('\n\n');
  return { markdown: `${markdown}\n`, csv: tableCsv(sheet), data: { k: NEIGHBORHOOD, rows, conclusion } };
}

/** Options with neighbors lowered to what few samples allow. */
function fitted(options: EmbedOptions, rows: number): EmbedOptions {
  const { nNeighbors } = options;
  return nNeighbors === undefined ? options : { ...options, nNeighbors: Math.min(nNeighbors, rows - 1) };
}

/** The coordinates, or why there are none. */
async function attempt(
  table: Table,
  options: EmbedOptions,
  context: Context,
): Promise<Float64Array | string> {
  try {
    return (await embed(table, options, context)).values;
  } catch (error) {
    if (error instanceof WhymapError && error.code !== 'cancelled') return error.message;
    throw error;
  }
}

/** An embedding with its figures; null where the method cannot embed the data. */
async function measured(
  map: string,
  values: Float64Array,
  reference: Parameters<typeof compare>[1],
  data: { features: Matrix; labels: readonly string[] | null },
  context: Context,
): Promise<AuditRow> {
  return { map, figures: await compare(values, reference, data, context), note: null };
}

/** The comparison as a table. */
function auditTable(rows: readonly AuditRow[]): StudyTable {
  return {
    name: 'ardr',
    title: 'Maps of these data',
    header: [
      'map',
      `neighbors shared with UMAP (k=${NEIGHBORHOOD})`,
      'trustworthiness',
      'label accuracy',
      'Procrustes distance to UMAP',
    ],
    rows: rows.map(({ map, figures }) => [
      map,
      figures?.overlap ?? null,
      figures?.trustworthiness ?? null,
      figures?.labelAccuracy ?? null,
      figures?.procrustes ?? null,
    ]),
  };
}

/** Sentences that each rest on figures of the table. */
function conclude(rows: readonly AuditRow[]): string {
  const find = (name: string) => rows.find(({ map }) => map.startsWith(name))?.figures ?? null;
  const [umap, noise, pca, dkLle] = ['UMAP', 'UMAP, another', 'PCA', 'DK-LLE'].map(find);
  if (!umap || !noise) return '';
  const said = [
    `Two UMAP maps of these data that differ only in the seed share ${wholePercent(noise.overlap)} of their neighbors, so what they do not share (${wholePercent(1 - noise.overlap)}) is chance and may not be read.`,
    noise.procrustes > 0.3
      ? `Their arrangements differ by ${noise.procrustes.toFixed(2)} (0 is the same, 1 unrelated): where clusters lie relative to one another may not be read.`
      : `Their arrangements differ by ${noise.procrustes.toFixed(2)} only (0 is the same, 1 unrelated): the seed does not decide where clusters lie, though that does not make distances between them true.`,
  ];
  if (pca) {
    const gain = umap.trustworthiness - pca.trustworthiness;
    said.push(
      gain > 0.02
        ? `UMAP keeps neighborhoods better than PCA (trustworthiness ${umap.trustworthiness.toFixed(3)} against ${pca.trustworthiness.toFixed(3)}): local structure is curved or has more than two dimensions, and no axis of the map is a direction of the features.`
        : `PCA keeps neighborhoods as well as UMAP to 0.02 (trustworthiness ${pca.trustworthiness.toFixed(3)} against ${umap.trustworthiness.toFixed(3)}): prefer it, since its axes are directions of the features.`,
    );
  }
  if (dkLle) {
    const gap = noise.overlap - dkLle.overlap;
    said.push(
      gap <= 0.03
        ? `DK-LLE, a reconstruction of each sample from its neighbors, gives UMAP's neighborhoods to within 0.03 of another seed (${wholePercent(dkLle.overlap)}): on these data UMAP's local structure may be read as local reconstruction.`
        : `DK-LLE shares ${wholePercent(dkLle.overlap)} of UMAP's neighborhoods, below another seed's ${wholePercent(noise.overlap)}: on these data UMAP may not be read as local reconstruction alone.`,
    );
  }
  return said.join(' ');
}
