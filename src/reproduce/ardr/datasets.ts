/**
 * The data of the ARDR studies. Made or bundled: `roll` (swiss roll), `gaussian`, `fashion` (the package's demo
 * images). Others come from a folder that a person names: NAME_X.npy with labels in NAME_y.npy or
 * NAME_labels.json.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toDense } from '../../core/csr.js';
import { gatherRows } from '../../core/matrix.js';
import { createRandom } from '../../core/random.js';
import { OptionError, option, words } from '../../errors.js';
import { joinLabels, pathSource, readTable, readTexts } from '../../io/index.js';
import type { Matrix } from '../../model.js';

export interface StudyData {
  readonly name: string;
  readonly features: Matrix;
  readonly labels: readonly string[] | null;
  /** What a figure is colored by: groups, or a value along the shape. */
  readonly coloring: 'groups' | 'gradient';
  readonly shades: readonly number[];
}

const made: Readonly<Record<string, (rows: number) => Promise<StudyData> | StudyData>> = {
  roll: swissRoll,
  gaussian,
  fashion,
};

/** The first `rows` samples of a data set. */
export async function loadData(name: string, folder: string | undefined, rows: number): Promise<StudyData> {
  if (folder !== undefined) {
    const path = join(folder, `${name}_X.npy`);
    if (existsSync(path)) return fromFiles(name, path, labelPath(folder, name), rows);
  }
  const make = made[name];
  if (make) return make(rows);
  throw new OptionError({
    got: `the data set ${name}`,
    expected: words`${Object.keys(made).join(', ')}, or one with a file ${name}_X.npy in the folder of ${option('data')}`,
    remedy: words`name another set, or give ${option('data')}`,
  });
}

/** The file of labels beside the data, if there is one. */
function labelPath(folder: string, name: string): string | undefined {
  return [`${name}_y.npy`, `${name}_labels.json`].map((file) => join(folder, file)).find(existsSync);
}

/** A data set from files, its first rows. */
async function fromFiles(
  name: string,
  path: string,
  labelsPath: string | undefined,
  rows: number,
): Promise<StudyData> {
  const table = await readTable(pathSource(path));
  const labels = labelsPath
    ? joinLabels(table, await readTexts(pathSource(labelsPath), {})).table.labels
    : null;
  const count = Math.min(rows, table.features.rows);
  const first = Int32Array.from({ length: count }, (_, i) => i);
  const features = gatherRows(toDense(table.features), first);
  return grouped(name, features, labels ? labels.slice(0, count) : null);
}

/** A data set with its labels as numbers. */
function grouped(name: string, features: Matrix, labels: readonly string[] | null): StudyData {
  const names = [...new Set(labels ?? [])].sort();
  const codeOf = new Map(names.map((label, at) => [label, at]));
  const shades = labels
    ? labels.map((label) => codeOf.get(label) ?? 0)
    : new Array<number>(features.rows).fill(0);
  return { name, features, labels, coloring: 'groups', shades };
}

/** A rolled plane in three dimensions. */
function swissRoll(rows: number): StudyData {
  const random = createRandom(0, 'swiss roll');
  const data = new Float32Array(rows * 3);
  const shades: number[] = [];
  for (let r = 0; r < rows; r++) {
    const t = 1.5 * Math.PI * (1 + 2 * random.uniform());
    data.set([t * Math.cos(t), 12 * random.uniform(), t * Math.sin(t)], r * 3);
    shades.push(t);
  }
  return { name: 'roll', features: { rows, columns: 3, data }, labels: null, coloring: 'gradient', shades };
}

/** 20 independent Gaussian features whose deviations fall by a tenth each. */
function gaussian(rows: number): StudyData {
  const random = createRandom(0, 'gaussian');
  const data = Float32Array.from({ length: rows * 20 }, (_, at) => random.normal() * 0.9 ** (at % 20));
  const shades = Array.from({ length: rows }, (_, r) => data[r * 20]);
  return {
    name: 'gaussian',
    features: { rows, columns: 20, data },
    labels: null,
    coloring: 'gradient',
    shades,
  };
}

/** The bundled images of clothes. */
async function fashion(rows: number): Promise<StudyData> {
  const path = (file: string) => fileURLToPath(new URL(`../../../data/fashion/${file}`, import.meta.url));
  return fromFiles('fashion', path('images.idx.gz'), path('labels.csv'), rows);
}
