/**
 * The kernels of the wasm engine. Each parallel kernel takes (item, scratch, ...), works on one item and
 * writes only that item's results; the JavaScript side owns all memory (engine/wasm/memory.ts).
 */

export { associateLocality, associateScratch, placeLocality } from './associate';
export { descentScratch, joinGroup, joinNeighbors, layRows } from './descent';
export { leadingScratch, leadingVector } from './leading';
export { multiplyStrip, packColumns, packRows } from './multiply';
export { nearestBlock } from './nearest';
export { preparePanel } from './points';
export { accumulatePatterns, quadraticForms } from './quadratic';
export { rankBlock, rankScratch, targetDistances } from './ranks';
export { repulseScratch, treeBytes, tsneItem } from './tsne';
export { umapItem } from './umap';
