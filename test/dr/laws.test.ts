// Every law: its fused loop equals its pairwise definition, and both equal finite differences of the loss.
import { expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { alignmentMatrix } from '#whymap/dr/affinities/alignment.js';
import { distanceGram } from '#whymap/dr/affinities/gram.js';
import { frobeniusDefinition, frobeniusLaw } from '#whymap/dr/laws/frobenius.js';
import { gramDefinition, gramLaw } from '#whymap/dr/laws/gram.js';
import type { Law, LawDefinition } from '#whymap/dr/laws/law.js';
import { lleDefinition, lleLaw } from '#whymap/dr/laws/lle.js';
import { stressDefinition, stressLaw } from '#whymap/dr/laws/stress.js';
import { tsneDefinition, tsneLaw } from '#whymap/dr/laws/tsne.js';
import { complement, effectiveRepulsion, umapDefinition, umapLaw } from '#whymap/dr/laws/umap.js';
import { finiteDifferences, oracleForces, relativeDifference } from './oracle.js';

const rows = 17;
const random = createRandom(5, 'laws');
const points = Float64Array.from({ length: rows * 4 }, () => random.normal());

function distance(i: number, j: number): number {
  let sum = 0;
  for (let c = 0; c < 4; c++) sum += (points[i * 4 + c] - points[j * 4 + c]) ** 2;
  return Math.sqrt(sum);
}

const distances = Float64Array.from({ length: rows * rows }, (_, at) =>
  distance(Math.floor(at / rows), at % rows),
);

/** Sparse symmetric probabilities (sum 1) or memberships, with some pairs left out. */
const affinities = Float64Array.from({ length: rows * rows }, (_, at) => {
  const [i, j] = [Math.floor(at / rows), at % rows];
  return i === j || (i * j + i + j) % 3 === 0 ? 0 : Math.fround(0.9 / (1 + distances[at]));
});
const affinityOf = (i: number, j: number) => affinities[i * rows + j];
const offsets = [0];
const indices: number[] = [];
for (let i = 0; i < rows; i++) {
  for (let j = 0; j < rows; j++) if (affinityOf(i, j) > 0) indices.push(j);
  offsets.push(indices.length);
}
const graph = {
  rows,
  columns: rows,
  offsets: Float64Array.from(offsets),
  indices: Int32Array.from(indices),
  values: Float32Array.from(indices, (j, at) =>
    affinityOf(
      offsets.findLastIndex((o) => o <= at),
      j,
    ),
  ),
};

function check<R>(
  name: string,
  definition: LawDefinition<R>,
  law: Law,
  input: (i: number, j: number) => number,
): void {
  for (const dimensions of [1, 2, 3]) {
    test(`${name} in ${dimensions} dimensions`, () => {
      const y = Float64Array.from({ length: rows * dimensions }, () => 0.3 + random.normal());
      const force = new Float64Array(y.length);
      law.forces(y, dimensions, force);
      const oracle = oracleForces(definition, input, y, dimensions);
      expect(relativeDifference(force, oracle.force)).toBeLessThan(1e-11);
      const slopes = finiteDifferences((at) => oracleForces(definition, input, at, dimensions).loss, y);
      expect(relativeDifference(oracle.force, slopes)).toBeLessThan(1e-6);
      const moved = y.map((value) => value * 1.1);
      const rise = law.forces(moved, dimensions, force.slice()) - law.forces(y, dimensions, force);
      const expected = oracleForces(definition, input, moved, dimensions).loss - oracle.loss;
      expect(rise).toBeCloseTo(expected, 6);
    });
  }
}

const gram = distances.map((value) => value * value);
const gramOperator = distanceGram(gram, rows);
check('gram', gramDefinition, gramLaw(gramOperator), (i, j) => gram[i * rows + j]);
check('stress', stressDefinition, stressLaw(distances, rows), (i, j) => distances[i * rows + j]);
// t-SNE's gradient is that of a P whose sum is 1.
let total = 0;
for (const value of affinities) total += value;
const p = { ...graph, values: graph.values.map((value) => value / total) };
const entry = new Map(
  p.indices.reduce(
    (list, j, at) => {
      const i = offsets.findLastIndex((o) => o <= at);
      list.push([i * rows + j, p.values[at]]);
      return list;
    },
    [] as [number, number][],
  ),
);
check('tsne', tsneDefinition, tsneLaw(p, 0), (i, j) => entry.get(i * rows + j) ?? 0);
const curve = { a: 1.5, b: 0.9 };
for (const [name, weight] of [
  ['complement', complement],
  ['effective', effectiveRepulsion(graph, 5)],
] as const) {
  check(`umap, ${name} repulsion`, umapDefinition(curve, weight), umapLaw(graph, curve, weight), affinityOf);
}

// LLE and double-kernel LLE over reconstruction weights of six others each, of both signs.
const k = 6;
const others = {
  rows,
  k,
  indices: Int32Array.from({ length: rows * k }, (_, at) => (Math.floor(at / k) + 1 + 2 * (at % k)) % rows),
  distances: new Float32Array(rows * k),
};
const weights = Float64Array.from(others.indices, () => random.normal());
for (let from = 0; from < weights.length; from += k) {
  const sum = weights.subarray(from, from + k).reduce((total, w) => total + w, 0);
  weights[from] += 1 - sum;
}
const denseWeights = new Float64Array(rows * rows);
weights.forEach((w, at) => {
  denseWeights[Math.floor(at / k) * rows + others.indices[at]] = w;
});
const alignment = alignmentMatrix(others, weights);
const alignmentOf = (i: number, j: number) => {
  let sum = 0;
  const away = (s: number, t: number) => (s === t ? 1 : 0) - denseWeights[s * rows + t];
  for (let s = 0; s < rows; s++) sum += away(s, i) * away(s, j);
  return sum;
};
check('lle', lleDefinition(denseWeights, rows), lleLaw(alignment), () => 0);
check('frobenius', frobeniusDefinition(0.7), frobeniusLaw(alignment, 0.7), alignmentOf);

test('double-kernel LLE is Frobenius ARDR: the losses differ by a constant', () => {
  const lambda = 0.7;
  const law = frobeniusLaw(alignment, lambda);
  const differences = [1, 2, 3].map((seed) => {
    const draw = createRandom(seed);
    const y = Float64Array.from({ length: 2 * rows }, () => draw.normal());
    let squares = 0;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < rows; j++) {
        const q = 1 / (1 + (y[2 * i] - y[2 * j]) ** 2 + (y[2 * i + 1] - y[2 * j + 1]) ** 2);
        if (i !== j) squares += (q + alignmentOf(i, j) / (2 * lambda)) ** 2;
      }
    }
    return law.forces(y, 2, new Float64Array(y.length)) - lambda * squares;
  });
  expect(differences[1]).toBeCloseTo(differences[0], 8);
  expect(differences[2]).toBeCloseTo(differences[0], 8);
});

test('exaggeration multiplies the attraction of t-SNE only', () => {
  const y = Float64Array.from({ length: rows * 2 }, () => random.normal());
  const [plain, exaggerated] = [new Float64Array(y.length), new Float64Array(y.length)];
  tsneLaw(p, 0).forces(y, 2, plain);
  const law = tsneLaw(p, 0);
  law.exaggeration = 3;
  law.forces(y, 2, exaggerated);
  const attraction = { ...tsneDefinition, repulse: () => 0 };
  const { force } = oracleForces(attraction, (i, j) => entry.get(i * rows + j) ?? 0, y, 2);
  const expected = plain.map((f, at) => f + 2 * force[at]);
  expect(relativeDifference(exaggerated, expected)).toBeLessThan(1e-11);
});

test('samples at equal coordinates: the stress law has no direction to push them, and stays finite', () => {
  const y = new Float64Array(rows * 2);
  const force = new Float64Array(rows * 2);
  const loss = stressLaw(distances, rows).forces(y, 2, force);
  expect(loss).toBeCloseTo(distances.reduce((sum, d) => sum + d * d, 0));
  expect(force.every((f) => f === 0)).toBe(true);
});
