// Tables and embeddings without planted modules, for the tests of what is claimed of modules.
import { createRandom, permutation } from '#whymap/core/random.js';
import type { Embedding, Table } from '#whymap/model.js';
import { plantModules } from '#whymap/reproduce/lava/planted.js';

export interface Made {
  readonly table: Table;
  readonly embedding: Embedding;
}

/** Independent normal features and clusters in the plane. */
export function pureNoise(seed: number): Made {
  return plantModules({ ...SMALL, seed, correlation: 0, shift: 0 });
}

/** Features with planted modules and cluster means; the embedding's rows in a random order. */
export function shuffledEmbedding(seed: number): Made {
  const planted = plantModules({ ...SMALL, seed, correlation: 0.6 });
  const order = permutation(SMALL.samples, createRandom(seed, 'shuffle'));
  const { data, ...shape } = planted.embedding.coordinates;
  const moved = Float32Array.from(data, (_, i) => data[2 * order[i >> 1] + (i & 1)]);
  return {
    table: planted.table,
    embedding: { ...planted.embedding, coordinates: { ...shape, data: moved } },
  };
}

const SMALL = { samples: 400, features: 40, modules: 3, clusters: 6 };
