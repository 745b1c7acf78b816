/**
 * The kernels of the wasm engine. Each parallel kernel takes (item, scratch, ...), works on one item and
 * writes only that item's results; the JavaScript side owns all memory (engine/wasm/runtime/memory.ts).
 */

export { associateLocality, associateScratch, compactLocality } from './associate/associate';
export { leadingScratch, leadingVector } from './associate/leading';
export { multiplyStrip, packColumns, packRows } from './associate/multiply';
export { accumulatePatterns, quadraticForms } from './associate/quadratic';
export { repulseScratch, treeBytes, tsneItem } from './forces/tsne';
export { umapItem } from './forces/umap';
export { insertTargets, limitScratch, lowerLimits } from './knn-exact/initial-lists';
export { comparePairs, pairsScratch } from './knn-exact/pairs';
export { prepareRows, prepareScratch } from './knn-exact/prepared-rows';
export { rankLimits, targetDistances, targetScratch } from './knn-exact/ranks';
export { countEntries, listEntries } from './knn-exact/sparse-products';
export { rankInTree, treeRanksScratch } from './knn-exact/tree-ranks';
export { descentScratch, joinGroup, joinNeighbors, remeasureLists } from './nn-descent/join';
export { packDescentRows, roundDescentRows } from './nn-descent/packed-rows';
