// Makes embeddings of a small table: PCA two ways, and a UMAP that is watched while it runs, then used to
// place new samples. Run: node examples/embed.mjs
import {
  advanceEmbedding,
  embed,
  finishEmbedding,
  procrustesError,
  snapshot,
  startEmbedding,
  tableOf,
  transform,
} from 'whymap/dr';

/** Three groups of samples around different centers: 150 samples, 6 features. */
function groups(shift) {
  const data = new Float32Array(150 * 6);
  for (let r = 0; r < 150; r++) {
    for (let c = 0; c < 6; c++)
      data[r * 6 + c] = 8 * Math.cos((r % 3) * 2 + c) + Math.sin(r * (c + 3) + shift);
  }
  return tableOf({ rows: 150, columns: 6, data });
}

const table = groups(0);

// The same answer by eigenvectors and by attraction and repulsion from a random start.
const spectral = await embed(table, { method: 'pca' }, { seed: 1 });
const forces = await embed(table, { method: 'pca', solve: 'forces' }, { seed: 1 });
const difference = procrustesError(spectral.values, forces.values, 2);
console.log(`PCA by forces differs from PCA by eigenvectors by ${difference.toExponential(0)}`);

// A run that is looked at every 50 epochs.
const context = { seed: 1 };
const running = await startEmbedding(table, { method: 'umap', nNeighbors: 10, steps: 150 }, context);
while (running.run.step < 150) {
  await advanceEmbedding(running, context, 50);
  const { step, y } = snapshot(running.run);
  console.log(`epoch ${step}: the first sample is at ${y[0].toFixed(1)}, ${y[1].toFixed(1)}`);
}
const { model } = finishEmbedding(running);

// New samples, placed in the finished map.
const placed = await transform(model, groups(0.1), { seed: 1 });
console.log(`${placed.coordinates.rows} new samples placed in ${placed.coordinates.columns} dimensions`);
