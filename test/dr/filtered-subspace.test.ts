// Eigenvectors of a graph by filters, against those of block Davidson.

import { expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { filteredEigenvectors } from '#whymap/dr/spectral/filtered-subspace.js';
import { createJsEngine } from '#whymap/engine/js/engine.js';
import { unwatched } from '#whymap/engine/watch.js';
import { eigenpairs } from '#whymap/linalg/davidson.js';
import { dot } from '#whymap/linalg/vectors.js';

/** The normalized adjacency of a closed chain of samples with a few chords, and its first eigenvector. */
function chain(rows: number) {
  const random = createRandom(3);
  const joined = Array.from({ length: rows }, () => new Map<number, number>());
  const join = (i: number, j: number, weight: number) => {
    joined[i].set(j, weight);
    joined[j].set(i, weight);
  };
  for (let i = 0; i < rows; i++)
    for (const step of [1, 2, 3]) join(i, (i + step) % rows, 0.5 + random.uniform());
  for (let i = 0; i < rows / 3; i++) join(i, (i + Math.floor(rows / 3)) % rows, 0.05);
  const degrees = joined.map((row) => [...row.values()].reduce((sum, weight) => sum + weight, 0));
  const total = degrees.reduce((sum, degree) => sum + degree, 0);
  const offsets = new Float64Array(rows + 1);
  for (let i = 0; i < rows; i++) offsets[i + 1] = offsets[i] + joined[i].size;
  const entries = joined.flatMap((row, i) =>
    [...row].map(([j, weight]) => [j, weight / Math.sqrt(degrees[i] * degrees[j])] as const),
  );
  const graph = {
    ...{ rows, columns: rows, offsets },
    indices: Int32Array.from(entries, ([j]) => j),
    values: Float32Array.from(entries, ([, weight]) => weight),
  };
  return { graph, deflate: Float64Array.from(degrees, (degree) => Math.sqrt(degree / total)) };
}

test('filters find the eigenvectors that block Davidson finds, orthogonal to the first', async () => {
  const rows = 180;
  const { graph, deflate } = chain(rows);
  const apply = (x: Float64Array, out: Float64Array): void => {
    for (let i = 0; i < rows; i++) {
      out[i] = 0;
      for (let p = graph.offsets[i]; p < graph.offsets[i + 1]; p++) {
        out[i] += graph.values[p] * x[graph.indices[p]];
      }
    }
  };
  const wanted = await eigenpairs(
    { size: rows, apply },
    { count: 2, end: 'largest', tolerance: 1e-7, maxApplications: 2000, deflate: [deflate] },
    createRandom(1),
  );
  const engine = createJsEngine();
  const filter = { count: 2, tolerance: 1e-5, maxProducts: 2000, deflate };
  const found = await filteredEigenvectors(graph, filter, {
    engine,
    random: createRandom(2),
    watch: unwatched,
  });
  for (const [k, vector] of found.entries()) {
    expect(Math.abs(dot(vector, vector) - 1)).toBeLessThan(1e-5);
    expect(Math.abs(dot(vector, deflate))).toBeLessThan(1e-5);
    expect(Math.abs(dot(vector, wanted.vectors[k]))).toBeGreaterThan(0.999);
  }
  const again = await filteredEigenvectors(graph, filter, {
    engine,
    random: createRandom(2),
    watch: unwatched,
  });
  expect(again).toEqual(found);
});
