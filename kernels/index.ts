/**
 * The kernels of the wasm engine: everything that this file exports can be called from TypeScript.
 *
 * Contract: a kernel takes (item, scratch, call). It works on one item and writes only that item's results.
 *   `scratch` is the address of memory of the calling thread, `call` the address of its arguments (layout.ts of
 *   its folder). Functions whose name ends in Scratch or Bytes return the bytes that a kernel needs.
 * Memory: kernels allocate nothing; src/engine/wasm/runtime/memory.ts owns all memory.
 */

export { associateLocality, associateScratch, compactLocality } from './associate/associate';
export { addLocalSquares, localSquaresScratch, packChosen } from './associate/local-squares';
export { multiplyStrip, packColumns, packRows } from './associate/multiply';
export { nonNegativeScratch, solveNonNegative } from './associate/non-negative';
export { packPairs, sumRows } from './associate/pairs';
export { accumulatePatterns, quadraticForms } from './associate/quadratic';
export { rotateFactors } from './associate/rotate';
export { sweepModule, sweepScratch } from './associate/sweep';
export { weightedCorrelations, weightedCorrelationsScratch } from './associate/weighted-correlations';
export { repulseScratch, treeBytes, tsneItem } from './forces/tsne';
export { placeItem, placeScratch } from './forces/tsne-placement';
export { umapItem } from './forces/umap';
export { insertTargets, limitScratch, lowerLimits } from './knn-exact/initial-lists';
export { comparePairs, pairsScratch } from './knn-exact/pairs';
export { prepareRows, prepareScratch } from './knn-exact/prepared-rows';
export { rankLimits, targetDistances, targetScratch } from './knn-exact/ranks';
export { countEntries, listEntries } from './knn-exact/sparse-products';
export { rankInTree, treeRanksScratch } from './knn-exact/tree-ranks';
export { countNeighborhoods, graphScratch, treeScratch } from './neighborhoods/graph';
export { lloydItem, lloydScratch } from './neighborhoods/lloyd';
export { findNearest } from './neighborhoods/nearest';
export {
  descentScratch,
  freezeLists,
  joinNeighbors,
  remeasureLists,
  reverseNeighbors,
} from './nn-descent/join';
export {
  gatherDescentRows,
  measureRows,
  projectDescentRows,
  quantizeRows,
} from './nn-descent/quantized-rows';
export { groupScratch, joinGroup, splitRows, splitScratch } from './nn-descent/trees';
export { filterItem } from './spectral/filter';
