/** whymap/dr: embeddings by eigenvectors and by forces. */

export {
  advanceEmbedding,
  type EmbeddingRun,
  type EmbedResult,
  embed,
  finishEmbedding,
  startEmbedding,
} from './embed.js';
export { tableOf } from './input.js';
export type { Model, PcaModel, TsneModel, UmapModel } from './model.js';
export { type EmbedOptions, type Init, type MethodName, methodNames, type Solve } from './options.js';
export { type ProcrustesOptions, procrustesError } from './procrustes.js';
export { bestSnapshot, change, type Parameters, type Run, type Snapshot, snapshot } from './run.js';
export {
  type ForcesBetween,
  type ForcesInput,
  type ForcesOptions,
  structureForces,
} from './structure-forces.js';
export { transform } from './transform.js';
