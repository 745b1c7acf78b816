// Data of the benchmarks: files that a person names, or the demo's images, or made points.
import { basename } from 'node:path';
import { createRandom } from '../dist/core/random.js';
import { readFeatures } from './read.mjs';

/** Rows around centers, in a few effective dimensions, with noise in all; and a map of the centers. */
export function madeTable(rows, columns, seed = 0, effective = 8, groups = 40) {
  const random = createRandom(seed);
  const basis = Float64Array.from({ length: effective * columns }, () => random.normal());
  const centers = Float64Array.from({ length: groups * effective }, () => 3 * random.normal());
  const data = new Float32Array(rows * columns);
  const map = new Float32Array(rows * 2);
  const own = new Float64Array(effective);
  for (let r = 0; r < rows; r++) {
    const group = r % groups;
    for (let e = 0; e < effective; e++) own[e] = centers[group * effective + e] + random.normal();
    for (let c = 0; c < columns; c++) {
      let value = 0.3 * random.normal();
      for (let e = 0; e < effective; e++) value += own[e] * basis[e * columns + c];
      data[r * columns + c] = value;
    }
    map[2 * r] = own[0] + 0.1 * random.normal();
    map[2 * r + 1] = own[1] + 0.1 * random.normal();
  }
  return { features: { rows, columns, data }, map: { rows, columns: 2, data: map } };
}

/** The features and embedding to work on, and what they are called. */
export async function chosenData({ features, embedding }) {
  if (features && embedding) {
    return {
      features: await readFeatures(features),
      map: await readFeatures(embedding),
      name: basename(features),
    };
  }
  const made = madeTable(20_000, 784, 1);
  return { ...made, name: 'made data' };
}

export function asInput({ features, map }) {
  const source = { name: 'bench', sha256: null };
  const featureNames = Array.from({ length: features.columns }, (_, f) => `f${f}`);
  const dropped = { rows: 0, features: [] };
  const table = { features, featureNames, ids: null, labels: null, source, dropped, warnings: [] };
  return { table, embedding: { coordinates: map, ids: null, source } };
}
