// Inputs of the conformance suite: seeded matrices of several kinds, localities and rules.

import { createRandom } from '#whymap/core/random.js';
import type { AssociationRules } from '#whymap/engine/engine.js';
import type { Csr, Matrix } from '#whymap/model.js';

export const SIZES = [0, 1, 2, 3, 7, 63, 64, 65, 200] as const;

export const KINDS = ['plain', 'zeros', 'huge', 'tiny', 'denormal', 'ties', 'sparse', 'shifted'] as const;
export type Kind = (typeof KINDS)[number];

/** A value of a kind from a normal number; powers of two keep products inside float32's range. */
const VALUE: Record<Kind, (normal: number) => number> = {
  plain: (x) => x,
  zeros: () => 0,
  huge: (x) => x * 2 ** 55,
  tiny: (x) => x * 2 ** -55,
  denormal: (x) => x * 2 ** -130,
  ties: (x) => Math.round(x),
  sparse: (x) => (x > 1 ? x : 0),
  shifted: (x) => 1000 + x,
};

export function makeMatrix(rows: number, columns: number, kind: Kind = 'plain', seed = 1): Matrix {
  const random = createRandom(seed).stream(`${kind}-${rows}-${columns}`);
  const data = Float32Array.from({ length: rows * columns }, () => VALUE[kind](random.normal()));
  return { rows, columns, data };
}

export type FirstProduct = 'directions' | 'whole numbers' | 'groups' | 'lists' | 'lists of counts';

/** Rows whose first product is of the named kind; so many that all columns at once would cost more. */
export function rowsComparedBy(first: FirstProduct): Matrix {
  if (first === 'directions') return lowRank(2050, 40);
  if (first === 'whole numbers') {
    const wide = makeMatrix(2050, 32, 'plain', 23);
    return { ...wide, data: wide.data.map((value) => Math.round(3 * value)) };
  }
  if (first === 'groups') return groups(2050, 80);
  const data = makeMatrix(2050, 33, 'sparse', 24);
  const counts = first === 'lists of counts';
  // every 50th row is a row of zeros, every 7th a copy of the one before
  for (let r = 0; r < data.rows; r++) {
    const row = data.data.subarray(r * 33, (r + 1) * 33);
    if (r % 50 === 0) row.fill(0);
    else if (r % 7 === 6) row.set(data.data.subarray((r - 1) * 33, r * 33));
    else if (counts) for (let c = 0; c < 33; c++) row[c] = Math.ceil(3 * row[c]) / 255;
  }
  return data;
}

/** Whole numbers near a plane of three dimensions: duplicates, ties, and rows of zeros. */
function lowRank(rows: number, columns: number): Matrix {
  const latent = makeMatrix(rows, 3, 'plain', 21);
  const basis = makeMatrix(3, columns, 'plain', 22);
  const result = makeMatrix(rows, columns, 'zeros');
  for (let r = 0; r < rows; r++) {
    // every 50th row is a row of zeros, every 7th a copy of the one before
    const from = r % 7 === 6 ? r - 1 : r;
    for (let c = 0; c < columns && r % 50 > 0; c++) {
      let value = 0;
      for (let e = 0; e < 3; e++) value += latent.data[from * 3 + e] * basis.data[e * columns + c];
      result.data[r * columns + c] = Math.round(4 * value);
    }
  }
  return result;
}

/** Whole numbers around 8 centers, every 7th row a copy of a row of another group: pruning closes most tiles. */
function groups(rows: number, columns: number): Matrix {
  const centers = makeMatrix(8, columns, 'plain', 25);
  const noise = makeMatrix(rows, columns, 'plain', 26);
  const data = noise.data.map((value, i) => {
    const center = (Math.floor(i / columns) % 8) * columns + (i % columns);
    return Math.round(2 * value + 12 * centers.data[center]);
  });
  for (let r = 6; r < rows; r += 7) data.copyWithin(r * columns, (r - 6) * columns, (r - 5) * columns);
  return { rows, columns, data };
}

/** The same matrix without its zeros. */
export function toCsr(m: Matrix): Csr {
  const offsets = new Float64Array(m.rows + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let r = 0; r < m.rows; r++) {
    for (let c = 0; c < m.columns; c++) {
      if (m.data[r * m.columns + c] === 0) continue;
      indices.push(c);
      values.push(m.data[r * m.columns + c]);
    }
    offsets[r + 1] = indices.length;
  }
  return {
    rows: m.rows,
    columns: m.columns,
    offsets,
    indices: Int32Array.from(indices),
    values: Float32Array.from(values),
  };
}

/** Rows of localities, drawn with repeats over localities and none within one. */
export function makeMembers(rows: number, count: number, size: number, seed = 1): Int32Array {
  const random = createRandom(seed).stream('members');
  const members = new Int32Array(count * size);
  for (let l = 0; l < count; l++) {
    const start = Math.floor(random.uniform() * rows);
    for (let s = 0; s < size; s++) members[l * size + s] = (start + s * 7) % rows;
  }
  return members;
}

export const RULES: Record<string, AssociationRules> = {
  default: { measure: 'pearson', form: 'debiased', support: 4, gate: 3 },
  signed: { measure: 'pearson', form: 'signed', support: 0, gate: 0 },
  absolute: { measure: 'pearson', form: 'absolute', support: 2, gate: 1 },
  spearman: { measure: 'spearman', form: 'debiased', support: 2, gate: 0 },
  bicor: { measure: 'bicor', form: 'debiased', support: 2, gate: 0 },
  strict: { measure: 'pearson', form: 'debiased', support: 12, gate: 2 },
};

export const TSNE_OPTIONS = {
  dimensions: 2,
  theta: 0.5,
  learningRate: 100,
  momentum: 0.8,
  exaggeration: 1,
  withLoss: false,
};

export const UMAP_OPTIONS = {
  dimensions: 2,
  first: 0,
  epochs: 1,
  total: 100,
  a: 1.577,
  b: 0.895,
  learningRate: 1,
  negativeSampleRate: 5,
  repulsionStrength: 1,
  seed: 0x12345678,
  targets: null,
};

/** A symmetric P of random pairs with sum 1, and a state to go on from. */
export function tsneProblem(rows: number, pairs: number, scale: number, dimensions = 2) {
  const random = createRandom(rows);
  const entries = Array.from({ length: rows }, () => new Map<number, number>());
  for (let n = 0; n < rows * pairs; n++) {
    const [i, j] = [random.below(rows), random.below(rows)];
    if (i === j) continue;
    const value = random.uniform();
    entries[i].set(j, value);
    entries[j].set(i, value);
  }
  const total = entries.reduce((sum, row) => sum + [...row.values()].reduce((a, b) => a + b, 0), 0);
  const offsets = new Float64Array(rows + 1);
  entries.forEach((row, i) => {
    offsets[i + 1] = offsets[i] + row.size;
  });
  const indices = Int32Array.from(entries.flatMap((row) => [...row.keys()]));
  const values = Float32Array.from(entries.flatMap((row) => [...row.values()].map((v) => v / total)));
  const size = rows * dimensions;
  const state = {
    y: Float64Array.from({ length: size }, () => Math.fround(scale * random.normal())),
    velocity: Float64Array.from({ length: size }, () => Math.fround(1e-3 * scale * random.normal())),
    gains: Float64Array.from({ length: size }, () => 0.5 + random.uniform()),
  };
  return { p: { rows, columns: rows, offsets, indices, values }, state };
}
