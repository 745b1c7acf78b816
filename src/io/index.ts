export { selectRows } from '../core/csr.js';
export { decodeExplanation, EXPLANATION_VERSION, encodeExplanation } from './explanation-file.js';
export { type LabelsRead, readFeatureNames, readLabels } from './labels.js';
export type { Contents, Missing, ReadOptions } from './options.js';
export { fileLines, readingPlan } from './plan/describe.js';
export { PLANNED } from './plan/notes.js';
export { type PairingOptions, planPairing } from './plan/pairing.js';
export { planColumns } from './plan/roles.js';
export type { FileReading, IdColumn, PairingNote, ReadingPlan } from './plan/types.js';
export {
  type EmbeddingRead,
  readContents,
  readEmbedding,
  readTable,
  readTexts,
  type TableRead,
} from './read.js';
export { isTooLarge } from './source/bytes.js';
export { pathSource } from './source/path-source.js';
export { bytesSource, fileSource, filesSource, noSuchFile, type Source, urlSource } from './source/source.js';
export { writeExplanationToAnndata } from './store/anndata/h5ad-write.js';
export { constantFeatures } from './table/checks.js';
export { type Joined, joinEmbedding, joinLabels, type Texts } from './table/join.js';
export { selectColumns } from './table/missing.js';
export { formatNumber } from './text/numbers.js';
export { type Cell, csvField, csvPieces, writeCsv, writeNpy } from './write.js';
