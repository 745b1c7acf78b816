/**
 * Cohorts on which the page is walked: pictures that come with the package, a made cohort, and, where COHORTS names a folder
 * with their files, two studies that may not be redistributed.
 */
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { Explanation } from 'whymap';
import { decodeExplanation } from 'whymap/io';
import { columnNamed } from 'whymap/lava';
import { bytesFromBase64, EXPLANATION_ELEMENT } from 'whymap/viewer';
import { explainCohort } from '../cli/cohort.js';
import { whymap } from '../cli/run.js';

/** A column and one of its levels. */
export interface Level {
  readonly column: string;
  readonly level: string;
}

export interface Cohort {
  readonly name: string;
  /** Whether its files are in the folder that COHORTS names. */
  readonly elsewhere: boolean;
  /** The table that `out` was explained from. */
  readonly features: string;
  /** Column and level of the parts that charts show, and another level of it. */
  readonly part: Level & { readonly other: string };
  /** What is compared in `found`; null where the cohort has no conditions. */
  readonly sides: {
    readonly column: string;
    readonly case: string;
    readonly control: string;
    readonly replicate: string;
  } | null;
  /** A gene set that names a module; null where none was given. */
  readonly set: RegExp | null;
  /** What is searched for, and the first that is found. */
  readonly search: readonly (readonly [string, RegExp])[];
  /** Makes `out` and, where there are conditions, `found` in the folder. */
  make(folder: string): Promise<void>;
}

const run = async (folder: string, ...args: string[]) => {
  const { code, err } = await whymap(folder, ...args, '--quiet');
  expect([code, err.replace(/^.*features are explained.*\n/m, '')], err).toEqual([0, '']);
};

/** The options of `compare` for a cohort. */
const compared = ({ features, sides, part }: Pick<Cohort, 'features' | 'sides' | 'part'>): string[] =>
  sides === null
    ? []
    : [
        ...['compare', 'out', '--features', features, '--condition', sides.column, '--case', sides.case],
        ...['--control', sides.control, '--replicate', sides.replicate, '--in', part.column, '-o', 'found'],
      ];

/** A study of the folder COHORTS, with its gene sets. */
function study(cohort: Omit<Cohort, 'elsewhere' | 'make'>, ...options: string[]): Cohort {
  const make = async (folder: string) => {
    for (const name of [cohort.features, 'programmes.gmt'])
      copyFileSync(join(COHORTS ?? '', name), join(folder, name));
    const sets = ['--gene-sets', 'programmes.gmt', '--label', cohort.part.column];
    await run(folder, 'explain', cohort.features, ...options, ...sets, '-o', 'out');
    await run(folder, ...compared(cohort));
  };
  return { ...cohort, elsewhere: true, make };
}

/** The folder with the studies' files. */
export const COHORTS = process.env.COHORTS;

const MADE: Omit<Cohort, 'make'> = {
  name: 'made cohort',
  elsewhere: false,
  features: 'features.csv',
  part: { column: 'type', level: 'type 0', other: 'type 1' },
  sides: { column: 'condition', case: 'case', control: 'control', replicate: 'donor' },
  set: null,
  search: [
    ['f1', /^f1 feature/],
    ['case', /^case condition/],
  ],
};

const cohorts: readonly Cohort[] = [
  {
    name: 'pictures of the demo',
    elsewhere: false,
    features: join(import.meta.dirname, '../../data/fashion/images.idx.gz'),
    part: { column: 'label', level: 'Trouser', other: 'Bag' },
    sides: null,
    set: null,
    search: [['bag', /^Bag /]],
    make: (folder) => run(folder, 'demo', '-o', 'out'),
  },
  {
    ...MADE,
    async make(folder) {
      await explainCohort(folder);
      await run(folder, ...compared(MADE));
    },
  },
  study(
    {
      name: 'kidney',
      features: 'kidney_geomx.h5ad',
      part: { column: 'region', level: 'tubule', other: 'glomerulus' },
      sides: { column: 'disease', case: 'DKD', control: 'normal', replicate: 'slide' },
      set: /PODOCYTE \(\d+ of \d+\)/,
      search: [
        ['MAL', /^MAL feature/],
        ['nphs1', /^NPHS1 feature/],
        ['glom', /^glomerulus region/],
      ],
    },
    ...['-e', 'X_umap', '--max-features', '1000'],
  ),
  study(
    {
      name: 'interferon',
      features: 'ifnb_pbmc.h5ad',
      part: { column: 'cluster_id', level: 'B cells', other: 'CD8 T cells' },
      sides: { column: 'group_id', case: 'stim', control: 'ctrl', replicate: 'donor' },
      set: /MHC CLASS II \(\d+ of \d+\)/,
      search: [
        ['CD8', /^CD8 T cells cluster_id/],
        ['ISG15', /^ISG15 feature/],
      ],
    },
    ...['-e', 'X_umap_int'],
  ),
];

/** Those whose files are here. */
export const here = cohorts.filter(({ elsewhere }) => !elsewhere || COHORTS !== undefined);

export interface Made {
  readonly folder: string;
  readonly html: string;
  /** As it stands in the page: with the values that travel with it. */
  readonly explanation: Explanation;
}

/** Makes a cohort in the folder and reads its report: that of the comparison where it has conditions. */
export async function madeIn(folder: string, cohort: Cohort): Promise<Made> {
  await cohort.make(folder);
  const html = readFileSync(join(folder, cohort.sides ? 'found' : 'out', 'report.html'), 'utf8');
  const [, content = ''] = new RegExp(`id="${EXPLANATION_ELEMENT}"[^>]*>([^<]*)<`).exec(html) ?? [];
  const explanation = decodeExplanation(new Uint8Array(gunzipSync(bytesFromBase64(content))));
  return { folder, html, explanation };
}

/** The level of each sample in a column; null where it has none. */
export function levelsOf({ explanation }: Made, name: string): readonly (string | null)[] {
  const found = columnNamed(explanation, name);
  if (found.kind === 'numeric') throw new Error(`${name} is a column of numbers`);
  return Array.from(found.codes, (code) => (code < 0 ? null : found.levels[code]));
}
