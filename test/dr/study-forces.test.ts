// The forces of the studies: by a tree, and in expectation.
import { expect, test } from 'vitest';
import { createRandom } from '#whymap/core/random.js';
import { alignmentMatrix } from '#whymap/dr/affinities/alignment.js';
import { frobeniusLaw } from '#whymap/dr/laws/frobenius.js';
import type { Law } from '#whymap/dr/laws/law.js';
import { effectiveRepulsion, umapLaw } from '#whymap/dr/laws/umap.js';
import { unwatched } from '#whymap/engine/watch.js';
import { expectedEpochs } from '#whymap/reproduce/ardr/expected-epochs.js';
import { penalizedLaw } from '#whymap/reproduce/ardr/penalized-law.js';
import { context } from './data.js';
import { relativeDifference } from './oracle.js';

function forcesOf(law: Law, y: Float64Array) {
  const force = new Float64Array(y.length);
  return { loss: law.forces(y, 2, force), force };
}

test('the penalized law by a tree: exact at theta 0, near at the default', () => {
  const random = createRandom(2);
  const [rows, k] = [700, 5];
  const indices = Int32Array.from(
    { length: rows * k },
    (_, at) => (Math.floor(at / k) + 1 + (at % k)) % rows,
  );
  const near = { rows, k, indices, distances: new Float32Array(rows * k) };
  const m = alignmentMatrix(near, new Float64Array(rows * k).fill(1 / k));
  for (const spread of [0.5, 3, 40]) {
    const y = Float64Array.from({ length: 2 * rows }, () => spread * random.normal());
    const exact = forcesOf(frobeniusLaw(m, 0.2), y);
    const all = forcesOf(penalizedLaw(m, 0.2, 0), y);
    expect(relativeDifference(all.force, exact.force)).toBeLessThan(1e-10);
    expect(all.loss / exact.loss).toBeCloseTo(1, 10);
    const byTree = forcesOf(penalizedLaw(m, 0.2), y);
    expect(relativeDifference(byTree.force, exact.force)).toBeLessThan(0.15);
    expect(Math.abs(byTree.loss / exact.loss - 1)).toBeLessThan(0.06);
    const closer = forcesOf(penalizedLaw(m, 0.2, 0.2), y);
    expect(relativeDifference(closer.force, exact.force)).toBeLessThan(0.03);
  }
});

/** A lattice 3 apart, so that no push is cut off, each sample tied to the next four: only the draws vary. */
function lattice() {
  const random = createRandom(4);
  const rows = 60;
  const y = Float64Array.from({ length: 2 * rows }, (_, at) => {
    const place = at % 2 === 0 ? (at >> 1) % 8 : Math.floor((at >> 1) / 8);
    return 3 * place + 0.5 * random.normal();
  });
  const tied = (i: number) => [-4, -3, -2, -1, 1, 2, 3, 4].map((step) => (i + step + rows) % rows);
  const lists = Array.from({ length: rows }, (_, i) => tied(i).sort((a, b) => a - b));
  const graph = {
    ...{ rows, columns: rows, indices: Int32Array.from(lists.flat()) },
    offsets: Float64Array.from({ length: rows + 1 }, (_, i) => 8 * i),
    values: new Float32Array(8 * rows).fill(1),
  };
  return { y, graph };
}

const curve = { a: 1.577, b: 0.895 };

/** The mean move of one sampled epoch over many seeds, divided by the learning rate. */
async function meanMove(learningRate: number, total: number): Promise<Float64Array> {
  const { y, graph } = lattice();
  const { engine } = context();
  const options = { dimensions: 2, first: 1, epochs: 1, total, ...curve, negativeSampleRate: 5 };
  const mean = new Float64Array(y.length);
  for (let seed = 0; seed < 1500; seed++) {
    const moved = y.slice();
    const rest = { learningRate, repulsionStrength: 1, targets: null, seed: 7919 * seed };
    await engine.sampledEpochs(graph, moved, { ...options, ...rest });
    for (let at = 0; at < y.length; at++) mean[at] += (moved[at] - y[at]) / 1500 / learningRate;
  }
  return mean;
}

test('expected epochs move samples as sampled ones do on average', async () => {
  const { y, graph } = lattice();
  const moved = y.slice();
  await expectedEpochs(graph, moved, { epochs: 2, negativeSampleRate: 5, curve }, unwatched);
  // half of the edges act in each sampled turn, all at half their rate in an expected one; with half of the pull it is 0.6
  const mean = await meanMove(1, 2);
  expect(
    relativeDifference(
      moved.map((value, at) => value - y[at]),
      mean,
    ),
  ).toBeLessThan(0.25);
});

test('the effective repulsion of the law is what sampling does in expectation', async () => {
  const { y, graph } = lattice();
  const { force } = forcesOf(umapLaw(graph, curve, effectiveRepulsion(graph, 5)), y);
  expect(relativeDifference(force, await meanMove(1e-5, 1e9))).toBeLessThan(0.05);
});
